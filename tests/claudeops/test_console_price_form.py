"""A version of a price is edited under the rules of the API, and each message stands at its field."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from costs.models import ModelPrice
from costs.models.prices import FAST, LONG, RATES
from costs.price_book import ensure_prices
from costs.rates import shipped_prices
from system.roles import Role
from tests.console import console_url, signed_in

pytestmark = pytest.mark.django_db

ADD = "add"


@pytest.fixture
def admin() -> Client:
    ensure_prices()
    return signed_in(Role.ADMIN)


def form(**more: Any) -> dict[str, Any]:
    fields = {
        "model": "claude-new-7", "valid_from_0": "2026-11-01", "valid_from_1": "00:00:00", "note": "",
        **dict.fromkeys(RATES, "1"), **dict.fromkeys(FAST, ""), **dict.fromkeys(LONG, ""), "long_above": "",
        "batch_percent": "50", "us_percent": "110", "web_search": "0.01",
    }  # fmt: skip
    return {**fields, **more}


def shown(price: ModelPrice) -> dict[str, Any]:
    """What a browser sends back of a page that nobody typed into."""
    fields = {
        name: getattr(price, name) for name in (*RATES, *FAST, *LONG, "long_above", "web_search", "note")
    }
    return form(
        **{name: "" if value is None else value for name, value in fields.items()},
        batch_percent=price.batch_percent,
        us_percent=price.us_percent,
    )


def of(model: str) -> ModelPrice:
    return ModelPrice.objects.filter(model=model).latest("valid_from")


def errors_of(client: Client, url: str, **more: Any) -> dict[str, list[str]]:
    response = client.post(url, form(**more))
    assert response.status_code == 200, "it was saved"
    return dict(response.context["adminform"].form.errors)


def test_a_new_version_is_stored_as_the_api_names_it(admin: Client) -> None:
    url = console_url(ModelPrice, ADD)
    sent = form(model="anthropic/claude-new-7-20261101", read="0.00002")
    page = admin.post(url, sent, follow=True).content.decode()
    assert of("claude-new-7").read == Decimal("0.00002")
    assert "manage.py reprice --from" in page


def test_the_first_one_takes_the_shipped_list_along() -> None:
    assert signed_in(Role.ADMIN).post(console_url(ModelPrice, ADD), form()).status_code == 302
    assert set(ModelPrice.objects.values_list("model", flat=True)) == {
        *shipped_prices().models,
        "claude-new-7",
    }


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"model": "claude new"}, "model", "name it as the API does"),
        ({"model": ""}, "model", "required"),
        ({"valid_from_0": "1960-01-01"}, "valid_from", "Must lie between"),
        ({"valid_from_0": "2062-01-01"}, "valid_from", "Must lie between"),
        ({"input": "-1"}, "input", "Must not be below 0"),
        ({"input": "NaN"}, "input", "number"),
        ({"input": "9999999"}, "input", "9.2 million"),
        ({"read": "0.000001"}, "read", "is too fine"),
        ({"fast_input": "1"}, "fast_output", "all or not at all"),
        ({"long_above": "1000"}, "long_input", "all or not at all"),
        ({"batch_percent": "0"}, "batch_percent", "1"),
        ({"us_percent": "99"}, "us_percent", "100"),
        ({"web_search": "0.0000000000001"}, "web_search", "12 decimal places"),
        (
            {"model": "claude-opus-5-5", "valid_from_0": "1970-01-01"},
            "valid_from",
            "already; change that one",
        ),
    ],
)
def test_what_does_not_hold_is_refused_at_the_field(
    admin: Client, settings: Any, wrong: Any, field: str, words: str
) -> None:
    settings.TIME_ZONE = "UTC"
    errors = errors_of(admin, console_url(ModelPrice, ADD), **wrong)
    assert list(errors) == [field]
    assert words in " ".join(errors[field])
    assert ModelPrice.objects.count() == sum(map(len, shipped_prices().models.values()))


def test_rates_are_shown_without_an_exponent(admin: Client) -> None:
    price = of("claude-haiku-4-5")
    ModelPrice.objects.filter(pk=price.pk).update(read=Decimal("0.00002"))
    values = admin.get(console_url(ModelPrice, "change", price.pk)).context["adminform"].form
    assert values["read"].value() == "0.00002"


@pytest.mark.parametrize("model", ["claude-opus-5-5", "claude-haiku-5-5", "claude-haiku-4-5"])
def test_a_page_that_is_saved_as_it_is_changes_nothing(admin: Client, model: str) -> None:
    """With fast rates, with long ones, with neither; a shipped one keeps its model whatever is sent."""
    before = ModelPrice.objects.values().get(pk=of(model).pk)
    url = console_url(ModelPrice, "change", before["id"])
    assert admin.post(url, {**shown(of(model)), "model": "claude-mine"}).status_code == 302
    after = ModelPrice.objects.values().get(pk=before["id"])
    assert {name for name in after if after[name] != before[name]} == {"updated_at"}


def test_a_shipped_version_is_not_deleted_and_another_is(admin: Client) -> None:
    shipped = of("claude-opus-5-5")
    page = admin.post(console_url(ModelPrice, "delete", shipped.pk), {"post": "yes"}, follow=True)
    assert "would be back at the next start" in page.content.decode()
    assert "deleted successfully" not in page.content.decode()
    admin.post(console_url(ModelPrice, ADD), form())
    admin.post(console_url(ModelPrice, "delete", of("claude-new-7").pk), {"post": "yes"})
    assert list(ModelPrice.objects.filter(model__in=["claude-new-7", "claude-opus-5-5"])) == [shipped]


def test_the_list_says_what_is_in_force(admin: Client) -> None:
    admin.post(console_url(ModelPrice, ADD), form(model="claude-opus-5-5"))
    page = admin.get(console_url(ModelPrice, "changelist") + "?model=claude-opus-5-5")
    model_admin, rows = page.context["cl"].model_admin, list(page.context["cl"].result_list)
    assert [model_admin.state(row) for row in rows] == ["In force", "Past"]
    assert [model_admin.fast(row) for row in rows] == ["–", "8 / 40 / 10 / 16 / 0.4"]
    assert "4 / 20 / 5 / 8 / 0.2" in page.content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_others_only_look(role: Role) -> None:
    ensure_prices()
    client = signed_in(role)
    price = of("claude-opus-5-5")
    assert client.get(console_url(ModelPrice, "change", price.pk)).status_code == 200
    assert client.post(console_url(ModelPrice, "change", price.pk), shown(price)).status_code == 403
    assert client.post(console_url(ModelPrice, ADD), form()).status_code == 403
    assert client.post(console_url(ModelPrice, "delete", price.pk), {"post": "yes"}).status_code == 403
