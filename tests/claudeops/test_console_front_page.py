"""What the console shows first."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from system.roles import Role
from tests.console import an_ended_execution, everything, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> Client:
    return signed_in(Role.VIEWER)


def test_an_empty_console_says_so(viewer: Client) -> None:
    page = viewer.get("/").content.decode()
    for words in ("has not been sampled yet", "No worker has been heard", "Nothing waits", "Nothing has run"):
        assert words in page, words


def test_it_shows_health_runs_and_refusals(viewer: Client) -> None:
    things = everything()
    page = viewer.get("/").content.decode()
    for words in (
        "12.5 %", "warning", "at work", "Disk-Space", "It rests.", "cooldown",
        str(things.ended.uid), str(things.failed.uid), str(things.waiting.uid),
    ):  # fmt: skip
        assert words in page, words
    assert "<img src=x" not in page


def test_it_asks_as_often_with_a_long_history(
    viewer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    everything()
    for _ in range(12):
        an_ended_execution()
    with django_assert_num_queries(11):
        viewer.get("/")
