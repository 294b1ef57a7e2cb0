"""The rows tell what the directory holds, whatever was killed, deleted, or known to an older database."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from system import app_settings
from system.backups.duties import OFF, drill_newest, take_daily, verify_asked
from system.backups.rows import GONE, LOST, ask_to_verify, begin_backup, queue_backup, sync_rows
from system.backups.store import stored_in
from system.counters import counted
from system.errors import AlreadySaid
from system.models import Alert, Backup
from tests.faults.home import Home
from tests.system.backups.taking import names_in, take

NOW = timezone.now()


@pytest.fixture(autouse=True)
def _switched_on(place: Home) -> None:
    app_settings.set_value("backup.enabled", True)


def sync() -> None:
    sync_rows(stored_in(settings.BACKUP_DIR), timezone.now())


def ask() -> None:
    """One that is kept beside others of its day."""
    queue_backup(asked_by="owner")
    take_daily(NOW)


def test_what_was_cut_off_has_failed(place: Home) -> None:
    backup = begin_backup(trigger=Backup.Trigger.DAILY)
    sync()
    backup.refresh_from_db()
    assert (backup.state, backup.error) == ("failed", LOST)
    assert backup.ended_at is not None


def test_what_another_node_takes_is_none_of_ours(place: Home) -> None:
    backup = begin_backup(trigger=Backup.Trigger.DAILY)
    Backup.objects.update(node_id="elsewhere")
    sync()
    assert Backup.objects.get(pk=backup.pk).state == "running"


def test_one_whose_row_did_not_hear_of_its_end_is_good(place: Home) -> None:
    """As in every restored database: it holds the row of the very backup that it comes from."""
    backup = begin_backup(trigger=Backup.Trigger.MANUAL, asked_by="owner")
    stored = take()
    Backup.objects.update(name=stored.name)
    sync()
    backup.refresh_from_db()
    assert (backup.state, backup.asked_by, backup.path) == ("completed", "owner", str(stored.file))
    assert (backup.size_bytes, backup.sha256) == (stored.manifest.size, stored.manifest.sha256)


def test_one_that_no_row_knows_gets_one(place: Home) -> None:
    stored = take(trigger="manual")
    sync()
    sync()
    found = Backup.objects.get()
    assert (found.name, found.state, found.trigger) == (stored.name, "completed", "manual")
    assert found.started_at == stored.manifest.created_at


def test_one_whose_file_goes_is_bad_until_it_is_back(place: Home) -> None:
    take_daily(NOW)
    backup = Backup.objects.get()
    aside = backup.file.rename(place.directory / "aside")
    sync()
    backup.refresh_from_db()
    assert (backup.state, backup.error, backup.verified_at) == ("failed", GONE, None)
    aside.rename(backup.file)
    sync()
    backup.refresh_from_db()
    assert (backup.state, backup.error) == ("completed", "")


def test_failures_are_forgotten_after_a_while(place: Home) -> None:
    for days in (10, 100):
        begin_backup(trigger=Backup.Trigger.DAILY)
        Backup.objects.filter(state="running").update(
            started_at=timezone.now() - timedelta(days=days), state="failed", ended_at=NOW
        )
    sync()
    assert Backup.objects.count() == 1


def test_switched_off_nothing_is_taken_but_what_a_person_asks_for(place: Home) -> None:
    app_settings.set_value("backup.enabled", False)
    assert take_daily(NOW) == OFF
    assert drill_newest(NOW) == OFF
    assert verify_asked(NOW) == "There is nothing on this node to verify."
    queued = queue_backup(asked_by="owner")
    assert queue_backup(asked_by="another").pk == queued.pk
    said = take_daily(NOW)
    taken = Backup.objects.get()
    assert (taken.pk, taken.state, taken.trigger, taken.asked_by) == (
        queued.pk,
        "completed",
        "manual",
        "owner",
    )
    assert taken.name in said
    assert taken.name != queued.name


def test_a_drill_restores_the_newest_and_says_so(place: Home) -> None:
    assert drill_newest(NOW) == "There is no backup on this node to try."
    ask()
    ask()
    older, newest = Backup.objects.order_by("pk")
    before = names_in(place.directory)
    assert drill_newest(NOW).startswith(f"{newest.name}: Restored ")
    newest.refresh_from_db()
    older.refresh_from_db()
    assert newest.drill_passed is True
    assert f"with {sum(newest.manifest['rows'].values())} rows" in newest.drill_detail
    assert older.drilled_at is None
    assert names_in(place.directory) == before


def test_a_drill_that_fails_is_an_alert_until_one_passes(place: Home) -> None:
    take_daily(NOW)
    backup = Backup.objects.get()
    content = backup.file.read_bytes()
    backup.file.write_bytes(content[:-1])
    for _ in range(2):
        with pytest.raises(AlreadySaid, match="it is not whole"):
            drill_newest(NOW)
    backup.refresh_from_db()
    assert backup.drill_passed is False
    assert "it is not whole" in backup.drill_detail
    said = Alert.objects.get()
    assert (said.kind, said.subject) == ("backup-failed", "backup-drill")
    backup.file.write_bytes(content)
    drill_newest(NOW)
    said.refresh_from_db()
    assert not said.is_open
    assert dict(counted("backups")) == {("completed",): 1, ("drill-failed",): 2, ("drill-completed",): 1}


def test_what_is_asked_for_is_verified_and_else_the_one_that_waited_longest(place: Home) -> None:
    for _ in range(3):
        ask()
    first, second, third = Backup.objects.order_by("pk")
    Backup.objects.update(verified_at=NOW)
    Backup.objects.filter(pk=second.pk).update(verified_at=NOW - timedelta(days=1))
    assert verify_asked(NOW) == f"{second.name}: right"
    ask_to_verify(third)
    third.file.write_bytes(b"rotten")
    assert f"{third.name}: {third.file.name} has 6 bytes" in verify_asked(NOW)
    third.refresh_from_db()
    assert (third.state, third.verify_asked_at) == ("failed", None)
    assert Alert.objects.get().title == f"The backup {third.name} is no good any more"
    assert first.name in verify_asked(NOW)


def test_one_of_another_host_is_left_to_that_host(place: Home) -> None:
    take_daily(NOW)
    backup = Backup.objects.get()
    Backup.objects.update(node_id="elsewhere", path=str(Path("/nowhere") / backup.file.name))
    ask_to_verify(Backup.objects.get())
    assert verify_asked(NOW) == "There is nothing on this node to verify."
    assert Backup.objects.get().state == "completed"
