"""One streamed request to the Messages API that can be left at any moment.

The SDK's asynchronous client runs on an event loop in a thread of its own: a cancel there closes the
connection at once, in whatever it is waiting for, and never lets a request go out late. Events come
through a queue, so that everything else (log, ledger, budget) stays on the caller's thread.
"""

import asyncio
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from pydantic import BaseModel

from agents.analysts.base import AnalysisStopped
from agents.analysts.claude_failures import Failure, RequestFailed, connection_failure, status_failure
from agents.stopping import Stop

POLL_S = 0.05
CLOSE_S = 1.0


@dataclass(frozen=True)
class Endpoint:
    """`api_key` may be empty for a compatible server that wants none."""

    base_url: str
    api_key: str
    connect_timeout_s: float
    read_timeout_s: float  # the longest silence, before the answer and within it


@dataclass(frozen=True)
class Opened:
    """The answer has begun."""

    request_id: str | None


class TimeUp(Exception):
    """The time for the whole analysis is over."""


class EventStream:
    """Iterate it for `Opened` and then the API's events as plain JSON.

    Raises RequestFailed, AnalysisStopped as soon as `stop` is set, and TimeUp at `deadline` (monotonic).
    """

    def __init__(
        self,
        endpoint: Endpoint,
        request: dict[str, Any],
        answer_model: type[BaseModel],
        *,
        stop: Stop,
        deadline: float,
    ) -> None:
        self._stop = stop
        self._deadline = deadline
        self._items: queue.SimpleQueue[Opened | dict[str, Any] | None] = queue.SimpleQueue()
        self._loop = asyncio.new_event_loop()
        self._task = self._loop.create_task(_receive(endpoint, request, answer_model, self._items))
        self._thread = threading.Thread(target=self._run, name="claude-stream", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._task.cancel)
        # A name look-up cannot be cancelled: then the thread is left behind, and sends nothing any more.
        self._thread.join(CLOSE_S)

    def __iter__(self) -> Iterator[Opened | dict[str, Any]]:
        while True:
            if self._stop.is_set():
                raise AnalysisStopped
            if time.monotonic() >= self._deadline:
                raise TimeUp
            with suppress(queue.Empty):
                item = self._items.get(timeout=POLL_S)
                if item is None:
                    return self._task.result()
                yield item

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(asyncio.wait({self._task}))
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            if not self._task.cancelled():
                self._task.exception()  # looked at, or asyncio logs it when nobody waits for it any more
        finally:
            self._loop.close()
            self._items.put(None)


async def _receive(
    endpoint: Endpoint,
    request: dict[str, Any],
    answer_model: type[BaseModel],
    items: queue.SimpleQueue[Opened | dict[str, Any] | None],
) -> None:
    # Takes 1.2 s and 60 MB, which only a worker that really asks Claude shall pay. httpx2 is the SDK's own.
    import anthropic  # noqa: PLC0415
    import httpx2  # noqa: PLC0415

    schema = {"type": "json_schema", "schema": anthropic.transform_schema(answer_model)}
    request = {**request, "output_config": {**request.get("output_config", {}), "format": schema}}
    without_key = None if endpoint.api_key else {"Authorization": anthropic.Omit()}
    try:
        client = anthropic.AsyncAnthropic(
            api_key=endpoint.api_key,
            base_url=endpoint.base_url,
            max_retries=0,  # claude.py retries, where each attempt is logged, counted and can be stopped
            timeout=anthropic.Timeout(endpoint.read_timeout_s, connect=endpoint.connect_timeout_s),
        )
        async with client:
            stream = await client.messages.create(**request, stream=True, extra_headers=without_key)
            async with stream:
                items.put(Opened(stream.response.headers.get("request-id")))
                async for event in stream:
                    if isinstance(event, anthropic.BaseModel):
                        items.put(event.to_dict(warnings=False))
    except httpx2.InvalidURL as error:
        raise RequestFailed(Failure("address", str(error))) from error
    except anthropic.APIStatusError as error:
        raise RequestFailed(status_failure(error)) from error
    except (anthropic.APIError, httpx2.HTTPError) as error:
        raise RequestFailed(connection_failure(error)) from error
    except ValueError as error:  # JSON or UTF-8
        raise RequestFailed(Failure("malformed", str(error))) from error
