"""A model without a price is said once: what it cost is unknown until somebody adds the price."""

from costs.models import CostRecord
from costs.rates import PriceList
from system.alerts import raise_alert
from system.models import Severity

KIND = "unpriced-model"


def warn_unpriced(record: CostRecord, prices: PriceList) -> None:
    """Raise the alert for each model to blame, in the transaction that records it."""
    unknown = {name for name in _named(record) if prices.find(name, record.timestamp) is None}
    for model in sorted({prices.name_of(name) for name in unknown}):
        _warn(model, record, f"{model} has no price", f"No version of a price of {model} is known for then.")
    if not unknown:
        model = prices.name_of(record.model_used)
        why = f"{model} has a price, but not for the way in which this request was served: see its usage."
        _warn(model, record, f"A request to {model} has no price", why)


def _named(record: CostRecord) -> set[str]:
    """All that must have a price. The usage was read before: where iterations stand, they are well formed."""
    iterations = record.usage.get("iterations") or ()
    return {record.model_used} | {entry["model"] for entry in iterations if entry.get("model")}


def _warn(model: str, record: CostRecord, title: str, why: str) -> None:
    raise_alert(
        kind=KIND,
        key=f"{KIND}:{model}",
        severity=Severity.WARNING,
        title=title,
        detail=f"{why} What it cost is recorded as unknown, and is part of no sum. Add the price (console: "
        "Prices; API: POST /api/v1/costs/prices), then run `manage.py reprice`.",
        data={"model": model, "agent_type": record.agent_type, "at": record.timestamp.isoformat()},
    )
