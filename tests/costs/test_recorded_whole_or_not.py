"""Usage that no API sends is refused with its path, and of the whole call no row is left."""

from typing import Any

import pytest

from costs.models import CostRecord, DailyCost
from executions.models import Execution, ExecutionEvent
from system.models import Alert
from system.roles import Role
from tests.api_clients import ApiClient, fields_of

pytestmark = pytest.mark.django_db

BAD: list[tuple[Any, str]] = [
    (-1, "input_tokens"),
    ("12", "input_tokens"),
    (2**63, "input_tokens"),
    (2**64, "input_tokens"),
    (True, "input_tokens"),
    (1.0, "input_tokens"),
    (1e300, "input_tokens"),
    ([1], "input_tokens"),
    ({"a": 1}, "input_tokens"),
]
PLACES = [
    (lambda value: {"input_tokens": value}, "input_tokens"),
    (lambda value: {"output_tokens": value}, "output_tokens"),
    (lambda value: {"cache_creation_input_tokens": value}, "cache_creation_input_tokens"),
    (lambda value: {"cache_read_input_tokens": value}, "cache_read_input_tokens"),
    (
        lambda value: {"cache_creation": {"ephemeral_5m_input_tokens": value}},
        "cache_creation.ephemeral_5m_input_tokens",
    ),
    (
        lambda value: {"server_tool_use": {"web_search_requests": value}},
        "server_tool_use.web_search_requests",
    ),
    (
        lambda value: {"iterations": [{"type": "message"}, {"type": "message", "output_tokens": value}]},
        "iterations.1.output_tokens",
    ),
]
GOOD = {"type": "cost", "model": "claude-haiku-5-5", "usage": {"input_tokens": 5}, "request_id": "req_good"}
UNPRICED = {"type": "cost", "model": "claude-haiku-9", "usage": {"input_tokens": 5}}
values = pytest.mark.parametrize("value", [value for value, _ in BAD], ids=lambda value: repr(value)[:20])
places = pytest.mark.parametrize(("usage_of", "path"), PLACES, ids=[path for _, path in PLACES])


def nothing_is_there() -> bool:
    return not any(model.objects.exists() for model in (CostRecord, DailyCost, Alert))


@values
@places
@pytest.mark.parametrize("model", ["claude-haiku-5-5", "unheard-of"])
def test_the_price_route_names_the_field(value: Any, usage_of: Any, path: str, model: str) -> None:
    response = ApiClient(Role.VIEWER).post("/costs/price", {"model": model, "usage": usage_of(value)})
    assert response.status_code == 422, response.content
    assert fields_of(response) == [f"usage.{path}"]


@values
@places
def test_a_batch_with_one_of_them_leaves_no_row(value: Any, usage_of: Any, path: str) -> None:
    operator = ApiClient(Role.OPERATOR)
    run = operator.post("/tracking/executions", {"agent_type": "a"}).json()["id"]
    before = Execution.objects.values().get(), ExecutionEvent.objects.count()
    bad = {"type": "cost", "model": "claude-haiku-5-5", "usage": usage_of(value)}
    response = operator.post(f"/tracking/executions/{run}/batch", {"entries": [GOOD, UNPRICED, bad]})
    assert response.status_code == 422, response.content
    assert fields_of(response) == [f"entries.2.usage.{path}"]
    assert nothing_is_there()
    assert (Execution.objects.values().get(), ExecutionEvent.objects.count()) == before


@pytest.mark.parametrize(
    "body",
    [
        {"model": "claude-opus-5-5"},
        {"usage": {}},
        {"model": "claude-opus-5-5", "usage": []},
        {"model": "claude-opus-5-5", "usage": None},
        {"model": "", "usage": {}},
        {"model": "x" * 101, "usage": {}},
        {"model": "claude-opus-5-5", "usage": {}, "at": "2026-11-22"},
        {"model": "claude-opus-5-5", "usage": {}, "currency": "EUR"},
        {"model": "claude-opus-5-5", "usage": {"output_tokens": 2**62}},
        {"model": "claude-opus-5-5", "usage": {"input_tokens": 2**62, "output_tokens": 2**62}},
    ],
)
def test_a_question_that_does_not_hold_is_refused(body: Any) -> None:
    response = ApiClient(Role.VIEWER).post("/costs/price", body)
    assert response.status_code == 422, response.content
    assert len(fields_of(response)) == 1


@pytest.mark.parametrize("model", ["claude-haiku-5-5", "unheard-of"])
def test_sums_that_the_database_cannot_hold_are_refused_whole(model: str) -> None:
    """Each record could be held; what they add up to could not."""
    tokens = 2**62 if model == "unheard-of" else 10**13
    entry = {"type": "cost", "model": model, "usage": {"input_tokens": tokens}}
    operator = ApiClient(Role.OPERATOR)
    response = operator.post("/tracking/executions", {"agent_type": "a", "entries": [entry] * 20})
    assert response.status_code == 422, response.content
    assert nothing_is_there()
    assert not Execution.objects.exists()
