"""What has no price is said once a model, in the transaction that records it."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from costs.models import CostRecord
from costs.services import record_cost
from executions.services import Tracker, claim_execution, create_execution
from system.models import Alert

pytestmark = pytest.mark.django_db

USAGE = {"input_tokens": 10}


@pytest.fixture
def tracker() -> Tracker:
    execution, _ = create_execution(agent_type="disk-space", node_id="localhost")
    lease = claim_execution(execution.pk, owner="localhost:1")
    assert lease is not None
    return lease.tracker()


def record(tracker: Tracker, model: str, **usage: Any) -> None:
    with tracker.batch() as change:
        record_cost(change, model=model, usage={**USAGE, **usage})


def alerts() -> list[tuple[str, str]]:
    return [(alert.kind, alert.title) for alert in Alert.objects.order_by("title")]


def test_once_a_model_however_it_is_spelled(tracker: Tracker) -> None:
    for model in ("claude-opus-5-6", "claude-opus-5-6", "anthropic/claude-opus-5-6-20261101"):
        record(tracker, model)
    assert alerts() == [("unpriced-model", "claude-opus-5-6 has no price")]
    alert = Alert.objects.get()
    assert "manage.py reprice" in alert.detail
    assert alert.data["model"] == "claude-opus-5-6"
    record(tracker, "gpt-7")
    assert len(alerts()) == 2


def test_the_model_of_an_iteration_is_the_one_to_blame(tracker: Tracker) -> None:
    iterations = [
        {"type": "message", **USAGE},
        {"type": "advisor_message", "model": "claude-sage-1", **USAGE},
    ]
    record(tracker, "claude-opus-5-5", iterations=iterations)
    assert alerts() == [("unpriced-model", "claude-sage-1 has no price")]


def test_a_way_of_serving_without_price(tracker: Tracker) -> None:
    record(tracker, "claude-sonnet-5-5", speed="fast")
    record(tracker, "claude-sonnet-5-5", speed="fast")
    assert alerts() == [("unpriced-model", "A request to claude-sonnet-5-5 has no price")]


def test_nothing_is_said_of_what_was_rolled_back(tracker: Tracker) -> None:
    with transaction.atomic():
        record(tracker, "claude-opus-5-6")
        assert len(alerts()) == 1
        transaction.set_rollback(True)
    assert alerts() == []


def test_long_and_hostile_names_are_held(tracker: Tracker) -> None:
    iterations = [{"type": "message", "model": "<b>\x00" * 500}]
    record(tracker, "claude-opus-5-5", iterations=iterations)
    assert Alert.objects.get().title.startswith("<b>")
    assert CostRecord.objects.get().total_cost_usd is None


def test_a_priced_record_costs_no_query_more(tracker: Tracker) -> None:
    """Is it known, have prices changed, the record, its day; and nothing about alerts."""
    record(tracker, "claude-opus-5-5")
    with CaptureQueriesContext(
        connection,
    ) as caught:
        record(tracker, "claude-opus-5-5")
    assert not [query for query in caught.captured_queries if "system_alert" in query["sql"]]
    tables = [query["sql"] for query in caught.captured_queries if "costs_" in query["sql"]]
    assert len(tables) == 4
