"""The same on PostgreSQL, where rows could be committed in another order than that of their ids."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

from executions.models import ExecutionEvent
from executions.services import Tracker, writing
from tests.databases import new_database
from tests.live.site import Site, eventually, working_with

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def stopped_site(
    postgres_template: str, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Site]:
    data = tmp_path_factory.mktemp("site")
    with (
        new_database("postgresql", data, postgres_template) as database,
        django_db_blocker.unblock(),
        working_with(database),
    ):
        site = Site(database)
        yield site
        site.stop()


class Slow:
    """A writer whose first event has its id already, and which commits when it is told to."""

    def __init__(self, tracker: Tracker) -> None:
        self._tracker = tracker
        self._has_id = threading.Event()
        self._may_commit = threading.Event()
        self._thread = threading.Thread(target=self._write)

    def _write(self) -> None:
        with writing():
            self._tracker.add_log("slow")
            self._has_id.set()
            assert self._may_commit.wait(20)
        connections.close_all()

    def begin(self) -> None:
        self._thread.start()
        assert self._has_id.wait(20)

    def commit(self) -> None:
        self._may_commit.set()
        self._thread.join()


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


def test_an_event_that_is_committed_late_is_not_skipped(site: Site) -> None:
    (_, slow_tracker), (_, quick_tracker) = site.running(), site.running()
    slow, has_committed = Slow(slow_tracker), threading.Event()

    def write_quickly() -> None:
        quick_tracker.add_log("quick")
        has_committed.set()
        connections.close_all()

    with site.watch() as watcher:
        start = watcher.active["id"]
        slow.begin()
        quick = threading.Thread(target=write_quickly)
        quick.start()
        eventually("the quick one waits or is done", lambda: waits_for_a_lock() or has_committed.is_set())
        if has_committed.is_set():
            watcher.next()  # it has overtaken the slow one, and the tail has gone past both ids
        slow.commit()
        quick.join()
        slow_tracker.complete()
        seen = watcher.until("execution:completed")

    written = ExecutionEvent.objects.filter(id__gt=start).order_by("id").values_list("id", flat=True)
    assert [message["data"].get("message") for message in seen] == ["slow", "quick", None]
    assert [message["id"] for message in seen] == list(written)


def test_resuming(site: Site) -> None:
    execution, tracker = site.running()
    with site.watch(f"/ws/executions/{execution.uid}/?after=1") as watcher:
        assert watcher.next()["event"] == "execution:started"
        tracker.add_log("seen")
        last = watcher.next()["seq"]
    tracker.add_log("missed")
    tracker.complete()
    with site.watch(f"/ws/executions/{execution.uid}/?after={last}") as watcher:
        missed = watcher.until("execution:completed")

    assert [message["seq"] for message in missed] == [last + 1, last + 2]


def test_a_connection_that_the_server_has_cut_is_made_anew(site: Site) -> None:
    _, tracker = site.running()
    with site.watch() as watcher:
        tracker.add_log("before")
        watcher.next()
        site.database.sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connections.close_all()
        tracker.add_log("after")
        assert watcher.next()["data"]["message"] == "after"
