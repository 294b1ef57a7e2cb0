"""Days and runs that cost far more than their history lets expect, with the numbers that say so.

The middle and the spread of the history are its median and its median absolute deviation: what stood out
before does not hide what stands out now. Days and runs that cost nothing are no history: an agent that
rarely asks a model is compared with the times when it did.
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from heapq import nlargest
from statistics import median
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db.models import BigIntegerField, Case, ExpressionWrapper, F, IntegerField, Sum, When
from django.utils import timezone

from costs.models import DailyCost
from costs.spread import NOTHING
from executions.models import ENDED, Execution
from system.alerts import raise_alert
from system.days import start_of
from system.models import Severity
from system.money import text_of, usd_of
from system.readable import read_rounded

DAYS_BEFORE = 28
RUNS_BEFORE = 50
RUNS_LOOKED_AT = 500  # of each agent, the newest
AGENTS_LOOKED_AT = 200  # whose runs are, those that cost most
AT_ONCE = 20  # agents whose runs are read in one query
FEWEST = 7  # values of history; fewer say nothing
FLOOR = Decimal("0.01")  # USD above the median
RATIO = 2  # times the median
DEVIATIONS = Decimal("5.19")  # median absolute deviations: 3.5 standard ones, were the costs spread normally
ALERT_DAYS = 2
MOST_SAID = 50  # at a time, the newest and dearest: who may report may report anything

Kind = Literal["day", "run"]


class Run(NamedTuple):
    """An ended run that cost something: as little of it as tells whether it is ordinary, for they are many.

    `units` are of system.money; `is_recent` is 1 where it is one of those that are judged.
    """

    pk: int
    units: int
    is_recent: int


@dataclass(frozen=True)
class History:
    """`spread` is the median absolute deviation; `limit` is the most that would have been ordinary."""

    count: int
    median: Decimal
    spread: Decimal
    limit: Decimal


@dataclass(frozen=True)
class Anomaly:
    """A day of an agent, or of all (`agent_type` is empty); or a run, which alone has an `execution`."""

    kind: Kind
    agent_type: str
    day: date
    value: Decimal
    history: History
    execution: UUID | None = None

    @property
    def key(self) -> str:
        """What tells it from every other one."""
        return f"cost-anomaly:{self.execution or self.day}:{self.agent_type}"

    @property
    def window(self) -> str:
        before = f"{DAYS_BEFORE} days" if self.kind == "day" else f"{RUNS_BEFORE} runs"
        return f"the {self.kind}s with a cost among the {before} before"

    @property
    def title(self) -> str:
        who = self.agent_type or "All agents together"
        what = f"on {self.day}" if self.kind == "day" else f"in a run on {self.day}"
        return f"{who} cost {read_rounded(self.value)} USD {what}"

    @property
    def detail(self) -> str:
        known = self.history
        return (
            f"The median of {self.window} is {read_rounded(known.median)} USD (of {known.count}; median"
            f" absolute deviation {read_rounded(known.spread)} USD);"
            f" up to {read_rounded(known.limit)} USD is ordinary."
        )


def judge(value: Decimal, before: Sequence[Decimal]) -> History | None:
    """The history that makes `value` an anomaly; None where it is ordinary, or nothing can be said."""
    if len(before) < FEWEST or value <= FLOOR:
        return None
    middle = median(before)
    if value <= max(middle + FLOOR, middle * RATIO):
        return None
    spread = median([abs(amount - middle) for amount in before])
    limit = max(middle + FLOOR, middle * RATIO, middle + DEVIATIONS * spread)
    return History(len(before), middle, spread, limit) if value > limit else None


def find_anomalies(now: datetime, days: int, most_agents: int = AGENTS_LOOKED_AT) -> list[Anomaly]:
    """Those of the last `days` days, today among them, the newest first.

    Of the runs, the newest 500 of each of the `most_agents` dearest agents are looked at.
    """
    today = timezone.localdate(now)
    since = today - timedelta(days=days - 1)
    spent = _spent_by_agent(since - timedelta(days=DAYS_BEFORE), today)
    agents = sorted(agent for agent, sums in spent.items() if agent and max(sums) >= since)
    if len(agents) > most_agents:
        agents = nlargest(most_agents, agents, key=lambda agent: sum(spent[agent].values(), NOTHING))
    found = [anomaly for agent, sums in spent.items() for anomaly in _odd_days(agent, sums, since)]
    found += _odd_runs(agents, since)
    return sorted(found, key=lambda item: (-item.day.toordinal(), -item.value, item.kind, item.agent_type))


def check_anomalies(now: datetime) -> str:
    """Say once what was odd yesterday and is so far today; what came of it in one line."""
    found = find_anomalies(now, ALERT_DAYS)
    new = sum(_say(anomaly) for anomaly in found[:MOST_SAID])
    if not found:
        return "Nothing stands out since yesterday."
    return f"{len(found)} found since yesterday, {new} of them said for the first time."


def _say(anomaly: Anomaly) -> bool:
    known = anomaly.history
    return raise_alert(
        kind="cost-anomaly",
        key=anomaly.key,
        severity=Severity.WARNING,
        title=anomaly.title,
        detail=anomaly.detail,
        data={
            "agent_type": anomaly.agent_type,
            "day": anomaly.day.isoformat(),
            "execution_id": str(anomaly.execution) if anomaly.execution else None,
            "value_usd": text_of(anomaly.value),
            "median_usd": text_of(known.median),
            "spread_usd": text_of(known.spread),
            "limit_usd": text_of(known.limit),
            "count": known.count,
        },
    )


def _spent_by_agent(first: date, last: date) -> dict[str, dict[date, Decimal]]:
    """Days on which something was spent, of each agent, and under "" of all."""
    rows = DailyCost.objects.filter(day__range=(first, last), cost_usd__gt=NOTHING)
    spent: dict[str, dict[date, Decimal]] = {}
    for day, agent, amount in rows.order_by("day").values_list("day", "agent_type").annotate(Sum("cost_usd")):
        spent.setdefault(agent, {})[day] = amount
        every = spent.setdefault("", {})
        every[day] = every.get(day, NOTHING) + amount
    return spent


def _odd_days(agent: str, sums: dict[date, Decimal], since: date) -> Iterator[Anomaly]:
    for day in (day for day in sums if day >= since):
        earliest = day - timedelta(days=DAYS_BEFORE)
        history = judge(sums[day], [sums[other] for other in sums if earliest <= other < day])
        if history is not None:
            yield Anomaly("day", agent, day, sums[day], history)


def _odd_runs(agents: Sequence[str], since: date) -> Iterator[Anomaly]:
    odd: dict[int, History] = {}
    for runs in _paid_runs(agents, since):
        odd |= _judge_runs(runs)
    rows = Execution.objects.filter(pk__in=odd).values_list(
        "pk", "agent_type", "completed_at", "cost_usd", "uid"
    )
    for pk, agent, at, cost, uid in rows:
        if at is not None and cost is not None:
            yield Anomaly("run", agent, timezone.localdate(at), cost, odd[pk], uid)


def _judge_runs(runs: Iterable[Run]) -> dict[int, History]:
    """Whole units tell of nearly all that they are ordinary; only the others are looked at closely."""
    odd = {}
    for run, before in _with_history(runs):
        if run.is_recent and len(before) >= FEWEST and run.units > RATIO * before[(len(before) - 1) // 2]:
            history = judge(usd_of(run.units), [usd_of(units) for units in before])
            if history is not None:
                odd[run.pk] = history
    return odd


def _paid_runs(agents: Sequence[str], since: date) -> Iterator[list[Run]]:
    """Of each agent, oldest first; a query for twenty agents.

    By primary key, and filtered outside of it: no scan goes deeper, whatever the runs are like.
    """
    for start in range(0, len(agents), AT_ONCE):
        some = agents[start : start + AT_ONCE]
        rows = [_newest_of(agent, start_of(since)) for agent in some]
        found: dict[str, list[Run]] = {agent: [] for agent in some}
        for agent, *run in rows[0].union(*rows[1:], all=True):
            found[agent].append(Run(*run))
        yield from map(sorted, found.values())


def _newest_of(agent: str, since: datetime) -> Any:
    newest = Execution.objects.of_agent(agent).newest_first().values("pk")[: RUNS_LOOKED_AT + RUNS_BEFORE]
    # Within a compound SQLite takes no LIMIT but in a subquery.
    ended = Execution.objects.filter(pk__in=newest, status__in=ENDED, completed_at__isnull=False)
    is_recent = Case(When(completed_at__gte=since, then=1), default=0, output_field=IntegerField())
    units = ExpressionWrapper(F("cost_usd"), output_field=BigIntegerField())
    return ended.filter(cost_usd__gt=0).order_by().values_list("agent_type", "pk", units, is_recent)


def _with_history(runs: Iterable[Run]) -> Iterator[tuple[Run, Sequence[int]]]:
    """Each run with the costs of those just before it, in order of size: cheap to take a median of."""
    recent: deque[int] = deque()
    ordered: list[int] = []
    for run in runs:
        yield run, ordered
        recent.append(run.units)
        insort(ordered, run.units)
        if len(recent) > RUNS_BEFORE:
            del ordered[bisect_left(ordered, recent.popleft())]
