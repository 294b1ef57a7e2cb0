from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import ENGINES, Database, new_database
from tests.faults.fixtures import any_home, home, postgres_home, postgres_template, template

__all__ = ["any_home", "home", "postgres_home", "postgres_template", "template"]


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each engine in turn."""
    with new_database(request.param, tmp_path) as database:
        yield database


@pytest.fixture(scope="module", params=ENGINES)
def migrated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A migrated database of each engine, which the tests of a file share."""
    with new_database(request.param, tmp_path_factory.mktemp("data")) as database:
        done = database.manage("migrate")
        assert done.returncode == 0, done.stderr
        yield database
