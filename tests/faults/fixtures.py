"""Homes on either engine, and our own connection to their database."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import environ
import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker, Settings

from executions.doorbell import socket_directory
from tests.databases import ENGINES, new_postgresql
from tests.faults.home import Home


@contextmanager
def inside(directory: Path, settings: Settings, **database: Any) -> Iterator[None]:
    """Our own queries go to `database` (the file in `directory`), our own rings to the bells there."""
    before = connections.settings["default"]
    _connect(before | {"NAME": str(directory / "test.db")} | database)
    settings.DATA_DIR = directory
    socket_directory.cache_clear()
    try:
        yield
    finally:
        _connect(before)
        socket_directory.cache_clear()


def _connect(database: dict[str, Any]) -> None:
    connections["default"].close()
    connections.settings["default"] = database
    del connections["default"]


@pytest.fixture
def home(
    template: Path, tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker
) -> Iterator[Home]:
    """After the test, no process of it is left and every execution is in one state that holds."""
    shutil.copy(template, tmp_path / "test.db")
    with django_db_blocker.unblock(), inside(tmp_path, settings):
        home = Home(tmp_path)
        yield home
        home.close()


@pytest.fixture
def postgres_home(
    postgres_template: str, tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker
) -> Iterator[Home]:
    """The same on a PostgreSQL database that is dropped afterwards."""
    with new_postgresql(postgres_template) as url:
        home = Home(tmp_path, url)
        with (
            django_db_blocker.unblock(),
            inside(tmp_path, settings, OPTIONS={}, **environ.Env.db_url_config(url)),
        ):
            yield home
            home.close()


@pytest.fixture(params=ENGINES)
def any_home(request: pytest.FixtureRequest) -> Home:
    home: Home = request.getfixturevalue("home" if request.param == "sqlite" else "postgres_home")
    return home
