"""The jobs that keep the house: what each does, and when. The only list of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from costs.anomalies import check_anomalies
from costs.reconciliation import reconcile_due
from costs.summaries import update_due_summaries
from costs.verification import verify_recent_days
from scheduling.job_times import Daily, When
from system.errors import NotFound


@dataclass(frozen=True)
class Job:
    """`run(now)` gives what came of it in one line. It may be cut off anywhere, and begun again.

    After `limit` a run whose worker says nothing any more counts as failed.
    """

    name: str
    what: str
    when: When
    run: Callable[[datetime], str]
    limit: timedelta = timedelta(hours=1)


def write_summaries(now: datetime) -> str:
    written = update_due_summaries(now)
    return f"Summed up: {', '.join(map(str, written))}."


def reconcile_costs(now: datetime) -> str:
    return reconcile_due() or "There is no Admin key (ANTHROPIC_ADMIN_KEY): nothing was compared."


JOBS: tuple[Job, ...] = (
    Job(
        "monthly-cost-summaries",
        "Sums up this month and the last, and every earlier one whose days have changed since.",
        Daily(time(0, 50)),
        write_summaries,
    ),
    Job(
        "verify-cost-sums",
        "Adds up the cost records of the last days anew; says where a daily sum differs, and corrects it.",
        Daily(time(0, 20)),
        verify_recent_days,
    ),
    Job(
        "check-cost-anomalies",
        "Says which days and runs since yesterday cost far more than their history; each of them once.",
        Daily(time(1, 10)),
        check_anomalies,
    ),
    Job(
        "reconcile-costs",
        "Compares the last days with Anthropic's cost report, where an Admin key is set.",
        Daily(time(6, 30)),
        reconcile_costs,
    ),
)


def job_named(name: str, jobs: Sequence[Job] = JOBS) -> Job:
    """Raises NotFound."""
    for job in jobs:
        if job.name == name:
            return job
    known = ", ".join(job.name for job in jobs)
    raise NotFound(f"There is no job {name!r}. There are: {known}.")
