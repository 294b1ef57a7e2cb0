"""With Redis, writers on other hosts ring too; without it, and with it again, nothing is lost."""

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from executions.services import Tracker
from tests.live.site import Site, Watcher, eventually, from_another_host

pytestmark = pytest.mark.redis

REDIS = ("127.0.0.1", 6379)
ROUNDS = 20
# Polling alone would take half a second for each on average.
WOKEN_SECONDS = 5.0


class Line:
    """The way to Redis, which can be cut."""

    def __init__(self) -> None:
        self._ends: list[socket.socket] = []
        self._exchange = socket.create_server(("127.0.0.1", 0))
        self.port = self._exchange.getsockname()[1]
        self._is_cut = False
        threading.Thread(target=self._connect_all, daemon=True).start()

    def _connect_all(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._exchange.accept()
                if self._is_cut:
                    near.close()
                    continue
                far = socket.create_connection(REDIS)
                self._ends += [near, far]
                for source, target in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=[source, target], daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)

    def cut(self) -> None:
        self._is_cut = True
        while self._ends:
            with contextlib.suppress(OSError):
                self._ends.pop().shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self._is_cut = False

    def close(self) -> None:
        self.cut()
        self._exchange.close()


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    line = Line()
    yield line
    line.close()


@pytest.fixture(scope="module")
def site(stopped_site: Site, line: Line) -> Site:
    stopped_site.start(REDIS_URL=f"redis://127.0.0.1:{line.port}/0")
    return stopped_site


@pytest.fixture
def other_host(site: Site, tmp_path: Path) -> Iterator[None]:
    with from_another_host(tmp_path, f"redis://{REDIS[0]}:{REDIS[1]}/0"):
        yield


def seconds_for(watcher: Watcher, tracker: Tracker) -> float:
    began = time.monotonic()
    for number in range(ROUNDS):
        tracker.add_log(str(number))
        assert watcher.next()["data"]["message"] == str(number)
    return time.monotonic() - began


@pytest.mark.usefixtures("other_host")
def test_another_host_rings(site: Site) -> None:
    _, tracker = site.running()
    with site.watch() as watcher:
        assert seconds_for(watcher, tracker) < WOKEN_SECONDS


@pytest.mark.usefixtures("other_host")
def test_losing_redis_loses_no_event_and_it_is_heard_again(site: Site, line: Line) -> None:
    _, tracker = site.running()
    with site.watch() as watcher:
        assert seconds_for(watcher, tracker) < WOKEN_SECONDS
        line.cut()
        for number in range(3):
            tracker.add_log(f"without {number}")
            assert watcher.next()["data"]["message"] == f"without {number}"
        line.mend()
        eventually("rings are heard again", lambda: seconds_for(watcher, tracker) < WOKEN_SECONDS, 60)
