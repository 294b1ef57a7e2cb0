"""What stops a start before anything has begun, in one line that says what to type."""

import socket
import subprocess

from tests.claudeops.starting import Up
from tests.faults.home import eventually


def test_a_port_that_is_taken(new_up: Up) -> None:
    with socket.create_server(("127.0.0.1", new_up.port)):
        assert new_up.start().wait(30) == 1
    expected = (
        f"Port {new_up.port} on 127.0.0.1 is taken; choose another, as in PORT={new_up.port + 1} make run"
    )
    assert new_up.output().splitlines() == [f"CommandError: {expected}"]
    assert not (new_up.directory / "test.db").exists()


def test_an_address_of_another_machine(new_up: Up) -> None:
    assert new_up.start(HOST="192.0.2.1").wait(30) == 1
    assert "HOST=192.0.2.1 is no address of this machine." in new_up.output()


def test_a_second_one_on_the_same_data(migrated_up: Up) -> None:
    first = migrated_up.start()
    eventually("it is up", lambda: migrated_up.said("ClaudeOps is up"))
    second = subprocess.run(
        migrated_up.command,
        env=migrated_up.environment(PORT="0"),
        cwd=migrated_up.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert second.returncode == 1
    assert second.stderr.splitlines() == [
        f"CommandError: ClaudeOps runs on {migrated_up.directory} already (process {first.pid});"
        " stop it, or name another CLAUDEOPS_DATA_DIR."
    ]
    assert second.stdout == ""


def test_a_database_that_does_not_answer(new_up: Up) -> None:
    assert new_up.start(DATABASE_URL="sqlite:////dev/null/none.db").wait(30) == 1
    assert "The database cannot be used: unable to open database file" in new_up.output()
