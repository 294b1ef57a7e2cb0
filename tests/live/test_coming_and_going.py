"""Sockets that come and go in every manner leave nothing behind; sockets at rest cost next to nothing."""

import socket
import struct
import time
from contextlib import ExitStack

from websockets.sync.client import connect

from tests.live.site import Site, eventually

ROUNDS = 200
REST_SECONDS = 4.0


def come_and_go(site: Site, bearer: str) -> None:
    """Five clients: one closes in order, one vanishes, one resets, one is refused, one gives up half-way."""
    headers = {"Authorization": bearer}
    with connect(site.url(), additional_headers=headers):
        pass
    with connect(site.url("/ws/executions/?after=0"), additional_headers=headers) as vanishing:
        vanishing.socket.shutdown(socket.SHUT_RDWR)
    with connect(site.url(), additional_headers=headers) as resetting:
        resetting.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        resetting.socket.close()
    assert site.knock() == 403
    with socket.create_connection(("127.0.0.1", site.port)) as hesitant:
        hesitant.sendall(b"GET /ws/executions/ HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n")


def test_a_thousand_connections_leave_nothing_behind(site: Site) -> None:
    bearer = f"Bearer {site.token()[1]}"
    for _ in range(3):
        come_and_go(site, bearer)
    eventually("the first have gone", lambda: not site.bells())
    files, memory = site.open_files(), site.resident_mib()
    for _ in range(ROUNDS):
        come_and_go(site, bearer)
    eventually("nobody listens to the events any more", lambda: not site.bells())
    eventually("all files are closed", lambda: site.open_files() <= files)

    assert site.resident_mib() - memory < 30
    with site.watch() as watcher:
        site.pending()
        assert watcher.next()["event"] == "execution:log"


def share_of_a_core(site: Site) -> float:
    began, used = time.monotonic(), site.cpu_seconds()
    time.sleep(REST_SECONDS)
    return (site.cpu_seconds() - used) / (time.monotonic() - began)


def test_at_rest_there_is_nothing_to_do(site: Site) -> None:
    eventually("nobody listens", lambda: not site.bells())
    without = share_of_a_core(site)
    with ExitStack() as stack:
        for _ in range(40):
            stack.enter_context(site.watch())
        assert len(site.bells()) == 1
        with_forty = share_of_a_core(site)

    assert without < 0.02
    assert with_forty < 0.02
