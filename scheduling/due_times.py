"""Which due times of a schedule have come that nobody has dealt with yet."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from scheduling.cron import INSTANT, Cron
from scheduling.models import Schedule
from scheduling.planning import jitter_of

# After a long outage so many due times have a row each; what came before them has one for all.
SINGLE_ROWS = 100
FIRST_LOOK = timedelta(hours=2)


@dataclass(frozen=True)
class DueTime:
    """`run_at` is when it is to be launched: with its jitter, and never before an earlier one.

    One that `covers` more stands for that many due times, of which it is the last.
    """

    due_at: datetime
    run_at: datetime
    covers: int = 1


def outstanding(schedule: Schedule, now: datetime) -> list[DueTime]:
    """In order, from its next_due on. Raises Invalid for a row whose expression or zone does not hold."""
    if schedule.next_due is None:
        return []
    cron = Cron.read(schedule.cron_expression, schedule.timezone)
    after = schedule.next_due - INSTANT
    before = now + INSTANT
    if schedule.starts_at is not None:
        after = max(after, schedule.starts_at - INSTANT)
    if schedule.ends_at is not None:
        before = min(before, schedule.ends_at)
    few = list(islice(cron.due_between(after, before), SINGLE_ROWS + 1))
    if len(few) <= SINGLE_ROWS:
        return list(_come(schedule, few, now))
    last = _last(cron, after, before)
    covered = DueTime(last[0], last[0], cron.count_between(after, before) - SINGLE_ROWS)
    return [covered, *_come(schedule, last[1:], now)]


def _last(cron: Cron, after: datetime, before: datetime) -> list[datetime]:
    """The last of them that have a row each, and the one before: found without a walk from the first."""
    span = FIRST_LOOK
    while before - span > after and cron.count_between(before - span, before) <= SINGLE_ROWS:
        span *= 2
    return list(deque(cron.due_between(max(after, before - span), before), maxlen=SINGLE_ROWS + 1))


def _come(schedule: Schedule, due_times: list[datetime], now: datetime) -> Iterator[DueTime]:
    """Those whose launch is due. A jitter longer than the interval must not turn their order round."""
    run_at = due_times[0] if due_times else now
    for due_at in due_times:
        run_at = max(run_at, due_at + jitter_of(schedule, due_at))
        if run_at > now:
            return
        yield DueTime(due_at, run_at)
