"""What the sockets read, and the threads that read it: the event loop itself never waits for the database."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.db import close_old_connections
from django.db.models import Case, F, Q, TextField, When
from django.db.models.functions import Length
from django.utils import timezone

from executions.models import Execution, ExecutionEvent
from executions.relay.frames import DATA_CHARACTERS, LiveEvent, encode_event

P = ParamSpec("P")
T = TypeVar("T")

PAGE = 500
MOST_ACTIVE = 500

_COLUMNS = ("id", "execution_id", "execution__uid", "seq", "event", "at", "sent_data", "size")


class DatabaseThreads:
    """A fixed number of threads, each with a connection that stays."""

    def __init__(self, name: str, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=name)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        def call() -> T:
            close_old_connections()  # one that has failed is not used again
            try:
                return work(*args, **kwargs)
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._threads, call)


# The tail has a thread to itself, so that nobody's replay delays it.
tail_thread = DatabaseThreads("tail", 1)
socket_threads = DatabaseThreads("sockets", 2)


def newest_id() -> int:
    return ExecutionEvent.objects.order_by("-id").values_list("id", flat=True).first() or 0


def events_after(id_: int) -> list[LiveEvent]:
    """The next page, by id; shorter than PAGE when there is no more."""
    return _read(Q(id__gt=id_), "id")


def new_events(id_: int) -> list[LiveEvent]:
    """events_after, for a fifth of the price where there are none."""
    return events_after(id_) if newest_id() > id_ else []


def events_between(id_: int, last_id: int) -> list[LiveEvent]:
    return _read(Q(id__gt=id_, id__lte=last_id), "id")


def events_of(execution_id: int, after_seq: int, last_id: int | None = None) -> list[LiveEvent]:
    """The next page of one execution, by seq."""
    where = Q(execution_id=execution_id, seq__gt=after_seq)
    return _read(where if last_id is None else where & Q(id__lte=last_id), "seq")


def _read(where: Q, order: str) -> list[LiveEvent]:
    shortened = Case(When(size__lte=DATA_CHARACTERS, then=F("data")), default=None, output_field=TextField())
    rows = ExecutionEvent.objects.filter(where).order_by(order).annotate(size=Length("data"))
    columns: Iterable[Any] = rows.annotate(sent_data=shortened).values_list(*_COLUMNS)[:PAGE]
    return [encode_event(*row) for row in columns]


def last_seq(execution_id: int, last_id: int) -> int:
    events = ExecutionEvent.objects.filter(execution_id=execution_id, id__lte=last_id)
    return events.order_by("-seq").values_list("seq", flat=True).first() or 0


def active_executions(execution_id: int | None = None) -> list[dict[str, Any]]:
    """The newest that wait or run, at most MOST_ACTIVE; or the one, if it does."""
    rows = Execution.objects.active().newest_first()
    if execution_id is not None:
        rows = rows.filter(pk=execution_id)
    now = timezone.now()
    names = ("uid", "agent_type", "status", "node_id", "started_at")
    return [
        {
            "execution_id": uid,
            "agent_type": agent_type,
            "status": status,
            "node_id": node_id,
            "started_at": started_at,
            "duration_ms": max(0, round((now - started_at).total_seconds() * 1000)),
        }
        for uid, agent_type, status, node_id, started_at in rows.values_list(*names)[:MOST_ACTIVE]
    ]
