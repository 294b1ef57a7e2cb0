"""A model without a price is said once: what it cost is unknown until somebody adds the price."""

from datetime import datetime, timedelta

from django.utils import timezone

from costs.models import CostRecord
from costs.rates import PriceList
from system.alerts import raise_alert
from system.models import Alert, Severity

KIND = "unpriced-model"
AT_ONCE = 10  # of the models that one request names
# Names come from outside, and anyone who may report can make them up.
MOST_A_DAY = 20
DAY = timedelta(days=1)
LONGEST_NAME = 100


def warn_unpriced(record: CostRecord, prices: PriceList) -> None:
    """Raise the alert for each model to blame, in the transaction that records it; for 20 a day at most."""
    unknown = {name for name in _named(record) if prices.find(name, record.timestamp) is None}
    models = sorted({prices.name_of(name)[:LONGEST_NAME] for name in unknown})
    for model in models[:AT_ONCE]:
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
    key = f"{KIND}:{model}"
    if Alert.objects.filter(key=key).exists():
        return
    now = timezone.now()
    if _many_since(now - DAY):
        key, title = f"{KIND}s:{now:%Y-%m-%d}", "Many more models have no price"
        why = f"Alerts were raised for {MOST_A_DAY} within a day; the others are among the unpriced records."
    raise_alert(
        kind=KIND,
        key=key,
        severity=Severity.WARNING,
        title=title,
        detail=f"{why} What it cost is recorded as unknown, and is part of no sum. Add the price (console: "
        "Prices; API: POST /api/v1/costs/prices), then run `manage.py reprice`.",
        data={"model": model, "agent_type": record.agent_type, "at": record.timestamp.isoformat()},
    )


def _many_since(moment: datetime) -> bool:
    """By the index on kind and id: however many there are, no more than these are read."""
    newest = Alert.objects.filter(kind=KIND).order_by("-id").values_list("at", flat=True)
    return any(at > moment for at in newest[MOST_A_DAY - 1 : MOST_A_DAY])
