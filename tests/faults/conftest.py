import pytest

from tests.faults.fixtures import any_home, home, postgres_home

__all__ = ["any_home", "home", "postgres_home"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/faults/" in item.path.as_posix():
            item.add_marker("processes")
