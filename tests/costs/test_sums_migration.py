"""What was recorded before there were totals is in them after the migration, which also goes back."""

from decimal import Decimal

from costs.models import DailyTotal
from tests.costs.ledger import a_small_ledger
from tests.faults.home import Home


def test_the_migration_adds_up_what_is_there(any_home: Home) -> None:
    a_small_ledger()
    before = list(DailyTotal.objects.values_list("day", "cost_usd", "tokens_used", "executions"))
    assert len(before) == 3
    assert sum(row[1] for row in before) > Decimal(0)
    any_home.migrate("costs", "0007")
    any_home.migrate()
    assert list(DailyTotal.objects.values_list("day", "cost_usd", "tokens_used", "executions")) == before
