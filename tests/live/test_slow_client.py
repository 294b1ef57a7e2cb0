"""A client that does not keep up is dropped with 4408 and comes back by number; nobody waits for it."""

import contextlib
import json
import socket
from collections.abc import Iterator

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from executions.models import ExecutionEvent
from executions.services import Tracker
from tests.live.site import Site, Watcher, eventually

LINE = "x" * 100_000
LINES, AT_ONCE = 600, 20


def write_while_reading(tracker: Tracker, quick: Watcher) -> list[int]:
    """The ids of all that the quick one gets while 60 MB are written, as fast as it takes them."""
    ids: list[int] = []
    for _ in range(LINES // AT_ONCE):
        with tracker.batch() as change:
            for _ in range(AT_ONCE):
                change.add_log(LINE)
        ids += [quick.next()["id"] for _ in range(AT_ONCE)]
    return ids


@contextlib.contextmanager
def connected_slowly(site: Site) -> Iterator[ClientConnection]:
    """A client whose buffers are small, so that what it does not read stays with the server."""
    slow = socket.socket()
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
    slow.connect(("127.0.0.1", site.port))
    headers = {"Authorization": f"Bearer {site.token()[1]}"}
    options = {"sock": slow, "additional_headers": headers, "max_queue": 1, "max_size": None}
    with connect(site.url(), **options) as connection:
        yield connection


def read_until_closed(connection: ClientConnection) -> tuple[list[int], int]:
    ids: list[int] = []
    try:
        while True:
            ids += [message["id"] for message in json.loads(connection.recv(10))]
    except ConnectionClosed as closed:
        return ids, closed.rcvd.code if closed.rcvd else 0


def test_the_slow_is_dropped_and_resumes_and_the_quick_sees_nothing_of_it(site: Site) -> None:
    _, tracker = site.running()
    with connected_slowly(site) as slow, site.watch() as quick:
        start = quick.active["id"]
        seen_by_quick = write_while_reading(tracker, quick)
        first, code = read_until_closed(slow)
    tracker.complete()
    with site.watch(f"/ws/executions/?after={first[-1]}") as resumed:
        rest = [message["id"] for message in resumed.until("execution:completed")]

    written = list(ExecutionEvent.objects.filter(id__gt=start).order_by("id").values_list("id", flat=True))
    assert seen_by_quick == written[:-1]
    assert code == 4408
    assert first + rest == [start, *written]
    assert len(rest) > LINES // 10


def test_who_never_reads_costs_neither_memory_nor_a_connection_for_long(site: Site) -> None:
    with contextlib.ExitStack() as stack, site.watch() as quick:
        write_while_reading(site.running()[1], quick)
        before, memory = site.open_files(), site.resident_mib()
        for _ in range(10):
            stack.enter_context(connected_slowly(site))
        write_while_reading(site.running()[1], quick)
        grown = site.resident_mib() - memory
        eventually("they are dropped", lambda: site.open_files() <= before, 20)

    assert grown < 60  # what was written is 60 MB, for each of ten clients
