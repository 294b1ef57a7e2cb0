"""Backups taken while four processes write without a pause, each restored elsewhere and looked into.

python -m tests.system.backups.under_load ROUNDS each|last   # prints a line of JSON for each round

CLAUDEOPS_DATA_DIR has a migrated database. What was queued in the copy is run by real workers, in each round
or in the last one. Every writer adds an alert and a count of it in one transaction, and launches runs.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import django

WRITERS = 4
PAUSE_SECONDS = float(os.environ.get("PAUSE_SECONDS", "0"))  # between two transactions of a writer
LAUNCHES = 2  # of each writer and round
AGENT = "counts"
ROOT = Path(__file__).resolve().parents[3]


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudeops.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 (after django.setup())

    rounds, which = int(sys.argv[1]), sys.argv[2]
    here: Path = settings.DATA_DIR
    make_agent(here)
    for number in range(1, rounds + 1):
        elsewhere = here / f"elsewhere-{number}"
        elsewhere.mkdir()
        before = written(here / "test.db")
        with writers(number):
            wait_until(lambda before=before: written(here / "test.db") > before + 20, "the writers write")
            figures = one_round(here, elsewhere)
        if which == "each" or number == rounds:
            figures["ran"] = run_what_was_queued(here, elsewhere)
            assert figures["ran"] == figures["pending"], "what was queued did not run once"
        sys.stdout.write(json.dumps({"round": number, **figures}) + "\n")
        sys.stdout.flush()


def one_round(here: Path, elsewhere: Path) -> dict[str, Any]:
    live = here / "test.db"
    began, first = time.monotonic(), written(live)
    assert in_child(back_up) == 0, "no backup"
    took = time.monotonic() - began
    meanwhile = written(live) - first
    assert meanwhile > 0, "the writers stood still"
    file = max((here / "backups").glob("backup-*.gz"))
    assert in_child(lambda: restore_into(elsewhere, file)) == 0, "not restored"
    found = contents(elsewhere / "test.db")
    assert first <= found["alerts"] <= written(live)
    return {"backup_s": round(took, 2), "written_meanwhile": meanwhile, **found}


def contents(file: Path) -> dict[str, int]:
    """Raises AssertionError unless all of it is of one moment."""
    with closing(sqlite3.connect(file)) as database:

        def number(query: str) -> int:
            return int(database.execute(query).fetchone()[0])

        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        alerts = number("SELECT count(*) FROM system_alert WHERE kind = 'load'")
        assert number("SELECT sum(value) FROM system_counter WHERE name = 'load'") == alerts
        pending = number("SELECT count(*) FROM executions_execution WHERE status = 'pending'")
        assert number("SELECT count(*) FROM django_q_ormq") == pending
        assert number("SELECT sum(event_count) FROM executions_execution") == number(
            "SELECT count(*) FROM executions_executionevent"
        )
        assert database.execute("SELECT value FROM system_appsetting WHERE key = 'mine'").fetchall()
    return {"alerts": alerts, "pending": pending}


def run_what_was_queued(here: Path, elsewhere: Path) -> int:
    """How often something ran, once all have ended; the agent notes each in `here`."""
    from django.conf import settings  # noqa: PLC0415

    ran = here / "ran"
    ran.write_text("")
    file = elsewhere / "test.db"
    # The same secret key, as a person would keep it: it signs what is queued.
    kept = {"SECRET_KEY": settings.SECRET_KEY, "CLAUDEOPS_DATA_DIR": str(elsewhere)}
    with subprocess.Popen(
        [sys.executable, "manage.py", "worker"], cwd=ROOT, env={**os.environ, **kept}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as worker:  # fmt: skip
        try:
            wait_until(lambda: ended(file) == all_runs(file), "all have run")
        finally:
            worker.terminate()
            worker.wait(15)
    with closing(sqlite3.connect(file)) as database:
        failed = database.execute("SELECT status, attempt FROM executions_execution").fetchall()
    assert set(failed) == {("completed", 1)}, set(failed)
    return len(ran.read_text().splitlines())


def ended(file: Path) -> int:
    return count(file, "executions_execution WHERE status IN ('completed', 'failed')")


def all_runs(file: Path) -> int:
    return count(file, "executions_execution")


def written(file: Path) -> int:
    return count(file, "system_alert WHERE kind = 'load'")


def count(file: Path, what: str) -> int:
    return int(query(file, f"SELECT count(*) FROM {what}"))


def query(file: Path, statement: str) -> Any:
    with closing(sqlite3.connect(file, timeout=20)) as database:
        return database.execute(statement).fetchone()[0]


def wait_until(look: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + 60
    while not look():
        assert time.monotonic() < give_up, f"not within a minute: {what}"
        time.sleep(0.02)


def make_agent(here: Path) -> None:
    from agents.models import AgentConfiguration  # noqa: PLC0415
    from system.models import AppSetting  # noqa: PLC0415

    step = {"name": "count", "type": "command", "argv": ["/bin/sh", "-c", f"echo ran >> '{here}/ran'"]}
    AgentConfiguration.objects.create(
        agent_type=AGENT, name=AGENT, config={"steps": [step]}, max_concurrent_executions=10_000
    )
    AppSetting.objects.create(key="mine", value="before")


@contextmanager
def writers(number: int) -> Iterator[None]:
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    children = []
    for writer in range(WRITERS):
        if not (child := os.fork()):
            write_for_ever(number, writer)
        children.append(child)
    try:
        yield
    finally:
        for child in children:
            os.kill(child, signal.SIGTERM)
            os.waitpid(child, 0)


def write_for_ever(number: int, writer: int) -> None:
    from django.db import transaction  # noqa: PLC0415

    from agents.launching import launch_agent  # noqa: PLC0415
    from system.alerts import raise_alert  # noqa: PLC0415
    from system.counters import count as add_one  # noqa: PLC0415
    from system.models import Severity  # noqa: PLC0415

    done = 0
    try:
        while True:
            with transaction.atomic():
                key = f"{number}:{writer}:{done}"
                raise_alert(kind="load", key=key, severity=Severity.INFO, title=key)
                add_one("load", str(writer))
            if done % 10 == 0 and done < 10 * LAUNCHES:
                launch_agent(AGENT)
            done += 1
            time.sleep(PAUSE_SECONDS)
    finally:
        os._exit(1)


def back_up() -> None:
    from django.core.management import call_command  # noqa: PLC0415

    call_command("backup", stdout=StringIO())


def restore_into(elsewhere: Path, file: Path) -> None:
    """As `manage.py restore` on another data directory, without the seconds that Django takes to load."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    database = connections.settings["default"]
    connections.settings["default"] = database | {"NAME": str(elsewhere / "test.db")}
    del connections["default"]
    settings.DATA_DIR, settings.BACKUP_DIR = elsewhere, elsewhere / "backups"
    call_command("restore", str(file), stdout=StringIO())


def in_child(work: Callable[[], None]) -> int:
    from django.db import connections  # noqa: PLC0415

    connections.close_all()
    if not (child := os.fork()):
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
