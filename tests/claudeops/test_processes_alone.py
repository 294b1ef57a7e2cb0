"""Each process by itself, as systemd or a container starts it."""

import socket
import time

import pytest

from tests.claudeops.starting import Up
from tests.faults.api import Api
from tests.faults.home import Home, eventually


def test_the_web_serves_and_ends_on_sigterm(home: Home) -> None:
    process = home.manage("web")
    assert Api(home).get("/executions")[0] == 200
    assert home.said(f"Listening on 127.0.0.1, port {home.port}")
    began = time.monotonic()
    process.terminate()
    assert process.wait(10) == 0
    assert time.monotonic() - began < 3


def test_the_three_work_together(home: Home) -> None:
    for name in ("web", "worker", "clock"):
        home.manage(name)
    api = Api(home)
    status, execution = api.launch(home.agent("quick", "echo done"))
    assert status == 201
    path = f"/executions/{execution['id']}"
    eventually("it completes", lambda: api.get(path)[1]["status"] == "completed")


def test_a_port_that_is_taken_is_said_in_one_line(home: Home) -> None:
    with socket.create_server(("127.0.0.1", home.port)):
        assert home.manage("web").wait(30) == 1
    [line] = home.log.read_text().splitlines()
    assert f"Port {home.port} on 127.0.0.1 is taken" in line


@pytest.mark.parametrize("name", ["web", "worker", "clock"])
def test_without_tables_it_says_what_to_type(new_up: Up, name: str) -> None:
    assert new_up.manage(name).wait(30) == 1
    assert new_up.output() == (
        "CommandError: The database has no tables yet: type manage.py migrate, or manage.py up.\n"
    )
    new_up.database.unlink()
