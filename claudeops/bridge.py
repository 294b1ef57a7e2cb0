"""HTTP from an ASGI server to a WSGI application, on a fixed set of threads.

A response that is whole goes back in one hop from its thread to the loop, with no queue between the two. A
streamed one goes part by part, no faster than the client takes it. Why no library: decision 6.
"""

import asyncio
import concurrent.futures
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes
from wsgiref.types import WSGIApplication

from django.conf import settings

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[str, str]]

FILE_PART_BYTES = 256 * 1024
WHOLE_FILE_BYTES = 2 * 2**20
LOOK_SECONDS = 1.0
# A part that its reader does not take holds a thread: so long at most, and only half of the threads stream.
PART_SECONDS = 10.0
BUSY = b'{"type":"about:blank","title":"Busy","status":503,"detail":"Too many downloads at once; try again."}'

TOO_LARGE = b'{"type":"about:blank","title":"Content too large","status":413,"detail":"Over %d bytes."}'


class ThreadedWsgi:
    """The ASGI application. A request's body is read whole, up to settings.DATA_UPLOAD_MAX_MEMORY_SIZE."""

    def __init__(self, application: WSGIApplication, *, threads: int) -> None:
        self._application = application
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self._streams = threading.BoundedSemaphore(max(1, threads // 2))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await _read_body(receive)
        if body is None:
            return
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            await _refuse_body(send)
            return
        exchange = _Exchange(asyncio.get_running_loop(), receive, send, self._streams)
        try:
            whole = await exchange.loop.run_in_executor(
                self._threads, exchange.run, self._application, _environ(scope, body)
            )
        finally:
            exchange.is_over = True
        if whole is not None:
            await _send_whole(send, exchange.status, exchange.headers, whole)


async def _refuse_body(send: Send) -> None:
    body = TOO_LARGE % settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = str(len(body)).encode()
    headers = [(b"content-type", b"application/problem+json"), (b"content-length", length)]
    await _send_whole(send, 413, headers, body)


async def _send_whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


class _ClientGone(Exception):
    pass


class TooSlow(Exception):
    """The client has not taken a part in PART_SECONDS; the server breaks the connection off."""


class _Exchange:
    """One request in its thread."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        receive: Receive,
        send: Send,
        streams: threading.BoundedSemaphore,
    ) -> None:
        self.loop = loop
        self._streams = streams
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self.is_over = False
        self._receive = receive
        self._send = send

    def run(self, application: WSGIApplication, environ: dict[str, Any]) -> bytes | None:
        """The body; None when it has been streamed, head and all."""
        response = application(environ, self._start)
        try:
            if not getattr(response, "streaming", False) or self._is_small():
                return b"".join(response)
            if not self._streams.acquire(blocking=False):
                return self._refuse_stream()
            try:
                self._stream(response)
            finally:
                self._streams.release()
        except _ClientGone:
            pass
        finally:
            getattr(response, "close", lambda: None)()
        return None

    def _is_small(self) -> bool:
        """A file of the console's own, or one that has not changed: it needs no place among the streams."""
        if self.status == 304:
            return True  # WhiteNoise's has no length, and a page asks for dozens at once
        length = dict(self.headers).get(b"content-length", b"")
        return length.isdigit() and int(length) <= WHOLE_FILE_BYTES

    def _refuse_stream(self) -> bytes:
        self.status = 503
        self.headers = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", str(len(BUSY)).encode()),
            (b"retry-after", b"5"),
        ]
        return BUSY

    def _start(self, status: str, headers: Headers, exc_info: object = None, /) -> Callable[[bytes], object]:
        self.status = int(status[:3])
        self.headers = [(name.lower().encode("latin1"), value.encode("latin1")) for name, value in headers]
        return _write

    def _stream(self, parts: Iterable[bytes]) -> None:
        leaving = asyncio.run_coroutine_threadsafe(self._wait_for(self._receive()), self.loop)
        try:
            self._emit({"type": "http.response.start", "status": self.status, "headers": self.headers})
            for part in parts:
                if leaving.done():
                    raise _ClientGone
                self._emit({"type": "http.response.body", "body": part, "more_body": True})
            self._emit({"type": "http.response.body", "body": b""})
        finally:
            leaving.cancel()

    def _emit(self, message: Message) -> None:
        """Wait until it is sent; but not for a loop that has given this request up, or has ended."""
        sending = asyncio.run_coroutine_threadsafe(self._wait_for(self._send(message)), self.loop)
        give_up_at = time.monotonic() + PART_SECONDS
        while True:
            try:
                sending.result(LOOK_SECONDS)
            except concurrent.futures.TimeoutError:
                if self.is_over:
                    raise _ClientGone from None
                if time.monotonic() >= give_up_at:
                    sending.cancel()
                    raise TooSlow(f"A client has taken nothing for {PART_SECONDS:g} s.") from None
            else:
                return

    @staticmethod
    async def _wait_for(awaitable: Awaitable[Any]) -> None:
        await awaitable


def _write(data: bytes) -> None:
    raise NotImplementedError(
        "PEP 3333's write(), for frameworks that are older than it: Django returns a body"
    )


class FileParts:
    """PEP 3333's file wrapper: Django hands it an open file instead of 4 KiB at a time."""

    streaming = True

    def __init__(self, file: BinaryIO, block_size: int = 0) -> None:
        self._file = file

    def __iter__(self) -> Iterator[bytes]:
        return iter(lambda: self._file.read(FILE_PART_BYTES), b"")

    def close(self) -> None:
        self._file.close()


async def _read_body(receive: Receive) -> bytes | None:
    """The body, or a little more than is allowed of it; None when the client left in the middle."""
    parts: list[bytes] = []
    size = 0
    while size <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if not message.get("more_body"):
            break
    return b"".join(parts)


def _environ(scope: Message, body: bytes) -> dict[str, Any]:
    """PEP 3333's. SCRIPT_NAME stays empty: daphne would take it from a header that anyone can send."""
    path = unquote_to_bytes(scope["raw_path"]).decode("latin1")
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "QUERY_STRING": scope["query_string"].decode("latin1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileParts,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin1"), value.decode("latin1"))
    # Chunks have been put together already, so the length is known even where no header gave it.
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    if "_" in name:  # X_Forwarded_Proto would become what a proxy alone may set, X-Forwarded-Proto
        return
    key = name.upper().replace("-", "_")
    if key not in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        key = f"HTTP_{key}"
    if key in environ:
        value = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + value
    environ[key] = value
