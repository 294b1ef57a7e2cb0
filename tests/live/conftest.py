import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker

from tests.databases import Database
from tests.live.site import Site, working_with


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/live/" in item.path.as_posix():
            item.add_marker("processes")


@pytest.fixture(scope="module")
def stopped_site(
    template: Path, tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[Site]:
    """A site on an SQLite file whose web process the test starts; it must stop in order afterwards."""
    database = Database(tmp_path_factory.mktemp("site"))
    shutil.copy(template, database.file)
    with django_db_blocker.unblock(), working_with(database):
        site = Site(database)
        yield site
        site.stop()


@pytest.fixture(scope="module")
def site(stopped_site: Site) -> Site:
    stopped_site.start()
    return stopped_site
