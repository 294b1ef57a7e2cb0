"""Processes killed at random points between reserving, asking and recording leave nothing that blocks."""

import subprocess
import sys
from decimal import Decimal

from django.conf import settings as django_settings
from pytest_django import Settings

from agents.reconciler import reconcile
from costs.models import Budget, CostRecord, Reservation
from executions.models import Execution, Status
from tests.faults.asking import ENVIRONMENT, has_ended, in_use
from tests.faults.home import ROOT, Home, eventually
from tests.faults.spending import COST, a_spender

KILLS = 100
ROOM_FOR = 150  # requests: about as many as the processes get through


def test_nothing_stays_reserved_and_nothing_is_overspent(any_home: Home, settings: Settings) -> None:
    settings.LEASE_SECONDS = 1
    a_spender()
    budget = Budget.objects.create(name="all", amount_usd=ROOM_FOR * COST)
    process = kill_again_and_again(any_home)
    most, held = Decimal(0), set[int]()
    while not has_ended(process):
        most = max(most, in_use(budget))
        held |= set(Reservation.objects.values_list("execution_id", flat=True))
        reconcile(django_settings.NODE_NAME)
    assert process.returncode == 0
    eventually("every lost run is settled", settled)
    assert Execution.objects.filter(status=Status.COMPLETED).count() > KILLS / 3
    killed_while_holding = Execution.objects.filter(pk__in=held, status=Status.PENDING).count()
    assert killed_while_holding > KILLS / 50
    assert not Reservation.objects.exists()
    assert in_use(budget) <= most <= ROOM_FOR * COST
    assert in_use(budget) == CostRecord.objects.count() * COST


def kill_again_and_again(home: Home) -> "subprocess.Popen[bytes]":
    short = {"CLAUDEOPS_LEASE_SECONDS": "1", "CLAUDEOPS_HEARTBEAT_SECONDS": "0.2"}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.many_runs", "killed", str(KILLS)],
        cwd=ROOT,
        env=home.environment(**ENVIRONMENT, **short),
    )


def settled() -> bool:
    reconcile(django_settings.NODE_NAME)
    return not Execution.objects.running().exists()
