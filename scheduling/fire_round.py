"""What one transaction does about schedules that are due: decided in order, then written together."""

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from agents.launch_desk import Desk, Launch, keep_refusal
from agents.limits import LaunchRefused
from agents.overrides import check_overrides
from executions.models import Trigger
from scheduling.cron import INSTANT
from scheduling.due_times import DueTime, outstanding
from scheduling.fire_alerts import resolve_missed, say_missed
from scheduling.fire_names import group_of, key_of, lineage_of, nodes_of
from scheduling.fire_outcomes import Outcome, write_outcomes
from scheduling.missed import Sorted, sort_out
from scheduling.models import Fire, FireState, OverlapPolicy, Schedule
from scheduling.planning import plan
from scheduling.sources import source_of
from system import app_settings
from system.errors import Conflict, Invalid
from system.statements import update_each

MOVED = ("next_due", "next_run", "last_run", "executions_count", "updated_at")
LEFT = ("id", "enabled", "next_due")


class Moved(Conflict):
    """Somebody else has dealt with its due time, or edited it, meanwhile."""


class Round:
    """Made inside `writing()` for schedules that were read in it."""

    def __init__(self, schedules: Sequence[Schedule], node: str, now: datetime) -> None:
        self._schedules = schedules
        self._node = node
        self._now = now
        self._times = {schedule.pk: outstanding(schedule, now) for schedule in schedules}
        self._known = self._read_known()
        self._desk = Desk(
            {schedule.agent_id for schedule in schedules},
            groups=[group_of(schedule, node) for schedule in schedules for node in nodes_of(schedule)],
            dedupe_keys=[
                key_of(schedule, time.due_at, node)
                for schedule in schedules
                for time in self._times[schedule.pk]
                for node in nodes_of(schedule)
            ],
        )
        self._outcomes: list[Outcome] = []
        self._missed: dict[Schedule, list[DueTime]] = {}

    def _read_known(self) -> set[tuple[int, datetime]]:
        """Due times that have a row already: they came before, and a clock was set back since."""
        first = min((times[0].due_at for times in self._times.values() if times), default=None)
        if first is None:
            return set()
        rows = Fire.objects.filter(schedule__in=self._schedules, due_at__gte=first).order_by()
        return set(rows.values_list("schedule_id", "due_at"))

    def run(self) -> None:
        moves = [self._move(schedule) for schedule in self._schedules]
        # Each names the due time that it leaves: of several clocks one moves a schedule on.
        if update_each(Schedule, MOVED, LEFT, moves) != len(moves):
            raise Moved("A schedule was fired or edited meanwhile.")
        self._desk.write()
        write_outcomes(self._outcomes, self._now)
        self._alert()

    def _move(self, schedule: Schedule) -> tuple[Any, ...]:
        """Deal with its due times; the values of MOVED and LEFT that come of it."""
        times = self._times[schedule.pk]
        before = schedule.next_due or self._now
        self._deal_with(schedule, [time for time in times if (schedule.pk, time.due_at) not in self._known])
        plan(schedule, times[-1].due_at if times else before - INSTANT)
        return (
            schedule.next_due,
            schedule.next_run,
            schedule.last_run,
            schedule.executions_count,
            timezone.now(),
            schedule.pk,
            True,
            before,
        )

    def _deal_with(self, schedule: Schedule, times: Sequence[DueTime]) -> None:
        found = sort_out(schedule, times, self._now)
        for time in times:
            if _is_used_up(schedule):
                return
            if time in found.missed:
                self._missed.setdefault(schedule, []).append(time)
            for node in nodes_of(schedule):
                if (reason := found.passed_over.get(time.due_at)) is not None:
                    outcome = Outcome(schedule, time, node, FireState.MISSED, reason)
                else:
                    outcome = self._launch(schedule, time, node, found)
                self._outcomes.append(outcome)

    def _launch(self, schedule: Schedule, time: DueTime, node: str, found: Sorted) -> Outcome:
        if _is_used_up(schedule):
            reason = f"Its {schedule.max_executions} runs (max_executions) are used up."
            return Outcome(schedule, time, node, FireState.SKIPPED, reason, "max_executions")
        group = group_of(schedule, node)
        waits = found.is_catching_up or schedule.overlap_policy == OverlapPolicy.QUEUE
        key = key_of(schedule, time.due_at, node)
        skips = not waits and schedule.overlap_policy == OverlapPolicy.SKIP
        if skips and self._desk.turns.is_busy(group) and self._desk.known(key) is None:
            return self._overlap(schedule, time, node, group)
        if waits and self._desk.known(key) is None and self._is_full(schedule, group, found):
            return self._too_many(schedule, time, node, group)
        launch = Launch(
            agent_type=schedule.agent_id,
            node_id=node or self._node,
            triggered_by=Trigger.SCHEDULE,
            trigger_source=source_of(schedule),
            overrides=schedule.execution_config,
            metadata=lineage_of(schedule, time.due_at),
            dedupe_key=key,
            hold=waits,
            hold_group=group,
        )
        return self._take(schedule, time, node, launch, is_late=time in found.missed)

    def _overlap(self, schedule: Schedule, time: DueTime, node: str, group: str) -> Outcome:
        running = self._desk.turns.running(group)
        reason = f"An earlier run of it{f', {running.uid},' if running else ''} has not ended."
        blocked_by = running.pk if running else None
        return Outcome(schedule, time, node, FireState.SKIPPED, reason, "overlap", blocked_by=blocked_by)

    def _is_full(self, schedule: Schedule, group: str, found: Sorted) -> bool:
        """Else what is due more often than it ends would wait in an ever longer line. What an outage left is
        bounded by its own limit.
        """
        waiting = self._desk.turns.waiting(group)
        if not waiting or (found.is_catching_up and waiting < schedule.catch_up_limit):
            return False
        return waiting >= self._most_waiting

    @cached_property
    def _most_waiting(self) -> int:
        most: int = app_settings.get("schedules.most_waiting")
        return most

    def _too_many(self, schedule: Schedule, time: DueTime, node: str, group: str) -> Outcome:
        waiting = self._desk.turns.waiting(group)
        who = f"{waiting} earlier runs of it wait" if waiting > 1 else "An earlier run of it waits"
        reason = f"{who} already, and no more than {self._most_waiting} may (schedules.most_waiting)."
        return Outcome(schedule, time, node, FireState.SKIPPED, reason, "queue_full")

    def _take(
        self, schedule: Schedule, time: DueTime, node: str, launch: Launch, *, is_late: bool
    ) -> Outcome:
        try:
            if launch.overrides:
                check_overrides(self._desk.agent(launch.agent_type), launch.overrides)
            taken = self._desk.take(launch)
        except Invalid as error:
            return Outcome(schedule, time, node, FireState.REFUSED, error.detail, "invalid")
        except LaunchRefused as refusal:
            keep_refusal(launch, refusal)
            return Outcome(schedule, time, node, FireState.REFUSED, refusal.detail, refusal.limit)
        if taken.new is not None:
            schedule.executions_count += 1
            schedule.last_run = self._now
        reason = "No clock ran in time; it was launched late." if is_late else ""
        return Outcome(schedule, time, node, FireState.LAUNCHED, reason, taken=taken)

    def _alert(self) -> None:
        for schedule, missed in self._missed.items():
            say_missed(schedule, missed)
        launched = {it.schedule for it in self._outcomes if it.state == FireState.LAUNCHED}
        resolve_missed(launched - self._missed.keys())


def _is_used_up(schedule: Schedule) -> bool:
    return schedule.max_executions is not None and schedule.executions_count >= schedule.max_executions
