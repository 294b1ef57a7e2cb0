"""A ClaudeOps of a test's own: its database, its real web process, its people, and clients of its sockets."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import connections
from django.test import Client, override_settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from claudeops.database import database_config
from executions.doorbell import socket_directory
from executions.models import Execution
from executions.services import Lease, Tracker, claim_execution, create_execution
from system.models import ApiToken
from system.roles import Role
from system.tokens import create_token
from tests.databases import BASE_DIR, Database

T = TypeVar("T")
Message = dict[str, Any]


def eventually(what: str, look: Callable[[], T], within_s: float = 20) -> T:
    """The first true value of `look`; fails, naming `what`, when there is none in time."""
    give_up = time.monotonic() + within_s
    while not (value := look()):
        assert time.monotonic() < give_up, f"not within {within_s:g} s: {what}"
        time.sleep(0.02)
    return value


def _is_socket(file: Path) -> bool:
    """Of another process: it may close what was listed a moment ago."""
    with contextlib.suppress(FileNotFoundError):
        return file.readlink().name.startswith("socket:")
    return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.port = free_port()
        self.host = f"127.0.0.1:{self.port}"
        self.origin = f"http://{self.host}"
        self.log = database.data_dir / "web.log"
        self.web: subprocess.Popen[bytes] | None = None
        self._used, self._used_at = -1.0, 0.0

    def start(self, **environment: str) -> None:
        """Start the web process, and wait until it answers."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {
            "CLAUDEOPS_ENV": "development",
            "CLAUDEOPS_DATA_DIR": str(self.database.data_dir),
            "DATABASE_URL": self.database.url,
            "SECRET_KEY": settings.SECRET_KEY,
            "PORT": str(self.port),
        }
        with self.log.open("ab") as log:
            self.web = subprocess.Popen(
                [sys.executable, "manage.py", "web"],
                cwd=BASE_DIR,
                env={**kept, **own, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        eventually("the web process answers", self._answers, 30)

    def _answers(self) -> bool:
        assert self.web is not None
        assert self.web.poll() is None, self.log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as asking:
            asking.sendall(f"GET /nowhere HTTP/1.0\r\nHost: {self.host}\r\n\r\n".encode())
            return asking.recv(7) == b"HTTP/1."
        return False

    def stop(self) -> None:
        if self.web is not None:
            self.web.terminate()
            assert self.web.wait(10) == 0
            self.web = None

    @property
    def process_directory(self) -> Path:
        assert self.web is not None
        return Path(f"/proc/{self.web.pid}")

    def open_files(self) -> int:
        return len(list((self.process_directory / "fd").iterdir()))

    def open_sockets(self) -> int:
        """Those of the doorbell and of the loop among them. Files of the database come as threads come."""
        return sum(map(_is_socket, (self.process_directory / "fd").iterdir()))

    def resident_mib(self) -> float:
        pages = int((self.process_directory / "statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def cpu_seconds(self) -> float:
        ticks = (self.process_directory / "stat").read_text().rpartition(")")[2].split()[11:13]
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    def rests_for(self, seconds: float) -> bool:
        """Whether it has used no more CPU for so long, as far as those who asked before have seen."""
        used, now = self.cpu_seconds(), time.monotonic()
        if used != self._used:
            self._used, self._used_at = used, now
        return now - self._used_at >= seconds

    def bells(self) -> list[Path]:
        """The doorbells that the web process has hung up: one while it has sockets, none without."""
        return list(socket_directory().glob("web-*.bell"))

    # People.

    def token(self, role: Role = Role.VIEWER) -> tuple[ApiToken, str]:
        return create_token(f"a {role.value}'s", role)

    def user(self, name: str, role: Role | None) -> User:
        user = User.objects.create_user(name)  # who needs no password costs half a second less
        if role is not None:
            user.groups.add(Group.objects.get(name=role.value))
        return user

    def cookie_of(self, user: User) -> str:
        """The Cookie header of a browser in which `user` has signed in."""
        browser = Client()
        browser.force_login(user)
        return f"claudeops_session_{self.port}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"

    def forget_people(self) -> None:
        User.objects.all().delete()
        ApiToken.objects.all().delete()

    # What happens.

    def pending(self, agent_type: str = "watched") -> Execution:
        return create_execution(agent_type=agent_type, node_id="here")[0]

    def running(self, agent_type: str = "watched") -> tuple[Execution, Tracker]:
        execution = self.pending(agent_type)
        lease = claim_execution(execution.pk, owner="here/1")
        assert isinstance(lease, Lease)
        return execution, lease.tracker()

    # Sockets.

    def url(self, path: str = "/ws/executions/") -> str:
        return f"ws://{self.host}{path}"

    def knock(
        self,
        path: str = "/ws/executions/",
        *,
        origin: str | None = None,
        subprotocols: list[Any] | None = None,
        **headers: str,
    ) -> int:
        """The HTTP status of a handshake: 101 for who is let in."""
        try:
            with connect(
                self.url(path), origin=origin, subprotocols=subprotocols, additional_headers=headers
            ) as connection:
                return connection.response.status_code if connection.response else 0
        except InvalidStatus as refusal:
            return refusal.response.status_code

    @contextlib.contextmanager
    def watch(self, path: str = "/ws/executions/", role: Role = Role.VIEWER) -> Iterator["Watcher"]:
        """An open socket whose first message has been read into `active`."""
        headers = {"Authorization": f"Bearer {self.token(role)[1]}"}
        with connect(self.url(path), additional_headers=headers, max_size=None) as connection:
            yield Watcher(connection)


class Watcher:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self._read: list[Message] = []
        self.active = self.next()

    def next(self, timeout: float = 10) -> Message:
        """The next message, of whatever frame."""
        while not self._read:
            self._read = json.loads(self.connection.recv(timeout))
        return self._read.pop(0)

    def put_back(self, message: Message) -> None:
        """It is the next one again."""
        self._read.insert(0, message)

    def until(self, event: str) -> list[Message]:
        """Everything up to the first message of this name, which is the last of the list."""
        messages = [self.next()]
        while messages[-1]["event"] != event:
            messages.append(self.next())
        return messages

    def say(self, event: str, **data: object) -> None:
        self.connection.send(json.dumps({"event": event, "data": data}))


@contextlib.contextmanager
def working_with(database: Database) -> Iterator[None]:
    """Our own queries and doorbells, of all threads, go where the web process of `database` looks."""
    before, known = connections["default"], connections.settings["default"]
    os.environ["DATABASE_URL"] = database.url
    config = database_config(environ.Env(), "development", database.data_dir)
    del os.environ["DATABASE_URL"]
    connections.settings["default"] = {**known, **config}
    connections["default"] = connections.create_connection("default")
    try:
        with override_settings(DATA_DIR=database.data_dir):
            socket_directory.cache_clear()
            yield
    finally:
        socket_directory.cache_clear()
        connections["default"].close()
        connections["default"] = before
        connections.settings["default"] = known


@contextlib.contextmanager
def from_another_host(directory: Path, redis_url: str = "") -> Iterator[None]:
    """What this process writes meanwhile rings no bell of the site's own host."""
    with override_settings(DATA_DIR=directory, REDIS_URL=redis_url):
        socket_directory.cache_clear()
        try:
            yield
        finally:
            socket_directory.cache_clear()
