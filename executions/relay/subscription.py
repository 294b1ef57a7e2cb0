"""What waits for one socket between the tail and its client."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from executions.relay.frames import LiveEvent, frames_of

# Frames are shared by all sockets that wait for them, so what this bounds is paid about once.
BACKLOG_CHARACTERS = 4_000_000


class Subscription:
    """`execution_id` None is all executions. `on_overflow` is called once, when too much waits."""

    def __init__(self, execution_id: int | None, on_overflow: Callable[[], object]) -> None:
        self.execution_id = execution_id
        self._has_overflowed = False
        self._seen = 0
        self._frames: deque[str] = deque()
        self._size = 0
        self._waiting = asyncio.Event()
        self._on_overflow = on_overflow

    def skip_to(self, id_: int) -> None:
        """Events up to this one come another way."""
        self._seen = max(self._seen, id_)

    def put(self, events: Sequence[LiveEvent], frames: Sequence[str]) -> None:
        """`frames` are the encoded `events`, which are in order and not empty. Never waits."""
        if events[0].id <= self._seen:
            frames = frames_of([event for event in events if event.id > self._seen])
        if self._has_overflowed or not frames:
            return
        self._frames.extend(frames)
        self._size += sum(map(len, frames))
        if self._size > BACKLOG_CHARACTERS:
            self._overflow()
        self._waiting.set()

    def _overflow(self) -> None:
        self._has_overflowed = True
        self._frames.clear()
        self._on_overflow()

    async def get(self) -> str:
        """The next frame, when there is one."""
        while not self._frames:
            self._waiting.clear()
            await self._waiting.wait()
        frame = self._frames.popleft()
        self._size -= len(frame)
        return frame
