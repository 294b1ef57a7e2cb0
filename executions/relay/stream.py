"""All that is due to one client, in order and once: what is active, what it missed, and what comes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from executions.relay.frames import LiveEvent, frame, frames_of
from executions.relay.reading import (
    PAGE,
    active_executions,
    events_after,
    events_between,
    events_of,
    last_seq,
    newest_id,
    socket_threads,
)
from executions.relay.subscription import Subscription
from executions.relay.tail import relay


@dataclass(frozen=True)
class Watched:
    """What a socket is about: all executions (numbered by id), or one (numbered by seq)."""

    execution_id: int | None = None
    uid: UUID | None = None

    def number_of(self, event: LiveEvent) -> int:
        return event.id if self.execution_id is None else event.seq

    def page(self, after: int) -> list[LiveEvent]:
        return events_after(after) if self.execution_id is None else events_of(self.execution_id, after)

    def page_until(self, after: int, last_id: int) -> list[LiveEvent]:
        if self.execution_id is None:
            return events_between(after, last_id)
        return events_of(self.execution_id, after, last_id)

    def newest(self, last_id: int | None = None) -> int:
        """The number of the newest event, or of the newest up to `last_id`."""
        last_id = newest_id() if last_id is None else last_id
        return last_id if self.execution_id is None else last_seq(self.execution_id, last_id)

    def first_frame(self, number: int) -> str:
        """Every event that follows has a higher number."""
        data = active_executions(self.execution_id)
        if self.execution_id is None:
            return frame("active:executions", id=number, data=data)
        return frame("active:executions", execution_id=self.uid, seq=number, data=data)


async def stream(
    watched: Watched,
    after: int | None,
    send: Callable[[str], Awaitable[Any]],
    on_overflow: Callable[[], object],
) -> None:
    """Send for ever, no faster than `send` returns. Raises django.db.Error.

    Without `after`, only what is new. A number that was never given (of a database that was restored
    since, say) counts as the newest one.
    """
    subscription = Subscription(watched.execution_id, on_overflow)
    try:
        if after is None:
            number = await socket_threads.run(watched.newest, await relay.join(subscription))
        else:
            number = min(after, await socket_threads.run(watched.newest))
        await send(await socket_threads.run(watched.first_frame, number))
        if after is not None:
            async for text in _replay(watched, number, subscription):
                await send(text)
        while True:
            await send(await subscription.get())
    finally:
        relay.leave(subscription)


async def _replay(watched: Watched, number: int, subscription: Subscription) -> AsyncIterator[str]:
    """From the rows until they end, then join the tail, then what was written between the two."""
    last_id, is_short = 0, False
    while not is_short:
        events = await socket_threads.run(watched.page, number)
        if events:
            number, last_id = watched.number_of(events[-1]), events[-1].id
        is_short = len(events) < PAGE
        for text in frames_of(events):
            yield text
    joined_at = await relay.join(subscription)
    subscription.skip_to(last_id)  # these rows may be ahead of the tail
    while events := await socket_threads.run(watched.page_until, number, joined_at):
        number = watched.number_of(events[-1])
        for text in frames_of(events):
            yield text
