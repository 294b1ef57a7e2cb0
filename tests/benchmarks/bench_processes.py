"""How fast ClaudeOps starts and begins a run, and what it takes while nobody asks anything of it."""

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from tests.benchmarks.web_process import ROOT, Client, WebProcess, manage

Row = tuple[str, str, str]

REST_SECONDS = 60
LAUNCHES = 30


def main() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="claudeops-bench-") as directory:
        environment = _environment(directory)
        with up(environment) as fresh:
            wait_for_first_report(environment)
        with up(environment) as again:
            token = manage(environment, "create_api_token", "bench", "--role", "admin").split()[-1]
            latency = _launch_latency(Client(WebProcess(int(environment["PORT"]), token, Path(directory))))
            memory, cpu = _at_rest(directory)
        return [
            ("fresh start to first HTTP 200", f"{fresh:.2f} s", "5 s"),
            ("restart to first HTTP 200", f"{again:.2f} s", "3 s"),
            (f"launch → first step, median of {LAUNCHES}", f"{latency * 1000:.0f} ms", "200 ms"),
            ("memory of all processes at rest (PSS), 2 workers", f"{memory:.0f} MiB", "300 MiB"),
            (f"CPU of all processes at rest, {REST_SECONDS} s", f"{cpu:.2f} % of a core", "2 % of a core"),
        ]


def _environment(directory: str) -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CLAUDEOPS_", "DATABASE_", "ANTHROPIC_"))
    }
    return clean | {"CLAUDEOPS_DATA_DIR": directory, "PORT": str(port), "CLAUDEOPS_WORKERS": "2"}


@contextmanager
def up(environment: dict[str, str]) -> Iterator[float]:
    """Everything, running; yields the seconds until the first answer."""
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while not _answers(int(environment["PORT"])):
            time.sleep(0.01)
        yield time.monotonic() - began
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError, IndexError), socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET /api/v1/system/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return client.recv(64).split()[1] == b"200"
    return False


def wait_for_first_report(environment: dict[str, str]) -> None:
    while "completed" not in manage(environment, "executions"):
        time.sleep(0.5)


def _launch_latency(client: Client) -> float:
    """Seconds from before the launch's request to the start of its first step, as the rows have it."""
    agent = {
        "agent_type": "bench",
        "name": "Bench",
        "config": {"steps": [{"name": "work", "type": "command", "argv": ["true"], "read_only": True}]},
    }
    client.call("POST", "/agents", agent)
    return statistics.median(_one_launch(client) for _ in range(LAUNCHES))


def _one_launch(client: Client) -> float:
    began = time.time()
    uid = client.call("POST", "/executions", {"agent_type": "bench"})["id"]
    while (run := client.call("GET", f"/executions/{uid}"))["status"] in ("pending", "running"):
        time.sleep(0.05)
    return datetime.fromisoformat(run["steps"][0]["started_at"]).timestamp() - began


def _at_rest(directory: str) -> tuple[float, float]:
    """MiB of proportional set size, and percent of one core, of all processes of that data directory."""
    time.sleep(10)  # what the launches began has to end first
    pids = _processes_of(directory)
    used, began = sum(map(_cpu_seconds, pids)), time.monotonic()
    time.sleep(REST_SECONDS)
    share = (sum(map(_cpu_seconds, pids)) - used) / (time.monotonic() - began)
    return sum(map(_pss_mib, pids)), share * 100


def _processes_of(directory: str) -> list[int]:
    mark = f"CLAUDEOPS_DATA_DIR={directory}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and mark in (entry / "environ").read_bytes().split(b"\0"):
                found.append(int(entry.name))
    return found


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _pss_mib(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    for row in main():
        sys.stdout.write(" | ".join(row) + "\n")
