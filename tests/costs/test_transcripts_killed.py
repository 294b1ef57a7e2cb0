"""An import that is killed in its middle is completed by the next one, as if nothing had been."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.costs.transcript_files import answer, write
from tests.databases import BASE_DIR, ENGINES, Database, new_database

ANSWERS = 2500
STATES = (
    "SELECT request_id, model_used, output_tokens, total_cost_usd, timestamp FROM costs_costrecord",
    "SELECT day, model_used, records, cost_usd, batchable_usd, tokens_used FROM costs_dailycost",
)


def everything(database: Database) -> list[list[tuple[object, ...]]]:
    return [sorted(database.sql(state), key=str) for state in STATES]


def count(database: Database) -> int:
    return int(database.sql("SELECT count(*) FROM costs_costrecord")[0][0])


def kill_once_there_are_records(database: Database, path: Path) -> int:
    """How many there were when it was dead."""
    environment = {
        **os.environ,
        "CLAUDEOPS_ENV": "development",
        "CLAUDEOPS_DATA_DIR": str(database.data_dir),
        "DATABASE_URL": database.url,
    }
    command = [sys.executable, "manage.py", "import_transcripts", str(path)]
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=subprocess.PIPE) as process:
        while not count(database):
            assert process.poll() is None, "it ended before it could be killed"
        process.kill()
    return count(database)


def run(database: Database, *arguments: str) -> None:
    done = database.manage(*arguments)
    assert done.returncode == 0, done.stderr


@pytest.mark.processes
@pytest.mark.parametrize("engine", ENGINES)
def test_killed_and_run_again(tmp_path: Path, engine: str) -> None:
    days = [f"2026-11-{n % 20 + 1:02}T10:00:00Z" for n in range(ANSWERS)]
    whole = [answer(f"msg_{n}", output=n + k, timestamp=days[n]) for n in range(ANSWERS) for k in (1, 2)]
    better = [answer(f"msg_{n}", output=20_000) for n in range(0, ANSWERS, 7)]
    path = write(tmp_path / "a.jsonl", *whole, *better)
    with new_database(engine, tmp_path) as database:
        run(database, "migrate")
        assert 0 < kill_once_there_are_records(database, path) < ANSWERS
        run(database, "import_transcripts", str(path))
        completed = everything(database)
        assert count(database) == ANSWERS
        database.sql("DELETE FROM costs_costrecord")
        database.sql("DELETE FROM costs_dailycost")
        run(database, "import_transcripts", str(path))
        assert everything(database) == completed
