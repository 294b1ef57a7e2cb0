"""The two sockets, all executions and one: Channels' consumers around executions.relay.

A frame is a JSON array of messages. Close codes: executions/guests.py.
"""

import logging
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from django.db import Error

from executions.commands import Command, cancel, parse_command
from executions.guests import TOO_SLOW, GuestConsumer
from executions.relay import DatabaseThreads, Watched, frame, socket_threads, stream
from executions.services import CancelOutcome, find_execution
from system.errors import DomainError, Invalid

LONGEST_NUMBER = 19  # digits of the greatest id

logger = logging.getLogger(__name__)

# Apart from the readers: a cancel waits for its turn to write.
command_thread = DatabaseThreads("commands", 1)


class ExecutionsConsumer(GuestConsumer):
    """/ws/executions/: everything, numbered by id."""

    def find_watched(self) -> Watched:
        return Watched()

    def check_command(self, command: Command) -> None:
        """Raise DomainError for what this socket may not be told."""

    async def feed(self) -> None:
        after = _after(self.scope)
        watched = await socket_threads.run(self.find_watched)
        await stream(watched, after, self.send_text, partial(self.drop, TOO_SLOW))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            command = parse_command(text_data)
        except Invalid as error:
            await self.count_garbage(error)
        else:
            await self._obey(command)

    async def _obey(self, command: Command) -> None:
        """What was cancelled at once is told by its event, as to everybody."""
        uid = command.data.execution_id
        try:
            self.check_command(command)
            outcome = await command_thread.run(cancel, command, self.principal, self.guest.address)
        except DomainError as error:
            await self.send_error(error, execution_id=uid)
        except Error:
            logger.warning("A cancel failed: the database does not answer.", exc_info=True)
            await self.send_error(Invalid("The database does not answer; try again."), execution_id=uid)
        else:
            if outcome == CancelOutcome.REQUESTED:
                await self.send_text(frame("cancel:requested", data={"execution_id": uid}))


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
