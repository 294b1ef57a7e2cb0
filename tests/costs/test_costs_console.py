"""The lists of Costs say which model it was, amounts as people read them, and what has no price."""

from datetime import date

import pytest
from django.test import Client

from costs.models import Budget, CostRecord, DailyCost, DailyReconciliation
from system.roles import Role
from tests.console import console_url, signed_in
from tests.costs.budgeting import a_budget
from tests.costs.ledger import OPUS, a_small_ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def viewer() -> Client:
    return signed_in(Role.VIEWER)


def page(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("model", [CostRecord, DailyCost])
def test_each_row_names_its_model(viewer: Client, model: type[CostRecord] | type[DailyCost]) -> None:
    a_small_ledger()
    rows = page(viewer, console_url(model, "changelist")).split("<tbody")[1:]
    assert model.objects.filter(model_used=OPUS).exists()
    assert OPUS in "".join(rows)


def test_a_record_shows_amounts_without_twelve_places(viewer: Client) -> None:
    a_small_ledger()
    record = CostRecord.objects.filter(model_used=OPUS).latest("pk")
    CostRecord.objects.filter(pk=record.pk).update(input_cost_usd="0.00012", cache_saved_usd="-0.25")
    shown = page(viewer, console_url(CostRecord, "change", record.pk))
    assert "$0.00012<" in "".join(shown.split())
    assert "-$0.25" in shown
    assert "00000000" not in shown.replace(str(record.execution_id), "").replace(record.request_id or "", "")


@pytest.mark.parametrize(
    ("records", "unpriced", "text"), [(1, 1, "1 unpriced"), (3, 1, "$0.5, 1 unpriced"), (3, 0, "$0.5")]
)
def test_a_day_without_a_price_is_no_zero(viewer: Client, records: int, unpriced: int, text: str) -> None:
    DailyCost.objects.create(
        day=date(2026, 3, 10), agent_type="disk", model_used="m", node_id="attic", records=records,
        unpriced_records=unpriced, cost_usd="0" if records == unpriced else "0.5",
    )  # fmt: skip
    shown = page(viewer, console_url(DailyCost, "changelist"))
    assert f">{text}<" in "".join(part.strip() for part in shown.splitlines())


def test_an_empty_list_says_what_would_fill_it(viewer: Client) -> None:
    assert "With ANTHROPIC_ADMIN_KEY set" in page(viewer, console_url(DailyReconciliation, "changelist"))
    nothing = page(viewer, console_url(DailyCost, "changelist") + "?node_id=nowhere")
    assert "Nothing here is what you look for." in nothing


def test_a_budget_of_a_mistyped_agent_is_pointed_out() -> None:
    a_small_ledger()
    known = DailyCost.objects.exclude(agent_type="").values_list("agent_type", flat=True)[0]
    admin = signed_in(Role.ADMIN)
    for name, agent in (("right", known), ("wrong", "no-such-agent")):
        form = {
            "name": name, "scope": "agent", "scope_value": agent, "period": "month", "amount_usd": "1",
            "is_hard": "on", "enabled": "on",
        }  # fmt: skip
        response = admin.post(console_url(Budget, "add"), form, follow=True)
        pointed_out = "Nothing in the ledger is of agent" in response.content.decode()
        assert pointed_out is (name == "wrong")


def test_the_list_tells_hard_budgets_from_soft(viewer: Client) -> None:
    a_budget("hard", max_runs=1)
    a_budget("soft", is_hard=False, max_tokens=2_000_000)
    shown = page(viewer, console_url(Budget, "changelist"))
    for text in ("Stops", "Alerts", "1 run", "2,000,000 tokens"):
        assert text in shown
    assert "1 runs" not in shown


def test_a_form_names_its_fields_by_their_labels() -> None:
    form = {"name": "b", "scope": "all", "period": "month"}
    response = signed_in(Role.ADMIN).post(console_url(Budget, "add"), form)
    assert "Give at least one cap: USD, Runs, Tokens, Requests." in response.content.decode()
