"""What the ledger costs to read and to write: the same questions with 10,000 and with 1,000,000 records.

Each engine is asked over HTTP by one client, first as it is, then with a cost recorded before every request,
so that nothing is answered from a cache.
"""

import itertools
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from system.money import usd_of
from tests.benchmarks.engines import ENGINES, Database, database_of
from tests.benchmarks.money_history import write_money_history
from tests.benchmarks.web_process import ROOT, Client, WebProcess, manage, web_process

Row = tuple[str, str, str]
FEW, MANY = 10_000, 1_000_000
ROUTES = (
    "/costs/current-month",
    "/costs/daily?days=30",
    "/costs/trends",
    "/costs/breakdown?group_by=agent",
    "/dashboard/stats",
)
WARM_UPS, REQUESTS = 5, 200
ROUNDS, WRITES = 3, 2000
REQUEST_IDS = itertools.count()


@dataclass(frozen=True)
class Figures:
    """Milliseconds; of requests with nothing between them, and of those that each follow a record."""

    first: float
    calm: list[float]
    busy: list[float]


def main() -> list[Row]:
    return [row for engine in ENGINES for row in _engine(engine)]


def _engine(engine: str) -> list[Row]:
    name = ENGINES[engine]
    with _filled(engine, FEW) as few, _filled(engine, MANY) as many:
        with _served(few) as web_of_few, _served(many) as web_of_many:
            figures = _ask(web_of_few, web_of_many)
            exactness = _exactness(many, web_of_many, name)
        writing = _writing(many, name)  # nothing else runs on it any more
    goal = "p95 25 ms, 1.5 ×"
    routes = [(f"GET {route}, {name}", _shown(*of_both), goal) for route, of_both in figures.items()]
    return [*routes, exactness, *writing]


@contextmanager
def _filled(engine: str, records: int) -> Iterator[Database]:
    with database_of(engine) as database:
        write_money_history(database, records)
        yield database


def _served(database: Database) -> AbstractContextManager[WebProcess]:
    return web_process(database.environment, database.file)


def _shown(few: Figures, many: Figures) -> str:
    calm, busy, before, before_busy = map(_p95, (many.calm, many.busy, few.calm, few.busy))
    return (
        f"{calm:.1f} ms ({calm / before:.2f} ×), after a record {busy:.1f} ms ({busy / before_busy:.2f} ×),"
        f" median {statistics.median(many.busy):.1f} ms, first {many.first:.0f} ms"
    )


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def _ask(*webs: WebProcess) -> dict[str, list[Figures]]:
    """Each route of each process, in turn: whatever else the machine does then slows them all alike."""
    clients = [web.client() for web in webs]
    for client in clients:
        client.call("GET", "/system/nodes")  # the connection and the token are not what is measured
    first = {route: [_once(client, route) for client in clients] for route in ROUTES}
    runs = [client.call("POST", "/tracking/executions", {"agent_type": "bench"})["id"] for client in clients]
    figures = {}
    for route in ROUTES:
        calm = _in_turn(clients, route)
        busy = _in_turn(clients, route, before=lambda number: _record(clients[number], runs[number]))
        figures[route] = [Figures(*of_one) for of_one in zip(first[route], calm, busy, strict=True)]
    return figures


def _in_turn(clients: list[Client], route: str, before: Callable[[int], None] = int) -> list[list[float]]:
    times: list[list[float]] = [[] for _ in clients]
    for _ in range(WARM_UPS + REQUESTS):
        for number, client in enumerate(clients):
            before(number)
            times[number].append(_once(client, route))
    return [of_one[WARM_UPS:] for of_one in times]


def _once(client: Client, route: str) -> float:
    request = client.request("GET", route)
    began = time.perf_counter()
    client.send(request)
    return (time.perf_counter() - began) * 1000


def _record(client: Client, run: str) -> None:
    usage = {"input_tokens": 1200, "output_tokens": 300}
    cost = {
        "type": "cost",
        "model": "claude-haiku-5-5",
        "request_id": f"busy-{next(REQUEST_IDS)}",
        "usage": usage,
    }
    client.call("POST", f"/tracking/executions/{run}/batch", {"entries": [cost]})


def _exactness(database: Database, web: WebProcess, name: str) -> Row:
    """Records added up in Python, the days' sums, and what the API says of this month: to the last digit.

    For all other days the command that compares them with their records has to find no difference.
    """
    now = datetime.now(UTC)
    amounts = database.query(
        f"SELECT total_cost_usd FROM costs_costrecord WHERE year = {now.year} AND month = {now.month}"
    )
    records = sum(amount for (amount,) in amounts if amount is not None)
    days = database.query(f"SELECT sum(cost_usd) FROM costs_dailycost WHERE day >= '{now:%Y-%m-01}'")
    shown = web.client().call("GET", "/costs/current-month")["cost"]
    manage(database.environment, "verify_rollups")
    same = usd_of(records) == usd_of(int(days[0][0])) == Decimal(shown)
    return (
        f"this month = its days = its {len(amounts):,} records, {name}; no day of {MANY:,} records differs",
        "exactly" if same else f"{shown} {days} {records}",
        "exactly",
    )


def _writing(database: Database, name: str) -> list[Row]:
    """Of one record a transaction, which is what an agent does, and of five, as in one tracking call."""
    return [
        (
            f"record_cost, {at_once} a transaction, {MANY:,} records stored, {name}",
            _rate(database, at_once),
            "1,000/s",
        )
        for at_once in (1, 5)
    ]


def _rate(database: Database, at_once: int) -> str:
    rates, used = zip(*(_write(database, at_once) for _ in range(ROUNDS)), strict=True)
    cpu = min(used) * 1000
    return (
        f"{max(rates):,.0f}/s, median {statistics.median(rates):,.0f}/s ({cpu:.2f} ms of this process's CPU)"
    )


def _write(database: Database, at_once: int) -> tuple[float, float]:
    """Records a second, and seconds of this process's CPU a record."""
    command = [sys.executable, "-m", "tests.benchmarks.cost_writer", str(WRITES), str(at_once)]
    given = {"DJANGO_SETTINGS_MODULE": "claudeops.settings", "SLOW_QUERY_MS": "0"}
    done = subprocess.run(
        command, cwd=ROOT, env=database.environment | given, check=True, stdout=subprocess.PIPE, text=True
    )
    rate, used = map(float, done.stdout.split())
    return rate, used


if __name__ == "__main__":
    for row in main():
        sys.stdout.write(" | ".join(row) + "\n")
