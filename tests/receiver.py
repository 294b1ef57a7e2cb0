"""A receiver of webhooks on the loopback address, scripted: right, and wrong in any way on demand.

with Receiver() as receiver:
    receiver.script(answer(500), hang, answer(200))  # in turn; after that it answers 200
"""

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

import orjson


@dataclass
class Received:
    method: str
    path: str
    headers: dict[str, str]
    raw: bytes
    answered: bool = field(default=False, compare=False)

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw)

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def titles(self) -> list[str]:
        return [alert["title"] for alert in self.body["data"]["alerts"]]


class Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "_Server"

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def hang(self) -> None:
        """Say nothing until the client leaves."""
        self.close_connection = True
        while not self.server.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.02)
            if readable and not self._peek():
                return

    def _peek(self) -> bytes:
        try:
            return self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return b""

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        received = Received(self.command, self.path, headers, raw)
        self.server.got.append(received)
        with contextlib.suppress(ConnectionError):
            self.server.next_reply()(self)
            received.answered = True

    do_GET = do_POST

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr."""


Reply = Callable[[Exchange], None]


def answer(status: int, body: bytes = b"", **headers: str) -> Reply:
    return lambda exchange: exchange.answer(status, body, **headers)


def hang(exchange: Exchange) -> None:
    exchange.hang()


def drip(exchange: Exchange) -> None:
    """A header that never ends, a byte at a time: no silence is long."""
    exchange.close_connection = True
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not exchange.server.stopping.wait(0.05):
        exchange.wfile.write(b"a")
        exchange.wfile.flush()


def answer_and_drip(exchange: Exchange) -> None:
    """A whole answer, but for its body."""
    exchange.close_connection = True
    exchange.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not exchange.server.stopping.wait(0.05):
        exchange.wfile.write(b"a")
        exchange.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", port), Exchange)
        self.got: list[Received] = []
        self.replies: list[Reply] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()

    def next_reply(self) -> Reply:
        with self._lock:
            return self.replies.pop(0) if self.replies else answer(200)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves is no news."""


class Receiver:
    def __init__(self, port: int = 0) -> None:
        self._server = _Server(port)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def got(self) -> list[Received]:
        return self._server.got

    def script(self, *replies: Reply) -> None:
        self._server.replies[:] = replies

    def titles(self) -> Iterator[str]:
        for received in self.got:
            yield from received.titles
