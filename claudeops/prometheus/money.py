"""What was spent: counters that only grow, whatever is priced anew or deleted."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Sum
from prometheus_client.core import Metric

from claudeops.prometheus.families import MOST_AGENTS, MOST_MODELS, bounded, counter, first_names, gauge
from costs.models import CostTotal, DailyTotal

TOKENS = ("input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens")


def money_metrics(known: Sequence[str]) -> Iterator[Metric]:
    agents = first_names(CostTotal.objects.all(), "agent_type", MOST_AGENTS, known)
    models = first_names(CostTotal.objects.all(), "model_used", MOST_MODELS)
    totals = CostTotal.objects.annotate(
        agent=bounded("agent_type", agents), model=bounded("model_used", models)
    )
    sums: list[tuple[Any, ...]] = list(
        totals.values_list("agent", "model")
        .annotate(Sum("records"), Sum("cost_usd"), *map(Sum, TOKENS))
        .order_by("agent", "model")
    )
    yield counter(
        "cost_usd_total",
        "What requests to models cost, in USD, as it was recorded.",
        ["agent", "model"],
        [(agent, model, cost) for agent, model, _, cost, *_ in sums],
    )
    yield counter(
        "model_requests_total",
        "Requests to models that were billed.",
        ["agent", "model"],
        [(agent, model, records) for agent, model, records, *_ in sums],
    )
    yield counter(
        "tokens_total",
        "Tokens that were used.",
        ["agent", "model", "kind"],
        [
            (agent, model, kind.removesuffix("_tokens"), tokens)
            for agent, model, _, _, *used in sums
            for kind, tokens in zip(TOKENS, used, strict=True)
        ],
    )
    unpriced = DailyTotal.objects.aggregate(count=Sum("unpriced_records", default=0))["count"]
    yield gauge(
        "unpriced_requests",
        "Requests whose model has no price: what they cost is not known.",
        [],
        [[unpriced]],
    )
