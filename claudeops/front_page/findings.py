"""What agents have found and is still there: the gravest first, and how many there are."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils import timezone
from django.utils.safestring import SafeString

from agents.findings.trends import draw_days, trend_of
from agents.models import Finding, FindingState
from agents.reports import GRAVEST_FIRST

MOST_SHOWN = 8


@dataclass(frozen=True)
class FindingNow:
    row: Finding
    trend: str
    strip: SafeString


@dataclass(frozen=True)
class FindingsNow:
    """`shown` are open; `counts` are of all that are, by severity; `silenced` somebody has seen to."""

    shown: Sequence[FindingNow]
    counts: Sequence[tuple[str, int]]
    silenced: int

    @property
    def open(self) -> int:
        return sum(number for _, number in self.counts)


def findings_now() -> FindingsNow:
    """Two queries; of what is resolved, however much it is, neither reads a row."""
    now = timezone.now()
    today = timezone.localdate(now)
    rows = Finding.objects.opened().gravest_first().defer("evidence", "recommendation", "command", "note")
    active = Finding.objects.active().order_by().values_list("state", "severity").annotate(Count("pk"))
    opened, silenced = Counter[str](), 0
    for state, severity, number in active:
        if state == FindingState.OPEN:
            opened[severity] += number
        else:
            silenced += number
    return FindingsNow(
        shown=[FindingNow(row, trend_of(row, now), draw_days(row, today)) for row in rows[:MOST_SHOWN]],
        counts=[(severity, opened[severity]) for severity in GRAVEST_FIRST if opened[severity]],
        silenced=silenced,
    )
