"""daphne, with what it lacks: a sender waits for a slow client, but no request is waited for without end, and
no body is kept that is too large.

Importing this module installs Twisted's reactor, which must not pass a fork.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from typing import Any

from daphne.http_protocol import WebRequest
from daphne.server import Server
from django.conf import settings
from twisted.internet.interfaces import IPushProducer
from zope.interface import implementer

Message = MutableMapping[str, Any]

# One incoming frame of a socket. What goes out is bounded by daphne's own limit of 1 MiB per message.
MAX_FRAME_BYTES = 64 * 1024
# How long a client that reads slowly has to take what is buffered, up to the close code behind it.
CLOSE_SECONDS = 10


@implementer(IPushProducer)
class Gate:
    """Closed by a transport while over 64 KiB wait in its buffer, opened when they are sent or it is lost."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    def pauseProducing(self) -> None:
        self._open.clear()

    def resumeProducing(self) -> None:
        self._open.set()

    def stopProducing(self) -> None:
        self._open.set()

    async def pass_through(self) -> None:
        await self._open.wait()


class BoundedRequest(WebRequest):  # type: ignore[misc]
    """Keeps a little more than settings.DATA_UPLOAD_MAX_MEMORY_SIZE of a body: bridge.py refuses it."""

    gate: Gate | None = None
    _kept = 0

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Its first line is there: the rest has as long again, however long the client kept still before.
        self.channel.setTimeout(self.channel.timeOut)

    def handleContentChunk(self, data: bytes) -> None:
        room = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1 - self._kept
        self._kept += len(data)
        super().handleContentChunk(data[: max(0, room)])

    def open_gate(self) -> Gate:
        if self.gate is None:
            self.gate = Gate()
            self.registerProducer(self.gate, True)
        return self.gate

    def check_timeouts(self) -> None:
        """The time is for the beginning of a response: bridge.py waits for each part of a long one.

        daphne would end one that has begun in such a way that what is cut off looks whole, and one that has
        ended just now a second time, with its own timer.
        """
        if not self.finished and not self._response_started and self.channel is not None:
            super().check_timeouts()

    def finish(self) -> None:
        if self.gate is not None:
            self.unregisterProducer()
        super().finish()

    def handle_exception(self, exception: BaseException) -> None:
        """What breaks in the middle must not look whole; and daphne's own answer would end its reaper."""
        if self._response_started:
            self.channel.forceAbortClient()
        else:
            super().handle_exception(exception)


def _no_more_time() -> None:
    """What of a request has come is no reason to wait longer for the rest."""


class WebServer(Server):  # type: ignore[misc]
    """Takes daphne's arguments. `send` returns when the client's transport can take more."""

    connections: dict[Any, dict[str, Any]]

    def __init__(
        self, application: Any, *, ready_callable: Callable[[], None] | None = None, **options: Any
    ) -> None:
        defaults = {
            "websocket_timeout": -1,
            "websocket_max_frame_size": MAX_FRAME_BYTES,
            "request_buffer_size": 2**18,
            "server_name": "",
        }
        super().__init__(application, ready_callable=self._get_ready, **(defaults | options))
        self._then = ready_callable

    def _get_ready(self) -> None:
        self.ws_factory.setProtocolOptions(closeHandshakeTimeout=CLOSE_SECONDS, failByDrop=False)
        build = self.http_factory.buildProtocol

        def build_bounded(address: Any) -> Any:
            channel = build(address)
            channel.requestFactory = BoundedRequest
            channel.timeOut = settings.ARRIVAL_SECONDS
            # Twisted starts its time-out anew with each byte: one a minute would hold a connection for days.
            channel._channel.resetTimeout = _no_more_time
            return channel

        self.http_factory.buildProtocol = build_bounded
        if self._then is not None:
            self._then()

    async def handle_reply(self, protocol: Any, message: Message) -> None:
        match message["type"]:
            case "websocket.send" if protocol.state != protocol.STATE_OPEN:
                return  # it is closing: what is sent now reaches nobody
            case "websocket.accept":
                await super().handle_reply(protocol, message)
                protocol.gate = Gate()
                protocol.transport.unregisterProducer()  # the HTTP channel it was
                protocol.transport.registerProducer(protocol.gate, True)
            case "websocket.send":
                await super().handle_reply(protocol, message)
                await protocol.gate.pass_through()
            case "http.response.body" if message.get("more_body"):
                gate = protocol.open_gate()
                await super().handle_reply(protocol, message)
                await gate.pass_through()
            case _:
                await super().handle_reply(protocol, message)

    def kill_all_applications(self) -> Any:
        """Without those that have none, as an upgraded connection for a second: daphne would trip over it."""
        alive = {key: kept for key, kept in self.connections.items() if "application_instance" in kept}
        self.connections = alive
        return super().kill_all_applications()
