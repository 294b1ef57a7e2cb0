"""A Messages API on the loopback address: right enough for the real SDK, and wrong in any way on demand.

    with MessagesServer() as server:
        server.script([overloaded(), ok(report={...})])  # in turn; after that, what `default` says

It also runs alone, to show the product without a key: `python -m tests.messages_api --port 9999`, then
`ANTHROPIC_BASE_URL=http://127.0.0.1:9999 make run`.
"""

import argparse
import contextlib
import json
import select
import socket
import sys
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

REPORT: dict[str, Any] = {
    "overall_health": "warning",
    "summary": "The machine works well. One disk will be full within a week if it goes on growing.",
    "findings": [
        {
            "title": "The root disk is filling up",
            "severity": "warning",
            "evidence": "Step 3: / is 87 % full, 4 % more than yesterday.",
            "recommendation": "Look for what grows below /var and remove what is not needed.",
            "command": "du -xh --max-depth=2 /var | sort -h | tail",
        }
    ],
}
USAGE: dict[str, Any] = {
    "input_tokens": 1200,
    "output_tokens": 300,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0},
    "service_tier": "standard",
    "inference_geo": "not_available",
}
# A delta's usage is cumulative, and knows nothing of TTLs, tier and place.
DELTA_USAGE = (
    "input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens",
    "server_tool_use", "iterations",
)  # fmt: skip


@dataclass
class Received:
    """One request. `left` is set when the client closed the connection before it had the whole answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any
    request_id: str = field(default_factory=lambda: f"req_{uuid.uuid4().hex[:24]}")
    left: threading.Event = field(default_factory=threading.Event)


class Exchange(BaseHTTPRequestHandler):
    """One connection. What a Reply can do with it stands first."""

    protocol_version = "HTTP/1.1"
    server: "_Server"
    received: Received

    def send_json(self, status: int, body: Any, headers: Mapping[str, str] | None = None) -> None:
        self.send_raw(status, json.dumps(body).encode(), "application/json", headers)

    def send_raw(self, status: int, body: bytes, kind: str, headers: Mapping[str, str] | None = None) -> None:
        self._begin(status, {"Content-Type": kind, "Content-Length": str(len(body)), **(headers or {})})
        self.wfile.write(body)

    def start_stream(self) -> None:
        self._begin(200, {"Content-Type": "text/event-stream", "Transfer-Encoding": "chunked"})

    def send_frames(self, frames: Iterable[bytes], pause_s: float = 0) -> None:
        for frame in frames:
            if pause_s:
                self.server.stopping.wait(pause_s)
            self.wfile.write(b"%x\r\n%s\r\n" % (len(frame), frame))
            self.wfile.flush()

    def end_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")

    def cut(self) -> None:
        """Close in the middle of the body."""
        self.close_connection = True

    def hang(self) -> None:
        """Send nothing more until the client leaves or the server stops."""
        self.close_connection = True
        while not self.server.stopping.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.02)
            if readable and not self._peek():
                self.received.left.set()
                return

    def _peek(self) -> bytes:
        try:
            return self.connection.recv(1, socket.MSG_PEEK)
        except OSError:
            return b""

    def _begin(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("request-id", self.received.request_id)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def do_POST(self) -> None:
        body = self._read()
        path = self.path.split("?")[0]
        if path == "/v1/messages":
            with contextlib.suppress(ConnectionError):
                self.server.next_reply()(self)
        elif path == "/v1/messages/count_tokens":
            self.send_json(200, {"input_tokens": len(json.dumps(body)) // 4})
        else:
            self.do_GET()

    def do_GET(self) -> None:
        if not hasattr(self, "received"):
            self._read()
        self.send_json(404, _error("not_found_error", f"There is no {self.path} here."))

    do_HEAD = do_GET

    def _read(self) -> Any:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.received = Received(self.command, self.path, headers, json.loads(raw) if raw else None)
        self.server.requests.append(self.received)
        return self.received.body

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on stderr."""


Reply = Callable[[Exchange], None]


def ok(
    report: Mapping[str, Any] = REPORT,
    *,
    usage: Mapping[str, Any] = USAGE,
    model: str | None = None,
    pause_s: float = 0,
) -> Reply:
    """A report, in `pause_s` steps; from the model that was asked unless `model` names another."""
    return answer(json.dumps(report, ensure_ascii=False), usage=usage, model=model, pause_s=pause_s)


def answer(
    text: str,
    *,
    usage: Mapping[str, Any] = USAGE,
    model: str | None = None,
    stop_reason: str = "end_turn",
    stop_details: Mapping[str, Any] | None = None,
    pause_s: float = 0,
) -> Reply:
    """Any text with any end."""

    def reply(exchange: Exchange) -> None:
        served = model or exchange.received.body["model"]
        if not exchange.received.body.get("stream"):
            content = [{"type": "text", "text": text}]
            exchange.send_json(
                200, _message(served, usage) | {"content": content, "stop_reason": stop_reason}
            )
            return
        exchange.start_stream()
        exchange.send_frames(frames(text, served, usage, stop_reason, stop_details), pause_s)
        exchange.end_stream()

    return reply


def refusal(category: str = "cyber", *, usage: Mapping[str, Any] = USAGE) -> Reply:
    details = {"type": "refusal", "category": category, "explanation": None}
    return answer("", usage=usage, stop_reason="refusal", stop_details=details)


def max_tokens(report: Mapping[str, Any] = REPORT, *, usage: Mapping[str, Any] = USAGE) -> Reply:
    text = json.dumps(report)
    return answer(text[: len(text) // 2], usage=usage, stop_reason="max_tokens")


def failure(
    status: int,
    kind: str = "api_error",
    message: str = "It went wrong.",
    *,
    error_code: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    return lambda exchange: exchange.send_json(status, _error(kind, message, error_code), headers)


def rate_limited(retry_after: str | None = None, *, error_code: str | None = None) -> Reply:
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return failure(429, "rate_limit_error", "Slow down.", error_code=error_code, headers=headers)


def overloaded(retry_after: str | None = None) -> Reply:
    headers = {} if retry_after is None else {"retry-after": retry_after}
    return failure(529, "overloaded_error", "Overloaded", headers=headers)


def hang(after: int | None = None) -> Reply:
    """Silence: before any header, or after so many events."""

    def reply(exchange: Exchange) -> None:
        if after is not None:
            exchange.start_stream()
            exchange.send_frames(_some(exchange, after))
        exchange.hang()

    return reply


def cut(after: int, *, tidy: bool = False) -> Reply:
    """The connection ends after so many events; `tidy`: as if the answer were whole, to HTTP at least."""

    def reply(exchange: Exchange) -> None:
        exchange.start_stream()
        exchange.send_frames(_some(exchange, after))
        if tidy:
            exchange.end_stream()
        else:
            exchange.cut()

    return reply


def stream_error(kind: str, message: str, *, after: int = 1) -> Reply:
    """An `error` event within a stream that began well."""

    def reply(exchange: Exchange) -> None:
        exchange.start_stream()
        exchange.send_frames([*_some(exchange, after), sse("error", _error(kind, message))])
        exchange.end_stream()

    return reply


def malformed(*raw: bytes, after: int = 1) -> Reply:
    """So many good events, then `raw`; by default an event whose JSON is broken."""

    def reply(exchange: Exchange) -> None:
        exchange.start_stream()
        broken = raw or (b'event: content_block_delta\ndata: {"type": "content_bl\n\n',)
        exchange.send_frames([*_some(exchange, after), *broken])
        exchange.end_stream()

    return reply


def not_the_api(status: int = 200) -> Reply:
    """A web page, as a proxy or a login form would send it."""
    return lambda exchange: exchange.send_raw(status, b"<html>Please log in</html>", "text/html")


def frames(
    text: str,
    model: str,
    usage: Mapping[str, Any],
    stop_reason: str = "end_turn",
    stop_details: Mapping[str, Any] | None = None,
) -> Iterator[bytes]:
    """The events of one answer: start, ping, block start, deltas, block stop, message delta, stop."""
    yield sse("message_start", {"message": _message(model, {**usage, "output_tokens": 1})})
    yield sse("ping", {})
    yield sse("content_block_start", {"index": 0, "content_block": {"type": "text", "text": ""}})
    for start in range(0, len(text), 24):
        piece = {"type": "text_delta", "text": text[start : start + 24]}
        yield sse("content_block_delta", {"index": 0, "delta": piece})
    yield sse("content_block_stop", {"index": 0})
    delta = {"stop_reason": stop_reason, "stop_sequence": None, "stop_details": stop_details}
    counted = {name: usage[name] for name in DELTA_USAGE if name in usage}
    yield sse("message_delta", {"delta": delta, "usage": counted})
    yield sse("message_stop", {})


def sse(event: str, data: Mapping[str, Any]) -> bytes:
    return f"event: {event}\ndata: {json.dumps({'type': event, **data}, ensure_ascii=False)}\n\n".encode()


def _some(exchange: Exchange, count: int) -> list[bytes]:
    return list(frames(json.dumps(REPORT), exchange.received.body["model"], USAGE))[:count]


def _message(model: str, usage: Mapping[str, Any]) -> dict[str, Any]:
    empty = {"content": [], "stop_reason": None, "stop_sequence": None}
    name = f"msg_{uuid.uuid4().hex[:24]}"
    return {"id": name, "type": "message", "role": "assistant", "model": model, "usage": dict(usage), **empty}


def _error(kind: str, message: str, error_code: str | None = None) -> dict[str, Any]:
    error: dict[str, Any] = {"type": kind, "message": message}
    if error_code is not None:
        error["details"] = {"error_code": error_code}
    return {"type": "error", "error": error}


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, default: Reply) -> None:
        super().__init__(("127.0.0.1", port), Exchange)
        self.requests: list[Received] = []
        self.stopping = threading.Event()
        self.default = default
        self.replies: list[Reply] = []
        self.lock = threading.Lock()

    def next_reply(self) -> Reply:
        with self.lock:
            return self.replies.pop(0) if self.replies else self.default


class ServerInThread:
    """Serves between `with` and its end; `_server` has `stopping`, which ends what hangs."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)

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
        return f"http://127.0.0.1:{self._server.server_port}"


class MessagesServer(ServerInThread):
    """`url` goes into ANTHROPIC_BASE_URL; `requests` is what came in so far."""

    def __init__(self, *, port: int = 0, default: Reply | None = None) -> None:
        super().__init__(_Server(port, default or ok()))

    @property
    def requests(self) -> list[Received]:
        return self._server.requests

    def answer_with(self, default: Reply) -> None:
        """What every request gets from now on that no script is for."""
        self._server.default = default

    def script(self, replies: Iterable[Reply]) -> None:
        """What the next requests get, one each; then the default again."""
        with self._server.lock:
            self._server.replies = list(replies)


def main() -> None:
    parser = argparse.ArgumentParser(description="A Messages API that always answers with the same report.")
    parser.add_argument("--port", type=int, default=9999)
    parser.add_argument("--pause", type=float, default=0.05, help="seconds between two pieces of an answer")
    options = parser.parse_args()
    with MessagesServer(port=options.port, default=ok(pause_s=options.pause)) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
