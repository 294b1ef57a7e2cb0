"""How long runs took is counted in buckets, and by no more agents than are named here."""

import pytest

from executions.durations import (
    BOUNDS,
    BUCKETS,
    COUNTERS,
    MOST_AGENTS,
    Durations,
    observe_duration,
    observed_durations,
)
from system.counters import all_counted
from system.models import Counter

pytestmark = pytest.mark.django_db


def observe(*milliseconds: int, agent_type: str = "disk-space", status: str = "completed") -> None:
    for took in milliseconds:
        observe_duration(agent_type, status, took)


def observed() -> list[Durations]:
    return observed_durations(all_counted(*COUNTERS))


def of(agent_type: str, status: str = "completed") -> Durations:
    (found,) = [
        durations
        for durations in observed()
        if (durations.agent_type, durations.status) == (agent_type, status)
    ]
    return found


def test_a_bucket_holds_all_that_took_no_longer() -> None:
    observe(0, 100, 101, 2_500, 21_600_000, 21_600_001)
    buckets = dict(of("disk-space").buckets)
    assert list(buckets) == list(BOUNDS)
    assert [buckets[bound] for bound in ("0.1", "0.5", "1.0", "2.5", "7200.0", "21600.0", "+Inf")] == [
        2, 3, 3, 4, 4, 5, 6,
    ]  # fmt: skip
    assert of("disk-space").seconds == pytest.approx((100 + 101 + 2_500 + 43_200_001) / 1000)


def test_bounds_are_in_order_and_end_after_six_hours() -> None:
    assert list(BUCKETS) == sorted(BUCKETS)
    assert (BUCKETS[0], BUCKETS[-1]) == (0.1, 6 * 3600)


def test_each_outcome_is_counted_by_itself() -> None:
    observe(50)
    observe(50, 70, status="cancelled")
    assert dict(of("disk-space").buckets)["+Inf"] == 1
    assert dict(of("disk-space", "cancelled").buckets)["+Inf"] == 2


def test_agents_that_come_late_share_one_label() -> None:
    for number in range(MOST_AGENTS + 20):
        observe(50, agent_type=f"agent-{number:04}")
    observe(50, agent_type="agent-0000", status="failed")
    agents = {durations.agent_type for durations in observed()}
    assert len(agents) == MOST_AGENTS + 1
    assert f"agent-{MOST_AGENTS:04}" not in agents
    assert dict(of("other").buckets)["+Inf"] == 20
    assert dict(of("agent-0000", "failed").buckets)["+Inf"] == 1
    assert Counter.objects.count() == 2 * (MOST_AGENTS + 2)
