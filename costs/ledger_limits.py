"""What the ledger's sums can hold: 2^63 - 1 tokens, and as many 10⁻¹² USD."""

from decimal import Decimal

from django.db import connection

from costs.models import CostRecord, DailyTotal
from system.errors import Invalid
from system.money import MAX_UNITS, units_of

# Below these a record of our own is not looked at: it takes thousands of them to come near the end.
LARGE_TOKENS = 2**48
LARGE_USD = Decimal(1000)
# One row a day. By itself, as Django takes 600 µs to build what takes 30 to run, and each told record asks.
KNOWN = f"""
SELECT COALESCE(SUM(tokens_used), 0), COALESCE(SUM(cost_usd), 0), COALESCE(SUM(cache_saved_usd), 0)
FROM "{DailyTotal._meta.db_table}"
"""  # noqa: S608


def require_room(record: CostRecord, *, is_told: bool = False) -> None:
    """Raise Invalid where a record would take the sums beyond what a BIGINT holds.

    SQLite would go on with a float, without a word; PostgreSQL would fail in the middle of a page. What is
    only told from outside may fill half of it: whatever is claimed there, our own requests are recorded.
    """
    cost, saved = record.total_cost_usd or Decimal(0), record.cache_saved_usd or Decimal(0)
    if not is_told and record.tokens < LARGE_TOKENS and max(cost, abs(saved)) < LARGE_USD:
        return
    with connection.cursor() as cursor:
        cursor.execute(KNOWN)
        known = cursor.fetchone()
    sums = zip(known, (record.tokens, units_of(cost), units_of(saved)), strict=True)
    room = MAX_UNITS // 2 if is_told else MAX_UNITS
    if any(abs(int(before) + more) > room for before, more in sums):
        raise Invalid(
            "usage: with what is recorded already, it amounts to more than the ledger holds", field="usage"
        )
