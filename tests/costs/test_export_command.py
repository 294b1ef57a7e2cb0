"""manage.py export_costs: to the standard output or, whole or not at all, to a file."""

import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from pytest_django import DjangoDbBlocker

from tests.costs.ledger import OPUS, a_small_ledger, an_execution, spend, sql
from tests.databases import BASE_DIR, Database
from tests.live.site import working_with


def saved(directory: Path, *arguments: str) -> list[dict[str, Any]]:
    target = directory / "costs.jsonl"
    call_command("export_costs", "--format", "jsonl", "--output", str(target), *arguments)
    return [json.loads(line) for line in target.read_text().splitlines()]


@pytest.mark.django_db
def test_a_file_holds_what_was_asked_for(tmp_path: Path) -> None:
    a_small_ledger()
    assert len(saved(tmp_path, "--model", OPUS, "--agent", "disk-space")) == 1
    assert len(saved(tmp_path, "--unpriced", "true", "--node", "localhost")) == 1
    assert len(saved(tmp_path, "--from", "2026-11-21", "--to", "2026-11-21")) == 2
    assert len(saved(tmp_path, "--triggered-by", "webhook")) == 0
    assert [row["month"] for row in saved(tmp_path, "--kind", "months")] == ["2026-11"]
    assert len(saved(tmp_path, "--kind", "days", "--to", "2026-11-20")) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["costs.jsonl"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "yesterday"], "^--from: must be a time with its offset"),
        (["--kind", "years"], "^--kind: Input should be 'records', 'days' or 'months'$"),
        (["--kind", "days", "--unpriced", "true"], "^unpriced is about records"),
        (["--agent", "a b"], "^--agent: "),
        (["--execution-id", "7"], "^--execution-id: "),
        (["--output", "/nowhere/at/all.csv"], "^/nowhere/at/all.csv cannot be written: No such file"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("export_costs", *arguments)


@pytest.mark.django_db
def test_a_file_that_was_there_outlives_a_failure(tmp_path: Path) -> None:
    target = tmp_path / "costs.csv"
    target.write_text("of yesterday")
    sql("ALTER TABLE costs_costrecord RENAME TO gone")
    with pytest.raises(DatabaseError):
        call_command("export_costs", "--output", str(target))
    assert target.read_text() == "of yesterday"
    assert [path.name for path in tmp_path.iterdir()] == ["costs.csv"]


@pytest.mark.django_db
def test_a_directory_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: Is a directory"):
        call_command("export_costs", "--output", str(tmp_path))
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def database(template: Path, tmp_path: Path, django_db_blocker: DjangoDbBlocker) -> Database:
    """With three hundred records: more than a pipe holds that nobody reads."""
    database = Database(tmp_path)
    shutil.copy(template, database.file)
    with django_db_blocker.unblock(), working_with(database):
        execution = an_execution()
        for number in range(300):
            spend(execution, f"2026-10-01T{number // 60:02}:{number % 60:02}")
    return database


@pytest.mark.processes
def test_it_is_printed_and_a_reader_that_has_enough_is_no_error(database: Database) -> None:
    def piped(into: str) -> str:
        command = f"{shlex.quote(sys.executable)} manage.py export_costs | {into}; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=BASE_DIR,
            env={"PATH": "/usr/bin:/bin", "CLAUDEOPS_DATA_DIR": str(database.data_dir)},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert done.stderr == ""
        return done.stdout

    assert piped("wc -l").split() == ["301", "0"]
    assert piped("head -c 3") == "id,0\n"
