from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django import Settings

from system.models import AppSetting
from tests.faults.home import Home


@pytest.fixture
def place(home: Home, settings: Settings) -> Iterator[Home]:
    """A home whose database is this process's own, with a directory for its backups."""
    settings.BACKUP_DIR = home.directory / "backups"
    AppSetting.objects.create(key="mine", value="before")
    yield home
    connection.close()
