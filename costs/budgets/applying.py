"""Which hard budgets hold for a run."""

from dataclasses import dataclass

from django.db.models import Q

from costs.models import Budget, Scope
from costs.price_book import current_prices


@dataclass(frozen=True)
class Subject:
    """Who would spend: a run, and the model it asks, if it asks one."""

    agent_type: str
    node_id: str
    trigger_source: str = ""
    model: str = ""


def hard_budgets(subject: Subject) -> list[Budget]:
    """Those that are enabled and that `subject` is in the scope of, by name."""
    values = {
        Scope.AGENT: subject.agent_type,
        Scope.NODE: subject.node_id,
        Scope.SCHEDULE: subject.trigger_source,
        Scope.MODEL: current_prices().name_of(subject.model) if subject.model else "",
    }
    applies = Q(scope=Scope.ALL)
    for scope, value in values.items():
        if value:
            applies |= Q(scope=scope, scope_value=value)
    return list(Budget.objects.filter(applies, enabled=True, is_hard=True))
