"""What becomes of due times that passed while no clock ran: the missed policy of their schedule."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from scheduling.due_times import DueTime
from scheduling.models import MissedPolicy, Schedule


@dataclass(frozen=True)
class Sorted:
    """`passed_over` are missed due times that are not made up for, each with the reason.

    While `is_catching_up`, runs go one after another, whatever the overlap policy says.
    """

    missed: Sequence[DueTime] = ()
    passed_over: dict[datetime, str] = field(default_factory=dict)
    is_catching_up: bool = False


def sort_out(schedule: Schedule, times: Sequence[DueTime], now: datetime) -> Sorted:
    """`times` have come, in order; the last may be on time."""
    grace = timedelta(seconds=settings.MISFIRE_SECONDS)
    missed = [time for time in times if now - time.run_at > grace]
    if not missed:
        return Sorted()
    made_up_for = _made_up_for(schedule, missed, is_any_on_time=len(missed) < len(times))
    reason = _reason(schedule, len(made_up_for))
    return Sorted(
        missed,
        {time.due_at: _with_cover(time, reason) for time in missed if time not in made_up_for},
        is_catching_up=bool(made_up_for) and schedule.missed_policy == MissedPolicy.CATCH_UP,
    )


def _made_up_for(schedule: Schedule, missed: Sequence[DueTime], *, is_any_on_time: bool) -> Sequence[DueTime]:
    match schedule.missed_policy:
        case MissedPolicy.CATCH_UP:
            return [time for time in missed if time.covers == 1][-schedule.catch_up_limit :]
        case MissedPolicy.RUN_ONCE if not is_any_on_time:
            return missed[-1:]
        case _:  # also where the run that is on time is the one for all of them
            return []


def _reason(schedule: Schedule, runs: int) -> str:
    match schedule.missed_policy:
        case MissedPolicy.CATCH_UP:
            return f"No clock ran in time; only the last {runs} of what was missed are caught up on."
        case MissedPolicy.RUN_ONCE:
            return "No clock ran in time; one later run makes up for all that was missed."
        case _:
            return "No clock ran in time, and the schedule skips what it missed."


def _with_cover(time: DueTime, reason: str) -> str:
    return f"Of {time.covers:,} due times this is the last. {reason}" if time.covers > 1 else reason
