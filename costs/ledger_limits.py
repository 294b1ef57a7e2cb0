"""What the ledger's sums can hold: 2^63 - 1 tokens, and as many 10⁻¹² USD."""

from decimal import Decimal

from django.db.models import Sum

from costs.models import CostRecord, DailyCost
from system.errors import Invalid
from system.money import MAX_UNITS, usd_of

# Below these a record is not looked at: it takes thousands of them to come near the end.
LARGE_TOKENS = 2**48
LARGE_USD = Decimal(1000)


def require_room(record: CostRecord) -> None:
    """Raise Invalid where a large record would take the sums beyond what a BIGINT holds.

    SQLite would go on with a float, without a word; PostgreSQL would fail in the middle of a page.
    """
    cost, saved = record.total_cost_usd or Decimal(0), record.cache_saved_usd or Decimal(0)
    if record.tokens < LARGE_TOKENS and max(cost, abs(saved)) < LARGE_USD:
        return
    known = DailyCost.objects.aggregate(
        tokens=Sum("tokens_used"), cost=Sum("cost_usd"), saved=Sum("cache_saved_usd")
    )
    largest = usd_of(MAX_UNITS)
    if (
        (known["tokens"] or 0) + record.tokens > MAX_UNITS
        or (known["cost"] or 0) + cost > largest
        or abs((known["saved"] or 0) + saved) > largest
    ):
        raise Invalid(
            "usage: with what is recorded already, it amounts to more than the ledger holds", field="usage"
        )
