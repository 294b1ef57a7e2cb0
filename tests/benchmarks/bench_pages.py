"""Every page of the console, with 100,000 executions, a million events and much of everything else.

Which pages there are, the console says: a new one is among them by itself. On its own, `python -m …` prints
all of them; in the table of all benchmarks are the slowest.
"""

import http.client
import json
import math
import subprocess
import sys
import time
from dataclasses import dataclass

from tests.benchmarks.history import write_history
from tests.benchmarks.web_process import ROOT, WebProcess, new_database, web_process

Row = tuple[str, str, str]
HISTORY = 100_000
WARM_UPS, REQUESTS = 2, 20
GOAL_MS = 150
SHOWN = 10


@dataclass(frozen=True)
class PageFigures:
    """Milliseconds: `late` until the last byte of an answer over HTTP (p95), `cpu` of the page alone."""

    url: str
    late: float
    cpu: float
    queries: int

    def row(self) -> Row:
        figures = f"{self.late:.0f} ms, {self.cpu:.0f} ms of CPU, {self.queries} queries"
        return self.url, figures, f"{GOAL_MS} ms (p95)"


def main() -> list[Row]:
    pages = measure()
    over = [page.url for page in pages if page.late > GOAL_MS]
    summary = (f"pages of the console over {GOAL_MS} ms, of {len(pages)}", str(len(over)), "0")
    return [summary, *(page.row() for page in pages[:SHOWN])]


def measure() -> list[PageFigures]:
    """Of each page, the slowest first."""
    with new_database() as (environment, database):
        write_history(database, HISTORY)
        given = environment | {"DJANGO_SETTINGS_MODULE": "claudeops.settings", "SLOW_QUERY_MS": "0"}
        _run("tests.benchmarks.big_house", given)
        asked = json.loads(_run("tests.benchmarks.page_asker", given))
        with web_process(environment, database) as web:
            figures = [
                PageFigures(url, _late(web, url, asked["session"]), cpu, queries)
                for url, (queries, cpu) in asked["pages"].items()
            ]
    return sorted(figures, key=lambda page: -page.late)


def _run(module: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "-m", module]
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def _late(web: WebProcess, url: str, session: str) -> float:
    """By one client on one connection, as a browser asks."""
    headers = {"Cookie": f"claudeops_session_{web.port}={session}", "Accept-Encoding": "gzip"}
    connection = http.client.HTTPConnection("127.0.0.1", web.port)
    times = []
    for _ in range(WARM_UPS + REQUESTS):
        began = time.perf_counter()
        connection.request("GET", url, headers=headers)
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            sys.stderr.write(f"{url}: {answer.status}\n")
            return math.inf  # it is among the slowest, and hides no other
    connection.close()
    ordered = sorted(times[WARM_UPS:])
    return ordered[math.ceil(len(ordered) * 0.95) - 1]


if __name__ == "__main__":
    for page in measure():
        sys.stdout.write(" | ".join(page.row()) + "\n")
