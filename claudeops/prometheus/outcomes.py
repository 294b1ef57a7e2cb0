"""Due times, webhooks, notifications, alerts, findings, jobs and backups: what became of them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Max
from prometheus_client.core import Metric

from agents.models import ACTIVE_FINDINGS, Finding
from claudeops.prometheus.families import bounded_sums, counter, gauge
from scheduling.jobs import JOBS
from scheduling.models import JobRun, JobState
from system.counters import Counted
from system.models import Alert, Backup, Delivery, Notification, Severity

FIRES = {
    "fires_launched": ("Due times of schedules that launched a run.", ["agent"]),
    "fires_late": ("Those that were launched more than two seconds late.", ["agent"]),
    "fires_missed": ("Due times that passed while nobody could launch them.", ["agent"]),
    "fires_skipped": ("Due times that were not to be run, and why.", ["agent", "reason"]),
}
LEFT = (Delivery.WAITING, Delivery.SENDING, Delivery.DEAD)
COUNTERS = (*FIRES, "webhooks", "notifications", "backups")


def outcome_metrics(
    agents: Collection[str], counters: Mapping[str, Counted], now: datetime
) -> Iterator[Metric]:
    for name, (documentation, labels) in FIRES.items():
        yield counter(f"{name}_total", documentation, labels, bounded_sums(counters[name], agents))
    yield counter(
        "webhooks_total",
        "Messages to webhooks, and what became of them; of no known webhook where its name is empty.",
        ["hook", "outcome"],
        [(*labels, number) for labels, number in counters["webhooks"]],
    )
    yield counter(
        "notifications_total",
        "Attempts to deliver notifications.",
        ["outcome"],
        [(*labels, number) for labels, number in counters["notifications"]],
    )
    left: Any = (
        Notification.objects.filter(state__in=LEFT).order_by().values_list("state").annotate(Count("pk"))
    )
    found = dict(left)
    yield gauge(
        "notifications_open",
        "Notifications that wait, are being sent, or were given up (dead).",
        ["state"],
        [(state.value, found.get(state, 0)) for state in LEFT],
    )
    yield _alerts()
    yield _findings()
    yield from _jobs()
    yield from _backups(counters, now)


def _alerts() -> Metric:
    opened = Alert.objects.filter(resolved_at__isnull=True).exclude(subject="").order_by()
    found: dict[str, int] = dict(opened.values_list("severity").annotate(Count("pk")))
    return gauge(
        "alerts_open",
        "Alerts that tell of what goes on.",
        ["severity"],
        [(severity.value, found.get(severity, 0)) for severity in Severity],
    )


def _findings() -> Metric:
    active = Finding.objects.active().order_by().values_list("state", "severity").annotate(Count("pk"))
    found = {(state, severity): number for state, severity, number in active}
    return gauge(
        "findings_active",
        "What agents found and what is not resolved.",
        ["state", "severity"],
        [
            (state.value, severity.value, found.get((state, severity), 0))
            for state in ACTIVE_FINDINGS
            for severity in Severity
        ],
    )


def _jobs() -> Iterator[Metric]:
    """By `job_name`, as Prometheus has a label `job` of its own."""
    rows = JobRun.objects.filter(name__in=[job.name for job in JOBS]).order_by()
    ended: dict[tuple[str, str], datetime] = {
        (name, state): at for name, state, at in rows.values_list("name", "state").annotate(Max("ended_at"))
    }
    for state, word in ((JobState.COMPLETED, "success"), (JobState.FAILED, "failure")):
        yield gauge(
            f"job_last_{word}_timestamp_seconds",
            f"When the job ended last with {word}.",
            ["job_name"],
            [(job.name, ended[job.name, state].timestamp()) for job in JOBS if (job.name, state) in ended],
        )
    yield gauge(
        "job_running",
        "Whether the job runs now.",
        ["job_name"],
        [(job.name, (job.name, JobState.RUNNING) in ended) for job in JOBS],
    )


def _backups(counters: Mapping[str, Counted], now: datetime) -> Iterator[Metric]:
    yield counter(
        "backups_total",
        "Backups, and what was done with them.",
        ["outcome"],
        [(*labels, number) for labels, number in counters["backups"]],
    )
    newest = Backup.objects.good().defer("manifest").first()
    known = [] if newest is None else [newest]
    yield gauge(
        "backup_last_success_timestamp_seconds",
        "When the newest good backup was begun.",
        [],
        [[backup.started_at.timestamp()] for backup in known],
    )
    yield gauge(
        "backup_age_seconds",
        "How long ago that was.",
        [],
        [[max(0.0, (now - backup.started_at).total_seconds())] for backup in known],
    )
    yield gauge("backup_size_bytes", "How large it is.", [], [[backup.size_bytes] for backup in known])
