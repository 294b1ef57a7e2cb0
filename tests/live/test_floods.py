"""Who opens connections and says little on them, or much, keeps nobody else from the console."""

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator

import pytest
from websockets.sync.client import connect

from system.models import ApiToken
from system.roles import Role
from tests.live.site import Site, Watcher, eventually

ARRIVAL_SECONDS = 2
SOCKETS = 3
ASKED = 100  # a minute


@pytest.fixture(scope="module")
def site(stopped_site: Site) -> Site:
    stopped_site.start(
        CLAUDEOPS_ARRIVAL_SECONDS=str(ARRIVAL_SECONDS),
        CLAUDEOPS_SOCKETS_PER_CALLER=str(SOCKETS),
        CLAUDEOPS_RATE_PER_ADDRESS=str(ASKED),
        CLAUDEOPS_RATE_PER_TOKEN="5",
    )
    return stopped_site


@contextlib.contextmanager
def wire(site: Site, sent: bytes) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", site.port), 5) as connection:
        connection.sendall(sent)
        yield connection


def is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False
    finally:
        connection.setblocking(True)


BEGUN = [
    b"GET",  # not even a line
    b"GET / HTTP/1.1\r\nHost: here\r\nX-Slow: ",
    b"POST /api/v1/hooks/x HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n{",
    b"POST /api/v1/hooks/x HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n",
]


@pytest.mark.parametrize("begun", BEGUN)
def test_a_request_that_drips_is_broken_off(site: Site, begun: bytes) -> None:
    """With a byte every 50 ms it would never be idle. A line may have as long again as the wait for it."""
    began = time.monotonic()
    with wire(site, begun) as connection:
        while is_open(connection):
            with contextlib.suppress(OSError):
                connection.sendall(b"x")
            time.sleep(0.05)
            assert time.monotonic() - began < 2 * ARRIVAL_SECONDS + 5
    assert time.monotonic() - began >= ARRIVAL_SECONDS - 0.5


def test_a_connection_is_kept_for_one_request_after_the_other(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    for _ in range(3):
        time.sleep(0.7 * ARRIVAL_SECONDS)  # each has its own time
        connection.request("GET", "/api/v1/docs")
        assert connection.getresponse().read()
        first = connection.sock
        assert first is not None


def test_one_token_has_so_many_sockets_and_another_its_own(site: Site) -> None:
    mine, yours = (f"Bearer {site.token()[1]}" for _ in range(2))
    with contextlib.ExitStack() as stack:
        for _ in range(SOCKETS):
            stack.enter_context(connect(site.url(), additional_headers={"Authorization": mine}))
        assert site.knock(Authorization=mine) == 403
        assert site.knock("/ws/pulse/", Authorization=mine) == 403
        assert site.knock(Authorization=yours) == 101
    eventually("a place is free again", lambda: site.knock(Authorization=mine) == 101)


def test_commands_on_a_socket_count_as_requests_do(site: Site) -> None:
    execution = site.pending()
    with site.watch(role=Role.VIEWER) as watcher:
        said = [_answer(watcher, str(execution.uid)) for _ in range(7)]
    assert "Only an operator may cancel" in said[0]
    assert "may ask 5 times a minute" in said[-1]


def _answer(watcher: Watcher, uid: str) -> str:
    watcher.say("cancel:execution", execution_id=uid)
    return json.dumps(watcher.until("error")[-1])


def test_handshakes_count_as_requests_do_whatever_they_show(site: Site) -> None:
    """Last: from here on the address has asked too often."""
    shown = [f"Bearer {site.token()[1]}" for _ in range(2)]
    found = [site.knock(Authorization=shown[number % 2]) for number in range(ASKED + 5)]
    assert found[-1] == 403
    assert ApiToken.objects.filter(revoked_at=None).exists()
