"""The first quarter of an hour with the real product: a fresh directory, one command, no key, a browser.

One sits at a desk in the light, one has a phone in the dark. What they saw is kept in test-output/first-run.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.newcomer import Newcomer
from tests.browser.tabs import Tab
from tests.claudeops.starting import Up
from tests.databases import BASE_DIR
from tests.faults.home import eventually

PICTURES = BASE_DIR / "test-output" / "first-run"


@pytest.fixture
def started(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Where it is, and the password that it printed."""
    up = Up(tmp_path)
    up.start(CLAUDEOPS_ENV="development")
    eventually("it says where it is", lambda: "ClaudeOps is up: " in up.output(), 60)
    said = up.output()
    yield f"http://127.0.0.1:{up.port}", re.findall(r"First administrator: admin, password (\S+)", said)[0]
    up.close()


@pytest.fixture
def newcomers(started: tuple[str, str], chromium: Browser) -> Iterator[list[Newcomer]]:
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    desk, phone = Tab(started[0], chromium), Tab(started[0], chromium, has_touch=True, is_mobile=True)
    yield [
        Newcomer("desk", "desk-light", ("Disk Space Analyst", "disk-space"), desk, PICTURES),
        Newcomer("phone", "phone-dark", ("Log Analyzer", "log-analyzer"), phone, PICTURES),
    ]
    desk.close()
    phone.close()
    assert desk.problems + phone.problems == []


def test_a_newcomer_comes_to_a_report_a_schedule_and_a_budget(
    started: tuple[str, str], newcomers: list[Newcomer]
) -> None:
    for newcomer in newcomers:
        newcomer.sign_in(started[1])
        newcomer.see_the_first_report()
        newcomer.make_a_schedule()
    for newcomer in newcomers:
        newcomer.watch_a_run()
        newcomer.cancel_another()
        newcomer.set_a_budget_and_see_it_refuse()
    for newcomer in newcomers:
        newcomer.see_the_schedule_fire()
