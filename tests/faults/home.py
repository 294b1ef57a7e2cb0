"""A ClaudeOps of a test's own: its data directory, its processes, and its database seen from outside."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from django.conf import settings as django_settings
from django.core.management import call_command
from django.utils import timezone

from agents.launching import launch_agent
from agents.models import AgentConfiguration
from claudeops.processes.kernel import children_of, start_mark
from executions.models import ENDED, Execution, ExecutionEvent

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
# A test need not wait a minute for what lasts a minute.
SHORT_WAITS = {
    "CLAUDEOPS_LEASE_SECONDS": "4",
    "CLAUDEOPS_HEARTBEAT_SECONDS": "0.5",
    "CLAUDEOPS_CANCEL_POLL_SECONDS": "0.2",
    "CLAUDEOPS_RECONCILE_SECONDS": "0.5",
    "CLAUDEOPS_STALL_SECONDS": "6",
    "CLAUDEOPS_STOP_GRACE_SECONDS": "6",
    "CLAUDEOPS_METRICS_SECONDS": "600",
    "CLAUDEOPS_CONNECTIVITY_TARGETS": "",
}


def eventually(what: str, look: Callable[[], T], within_s: float = 30) -> T:
    """The first true value of `look`; fails, naming `what`, when there is none in time."""
    give_up = time.monotonic() + within_s
    while True:
        if value := look():
            return value
        assert time.monotonic() < give_up, f"not within {within_s:g} s: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Home:
    def __init__(self, directory: Path, database_url: str = "") -> None:
        self.directory = directory
        self._database_url = database_url
        self.port = free_port()
        self.log = directory / "log"
        self.database = directory / "test.db"
        self._started: list[subprocess.Popen[bytes]] = []

    def environment(self, **more: str) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {
            "CLAUDEOPS_ENV": "test",
            "CLAUDEOPS_DATA_DIR": str(self.directory),
            "PORT": str(self.port),
            "SECRET_KEY": django_settings.SECRET_KEY,
            "CLAUDEOPS_ADMIN_PASSWORD": "a password of tests",
            "DATABASE_URL": self._database_url,
        }
        return {**kept, **SHORT_WAITS, **own, **more}

    def manage(self, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
        """Start `manage.py …`; what it prints goes to `log`."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *arguments],
                cwd=ROOT,
                env=self.environment(**more),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._started.append(process)
        return process

    def migrate(self, *target: str) -> None:
        """Forwards, or to `target` as in ("costs", "0007"), on our own connection: a process costs more."""
        call_command("migrate", *target, verbosity=0, skip_checks=True)

    def start_worker(self, **more: str) -> "Workers":
        """A worker process whose pool is complete."""
        workers = Workers(self.manage("worker", **more), int(more.get("CLAUDEOPS_WORKERS", "2")))
        eventually("the pool is complete", workers.is_complete)
        return workers

    def said(self, text: str) -> bool:
        return text in self.log.read_text()

    # What a person or a program would do.

    def agent(self, name: str, *scripts: str, read_only: bool = True) -> str:
        """An agent of one shell script per step; `$HERE` is the data directory."""
        steps = [
            {
                "name": f"step {number}",
                "type": "command",
                "argv": ["/bin/sh", "-c", script],
                "env": {"HERE": str(self.directory)},
                "read_only": read_only,
            }
            for number, script in enumerate(scripts, start=1)
        ]
        agent = AgentConfiguration(
            agent_type=name, name=name, config={"steps": steps}, max_concurrent_executions=1000
        )
        agent.full_clean()
        agent.save()
        return name

    def launch(self, agent: str, times: int = 1) -> list[int]:
        return [launch_agent(agent)[0].pk for _ in range(times)]

    def execution(self, pk: int) -> Execution:
        return Execution.objects.get(pk=pk)

    def count(self, **where: object) -> int:
        return Execution.objects.filter(**where).count()

    def failed(self, agent: str) -> list[Execution]:
        return list(Execution.objects.filter(agent_type=agent, status="failed"))

    def events(self, pk: int, name: str) -> int:
        return ExecutionEvent.objects.filter(execution_id=pk, event=name).count()

    def wait_for_status(self, pk: int, *status: str, within_s: float = 30) -> Execution:
        eventually(
            f"execution {pk} is {' or '.join(status)}", lambda: self.count(pk=pk, status__in=status), within_s
        )
        return self.execution(pk)

    def wait_for_all(self, within_s: float = 60) -> None:
        eventually("all have ended", lambda: not Execution.objects.active().exists(), within_s)

    def lines(self, name: str) -> list[str]:
        """What runs wrote into the file `name` of $HERE."""
        path = self.directory / name
        return path.read_text().splitlines() if path.exists() else []

    # What must hold afterwards, whatever happened.

    def processes(self) -> set[int]:
        """Every living process that was started for this home, commands of agents included."""
        return set(_processes_with(str(self.directory).encode()))

    def kill_all(self) -> None:
        while pids := self.processes():
            for pid in pids:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            self._reap()

    def _reap(self) -> None:
        for process in self._started:
            process.poll()

    def close(self) -> None:
        """SIGTERM to the leaders; then nothing may be left, and no execution may be in between."""
        for process in self._started:
            if process.poll() is None:
                process.terminate()
        try:
            for process in self._started:
                process.wait(12)
            strays = {pid: _command(pid) for pid in self.processes()}
            assert not strays, f"left behind: {strays}"
            if self._database_url or self.database.exists():
                assert_all_settled()
        finally:
            self.kill_all()


def assert_all_settled() -> None:
    """Every execution waits, has ended, or has a lease that has not run out; every event has its number."""
    for execution in Execution.objects.all():
        if execution.status == "running":
            assert execution.lease_until is not None
            assert execution.lease_until > timezone.now(), f"{execution} runs without a lease"
        numbers = list(execution.events.order_by("seq").values_list("seq", flat=True))
        first = execution.event_count - len(numbers) + 1 if _is_old(execution) else 1
        assert numbers == list(range(first, execution.event_count + 1)), f"{execution}: events {numbers}"
        if first > execution.event_count:
            continue
        ends = execution.events.filter(event__in=[f"execution:{status}" for status in ENDED]).count()
        assert ends == (execution.status in ENDED), f"{execution} has {ends} ends and is {execution.status}"


def _is_old(execution: Execution) -> bool:
    """Retention may have taken its first events."""
    return execution.completed_at is not None and execution.completed_at < timezone.now() - timedelta(days=1)


class Workers:
    """The processes under `manage.py worker`: keeper → cluster → guard → pool, monitor, pusher."""

    def __init__(self, process: subprocess.Popen[bytes], size: int) -> None:
        self.process = process
        self._size = size

    @property
    def cluster(self) -> int:
        return only(children_of(self.process.pid))

    @property
    def guard(self) -> int:
        return only(children_of(self.cluster))

    def _members(self) -> list[int]:
        """In the order in which django-q2 starts them."""
        return sorted(pid for pid in children_of(self.guard) if start_mark(pid))

    @property
    def pool(self) -> list[int]:
        return self._members()[: self._size]

    @property
    def monitor(self) -> int:
        return self._members()[self._size]

    @property
    def pusher(self) -> int:
        return self._members()[self._size + 1]

    def is_complete(self) -> bool:
        assert self.process.poll() is None, "the worker process has ended"
        try:
            return len(self._members()) == self._size + 2
        except LookupError:
            return False


def only(pids: set[int]) -> int:
    if len(pids) != 1:
        raise LookupError(f"one process was expected: {pids}")
    return next(iter(pids))


def worker_of(execution: Execution) -> int:
    return int(execution.lease_owner.rpartition("/")[2])


def _processes_with(mark: bytes) -> Iterator[int]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if mark in (entry / "environ").read_bytes() and start_mark(int(entry.name)):
                    yield int(entry.name)


def _command(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return "?"
