"""The oldest part of the audit can go, and what is left still proves itself."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from system import audit_retention
from system.audit_retention import PRUNED, prune_audit
from system.audit_verification import verify_audit
from system.models import AuditEntry
from tests.faults.home import Home
from tests.system.audit_log import TABLE, actions, last, last_changes, some_entries, tampered


def test_what_goes_is_put_on_record_with_the_digest_that_comes_next(any_home: Home) -> None:
    some_entries(3)
    third = AuditEntry.objects.get(pk=3)
    assert prune_audit(timezone.now()) == 3
    assert actions() == [PRUNED]
    anchor = last_changes()
    assert (anchor["through"], anchor["digest"], last().target) == (3, third.digest, "1 to 3")
    some_entries(2)
    assert verify_audit().problems == []
    with pytest.raises(IntegrityError, match="appended, never"), transaction.atomic():
        AuditEntry.objects.all().delete()


def test_again_and_again(home: Home) -> None:
    for _ in range(3):
        some_entries(2)
        prune_audit(timezone.now())
        assert verify_audit().problems == []
    assert prune_audit(timezone.now() - timedelta(days=1)) == 0
    assert AuditEntry.objects.count() == 1


def test_in_portions(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_retention, "PORTION", 2)
    some_entries(5)
    assert prune_audit(timezone.now()) == 5
    assert actions() == [PRUNED] * 3
    assert verify_audit().problems == []


def test_others_write_between_two_portions(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """One who comes as often as possible gets in among six portions."""
    monkeypatch.setattr(audit_retention, "PORTION", 50)
    some_entries(300)
    done = threading.Event()

    def write() -> None:
        while not done.wait(0.002):
            some_entries(1)
        connection.close()

    with ThreadPoolExecutor(1) as threads:
        writer = threads.submit(write)
        before = timezone.now()
        assert prune_audit(before) >= 300
        done.set()
        writer.result()
    anchors = list(AuditEntry.objects.filter(action=PRUNED).order_by("id").values_list("id", flat=True))
    assert len(anchors) >= 5
    assert AuditEntry.objects.filter(action="agent.change", id__range=(anchors[0], anchors[-1])).exists()
    assert verify_audit().problems == []


def test_what_is_young_stays_and_what_stands_behind_it_too(home: Home) -> None:
    some_entries(4)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {TABLE}_update")
        cursor.execute(f"UPDATE {TABLE} SET at = '2020-01-01 00:00:00' WHERE id IN (1, 2, 4)")
    assert prune_audit(timezone.now() - timedelta(hours=1)) == 2
    assert list(AuditEntry.objects.order_by("id").values_list("id", flat=True)) == [3, 4, 5]


def test_an_anchor_is_believed_only_for_what_it_says(home: Home) -> None:
    some_entries(4)
    prune_audit(timezone.now())
    some_entries(3)
    with tampered(f"DELETE FROM {TABLE} WHERE id = 5"):  # the anchor
        assert verify_audit().problems == [
            "Entries 1 to 5 are missing, and no retention has put on record that it did it."
        ]
    with tampered(f"UPDATE {TABLE} SET changes = '{{}}' WHERE id = 5"):
        found = verify_audit().problems
    assert len(found) == 2
    assert "Entry 5 (audit.prune) was edited" in found[0]
