"""The same story gives the same answers on SQLite and on PostgreSQL, from real processes."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.databases import new_database

STORY = "from tests.claudeops.story import main; main()"


def answers_on(engine: str, data_dir: Path, template: str) -> list[Any]:
    data_dir.mkdir()
    with new_database(engine, data_dir, template) as database:
        done = database.manage("shell", "--verbosity", "0", "-c", STORY, ALLOWED_HOSTS="testserver")
        assert done.returncode == 0, done.stderr
        answers: list[Any] = json.loads(done.stdout.splitlines()[-1])
        return answers


@pytest.mark.postgres
@pytest.mark.processes
def test_both_engines_give_the_same_answers(template_of: Callable[[str], str], tmp_path: Path) -> None:
    sqlite, postgresql = (
        answers_on(engine, tmp_path / engine, template_of(engine)) for engine in ("sqlite", "postgresql")
    )
    for one, other in zip(sqlite, postgresql, strict=True):
        assert one == other
    statuses = [answer[2].get("status") for answer in sqlite if "problem" in str(answer[2])]
    assert 500 not in statuses
    assert 503 not in statuses
