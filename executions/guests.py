"""What the sockets have in common: who may come in, for how long, and how they are sent away.

Close codes: 4400 bad request, 4401 the right was withdrawn, 4404 no such execution, 4408 too slow (come back
with the last number), 4500 the database did not answer (same).
"""

import asyncio
import logging
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error

from executions.doorkeeper import Guest, admit, doorkeeper
from executions.errors import ExecutionNotFound
from executions.relay import frame
from system.authentication import Principal
from system.errors import DomainError

BAD_REQUEST, WITHDRAWN, UNKNOWN, TOO_SLOW, UNREADABLE = 4400, 4401, 4404, 4408, 4500
# A client that says this much that makes no sense is not listened to any longer.
MOST_GARBAGE = 20

logger = logging.getLogger(__name__)


class GuestConsumer(AsyncWebsocketConsumer):
    """A socket for whoever has a role. A subclass sends what there is (`feed`), and hears what is said."""

    area = "executions"  # of the API, which a token must open
    guest: Guest
    principal: Principal
    _feed: asyncio.Task[None] | None = None
    _closing: asyncio.Task[None] | None = None
    _garbage = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:  # also when daphne cancels what it has given up
            self._end()

    async def feed(self) -> None:
        """Send, until it is cancelled. A DomainError is told to the client, and ends it."""
        raise NotImplementedError

    async def connect(self) -> None:
        """403 for whoever may not; everything else that is wrong is told on the open socket."""
        try:
            guest = await admit(self.scope, self.area)
        except Error:
            logger.warning("A socket was refused: the database does not answer.", exc_info=True)
            guest = None
        if guest is None:
            await self.close()
            return
        await self.accept(guest.subprotocol)
        self.guest, self.principal = guest, guest.principal
        doorkeeper.enter(guest.credential, self._hear_who_it_is)
        self._feed = asyncio.create_task(self._run())
        self._feed.add_done_callback(self._hear_how_it_ended)

    async def _run(self) -> None:
        try:
            await self.feed()
        except DomainError as error:
            await self.send_error(error)
            self.drop(UNKNOWN if isinstance(error, ExecutionNotFound) else BAD_REQUEST)

    def _hear_how_it_ended(self, feed: asyncio.Task[None]) -> None:
        if not feed.cancelled() and (error := feed.exception()) is not None:
            logger.error("A socket was closed: its events could not be read.", exc_info=error)
            self.drop(UNREADABLE)

    def _hear_who_it_is(self, principal: Principal | None) -> None:
        if principal is None:
            self.drop(WITHDRAWN)
        else:
            self.principal = principal

    async def count_garbage(self, error: DomainError) -> None:
        """Say what was wrong with a message; too many of them end the socket."""
        self._garbage += 1
        await self.send_error(error)
        if self._garbage >= MOST_GARBAGE:
            self.drop(BAD_REQUEST)

    async def disconnect(self, code: int) -> None:
        self._end()

    def _end(self) -> None:
        doorkeeper.leave(self._hear_who_it_is)
        if self._feed is not None:
            self._feed.cancel()

    def drop(self, code: int) -> None:
        """Close with `code`, from wherever it is called, and without waiting for the client."""
        self._end()
        if self._closing is None:
            self._closing = asyncio.create_task(self.close(code))

    async def send_text(self, text: str) -> None:
        await self.send(text_data=text)

    async def send_error(self, error: DomainError, **fields: Any) -> None:
        await self.send_text(frame("error", data={"message": error.detail, **fields}))
