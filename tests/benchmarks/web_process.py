"""The real web process on a data directory of its own, and a client that costs next to nothing."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 30


@dataclass(frozen=True)
class WebProcess:
    port: int
    token: str
    database: Path

    def client(self) -> "Client":
        return Client(self)


class Client:
    """One connection, kept alive. Requests are bytes made beforehand: the server is what is measured."""

    def __init__(self, web: WebProcess) -> None:
        self._web = web
        self._socket = socket.create_connection(("127.0.0.1", web.port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, method: str, path: str, body: Any = None) -> bytes:
        content = b"" if body is None else json.dumps(body).encode()
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\n"
            f"Authorization: Bearer {self._web.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
        )
        return head.encode() + content

    def send(self, request: bytes) -> bytes:
        """The body of the answer. Raises for all but a 2xx."""
        self._socket.sendall(request)
        received = self._socket.recv(65536)
        while b"\r\n\r\n" not in received:
            received += self._socket.recv(65536)
        head, _, body = received.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        parts, missing = [body], length - len(body)
        while missing > 0:
            parts.append(self._socket.recv(65536))
            missing -= len(parts[-1])
        whole = b"".join(parts)
        if not head.startswith(b"HTTP/1.1 2"):
            raise AssertionError(f"{head[:60]!r} {whole[:500]!r}")
        return whole

    def call(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self.send(self.request(method, path, body)))


@contextmanager
def new_database() -> Iterator[tuple[dict[str, str], Path]]:
    """The environment of an installation with an empty database, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="claudeops-bench-") as directory:
        ours = ("CLAUDEOPS_", "DATABASE_")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        environment = {**clean, "CLAUDEOPS_DATA_DIR": directory, "CLAUDEOPS_ENV": "development"}
        manage(environment, "migrate", "--verbosity", "0")
        yield environment, Path(directory) / "development.db"


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, str(ROOT / "manage.py"), *arguments]
    done = subprocess.run(command, env=environment, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


@contextmanager
def web_process(environment: dict[str, str], database: Path) -> Iterator[WebProcess]:
    """One web process, and the clock, which keeps SQLite's write-ahead log short as in any installation."""
    token = manage(environment, "create_api_token", "bench", "--role", "operator").splitlines()[-1]
    port = free_port()
    serving = {**environment, "HOST": "127.0.0.1", "PORT": str(port)}
    with running(serving, "web"), running(serving, "clock"):
        _await_port(port)
        yield WebProcess(port, token, database)


@contextmanager
def running(environment: dict[str, str], name: str) -> Iterator[None]:
    command = [sys.executable, str(ROOT / "manage.py"), name]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_port(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
