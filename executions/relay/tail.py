"""The tail of the event rows: one for each web process, and only while it has sockets."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import Sequence

from django.conf import settings
from django.db import Error

from executions.keep_going import keep_going
from executions.relay.bells import LocalBell, listen_to_redis
from executions.relay.frames import LiveEvent, frames_of
from executions.relay.reading import PAGE, new_events, newest_id, tail_thread
from executions.relay.subscription import Subscription

# Bells wake it at once; this is for a ring that was lost, and for another host's without Redis.
POLL_SECONDS = 1.0

logger = logging.getLogger(__name__)


class Relay:
    """Hands every new event to all who have joined, in order of id, which is the order of the commits."""

    def __init__(self) -> None:
        self._position = 0
        self._everything: set[Subscription] = set()
        self._by_execution: defaultdict[int, set[Subscription]] = defaultdict(set)
        self._tail: asyncio.Task[None] | None = None
        self._joining = asyncio.Lock()

    async def join(self, subscription: Subscription) -> int:
        """From now on it gets every event after the id that is returned."""
        async with self._joining:
            if self._tail is None:
                self._position = await tail_thread.run(newest_id)
                self._tail = asyncio.create_task(keep_going("the tail of the events", self._follow))
            self._group_of(subscription).add(subscription)
            subscription.skip_to(self._position)
            return self._position

    def leave(self, subscription: Subscription) -> None:
        """Also for one that has not joined. With the last one the tail ends."""
        self._group_of(subscription).discard(subscription)
        if subscription.execution_id is not None and not self._group_of(subscription):
            del self._by_execution[subscription.execution_id]
        if self._tail is not None and not self._everything and not self._by_execution:
            self._tail.cancel()
            self._tail = None

    def _group_of(self, subscription: Subscription) -> set[Subscription]:
        if subscription.execution_id is None:
            return self._everything
        return self._by_execution[subscription.execution_id]

    async def _follow(self) -> None:
        woken = asyncio.Event()
        redis = asyncio.create_task(listen_to_redis(woken.set)) if settings.REDIS_URL else None
        try:
            with LocalBell(woken.set) as bell:
                while True:
                    await self._catch_up()
                    bell.hang_up_if_missing()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(POLL_SECONDS):
                            await woken.wait()
                    woken.clear()
        finally:
            if redis is not None:
                redis.cancel()

    async def _catch_up(self) -> None:
        """Rings meanwhile are heard when this is done. Without a database there is nothing to tell."""
        try:
            while events := await tail_thread.run(new_events, self._position):
                self._position = events[-1].id
                self._hand_out(events)
                if len(events) < PAGE:
                    return
        except Error:
            logger.warning("The event rows cannot be read; trying again.", exc_info=True)

    def _hand_out(self, events: Sequence[LiveEvent]) -> None:
        if self._everything:
            frames = frames_of(events)
            for subscription in self._everything:
                subscription.put(events, frames)
        watched: defaultdict[int, list[LiveEvent]] = defaultdict(list)
        for event in events:
            if event.execution_id in self._by_execution:
                watched[event.execution_id].append(event)
        for execution_id, its_events in watched.items():
            frames = frames_of(its_events)
            for subscription in self._by_execution[execution_id]:
                subscription.put(its_events, frames)


relay = Relay()
