from datetime import datetime

from costs.budgets.usage import Cap
from costs.budgets.wording import reset_text, state_text
from costs.models import Budget
from system.errors import Conflict


class BudgetExceeded(Conflict):
    """A hard budget does not allow it; `cap` has the amount, and what is spent and reserved."""

    title = "Budget exceeded"

    def __init__(self, budget: Budget, cap: Cap, why: str, *, at: datetime) -> None:
        super().__init__(f"{state_text(budget, cap)}; {why}. {reset_text(budget, at)}")
        self.budget = budget
        self.cap = cap
