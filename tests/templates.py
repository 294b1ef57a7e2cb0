"""A migrated database of each engine to copy, made once for all processes of a run of the tests."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.databases import Database, create_postgresql, drop_postgresql, url_of


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SQLite's file."""
    directory = _shared(tmp_path_factory, "sqlite")
    file = directory / "template.db"
    with _alone(directory):
        if not file.exists():
            database = Database(directory)
            _migrate(database)
            database.file.rename(file)
    return file


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of one on PostgreSQL. Whoever is the last to need it drops it."""
    directory = _shared(tmp_path_factory, "postgresql")
    name, user = directory / "name", directory / f"user-{os.getpid()}"
    with _alone(directory):
        if not name.exists():
            made = create_postgresql()
            _migrate(Database(directory, url_of(made)))
            name.write_text(made)
        user.touch()
    yield name.read_text()
    with _alone(directory):
        user.unlink()
        if not list(directory.glob("user-*")):
            drop_postgresql(name.read_text())
            name.unlink()


@pytest.fixture(scope="session")
def template_of(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """For tests.databases.new_database: the template of an engine, made when it is first asked for."""
    names = {"sqlite": "template", "postgresql": "postgres_template"}
    return lambda engine: str(request.getfixturevalue(names[engine]))


def _shared(factory: pytest.TempPathFactory, name: str) -> Path:
    """A directory that every process of this run sees: under xdist each has one of its own, side by side."""
    base = factory.getbasetemp()
    directory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / f"{name}-template"
    directory.mkdir(exist_ok=True)
    return directory


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _migrate(database: Database) -> None:
    done = database.manage("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
