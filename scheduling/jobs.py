"""The jobs that keep the house: what each does, and when. The only list of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from agents.retention import delete_old_refusals, keep_findings
from costs.anomalies import check_anomalies
from costs.budgets.keeping import counted_runs
from costs.reconciliation import reconcile_due
from costs.summaries import update_due_summaries
from costs.verification import verify_recent_days
from executions.retention import delete_old_events, delete_old_executions
from scheduling.job_times import Daily, Every, Weekly, When
from scheduling.retention import delete_old_deliveries, delete_old_fires, delete_old_job_runs
from system.audit_verification import verify_nightly
from system.backups.duties import drill_newest, take_daily, verify_asked
from system.database_care import optimize_database
from system.errors import NotFound
from system.metric_rollups import roll_up_metrics
from system.row_retention import (
    delete_dead_sign_ins,
    delete_old_alerts,
    delete_old_audit,
    delete_old_metrics,
    delete_old_notifications,
)

# Jobs that a person asks for elsewhere than on the page of jobs.
BACKUP, VERIFY = "daily-backup", "verify-backups"


@dataclass(frozen=True)
class Job:
    """`run(now)` gives what came of it in one line, or how far it is in one after another, of which the last
    is what came of it. It may be cut off anywhere, and begun again.

    After `limit` a run whose worker says nothing any more counts as failed.
    """

    name: str
    what: str
    when: When
    run: Callable[[datetime], str | Iterator[str]]
    limit: timedelta = timedelta(hours=1)


def write_summaries(now: datetime) -> str:
    written = update_due_summaries(now)
    return f"Summed up: {', '.join(map(str, written))}."


def reconcile_costs(now: datetime) -> str:
    return reconcile_due() or "There is no Admin key (ANTHROPIC_ADMIN_KEY): nothing was compared."


def tidy_executions(now: datetime) -> Iterator[str]:
    return delete_old_executions(now, counted_runs(now))


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
    Job(
        BACKUP,
        "Takes a backup of the database, checks it, copies it (backup.copy_to) and removes old ones.",
        Daily(time(2, 30)),
        take_daily,
        limit=timedelta(hours=6),
    ),
    Job(
        VERIFY,
        "Reads the backup again that was verified the longest ago, and those that a person asked for.",
        Daily(time(4, 30)),
        verify_asked,
        limit=timedelta(hours=6),
    ),
    Job(
        "backup-drill",
        "Restores the newest backup into a scratch database, checks it, and throws it away.",
        Weekly(6, time(3, 30)),
        drill_newest,
        limit=timedelta(hours=6),
    ),
    Job(
        "delete-old-executions",
        "Deletes executions that are too old or too many, with steps and events; their costs stay.",
        Daily(time(5, 0)),
        tidy_executions,
        limit=timedelta(hours=6),
    ),
    Job(
        "delete-old-events",
        "Deletes the log and the events of executions that ended long ago.",
        Daily(time(5, 5)),
        delete_old_events,
        limit=timedelta(hours=6),
    ),
    Job(
        "roll-up-metrics",
        "Adds up the samples of the machines by hour: curves of months are made of these.",
        Every(60),
        roll_up_metrics,
    ),
    Job(
        "delete-old-metrics",
        "Deletes old samples of the machines, and their hours when these are old as well.",
        Daily(time(5, 10)),
        delete_old_metrics,
    ),
    Job("delete-old-refusals", "Deletes old refused launches.", Daily(time(5, 15)), delete_old_refusals),
    Job(
        "delete-old-findings",
        "Deletes findings that were resolved long ago; resolves those of agents and nodes that are gone.",
        Daily(time(5, 18)),
        keep_findings,
    ),
    Job("delete-old-fires", "Deletes what became of old due times.", Daily(time(5, 20)), delete_old_fires),
    Job(
        "delete-old-deliveries",
        "Deletes old messages of webhooks.",
        Daily(time(5, 25)),
        delete_old_deliveries,
    ),
    Job(
        "delete-old-notifications",
        "Deletes old notifications, but for those that still wait.",
        Daily(time(5, 30)),
        delete_old_notifications,
    ),
    Job(
        "delete-old-alerts",
        "Deletes old alerts, but for those that tell of what goes on.",
        Daily(time(5, 35)),
        delete_old_alerts,
    ),
    Job(
        "verify-audit",
        "Reads the audit log's chain; says which entries were edited, removed, put in or exchanged.",
        Daily(time(4, 0)),
        verify_nightly,
    ),
    Job(
        "delete-old-audit",
        "Deletes old entries of the audit log; what is left can still be verified.",
        Daily(time(5, 40)),
        delete_old_audit,
    ),
    Job("delete-old-job-runs", "Deletes old runs of jobs.", Daily(time(5, 45)), delete_old_job_runs),
    Job(
        "delete-dead-sign-ins",
        "Deletes sessions that have run out, and tokens that were revoked or ran out long ago.",
        Daily(time(5, 50)),
        delete_dead_sign_ins,
    ),
    Job(
        "optimize-database",
        "Takes the statistics by which queries are planned, and says how much room the database takes.",
        Daily(time(6, 0)),
        optimize_database,
    ),
)


def job_named(name: str, jobs: Sequence[Job] = JOBS) -> Job:
    """Raises NotFound."""
    for job in jobs:
        if job.name == name:
            return job
    known = ", ".join(job.name for job in jobs)
    raise NotFound(f"There is no job {name!r}. There are: {known}.")
