"""Amounts in the console are for the eye, and exact for who points at them; the API's are all exact."""

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Model
from django.test import Client

from agents.models import AgentConfiguration
from costs.models import Budget, DailyCost, ModelPrice
from executions.models import Execution
from system.money import UsdField
from system.readable import read_amount, read_rounded, read_short_usd
from system.roles import Role
from tests.api_clients import ApiClient
from tests.console import console_url, everything, signed_in
from tests.console_pages import console_pages

pytestmark = pytest.mark.django_db
EXACT = Decimal("4.055925999867")
# What somebody typed is shown as it was typed.
TYPED: set[type[Model]] = {ModelPrice, Budget, AgentConfiguration}


@pytest.fixture
def pages() -> dict[str, str]:
    """All that can be read, with the same long amount wherever there is one."""
    things = everything()
    for model in set(apps.get_models()) - TYPED:
        columns = [field.name for field in model._meta.concrete_fields if isinstance(field, UsdField)]
        if columns:
            model._default_manager.update(**dict.fromkeys(columns, EXACT))
    return console_pages(things.key)


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def test_no_page_shows_more_of_an_amount_than_a_person_reads(pages: dict[str, str], admin: Client) -> None:
    answers = {url: admin.get(url) for url in pages.values()}
    shown = {url: answer.content.decode() for url, answer in answers.items() if is_page(answer)}
    long = {url: re.findall(r"(?<![:\d])\d+\.\d{6,}", words(html)) for url, html in shown.items()}
    assert {url: found for url, found in long.items() if found} == {}
    with_amount = {url for url, html in shown.items() if 'title="$4.055925999867">$4.06</data>' in html}
    lists = {console_url(model, "changelist") for model in (DailyCost, Execution)}
    assert {"/costs/overview/", *lists} <= with_amount


def is_page(answer: Any) -> bool:
    return bool(answer.status_code == 200 and not answer.streaming and "html" in answer["Content-Type"])


def words(html: str) -> str:
    """What is read, without what the page does."""
    return re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", ">", html, flags=re.DOTALL)


def test_the_api_and_a_file_have_all_of_it(pages: dict[str, str], admin: Client) -> None:
    run = Execution.objects.exclude(cost_usd=None).latest("pk")
    assert ApiClient(Role.VIEWER).get(f"/executions/{run.uid}").json()["cost_usd"] == str(EXACT)
    assert str(EXACT * 2) in admin.get("/costs/overview/agent.csv").content.decode()


@pytest.mark.parametrize(
    ("amount", "shown", "title"),
    [
        (None, "–", ""),
        ("0", "$0.00", ""),
        ("0.5", "$0.5", ""),
        ("12.3456", "$12.35", "$12.3456"),
        ("-1.005", "-$1.00", "-$1.005"),
        ("0.00027134999", "$0.0002713", "$0.00027134999"),
        ("0.000000000003", "$0.000000000003", ""),
    ],
)
def test_what_is_rounded_away_is_told_to_who_points_at_it(amount: str | None, shown: str, title: str) -> None:
    html = read_amount(None if amount is None else Decimal(amount))
    found = re.fullmatch(r'<data value="(.*)" title="(.*)">(.*)</data>', html)
    assert unescape(found[3] if found else html) == shown
    assert (found[2] if found else "") == title
    if found:
        assert Decimal(found[1]) == Decimal(amount or 0)


def test_in_a_sentence_it_is_a_number() -> None:
    assert [read_rounded(Decimal(text)) for text in ("4.0559", "0.5", "0.00027134")] == [
        "4.06",
        "0.5",
        "0.0002713",
    ]
    assert read_short_usd(Decimal("4.0559")) == "$4.06"
