"""The listening end of executions.doorbell: what wakes the tail. A lost ring costs it one slow poll."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Self

from django.conf import settings

from executions.doorbell import CHANNEL, socket_directory

FIRST_WAIT_SECONDS = 0.1
LONGEST_WAIT_SECONDS = 5.0

logger = logging.getLogger(__name__)


class LocalBell:
    """A Unix datagram socket of this process, read by the running loop."""

    def __init__(self, on_ring: Callable[[], object]) -> None:
        self._on_ring = on_ring
        self._socket: socket.socket | None = None
        self._path = Path()

    def __enter__(self) -> Self:
        self.hang_up_if_missing()
        return self

    def __exit__(self, *_: object) -> None:
        self._take_down()

    def hang_up_if_missing(self) -> None:
        """Bind, also again after something has cleaned the temporary directory."""
        if self._socket is not None and self._path.exists():
            return
        self._take_down()
        try:
            self._hang_up()
        except OSError as error:
            logger.warning("No doorbell (%s); events are polled for.", error)

    def _hang_up(self) -> None:
        self._path = socket_directory() / f"web-{os.getpid()}-{secrets.token_hex(4)}.bell"
        bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        bell.setblocking(False)
        try:
            bell.bind(str(self._path))
        except OSError:
            bell.close()
            raise
        self._socket = bell
        asyncio.get_running_loop().add_reader(bell, self._hear)

    def _take_down(self) -> None:
        if self._socket is None:
            return
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        self._socket = None
        self._path.unlink(missing_ok=True)

    def _hear(self) -> None:
        """However many rings wait, they mean one thing."""
        with contextlib.suppress(BlockingIOError):
            while self._socket is not None:
                self._socket.recv(16)
        self._on_ring()


async def listen_to_redis(on_ring: Callable[[], object]) -> None:
    """Hear what other hosts ring, for ever; while Redis is away, try again, ever less often."""
    from redis.asyncio import Redis  # noqa: PLC0415 (an extra that is only there with REDIS_URL)
    from redis.exceptions import RedisError  # noqa: PLC0415 (as above)

    wait_s = FIRST_WAIT_SECONDS
    while True:
        # Without a time limit on reads: redis-py would drop a connection on which nothing is said.
        redis = Redis.from_url(settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=5)
        try:
            async with redis, redis.pubsub() as channel:
                await channel.subscribe(CHANNEL)
                wait_s = FIRST_WAIT_SECONDS
                async for _ in channel.listen():  # the first is the subscription: what came before may be due
                    on_ring()
        except (RedisError, OSError) as error:
            logger.warning("Redis does not answer (%s); events are polled for until it does.", error)
        await asyncio.sleep(wait_s)
        wait_s = min(2 * wait_s, LONGEST_WAIT_SECONDS)
