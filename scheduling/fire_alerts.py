"""What is said of a schedule whose due times were missed, once, and when it is over."""

from collections.abc import Collection, Sequence

from django.utils import timezone

from scheduling.due_times import DueTime
from scheduling.models import Schedule
from system.alerts import raise_alert, resolve_alert
from system.models import Alert, Severity

KIND = "missed-fire"


def subject_of(schedule: Schedule) -> str:
    return f"{KIND}:{schedule.pk}"


def say_missed(schedule: Schedule, missed: Sequence[DueTime]) -> None:
    number = sum(time.covers for time in missed)
    last = missed[-1].due_at
    many = "a due time" if number == 1 else f"{number:,} due times"
    raise_alert(
        kind=KIND,
        key=f"{subject_of(schedule)}:{last.isoformat()}",
        severity=Severity.WARNING,
        title=f"{schedule.name} missed {many}",
        detail=f"No clock ran in time, the last of them {timezone.localtime(last):%Y-%m-%d %H:%M}."
        f" Its policy for what is missed: {schedule.get_missed_policy_display().lower()}.",
        data={"schedule_id": schedule.pk, "due_times": number, "last_due_at": last.isoformat()},
        agent_type=schedule.agent_id,
        subject=subject_of(schedule),
    )


def say_failed(schedule: Schedule, title: str, why: str) -> None:
    raise_alert(
        kind=KIND,
        key=f"{subject_of(schedule)}:failed:{timezone.now().isoformat()}",
        severity=Severity.WARNING,
        title=title,
        detail=why,
        data={"schedule_id": schedule.pk},
        agent_type=schedule.agent_id,
        subject=subject_of(schedule),
    )


def resolve_missed(on_time: Collection[Schedule]) -> None:
    """For schedules that have just run on time."""
    subjects = {subject_of(schedule): schedule for schedule in on_time}
    opened = Alert.objects.filter(subject__in=subjects, resolved_at__isnull=True)
    for subject in opened.values_list("subject", flat=True):
        resolve_alert(subject, title=f"{subjects[subject].name} runs on time again")
