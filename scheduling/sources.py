"""Under which name the runs of a schedule stand in executions and in the ledger."""

from django.utils.text import slugify

from scheduling.models import Schedule

LONGEST = 100  # of Execution.trigger_source


def source_of(schedule: Schedule) -> str:
    """The trigger_source of what `schedule` launches: its name as a slug, as budgets and breakdowns have it.

    A name that leaves nothing, such as one in Japanese, gives way to the number. Two schedules of one name
    have one source; whoever must tell them apart looks at the agent too.
    """
    return slugify(schedule.name)[:LONGEST].strip("-") or f"schedule-{schedule.pk}"
