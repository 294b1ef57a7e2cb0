"""What has to be done from time to time, to the second, by one process of each node."""

import logging
import os
import threading
import time
from typing import NoReturn

from django.conf import settings
from django.utils import timezone

from agents.findings.waking import wake_snoozed
from agents.holds import forget_cancelled, release_held
from agents.outcomes import follow_outcomes
from agents.process_tree import end_strays
from agents.reconciler import reconcile
from costs.budgets.alerts import check_budget_alerts
from scheduling.duties import Duty, Lane
from scheduling.firing import LONGEST_SLEEP_S, fire_due
from scheduling.job_runs import PLAN_SECONDS, plan_jobs
from scheduling.replanning import REPLAN_SECONDS, Replanner
from system.metrics import record_sample
from system.models import Node
from system.notifications.deadman import DeadMan
from system.notifications.routing import enqueue_new
from system.notifications.sending import deliver_due
from system.silent_nodes import SilenceWatch
from system.sqlite import checkpoint_if_due

logger = logging.getLogger(__name__)

HELD_SECONDS = 0.5
FORGET_SECONDS = 5.0
SEEN_SECONDS = 10.0
STRAYS_SECONDS = 20.0
CHECKPOINT_SECONDS = 5.0
BUDGETS_SECONDS = 30.0
OUTCOMES_SECONDS = 2.0
SNOOZED_SECONDS = 10.0
SILENCE_SECONDS = 10.0
# Waiting for a lock of the database is no death.
FIRES_ALIVE_SECONDS = 45.0
LANE_DIED = 70  # the exit code


def node_lanes(node: str) -> list[Lane]:
    """What the clock of `node` does, each duty at once and then again and again.

    The first lane is the one that must be on time: nothing in it waits for a network, a disk or a program.
    """
    fires = Lane("fires", fires_duties(node))
    return [
        fires,
        Lane("house", house_duties(node)),
        Lane("outbox", outbox_duties(node)),
        Lane("ping", ping_duties(node, fires)),
    ]


def fires_duties(node: str) -> list[Duty]:
    return [
        Duty("fires", LONGEST_SLEEP_S, lambda: fire_due(node)),
        Duty("held", HELD_SECONDS, release_held),
        Duty("cancelled holds", FORGET_SECONDS, forget_cancelled),
    ]


def house_duties(node: str) -> list[Duty]:
    return [
        Duty("plan schedules", REPLAN_SECONDS, Replanner().look),
        Duty("clock seen", SEEN_SECONDS, lambda: note_seen(node)),
        Duty("strays", STRAYS_SECONDS, end_strays),
        Duty("reconcile", settings.RECONCILE_SECONDS, lambda: reconcile(node)),
        Duty("metrics", settings.METRICS_SECONDS, lambda: record_sample(node)),
        Duty("checkpoint", CHECKPOINT_SECONDS, checkpoint_if_due),
        Duty("budgets", BUDGETS_SECONDS, check_budget_alerts),
        Duty("jobs", PLAN_SECONDS, lambda: plan_jobs(node)),
        Duty("outcomes", OUTCOMES_SECONDS, follow_outcomes),
        Duty("snoozed findings", SNOOZED_SECONDS, wake_snoozed),
        Duty("silent nodes", SILENCE_SECONDS, SilenceWatch().look),
    ]


def outbox_duties(node: str) -> list[Duty]:
    return [
        Duty("route alerts", settings.NOTIFY_EVERY_SECONDS, enqueue_new),
        Duty("deliver", settings.NOTIFY_EVERY_SECONDS, deliver_due),
    ]


def ping_duties(node: str, fires: Lane) -> list[Duty]:
    """Nothing is pinged while due times are not looked at: whoever hears of nothing is to wonder."""
    dead_man = DeadMan(node)

    def ping() -> None:
        if time.monotonic() - fires.turned_at < FIRES_ALIVE_SECONDS:
            dead_man.ping()

    return [Duty("dead-man's ping", settings.DEADMAN_EVERY_SECONDS, ping)]


def note_seen(node: str) -> None:
    Node.objects.update_or_create(name=node, defaults={"clock_seen_at": timezone.now()})


def run_clock(lanes: list[Lane]) -> NoReturn:
    """For ever, the first lane in this thread. It may be killed at any moment: each duty is one that can be
    begun again. A lane that ends takes the process with it, for its parent to start it anew.
    """
    first, *others = (lane for lane in lanes if lane.duties)
    for lane in others:
        threading.Thread(target=_run_lane, args=[lane], name=lane.name, daemon=True).start()
    _run_lane(first)


def _run_lane(lane: Lane) -> NoReturn:
    try:
        lane.run()
    finally:
        logger.critical("the lane %r of the clock has ended, and the clock with it", lane.name)
        os._exit(LANE_DIED)
