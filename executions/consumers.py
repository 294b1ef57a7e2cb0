"""The two sockets, all executions and one: Channels' consumers around executions.relay.

A frame is a JSON array of messages. Close codes: 4400 bad request, 4401 the right was withdrawn, 4404 no
such execution, 4408 too slow (come back with the last number), 4500 the database did not answer (same).
"""

import asyncio
import logging
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import Error

from executions.commands import Command, cancel, parse_command
from executions.doorkeeper import Guest, admit, doorkeeper
from executions.errors import ExecutionNotFound
from executions.relay import DatabaseThreads, Watched, frame, socket_threads, stream
from executions.services import CancelOutcome, find_execution
from system.authentication import Principal
from system.errors import DomainError, Invalid

BAD_REQUEST, WITHDRAWN, UNKNOWN, TOO_SLOW, UNREADABLE = 4400, 4401, 4404, 4408, 4500
# A client that says this much that makes no sense is not listened to any longer.
MOST_GARBAGE = 20
LONGEST_NUMBER = 19  # digits of the greatest id

logger = logging.getLogger(__name__)

# Apart from the readers: a cancel waits for its turn to write.
command_thread = DatabaseThreads("commands", 1)


class ExecutionsConsumer(AsyncWebsocketConsumer):
    """/ws/executions/: everything, numbered by id."""

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

    def find_watched(self) -> Watched:
        return Watched()

    def check_command(self, command: Command) -> None:
        """Raise DomainError for what this socket may not be told."""

    async def connect(self) -> None:
        """403 for whoever may not; everything else that is wrong is told on the open socket."""
        try:
            guest = await admit(self.scope)
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
            after = _after(self.scope)
            watched = await socket_threads.run(self.find_watched)
            await stream(watched, after, self._send_text, partial(self._drop, TOO_SLOW))
        except DomainError as error:
            await self._send_error(error)
            self._drop(UNKNOWN if isinstance(error, ExecutionNotFound) else BAD_REQUEST)

    def _hear_how_it_ended(self, feed: asyncio.Task[None]) -> None:
        if not feed.cancelled() and (error := feed.exception()) is not None:
            logger.error("A socket was closed: its events could not be read.", exc_info=error)
            self._drop(UNREADABLE)

    def _hear_who_it_is(self, principal: Principal | None) -> None:
        if principal is None:
            self._drop(WITHDRAWN)
        else:
            self.principal = principal

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            command = parse_command(text_data)
        except Invalid as error:
            self._garbage += 1
            await self._send_error(error)
            if self._garbage >= MOST_GARBAGE:
                self._drop(BAD_REQUEST)
            return
        await self._obey(command)

    async def _obey(self, command: Command) -> None:
        """What was cancelled at once is told by its event, as to everybody."""
        uid = command.data.execution_id
        try:
            self.check_command(command)
            outcome = await command_thread.run(cancel, command, self.principal)
        except DomainError as error:
            await self._send_error(error, execution_id=uid)
        except Error:
            logger.warning("A cancel failed: the database does not answer.", exc_info=True)
            await self._send_error(Invalid("The database does not answer; try again."), execution_id=uid)
        else:
            if outcome == CancelOutcome.REQUESTED:
                await self._send_text(frame("cancel:requested", data={"execution_id": uid}))

    async def disconnect(self, code: int) -> None:
        self._end()

    def _end(self) -> None:
        doorkeeper.leave(self._hear_who_it_is)
        if self._feed is not None:
            self._feed.cancel()

    def _drop(self, code: int) -> None:
        """Close with `code`, from wherever it is called, and without waiting for the client."""
        self._end()
        if self._closing is None:
            self._closing = asyncio.create_task(self.close(code))

    async def _send_text(self, text: str) -> None:
        await self.send(text_data=text)

    async def _send_error(self, error: DomainError, **fields: Any) -> None:
        await self._send_text(frame("error", data={"message": error.detail, **fields}))


class OneExecutionConsumer(ExecutionsConsumer):
    """/ws/executions/<uid>/: one execution, numbered by seq."""

    def find_watched(self) -> Watched:
        execution = find_execution(self.scope["url_route"]["kwargs"]["uid"])
        return Watched(execution.pk, execution.uid)

    def check_command(self, command: Command) -> None:
        uid = self.scope["url_route"]["kwargs"]["uid"]
        if command.data.execution_id != uid:
            raise Invalid(f"This socket is about execution {uid} alone.")


def _after(scope: Any) -> int | None:
    """The number in `?after=`; None without it. Raises Invalid."""
    values = parse_qs(scope["query_string"].decode("latin1"), keep_blank_values=True).get("after")
    if values is None:
        return None
    text = values[-1]
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        raise Invalid("`after` must be a whole number: the last one that was seen.", field="after")
    return int(text)
