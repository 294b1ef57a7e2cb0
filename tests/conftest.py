"""What a machine must have for some tests, and what becomes of them where it has not."""

import functools
import os
import shutil
import socket
from collections.abc import Iterator
from secrets import token_hex

import pytest
from django.contrib.auth.models import Group
from django.core.cache import caches
from django.db import transaction
from pytest_django import Settings
from pytest_django.plugin import blocking_manager_key

from claudeops.costs_page.keeping import forget_all
from system.append_only import deletion_allowed
from system.models import AuditEntry
from system.rates import buckets, shared_windows
from system.roles import Role
from tests.templates import postgres_template, template, template_of

__all__ = ["postgres_template", "template", "template_of"]

HOW_TO_GET = {
    "postgres": "PostgreSQL on 127.0.0.1:5432 that trusts the user postgres (apt-get install postgresql)",
    "redis": "Redis on 127.0.0.1:6379 (apt-get install redis-server)",
    "browser": "Chromium (apt-get install chromium)",
    "promtool": "promtool (apt-get install prometheus)",
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
        case "browser":
            return shutil.which("chromium") is not None
        case _:
            return shutil.which(need) is not None


def pytest_configure(config: pytest.Config) -> None:
    for need, how in HOW_TO_GET.items():
        config.addinivalue_line("markers", f"{need}: needs {how}")


# What starts processes of its own, or copies a database for them.
_SLOW = {"processes", "browser"}
_SLOW_FIXTURES = {"database", "home", "migrated", "new_up"}


def _is_slow(item: pytest.Item) -> bool:
    fixtures = getattr(item, "fixturenames", ())
    return not _SLOW_FIXTURES.isdisjoint(fixtures) or any(item.get_closest_marker(name) for name in _SLOW)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of slow tests first: begun at the end, one of them would keep all other processes waiting.

    These by their names and not by directory: so not all browsers are open at once.
    """
    slow = {item.path for item in items if _is_slow(item)}
    items.sort(key=lambda item: (item.path not in slow, item.path.name if item.path in slow else ""))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """What a machine has not is skipped for a person, and fails where CI says that everything is there."""
    for need, how in HOW_TO_GET.items():
        if item.get_closest_marker(need) and not is_there(need):
            if os.environ.get("CI") == "true":
                pytest.fail(f"this test needs {how}, and CI skips nothing")
            pytest.skip(f"needs {how}")


@pytest.fixture(autouse=True)
def _doors_forget() -> None:
    """What one test tried must not slow another: all come from one address."""
    caches["doors"].clear()
    buckets.clear()
    shared_windows.clear()


@pytest.fixture(autouse=True)
def _costs_page_forgets() -> None:
    """What was spent in one test's database may look like what was in another's."""
    forget_all()


@pytest.fixture
def shared_counts(settings: Settings) -> Iterator[None]:
    """The doors count in Redis, under a name of their own."""
    url = "redis://127.0.0.1:6379/15"
    redis = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": token_hex(8),
    }
    settings.REDIS_URL = url
    settings.CACHES = {**settings.CACHES, "doors": redis}
    yield
    caches["doors"].clear()


def _empty_audit() -> None:
    with transaction.atomic(), deletion_allowed(AuditEntry._meta.db_table):
        AuditEntry.objects.all().delete()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """A test of real transactions empties every table behind it: the roles, which a migration wrote, too.

    The audit would refuse to be emptied. After the last test there is no database any more.
    """
    marker = item.get_closest_marker("django_db")
    is_real = marker is not None and bool(marker.kwargs.get("transaction"))
    is_real = is_real or "transactional_db" in getattr(item, "fixturenames", ())
    if is_real:
        with item.config.stash[blocking_manager_key].unblock():
            _empty_audit()
    yield
    if nextitem is not None and is_real:
        with item.config.stash[blocking_manager_key].unblock():
            for role in Role:
                Group.objects.get_or_create(name=role.value)
