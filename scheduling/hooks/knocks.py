"""Messages that nobody proved to have sent: counted, and said once, at a price that nobody can drive up.

Anyone may knock as often as they like. A process writes its count once a second at most; what it counted in
the last second before it ends may be missing.
"""

import math
import threading
import time
from collections import Counter

from django.db import transaction
from django.utils import timezone

from scheduling.models import Hook
from system.alerts import raise_alert, resolve_alert
from system.counters import count
from system.models import Severity

WRITTEN_EVERY_SECONDS = 1.0
UNKNOWN = ""  # the label of all slugs that there are not


class Tally:
    """Of this process, whose threads all add to it."""

    def __init__(self, *, written_every_s: float = WRITTEN_EVERY_SECONDS) -> None:
        self._written_every_s = written_every_s
        self._lock = threading.Lock()
        self._counted: Counter[str] = Counter()
        self._taken_at = -math.inf

    def add(self, slug: str) -> Counter[str]:
        """What there is to write now: mostly nothing."""
        now = time.monotonic()
        with self._lock:
            self._counted[slug] += 1
            if now - self._taken_at < self._written_every_s:
                return Counter()
            taken, self._counted, self._taken_at = self._counted, Counter(), now
        return taken


TALLY = Tally()


def note_knock(hook: Hook | None) -> None:
    knocks = TALLY.add(hook.slug if hook is not None else UNKNOWN)
    if not knocks:
        return
    with transaction.atomic():
        for slug, times in sorted(knocks.items()):
            count("webhooks", slug, "unauthorised", by=times)
        for known in Hook.objects.filter(slug__in=knocks, enabled=True).values_list("slug", flat=True):
            _say_refused(
                known, "Their secret or signature is wrong, or their time more than five minutes off."
            )


def say_full(slug: str, held: int) -> None:
    _say_refused(slug, f"{held} of its runs wait for the limits of its agent, and no more may.")


def say_taken(slug: str) -> None:
    """A message of this hook was taken: whatever was wrong is over."""
    resolve_alert(_subject(slug), title=f"Messages to the webhook {slug} are taken again")


def _say_refused(slug: str, why: str) -> None:
    """Once a day at most, so that who only knocks cannot fill anybody's inbox."""
    raise_alert(
        kind="webhook-refused",
        key=f"webhook-refused:{slug}:{timezone.localdate():%Y-%m-%d}",
        severity=Severity.WARNING,
        title=f"Messages to the webhook {slug} are refused",
        detail=why,
        subject=_subject(slug),
        data={"hook": slug},
    )


def _subject(slug: str) -> str:
    return f"webhook-refused:{slug}"
