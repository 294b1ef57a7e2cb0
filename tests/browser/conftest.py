"""One site and one Chromium for all tests of a process; each test has its own people, runs and tabs."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from system.roles import Role
from tests.browser.tabs import Tab
from tests.chromium import FLAGS
from tests.databases import Database
from tests.live.site import Site, working_with


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker("processes")
            item.add_marker("browser")


@pytest.fixture(scope="session")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database = Database(tmp_path_factory.mktemp("browsed"))
    migrated = database.manage("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    site = Site(database)
    site.start()
    yield site
    site.stop()


@pytest.fixture
def site(
    running_site: Site, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Site]:
    """What a test writes comes from another process than the one that serves the page."""
    # Playwright's loop runs in this thread, and waits while we work: nothing else uses the connection.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with django_db_blocker.unblock(), working_with(running_site.database):
        yield running_site


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """No longer than a module: while it is there its loop runs in this thread, and Django refuses to work."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


Visit = Callable[..., Tab]


@pytest.fixture
def visit(site: Site, chromium: Browser) -> Iterator[Visit]:
    """Open a tab as somebody of a role. Whatever goes wrong in one that is not meant to fails the test."""
    tabs: list[Tab] = []

    def open_tab(role: Role = Role.OPERATOR, origin: str = site.origin, **options: Any) -> Tab:
        cookie = site.cookie_of(site.user(f"{role.value} {len(tabs)}", role))
        tabs.append(Tab(origin, chromium, cookie=cookie, **options))
        return tabs[-1]

    yield open_tab
    for tab in tabs:
        tab.close()
    site.forget_people()
    assert [problem for tab in tabs for problem in tab.problems] == []
