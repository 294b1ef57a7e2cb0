"""How long runs took, counted for ever in buckets: a histogram that outlives the runs it is of.

Agents that run elsewhere name themselves, so the first MOST_AGENTS have counters of their own and later ones
share those of OTHER. Each outcome has its own: what is cancelled at once says nothing about what completes.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from executions.models import ENDED
from system.counters import Counted, count, counted, is_counted

BUCKETS = (0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 21600.0)
BOUNDS = (*map(str, BUCKETS), "+Inf")  # seconds, as Prometheus writes them
MOST_AGENTS = 100
OTHER = "other"

RUNS = "run_duration"
TOOK = "run_duration_ms"
COUNTERS = (RUNS, TOOK)


@dataclass(frozen=True)
class Durations:
    """`buckets` are pairs of a bound in seconds and how many runs took no longer."""

    agent_type: str
    status: str
    buckets: list[tuple[str, int]]
    seconds: float


def observe_duration(agent_type: str, status: str, duration_ms: int) -> None:
    """Count one run that has ended, in the caller's transaction."""
    agent = _label_of(agent_type)
    count(RUNS, agent, status, BOUNDS[bisect_left(BUCKETS, duration_ms / 1000)])
    count(TOOK, agent, status, by=duration_ms)


def observed_durations(counters: Mapping[str, Counted]) -> list[Durations]:
    """By agent and outcome, from what was counted under COUNTERS."""
    runs: defaultdict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for (agent, status, bound), number in counters[RUNS]:
        runs[agent, status][bound] = number
    return [
        Durations(agent, status, _added_up(runs[agent, status]), milliseconds / 1000)
        for (agent, status), milliseconds in counters[TOOK]
    ]


def _added_up(runs: dict[str, int]) -> list[tuple[str, int]]:
    return list(zip(BOUNDS, accumulate(runs.get(bound, 0) for bound in BOUNDS), strict=True))


def _label_of(agent_type: str) -> str:
    if any(is_counted(TOOK, agent_type, status) for status in ENDED):
        return agent_type
    known = {labels[0] for labels, _ in counted(TOOK)} - {OTHER}
    return agent_type if len(known) < MOST_AGENTS else OTHER
