"""The audit is appended to and nothing else, and whoever gets round that is found out, on both engines."""

import io
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from system.audit import record
from system.audit_chain import COVERED, digest_of
from system.audit_verification import Head, verify_audit, verify_nightly
from system.models import Alert, AuditEntry
from system.writing import one_writer
from tests.faults.home import Home
from tests.system.audit_log import TABLE, some_entries, tampered

COLUMNS = ", ".join([*COVERED, "digest"])
SHIFT_UP = (
    f"UPDATE {TABLE} SET id = id + 100 WHERE id > 2",
    f"UPDATE {TABLE} SET id = id - 99 WHERE id > 100",
)
BUT_ID = ", ".join(name for name in (*COVERED, "digest") if name != "id")
COPY_2_AS_3 = f"INSERT INTO {TABLE} (id, {BUT_ID}) SELECT 3, {BUT_ID} FROM {TABLE} WHERE id = 2"


@pytest.fixture
def chain(any_home: Home) -> None:
    some_entries(5)
    assert verify_audit().problems == []


def problems(*statements: str, noted: Head | None = None) -> list[str]:
    with tampered(*statements):
        return verify_audit(noted).problems


def test_the_database_refuses_everything_but_the_next_entry(chain: None) -> None:
    copy_2 = f"INTO {TABLE} ({COLUMNS}) SELECT {COLUMNS} FROM {TABLE} WHERE id = 2"
    by_engine = {"postgresql": f"TRUNCATE {TABLE}", "sqlite": f"INSERT OR REPLACE {copy_2}"}
    for statement in (
        f"UPDATE {TABLE} SET actor = 'nobody' WHERE id = 2",
        f"DELETE FROM {TABLE} WHERE id = 5",
        f"INSERT {copy_2}",
        by_engine[connection.vendor],
    ):
        with pytest.raises(IntegrityError, match="appended, never"), connection.cursor() as cursor:
            cursor.execute(statement)
    assert verify_audit().entries == 5


def test_an_edited_entry_is_named_and_no_other(chain: None) -> None:
    edits = {
        "at": "2020-01-01 00:00:00", "actor": "x", "door": "api", "address": "x", "token": "x",
        "action": "x.y", "target": "x", "changes": "nonsense",
    }  # fmt: skip
    assert {*edits, "id", "previous"} == set(COVERED)
    for column, value in edits.items():
        (found,) = problems(f"UPDATE {TABLE} SET {column} = '{value}' WHERE id = 3")
        assert found.startswith("Entry 3 "), column
        assert found.endswith("was edited, or put in: its digest is not its own."), column


def test_an_edited_digest_is_named(chain: None) -> None:
    found = problems(f"UPDATE {TABLE} SET digest = '{'0' * 64}' WHERE id = 3")
    assert "Entry 3 (agent.change) was edited" in found[0]
    assert found[1] == "Entry 4 does not follow from entry 3: one was exchanged."


def test_an_entry_edited_with_its_digest_breaks_from_the_next(chain: None) -> None:
    entry = AuditEntry.objects.get(pk=3)
    entry.actor = "somebody else"
    digest = digest_of([getattr(entry, name) for name in COVERED])
    forged = f"UPDATE {TABLE} SET actor = 'somebody else', digest = '{digest}' WHERE id = 3"
    assert problems(forged) == ["Entry 4 does not follow from entry 3: one was exchanged."]


def test_what_is_missing_is_named(chain: None) -> None:
    for gone, said in (
        ("id = 3", "Entry 3 is missing."),
        ("id IN (2, 3, 4)", "Entries 2 to 4 are missing."),
        ("id = 5", "Entry 5 is missing."),
        ("id > 3", "Entries 4 to 5 are missing."),
        ("id < 3", "Entries 1 to 2 are missing, and no retention has put on record that it did it."),
        ("id > 0", "Entries 1 to 5 are missing."),
    ):
        assert problems(f"DELETE FROM {TABLE} WHERE {gone}") == [said]


def test_an_entry_that_was_put_in_is_named(chain: None) -> None:
    found = problems(*SHIFT_UP, COPY_2_AS_3)
    assert "Entry 3 (agent.change) was edited, or put in: its digest is not its own." in found


def test_two_entries_that_were_exchanged_are_named(chain: None) -> None:
    found = problems(
        f"UPDATE {TABLE} SET id = 99 WHERE id = 2",
        f"UPDATE {TABLE} SET id = 2 WHERE id = 4",
        f"UPDATE {TABLE} SET id = 4 WHERE id = 99",
    )
    assert {text.split(" ")[1] for text in found} >= {"2", "4"}


def test_a_chain_made_anew_is_found_by_a_head_that_was_noted(chain: None) -> None:
    head = verify_audit().head
    with tampered(f"DELETE FROM {TABLE}", "DELETE FROM system_counter"):
        some_entries(5)
        assert verify_audit().problems == []
        assert verify_audit(head).problems == [
            "Entry 5 is not the one that was noted: the chain was made anew."
        ]
    with tampered(f"DELETE FROM {TABLE} WHERE id > 3", "UPDATE system_counter SET value = 3"):
        assert verify_audit().problems == []
        assert verify_audit(head).problems == ["Entries 4 to 5 are missing."]


def test_what_is_rolled_back_was_never_there(chain: None) -> None:
    with transaction.atomic():
        record("agent.create", "never")
        transaction.set_rollback(True)
    with transaction.atomic():
        record("agent.create", "after all")
    assert verify_audit().problems == []
    assert AuditEntry.objects.latest("id").pk == 6


def test_outside_of_a_transaction_nothing_is_put_on_record(chain: None) -> None:
    with pytest.raises(transaction.TransactionManagementError):
        record("agent.create", "alone")


def test_many_writers_at_once_make_one_chain(any_home: Home) -> None:
    def write(name: str) -> None:
        try:
            for number in range(15):
                with one_writer():
                    record("agent.change", f"{name}-{number}")
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(f"writer-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    verdict = verify_audit()
    assert (verdict.entries, verdict.problems) == (60, [])


def run_command(*arguments: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", *arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def home_chain(db: None) -> None:
    some_entries(3)


def test_the_command_prints_the_head_and_takes_it_again(home_chain: None) -> None:
    said = run_command()
    assert said.startswith("The audit holds: 3 entries. Head: 3:")
    head = said.rpartition(" ")[2].strip()
    some_entries(1)
    assert "4 entries" in run_command("--head", head)


@pytest.mark.parametrize("head", ["3", "3:", "x:y", ":abc", "-1:abc"])
def test_the_command_refuses_a_head_that_is_none(home_chain: None, head: str) -> None:
    with pytest.raises(CommandError, match="NUMBER:DIGEST"):
        run_command(f"--head={head}")


def test_the_command_fails_and_names_what_was_edited(home_chain: None) -> None:
    with tampered(f"UPDATE {TABLE} SET actor = 'x' WHERE id = 2"):
        out = io.StringIO()
        with pytest.raises(CommandError, match="does not hold: 1 problems") as refusal:
            call_command("verify_audit", stdout=out, stderr=out)
    assert refusal.value.returncode == 1
    assert "Entry 2 (agent.change) was edited" in out.getvalue()


@pytest.mark.django_db
def test_every_night_it_is_read_and_said_once_if_it_does_not_hold() -> None:
    some_entries(3)
    assert verify_nightly(timezone.now()).startswith("3 entries hold. Head: 3:")
    with tampered(f"UPDATE {TABLE} SET actor = 'x' WHERE id = 2"):
        for _ in range(2):
            assert "1 problems. Entry 2 (agent.change) was edited" in verify_nightly(timezone.now())
        alert = Alert.objects.get()
        assert (alert.kind, alert.severity, alert.is_open) == ("audit-broken", "critical", True)
