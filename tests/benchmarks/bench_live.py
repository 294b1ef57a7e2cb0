"""Live events of one web process, with nothing but SQLite: how late, how many, and what waiting costs."""

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks.swarm import Swarm
from tests.benchmarks.web_process import ROOT, manage, new_database

Row = tuple[str, str, str]
Environment = dict[str, str]
SINGLES = 60
BURST = 10_000
REST_SECONDS = 20.0


def main() -> list[Row]:
    with new_database() as (environment, _), _web(environment) as pid:
        idle = asyncio.run(_cpu_with(environment, pid, 0))
        attended = asyncio.run(_cpu_with(environment, pid, 40))
        few, some, many = (asyncio.run(_latency(environment, sockets)) for sockets in (1, 50, 500))
        rate = asyncio.run(_rate(environment, 500))
    return [
        ("CPU of the web process at rest, no sockets", f"{idle:.2f} % of a core", "next to nothing"),
        ("the same, 40 sockets", f"{attended:.2f} % of a core", "next to nothing"),
        ("before the insert → client, median, 1 socket", f"{few:.1f} ms", "20 ms"),
        ("the same, 50 sockets", f"{some:.1f} ms", "20 ms"),
        ("the same, 500 sockets", f"{many:.1f} ms", "—"),
        ("events to each of 500 sockets in a burst", f"{rate:,.0f}/s", "—"),
    ]


@contextmanager
def _web(environment: Environment) -> Iterator[int]:
    """The web process, serving; its pid."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment |= {"PORT": str(port), "DJANGO_SETTINGS_MODULE": "claudeops.settings"}
    token = manage(environment, "create_api_token", "bench", "--role", "viewer").split()[-1]
    environment["TOKEN"] = token
    process = subprocess.Popen([sys.executable, "manage.py", "web"], cwd=ROOT, env=environment)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def _writer(environment: Environment, manner: str, count: int) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.benchmarks.event_writer", manner, str(count)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        yield process


async def _open(environment: Environment, sockets: int) -> Swarm:
    swarm = Swarm(int(environment["PORT"]), environment["TOKEN"], sockets)
    await swarm.open()
    return swarm


async def _cpu_with(environment: Environment, pid: int, sockets: int) -> float:
    """Percent of a core."""
    swarm = await _open(environment, max(1, sockets))
    if not sockets:
        swarm.close()
    await asyncio.sleep(2)
    began, used = time.monotonic(), _cpu_seconds(pid)
    await asyncio.sleep(REST_SECONDS)
    percent = 100 * (_cpu_seconds(pid) - used) / (time.monotonic() - began)
    swarm.close()
    return percent


def _cpu_seconds(pid: int) -> float:
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


async def _latency(environment: Environment, sockets: int) -> float:
    """Milliseconds, over all events and all sockets."""
    swarm = await _open(environment, sockets)
    with _writer(environment, "singles", SINGLES):
        await swarm.wait_for_end()
    swarm.close()
    return statistics.median(swarm.latencies) * 1000


async def _rate(environment: Environment, sockets: int) -> float:
    """Events a second, until the last socket has the last event."""
    swarm = await _open(environment, sockets)
    with _writer(environment, "burst", BURST) as writer:
        await swarm.wait_for_end()
        assert writer.stdout is not None
        began = float(writer.stdout.read())
    swarm.close()
    return BURST / (swarm.ended_at - began)


if __name__ == "__main__":
    for row in main():
        sys.stdout.write(" | ".join(row) + "\n")
