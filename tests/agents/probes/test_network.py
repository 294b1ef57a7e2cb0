"""Targets are tried at once and within one time-out; what cannot be reached is told as it is."""

import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from agents.probes.network import Network, NetworkParams, has_default_route
from agents.stopping import Stop, StopReason
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine


@pytest.fixture
def listening() -> Iterator[str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def closed() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        return f"127.0.0.1:{server.getsockname()[1]}"


@pytest.fixture
def mute() -> Iterator[str]:
    """Its queue of connections is full and nobody takes one: the kernel lets the next ones wait."""
    with (
        closing(socket.create_server(("127.0.0.1", 0), backlog=0)) as server,
        closing(socket.create_connection(server.getsockname())),
    ):
        yield f"127.0.0.1:{server.getsockname()[1]}"


def look(targets: list[str], **params: Any) -> dict[str, Any]:
    return Network().collect(NetworkParams(targets=targets, **params), on_this_machine()).data


def found(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(f.title, f.severity) for f in Network().assess(data, Thresholds())]


def test_reachable_and_unreachable_targets_are_told_apart(listening: str, closed: str) -> None:
    data = look([listening, closed, "no-such-host.invalid:80"])
    first, second, third = data["targets"]
    assert first["error"] == ""
    assert first["milliseconds"] >= 0
    assert "refused" in second["error"]
    assert third["error"].startswith(("there is no such name", "no resolver answers"))
    assert data["connected"] is True
    assert [severity for _, severity in found(data)] == ["warning"]


def test_a_target_that_never_answers_takes_one_time_out_for_all(mute: str) -> None:
    began = time.monotonic()
    data = look([mute] * 5, timeout_s=0.3)
    assert time.monotonic() - began < 1.5
    assert {row["error"] for row in data["targets"]} == {"no answer in time"}
    assert data["connected"] is False


def test_a_stop_does_not_wait_for_the_time_out(mute: str) -> None:
    stop = Stop()
    stop.request(StopReason.CANCELLED)
    began = time.monotonic()
    Network().collect(NetworkParams(targets=[mute], timeout_s=10), on_this_machine(stop=stop))
    assert time.monotonic() - began < 1


def test_without_targets_nothing_is_said_of_connections() -> None:
    data = look([])
    assert data["connected"] is None
    assert not any("reach" in title for title, _ in found(data))


@pytest.mark.parametrize(
    "target", ["host", "host:0", "host:70000", ":80", "a b:80", "http://x:80", "[::1]", "x:80\n"]
)
def test_what_is_not_host_and_port_is_refused(target: str) -> None:
    with pytest.raises(ValidationError, match="is not host:port"):
        NetworkParams(targets=[target])


def test_ipv6_stands_in_brackets() -> None:
    assert NetworkParams(targets=["[::1]:80", "nas.local:445"]).targets == ["[::1]:80", "nas.local:445"]


REACHED = {"target": "a:1", "milliseconds": 1.0, "error": ""}
REFUSED = {"target": "b:2", "milliseconds": None, "error": "Connection refused"}
UNRESOLVED = {"target": "c:3", "milliseconds": None, "error": "no resolver answers (x)"}


@pytest.mark.parametrize(
    ("targets", "route", "named", "expected"),
    [
        ([REACHED], True, False, []),
        ([REACHED, REFUSED], True, False, [("Not reachable: b:2", "info")]),
        ([REACHED, REFUSED], True, True, [("Not reachable: b:2", "warning")]),
        ([REACHED, UNRESOLVED], True, False, [("Names do not resolve", "warning")]),
        ([REFUSED], True, False, [("No target on the network can be reached", "warning")]),
        ([REFUSED], False, False, [("This machine has no way to the outside", "info")]),
        ([REFUSED], False, True, [("This machine has no way to the outside", "warning")]),
    ],
)
def test_no_internet_is_no_failure(
    targets: list[Any], route: bool, named: bool, expected: list[tuple[str, str]]
) -> None:
    data = {
        "connected": REACHED in targets,
        "default_route": route,
        "targets_were_named": named,
        "targets": targets,
        "interfaces": [],
    }
    assert found(data) == expected


def test_errors_count_when_they_are_many_for_the_packets() -> None:
    quiet: dict[str, Any] = {
        "connected": None,
        "default_route": True,
        "targets_were_named": False,
        "targets": [],
    }

    def judge(errors: int, packets: int) -> list[tuple[str, str]]:
        row = {"name": "eth0", "errors": errors, "drops": 0, "new_errors": errors, "new_packets": packets}
        return found({**quiet, "interfaces": [row]})

    assert judge(99, 100) == []
    assert judge(500, 10_000_000) == []
    assert judge(500, 100_000) == [("Interface eth0 has 500 transmission errors", "warning")]


def test_counters_are_compared_with_the_last_run() -> None:
    first = look([])
    if not first["interfaces"]:
        return
    name = first["interfaces"][0]["name"]
    before = {"name": name, "packets": 0, "errors": 10**15, "drops": 0}  # more than now: counters began anew
    second = (
        Network().collect(NetworkParams(targets=[]), on_this_machine(previous={"interfaces": [before]})).data
    )
    row = next(row for row in second["interfaces"] if row["name"] == name)
    assert row["new_packets"] == row["packets"]
    assert row["new_errors"] == row["errors"]


def test_a_default_route_is_seen(tmp_path: Path) -> None:
    head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
    assert has_default_route(tmp_path) is None
    (tmp_path / "route").write_text(head + "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n")
    assert has_default_route(tmp_path) is False
    (tmp_path / "route").write_text(head + "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\n")
    assert has_default_route(tmp_path) is True
    (tmp_path / "route").write_text(head)
    zero = "0" * 32
    (tmp_path / "ipv6_route").write_text(
        f"{zero} 00 {zero} 00 {zero} ffffffff 00000001 00000000 00200200       lo\n"
    )
    assert has_default_route(tmp_path) is False
    (tmp_path / "ipv6_route").write_text(
        f"{zero} 00 {zero} 00 {zero} 00000400 00000001 00000000 00000003     eth0\n"
    )
    assert has_default_route(tmp_path) is True
