"""A secret of the machine that a command prints, in whatever disguise, is found nowhere afterwards."""

import base64
import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from agents.launching import launch_agent
from agents.models import AgentConfiguration
from agents.runner import run_claimed
from executions.models import ExecutionEvent
from executions.services import claim_execution
from system.backups.naming import name_of
from system.backups.taking import take_backup
from system.redaction import REDACTED, default_redactor
from system.roles import Role
from tests.console import a_user
from tests.faults.home import Home

SECRET = "correct/horse+battery~staple%1987"
DISGUISES = {
    "plain": SECRET,
    "base64": base64.b64encode(f"user:{SECRET}".encode()).decode(),
    "hex": SECRET.encode().hex(),
    "url": quote(SECRET, safe=""),
    "json": f'{{"token": "{SECRET}"}}',
    "coloured": f"{SECRET[:9]}\x1b[31m{SECRET[9:]}",
}
# Each text in two writes, with its second half late: no chunk of the pipe holds the whole of it.
PRINT = """
import sys, time
texts = open(sys.argv[1]).read().split(chr(0))
for text in texts:
    for part in (text[:len(text) // 2], text[len(text) // 2:] + chr(10)):
        sys.stdout.write(part); sys.stdout.flush(); time.sleep(0.02)
    sys.stderr.write("warning: " + text + chr(10))
sys.exit("cannot sign in with " + texts[0])
"""


@pytest.fixture
def _planted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DEPLOY_TOKEN", SECRET)
    default_redactor.cache_clear()
    yield
    default_redactor.cache_clear()


def forms() -> list[bytes]:
    coded = base64.b64encode(SECRET.encode()).decode().rstrip("=")
    return [form.encode() for form in (SECRET, coded[4:-4], SECRET.encode().hex(), quote(SECRET, safe=""))]


def assert_clean(content: bytes, what: str) -> None:
    for form in forms():
        assert form not in content, what


@pytest.mark.usefixtures("_planted")
def test_it_is_in_no_row_event_page_answer_log_or_backup(
    home: Home, settings: Settings, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    settings.BACKUP_DIR = home.directory / "backups"
    found = home.directory.parent / "found"  # as a program finds it: no agent's configuration names it
    found.write_text("\0".join(DISGUISES.values()))
    uid = a_run_that_prints(found)
    assert ExecutionEvent.objects.filter(event="execution:log").count() > len(DISGUISES)
    assert_clean(rows(), "the rows")
    assert REDACTED.encode() in rows()
    for place in (home.directory / "test.db", home.directory / "test.db-wal"):
        assert_clean(place.read_bytes() if place.exists() else b"", place.name)
    assert_clean(gzip.decompress(a_backup().read_bytes()), "the backup")
    for path in (f"/executions/execution/{uid}/change/", *answers(uid)):
        assert_clean(seen(path), path)
    assert_clean((caplog.text + "".join(capfd.readouterr())).encode(), "the log")


def a_run_that_prints(found: Path) -> str:
    argv = ["python3", "-c", PRINT, str(found)]
    step: dict[str, Any] = {"name": "Print", "type": "command", "argv": argv, "read_only": True}
    AgentConfiguration.objects.create(agent_type="leaky", name="Leaky", config={"steps": [step]})
    execution, _ = launch_agent("leaky")
    lease = claim_execution(execution.pk, owner="test")
    assert lease is not None
    run_claimed(lease)
    return str(execution.uid)


def rows() -> bytes:
    with sqlite3.connect(connection.settings_dict["NAME"]) as database:
        return "\n".join(database.iterdump()).encode()


def a_backup() -> Path:
    now = timezone.now()
    return take_backup(name_of(now), settings.BACKUP_DIR, trigger="daily", created_at=now).file


def answers(uid: str) -> list[str]:
    of_it = f"/api/v1/executions/{uid}"
    return [f"{of_it}?include=logs", f"{of_it}/events", f"{of_it}/logs", "/api/v1/executions"]


def seen(path: str) -> bytes:
    browser = Client()
    browser.force_login(a_user(path, Role.ADMIN))
    response = browser.get(path)
    assert response.status_code == 200
    return response.getvalue()
