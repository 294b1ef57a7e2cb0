"""Which runs the schedules still have before them this month."""

from dataclasses import dataclass, field
from datetime import datetime

from costs.forecast import Planned
from costs.months import month_of
from scheduling.cron import INSTANT, Cron
from scheduling.models import Schedule
from scheduling.sources import source_of
from system.errors import Invalid


@dataclass
class Plan:
    """`not_counted` are enabled schedules by name, each with the reason."""

    planned: list[Planned] = field(default_factory=list)
    not_counted: list[tuple[str, str]] = field(default_factory=list)


def plan_month(now: datetime) -> Plan:
    """What enabled schedules have due after `now` and in this month of TIME_ZONE. No row makes it fail."""
    plan = Plan()
    due = _DueTimes(now, month_of(now).end)
    for schedule in Schedule.objects.filter(enabled=True).select_related("agent").order_by("name", "pk"):
        if not schedule.agent.enabled:
            plan.not_counted.append((schedule.name, f"Its agent {schedule.agent_id} is disabled."))
            continue
        try:
            runs = due.count(schedule) * (len(schedule.node_ids) or 1)
        except Invalid as error:
            plan.not_counted.append((schedule.name, error.detail))
            continue
        runs = min(runs, _runs_left(schedule, runs))
        plan.planned.append(Planned(source_of(schedule), schedule.name, schedule.agent_id, runs))
    return plan


class _DueTimes:
    """Counts each cron expression of a zone and a span once, however many schedules share it."""

    def __init__(self, after: datetime, before: datetime) -> None:
        self._after, self._before = after, before
        self._counted: dict[tuple[str, str, datetime, datetime], int] = {}

    def count(self, schedule: Schedule) -> int:
        """Raises Invalid."""
        after, before = self._after, self._before
        if schedule.starts_at is not None:
            after = max(after, schedule.starts_at - INSTANT)
        if schedule.ends_at is not None:
            before = min(before, schedule.ends_at)
        key = (schedule.cron_expression, schedule.timezone, after, before)
        if key not in self._counted:
            self._counted[key] = Cron.read(*key[:2]).count_between(after, before)
        return self._counted[key]


def _runs_left(schedule: Schedule, runs: int) -> int:
    if schedule.max_executions is None:
        return runs
    return max(0, schedule.max_executions - schedule.executions_count)
