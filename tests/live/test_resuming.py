"""A client that comes back with the last number it saw gets every later event, once and in order."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from executions.models import Execution, ExecutionEvent
from executions.services import Tracker
from tests.live.site import Message, Site, from_another_host

DROPS = 100


@contextmanager
def busy(tracker: Tracker) -> Iterator[None]:
    """Events are written, one by one and many at once, until the block ends; then the last."""
    enough = threading.Event()

    def write() -> None:
        turn = 0
        while not enough.is_set():
            turn += 1
            with tracker.batch() as change:
                for number in range(turn % 9):
                    change.add_log(f"{turn}.{number}")
            enough.wait(0.001)
        tracker.complete()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        enough.set()
        writer.join()


def newest_id() -> int:
    return ExecutionEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0


def drop_and_resume(site: Site, path: str, number: str, last: int, tracker: Tracker) -> list[Message]:
    """What a client saw that reads 1 to 12 messages at a time and then loses its connection, DROPS times."""
    seen: list[Message] = []
    bystander = site.watch(f"/ws/executions/{site.pending().uid}/")
    with bystander, busy(tracker):  # who keeps the tail going, so that each resuming races with it
        for drop in range(DROPS):
            with site.watch(f"{path}?after={last}") as watcher:
                seen += [watcher.next() for _ in range(1 + drop % 12)]
                watcher.connection.socket.close()
            last = seen[-1][number]
    with site.watch(f"{path}?after={last}") as watcher:
        return seen + watcher.until("execution:completed")


def test_all_executions_by_id(site: Site) -> None:
    _, tracker = site.running()
    start = newest_id()
    seen = drop_and_resume(site, "/ws/executions/", "id", start, tracker)

    written = ExecutionEvent.objects.filter(id__gt=start).order_by("id").values_list("id", flat=True)
    assert [message["id"] for message in seen] == list(written)
    assert len(seen) > DROPS


def test_one_execution_by_seq(site: Site) -> None:
    other, tracker_of_other = site.running()
    watched, tracker = site.running()
    with busy(tracker_of_other):
        seen = drop_and_resume(site, f"/ws/executions/{watched.uid}/", "seq", 0, tracker)

    count = Execution.objects.values_list("event_count", flat=True).get(pk=watched.pk)
    assert [message["seq"] for message in seen] == list(range(1, count + 1))
    assert str(other.uid) not in {message["execution_id"] for message in seen}


def test_more_than_a_page_was_missed(site: Site) -> None:
    _, tracker = site.running()
    with site.watch() as watcher:
        start = watcher.active["id"]
    for _ in range(4):
        with tracker.batch() as change:
            for number in range(600):
                change.add_log(f"line {number}")
    tracker.complete()
    with site.watch(f"/ws/executions/?after={start}") as watcher:
        seen = watcher.until("execution:completed")

    written = ExecutionEvent.objects.filter(id__gt=start).order_by("id").values_list("id", flat=True)
    assert [message["id"] for message in seen] == list(written)
    assert len(seen) == 2401


def test_what_a_client_has_read_before_the_tail_comes_once(site: Site, tmp_path: Path) -> None:
    """Nobody rings, so the tail comes a second later to rows that the client has got already."""
    execution, tracker = site.running()
    start = newest_id()
    bystander = site.watch(f"/ws/executions/{execution.uid}/")
    with bystander as slow, from_another_host(tmp_path):
        for number in range(3):
            tracker.add_log(str(number))
        with site.watch(f"/ws/executions/?after={start}") as quick:
            seen = [quick.next() for _ in range(3)]
            assert [slow.next()["id"] for _ in range(3)] == [message["id"] for message in seen]
            tracker.complete()
            seen.append(quick.next())

    assert [message["id"] for message in seen] == list(range(start + 1, start + 5))


@pytest.mark.parametrize("after", ["1000000", "9999999999999999999"])
def test_a_number_that_was_never_given_counts_as_the_newest(site: Site, after: str) -> None:
    _, tracker = site.running()
    newest = newest_id()
    with site.watch(f"/ws/executions/?after={after}") as watcher:
        tracker.complete()
        [message] = watcher.until("execution:completed")

    assert watcher.active["id"] == newest
    assert message["id"] == newest + 1
