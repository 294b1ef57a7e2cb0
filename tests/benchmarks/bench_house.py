"""What keeping the house costs at a million executions: /metrics, and retention beside a writer."""

import statistics
import subprocess
import sys
import threading
import time

from tests.benchmarks.history import write_history
from tests.benchmarks.web_process import ROOT, Client, WebProcess, manage, new_database, web_process

Row = tuple[str, str, str]
HISTORY = 1_000_000
DELETED = 10_000
SCRAPES = 100
SET = "from system import app_settings; app_settings.set_value('retention.executions_most', {})"


def main() -> list[Row]:
    with new_database() as (environment, database):
        write_history(database, HISTORY)
        manage(environment, "shell", "--verbosity", "0", "-c", SET.format(HISTORY - DELETED))
        with web_process(environment, database) as web:
            times = _scrapes(web)
            rate, longest, writes = _retention(web, environment)
    return [
        (
            f"GET /metrics with {HISTORY:,} executions: median, p95",
            f"{statistics.median(times):.1f} ms, {statistics.quantiles(times, n=20)[-1]:.1f} ms",
            "30 ms",
        ),
        (f"retention, {DELETED:,} executions beside a writer", f"{rate:.0f}/s", "100/s"),
        (
            f"the longest that one of its {writes:,} writes took meanwhile",
            f"{longest * 1000:.0f} ms",
            "500 ms",
        ),
    ]


def _scrapes(web: WebProcess) -> list[float]:
    client = web.client()
    request = client.request("GET", "/metrics")
    return [_seconds(client, request) * 1000 for _ in range(SCRAPES)][5:]


def _retention(web: WebProcess, environment: dict[str, str]) -> tuple[float, float, int]:
    """Executions a second, and the longest of how many writes."""
    client = web.client()
    run = client.call("POST", "/tracking/executions", {"agent_type": "bench"})["id"]
    entry = {"type": "log", "message": "42 files"}
    log = client.request("POST", f"/tracking/executions/{run}/batch", {"entries": [entry]})
    over = threading.Event()
    times: list[float] = []

    def write() -> None:
        while not over.is_set():
            times.append(_seconds(client, log))

    writer = threading.Thread(target=write)
    writer.start()
    began = time.perf_counter()
    command = [sys.executable, str(ROOT / "manage.py"), "run_job", "delete-old-executions"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, cwd=ROOT)
    took = time.perf_counter() - began
    over.set()
    writer.join()
    if f"Deleted {DELETED + 1:,} executions" not in done.stdout:
        raise AssertionError(done.stdout)
    return DELETED / took, max(times), len(times)


def _seconds(client: Client, request: bytes) -> float:
    began = time.perf_counter()
    client.send(request)
    return time.perf_counter() - began


if __name__ == "__main__":
    for row in main():
        sys.stdout.write(" | ".join(row) + "\n")
