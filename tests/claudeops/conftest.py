import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoDbBlocker, Settings

from tests.claudeops.starting import Up
from tests.faults.fixtures import home, inside

__all__ = ["home", "new_up"]


@pytest.fixture
def new_up(tmp_path: Path, settings: Settings, django_db_blocker: DjangoDbBlocker) -> Iterator[Up]:
    """On an empty directory; after the test, nothing of it is left."""
    with django_db_blocker.unblock(), inside(tmp_path, settings):
        up = Up(tmp_path)
        yield up
        up.close()


@pytest.fixture
def migrated_up(template: Path, new_up: Up) -> Up:
    """One whose tables are there already, and nothing else: the start is not what is tested."""
    shutil.copy(template, new_up.database)
    return new_up
