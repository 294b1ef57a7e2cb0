"""What has to be done from time to time, to the second, by one process of each node."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from django.conf import settings
from django.db import connection
from django.utils import timezone

from agents.process_tree import end_strays
from agents.reconciler import reconcile
from costs.budgets.alerts import check_budget_alerts
from scheduling.job_runs import PLAN_SECONDS, plan_jobs
from system.metrics import purge_old, record_sample
from system.models import Node
from system.sqlite import checkpoint_if_due

logger = logging.getLogger(__name__)

SEEN_SECONDS = 10.0
STRAYS_SECONDS = 20.0
CHECKPOINT_SECONDS = 5.0
PURGE_SECONDS = 3600.0
BUDGETS_SECONDS = 30.0


@dataclass
class Duty:
    """`next_at` is a reading of time.monotonic(); a duty that took too long is not made up for."""

    name: str
    every_s: float
    run: Callable[[], object]
    next_at: float = 0.0

    def is_due(self, now: float) -> bool:
        return now >= self.next_at

    def plan(self, now: float) -> None:
        due = self.next_at + self.every_s
        self.next_at = due if due > now else now + self.every_s


def node_duties(node: str) -> list[Duty]:
    """What the clock of `node` does, each at once and then again and again."""
    return [
        Duty("clock seen", SEEN_SECONDS, lambda: note_seen(node)),
        Duty("strays", STRAYS_SECONDS, end_strays),
        Duty("reconcile", settings.RECONCILE_SECONDS, lambda: reconcile(node)),
        Duty("metrics", settings.METRICS_SECONDS, lambda: record_sample(node)),
        Duty("checkpoint", CHECKPOINT_SECONDS, checkpoint_if_due),
        Duty("purge metrics", PURGE_SECONDS, purge_old),
        Duty("budgets", BUDGETS_SECONDS, check_budget_alerts),
        Duty("jobs", PLAN_SECONDS, lambda: plan_jobs(node)),
    ]


def note_seen(node: str) -> None:
    Node.objects.update_or_create(name=node, defaults={"clock_seen_at": timezone.now()})


def run_clock(duties: list[Duty]) -> NoReturn:
    """For ever. It may be killed at any moment: each duty is one that can be begun again."""
    now = time.monotonic()
    for duty in duties:
        duty.next_at = now
    while True:
        now = time.monotonic()
        for duty in duties:
            if duty.is_due(now):
                _perform(duty)
                duty.plan(time.monotonic())
        time.sleep(max(0.0, min(duty.next_at for duty in duties) - time.monotonic()))


def _perform(duty: Duty) -> None:
    try:
        duty.run()
    except Exception:
        # The other duties must go on, whatever is wrong with this one; a broken connection is made anew.
        logger.exception("the clock's duty %r failed; it is tried again in %g s", duty.name, duty.every_s)
        connection.close()
