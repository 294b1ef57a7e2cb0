"""How soon what is due is launched, and begins: many schedules in one second, and few in a quiet house."""

import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.benchmarks.bench_processes import up, wait_for_first_report
from tests.benchmarks.engines import ENGINES, Database, database_of
from tests.benchmarks.web_process import free_port, running

Row = tuple[str, str, str]

MANY = 500
AGENTS = 20
CLOCKS = ("host-a", "host-b")
# In the quiet house their jitter spreads them over each minute.
QUIET = 24
MINUTES = 2
JITTER_SECONDS = 55
CONFIG = '{"steps": [{"name": "work", "type": "command", "argv": ["true"], "read_only": true}]}'
AGENT = ("agent_type", "name", "config", "max_concurrent_executions")
SCHEDULE = (
    "name", "agent_type", "cron_expression", "jitter_seconds", "overlap_policy", "missed_policy", "node_ids",
    "execution_config",
)  # fmt: skip
PREFECT = "Prefect's serve: 0.36 s"
PREFECT_SPREAD = "Prefect's serve: from 0.42 s early to 2.9 s late"

FIRED = "SELECT due_at, fired_at, lateness_ms, execution_id FROM scheduling_fire WHERE state = 'launched'"
CREATED = "SELECT id, created_at FROM executions_execution WHERE trigger_source <> ''"
BEGUN = "SELECT execution_id, started_at FROM executions_executionstep WHERE step_number = 1"


def main() -> list[Row]:
    rows: list[Row] = []
    for engine, name in ENGINES.items():
        with database_of(engine) as database:
            rows += at_once(database, name)
    with database_of("sqlite") as database:
        rows += one_after_another(database)
    return rows


def at_once(database: Database, name: str) -> list[Row]:
    """They are planned by the clocks, and due together when the next minute begins."""
    with ExitStack() as stack:
        for clock in CLOCKS:
            stack.enter_context(running({**database.environment, "CLAUDEOPS_NODE": clock}, "clock"))
        _wait(
            lambda: _number(database, "SELECT COUNT(*) FROM system_node WHERE clock_seen_at IS NOT NULL") == 2
        )
        while datetime.now(UTC).second > 35:  # planned in good time
            time.sleep(0.5)
        _store(database, MANY)
        _wait(lambda: _number(database, "SELECT COUNT(next_due) FROM scheduling_schedule") == MANY)
        _wait(lambda: _number(database, "SELECT COUNT(*) FROM executions_execution") >= MANY)
        seen = datetime.now(UTC)
    fired = [row for row in database.query(FIRED) if _moment(row[0]) <= seen]
    due = min(_moment(row[0]) for row in fired)
    created = dict(database.query(CREATED))
    late = [(_moment(created[row[3]]) - due).total_seconds() for row in fired if _moment(row[0]) == due]
    each = f"{len(late)} executions, {len({row[3] for row in fired if _moment(row[0]) == due})} of them once"
    what = f"{MANY} schedules due in one second, two clocks, {name}"
    return [
        (f"{what}: executions", each, f"{MANY}"),
        (
            f"{what}: the last is there after",
            f"{max(late):.2f} s ({(seen - due).total_seconds():.2f} s seen)",
            "2 s",
        ),
        (f"{what}: the earliest", f"{min(late):.2f} s", "not early"),
    ]


def one_after_another(database: Database) -> list[Row]:
    environment = {**database.environment, "PORT": str(free_port()), "CLAUDEOPS_WORKERS": "2"}
    with up(environment):
        wait_for_first_report(environment)
        _store(database, QUIET, jitter_seconds=JITTER_SECONDS)
        wanted = QUIET * MINUTES
        _wait(lambda: _number(database, "SELECT COUNT(*) FROM scheduling_fire") >= wanted, 60 * (MINUTES + 2))
        time.sleep(2)
    begun = dict(database.query(BEGUN))
    delays = sorted(
        (_moment(begun[pk]) - _moment(fired) + timedelta(milliseconds=late)).total_seconds()
        for _, fired, late, pk in database.query(FIRED)
        if pk in begun
    )
    what = f"due → first step in a quiet house, {len(delays)} runs"
    return [
        (f"{what}: median", f"{statistics.median(delays):.3f} s", f"0.25 s ({PREFECT})"),
        (f"{what}: 95 %", f"{delays[int(len(delays) * 0.95)]:.3f} s", "1 s"),
        (f"{what}: from, to", f"{delays[0]:.3f} s, {delays[-1]:.3f} s", f"never early ({PREFECT_SPREAD})"),
    ]


def _store(database: Database, number: int, *, jitter_seconds: int = 0) -> None:
    """Each minute; the clock plans them."""
    agents = [(f"agent-{each}", f"Agent {each}", CONFIG, 1000) for each in range(AGENTS)]
    database.load("agents_agentconfiguration", AGENT, agents)
    database.load(
        "scheduling_schedule",
        SCHEDULE,
        [
            (
                f"number {each}",
                f"agent-{each % AGENTS}",
                "* * * * *",
                jitter_seconds,
                "allow",
                "skip",
                "[]",
                "{}",
            )
            for each in range(number)
        ],
    )


def _number(database: Database, statement: str) -> int:
    return int(database.query(statement)[0][0])


def _wait(until: Callable[[], bool], within_s: float = 90) -> None:
    give_up = time.monotonic() + within_s
    while not until():
        if time.monotonic() > give_up:
            raise TimeoutError("it did not come to that in time")
        time.sleep(0.02)


def _moment(value: Any) -> datetime:
    """SQLite keeps a time as text, in UTC."""
    return value if isinstance(value, datetime) else datetime.fromisoformat(value).replace(tzinfo=UTC)


if __name__ == "__main__":
    for row in main():
        sys.stdout.write(" | ".join(row) + "\n")
