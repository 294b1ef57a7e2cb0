"""What a machine must have for some tests, and what becomes of them where it has not."""

import functools
import os
import shutil
import socket
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from pytest_django.plugin import blocking_manager_key

from system.roles import Role

HOW_TO_GET = {
    "postgres": "PostgreSQL on 127.0.0.1:5432 that trusts the user postgres (apt-get install postgresql)",
    "redis": "Redis on 127.0.0.1:6379 (apt-get install redis-server)",
    "browser": "Chromium (apt-get install chromium)",
}


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@functools.cache
def is_there(need: str) -> bool:
    match need:
        case "postgres":
            return _listens(5432)
        case "redis":
            return _listens(6379)
        case _:
            return shutil.which("chromium") is not None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What a machine has not is skipped for a person, and fails where CI says that everything is there."""
    for need, how in HOW_TO_GET.items():
        if item.get_closest_marker(need) and not is_there(need):
            if os.environ.get("CI") == "true":
                pytest.fail(f"this test needs {how}, and CI skips nothing")
            pytest.skip(f"needs {how}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A test of real transactions empties every table behind it: the roles, which a migration wrote, too.

    After the last test there is no database any more.
    """
    yield
    marker = item.get_closest_marker("django_db")
    if nextitem is not None and marker is not None and marker.kwargs.get("transaction"):
        with item.config.stash[blocking_manager_key].unblock():
            for role in Role:
                Group.objects.get_or_create(name=role.value)
