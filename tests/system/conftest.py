from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.databases import ENGINES, Database, new_database
from tests.faults.fixtures import any_home, home, postgres_home

__all__ = ["any_home", "home", "postgres_home"]


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each engine in turn."""
    with new_database(request.param, tmp_path) as database:
        yield database


@pytest.fixture(scope="module", params=ENGINES)
def migrated(
    request: pytest.FixtureRequest,
    template_of: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Database]:
    """A migrated database of each engine, which the tests of a file share."""
    engine, data = request.param, tmp_path_factory.mktemp("data")
    with new_database(engine, data, template_of(engine)) as database:
        yield database
