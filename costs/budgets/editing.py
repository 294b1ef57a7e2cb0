"""Budgets as people change them. What is spent already counts from the moment a budget is saved."""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from costs.budgets.checking import normalise_budget, problems_of
from costs.models import Budget
from system.audit import record_changed, record_created, record_deleted
from system.audit_values import values_of
from system.errors import Conflict, Invalid, NotFound
from system.writing import one_writer

NOUN = "budget"  # what the audit calls one


class BudgetExists(Conflict):
    pass


def find_budget(name: str) -> Budget:
    budget = Budget.objects.filter(name=name).first()
    if budget is None:
        raise NotFound(f"There is no budget {name!r}.", field="name")
    return budget


def create_budget(fields: Mapping[str, Any]) -> Budget:
    """`fields` as schemas.BudgetIn has them. Raises Invalid, naming the field, and BudgetExists."""
    budget = Budget(**fields)
    _check(budget)
    with one_writer():
        try:
            with transaction.atomic():
                budget.save(force_insert=True)
        except IntegrityError as error:
            raise BudgetExists(f"There is a budget {budget.name} already.", field="name") from error
        record_created(budget, NOUN)
    return budget


def change_budget(name: str, fields: Mapping[str, Any]) -> Budget:
    """Set `fields` and leave the others. Raises NotFound and Invalid."""
    with one_writer():
        budget = find_budget(name)
        before = values_of(budget)
        for field, value in fields.items():
            setattr(budget, field, value)
        _check(budget)
        budget.save(update_fields=[*fields, "scope_value", "updated_at"])
        record_changed(budget, NOUN, before)
    return budget


def delete_budget(name: str) -> None:
    """What was spent under it stays in the ledger. Raises NotFound."""
    with one_writer():
        budget = find_budget(name)
        record_deleted(budget, NOUN)
        budget.delete()


def _check(budget: Budget) -> None:
    normalise_budget(budget)
    for field, message in problems_of(budget):
        raise Invalid(message, field=field)
