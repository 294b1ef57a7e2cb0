"""However usage is cut into records, the ledger's sums are the same; a repeated request is nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from costs.models import CostRecord, DailyCost
from costs.models.daily import AMOUNTS
from costs.services import PRICED, record_cost
from executions.models import Execution
from executions.services import claim_execution, create_execution

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
COUNTS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
# Three of Haiku's classes of prompt stay below 100,000 together: the long tier is not crossed.
MODELS = st.sampled_from(["claude-haiku-5-5", "claude-opus-5-5", "claude-fable-5-1", "claude-sonnet-4-6"])
SERVED = st.sampled_from(
    [{}, {"service_tier": "batch"}, {"inference_geo": "us"}, {"service_tier": "priority"}]
)
FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def split_usages(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A usage, and the same in two to four parts, each class of tokens cut for itself."""
    served = draw(SERVED)
    parts: list[dict[str, Any]] = [dict(served) for _ in range(draw(st.integers(2, 4)))]
    for name in COUNTS:
        for part in parts:
            part[name] = draw(st.integers(0, 8_000))
    for part in parts:
        hour = draw(st.integers(0, part["cache_creation_input_tokens"]))
        part["cache_creation"] = {"ephemeral_1h_input_tokens": hour}
        part["server_tool_use"] = {"web_search_requests": draw(st.integers(0, 3))}
    whole = {**served, **{name: sum(part[name] for part in parts) for name in COUNTS}}
    whole["cache_creation"] = {
        "ephemeral_1h_input_tokens": sum(
            part["cache_creation"]["ephemeral_1h_input_tokens"] for part in parts
        )
    }
    whole["server_tool_use"] = {
        "web_search_requests": sum(part["server_tool_use"]["web_search_requests"] for part in parts)
    }
    return whole, parts


def recorded(model: str, usages: list[dict[str, Any]], request_ids: Any = ()) -> Execution:
    execution, _ = create_execution(agent_type="a", node_id="localhost")
    lease = claim_execution(execution.pk, owner="localhost:1")
    assert lease is not None
    for number, usage in enumerate(usages):
        with lease.tracker().batch() as change:
            request_id = request_ids[number] if request_ids else None
            record_cost(change, model=model, usage=usage, at=AT, request_id=request_id)
    execution.refresh_from_db()
    return execution


def sums_of(execution: Execution) -> dict[str, Decimal]:
    found: dict[str, Decimal] = CostRecord.objects.filter(execution=execution).aggregate(
        **{name: Sum(name) for name in PRICED}
    )
    return found


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@FEW
@given(MODELS, split_usages())
def test_splitting_over_records_changes_no_sum_of_any_class(model: str, usages: Any) -> None:
    whole, parts = usages
    with undone():
        one, many = recorded(model, [whole]), recorded(model, parts)
        assert sums_of(one) == sums_of(many)
        assert one.cost_usd == many.cost_usd == sums_of(many)["total_cost_usd"]
        assert one.tokens_used == many.tokens_used
        day = DailyCost.objects.get()
        assert day.cost_usd == 2 * sums_of(one)["total_cost_usd"]
        assert day.cache_saved_usd == 2 * sums_of(one)["cache_saved_usd"]
        assert day.batchable_usd == 2 * sums_of(one)["batchable_usd"]


@FEW
@given(MODELS, split_usages())
def test_iterations_are_the_same_as_records(model: str, usages: Any) -> None:
    _, parts = usages
    served = {name: parts[0].get(name) for name in ("service_tier", "inference_geo")}
    bare = [{k: v for k, v in part.items() if k not in (*served, "server_tool_use")} for part in parts]
    iterations = [{"type": "message", **part} for part in bare]
    with undone():
        one = recorded(model, [{**served, "iterations": iterations}])
        assert sums_of(one) == sums_of(recorded(model, [{**served, **part} for part in bare]))


@FEW
@given(MODELS, split_usages())
def test_what_caching_saved_is_the_difference_to_the_same_uncached(model: str, usages: Any) -> None:
    whole, _ = usages
    prompt = sum(whole[name] for name in COUNTS if name != "output_tokens")
    uncached = {name: value for name, value in whole.items() if not name.startswith("cache")}
    with undone():
        cached = sums_of(recorded(model, [whole]))
        plain = sums_of(recorded(model, [{**uncached, "input_tokens": prompt}]))
        assert cached["cache_saved_usd"] == plain["total_cost_usd"] - cached["total_cost_usd"]
        assert plain["cache_saved_usd"] == 0


@FEW
@given(MODELS, split_usages())
def test_what_a_batch_would_discount_is_twice_the_discount(model: str, usages: Any) -> None:
    whole, _ = usages
    single = {name: value for name, value in whole.items() if name != "service_tier"}
    with undone():
        now = sums_of(recorded(model, [single]))
        batch = sums_of(recorded(model, [{**single, "service_tier": "batch"}]))
        assert now["batchable_usd"] == 2 * (now["total_cost_usd"] - batch["total_cost_usd"])
        assert now["batchable_usd"] == now["total_cost_usd"] - now["web_search_cost_usd"]
        assert batch["batchable_usd"] == 0


@FEW
@given(MODELS, split_usages())
def test_a_request_that_comes_again_changes_nothing(model: str, usages: Any) -> None:
    _, parts = usages
    names = [f"req_{number}" for number in range(len(parts))]
    with undone():
        once = recorded(model, parts, names)
        state = [list(DailyCost.objects.values(*AMOUNTS, "records")), once.cost_usd, once.event_count]
        again = recorded(model, [*parts, *parts], [*names, *names])
        once.refresh_from_db()
        assert [
            list(DailyCost.objects.values(*AMOUNTS, "records")),
            once.cost_usd,
            once.event_count,
        ] == state
        assert CostRecord.objects.filter(execution=again).count() == 0
        assert not again.tokens_used
