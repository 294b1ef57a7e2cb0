from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from costs.budgets.editing import change_budget, create_budget, delete_budget, find_budget
from costs.budgets.usage import states_of
from costs.models import Budget
from costs.schemas.budgets import BudgetFields, BudgetFilters, BudgetIn, BudgetList, BudgetOut, BudgetPatch
from system.authentication import require
from system.paging import page_of
from system.roles import Role
from system.wire import Problem, Slug

router = Router(tags=["costs"], auth=require(Role.VIEWER))


@router.get("/budgets", response=BudgetList)
def search(request: HttpRequest, filters: Query[BudgetFilters]) -> dict[str, Any]:
    """All budgets, by name, and how each stands now."""
    chosen = filters.model_dump(include={"enabled", "scope"}, exclude_none=True)
    page = page_of(Budget.objects.filter(**chosen), filters)
    return {**page, "items": [BudgetOut.of(state) for state in states_of(page["items"], timezone.now())]}


@router.post("/budgets", response={201: BudgetOut, 409: Problem}, auth=require(Role.ADMIN))
def create(request: HttpRequest, budget: BudgetIn) -> Status[BudgetOut]:
    """What is spent already counts at once: the ledger, not the budget, knows it."""
    return Status(201, _shown(create_budget(budget.model_dump())))


@router.get("/budgets/{name}", response={200: BudgetOut, 404: Problem})
def detail(request: HttpRequest, name: Slug) -> BudgetOut:
    """One budget and how it stands now."""
    return _shown(find_budget(name))


@router.put("/budgets/{name}", response={200: BudgetOut, 404: Problem}, auth=require(Role.ADMIN))
def replace(request: HttpRequest, name: Slug, budget: BudgetFields) -> BudgetOut:
    """All fields anew: what is left out takes its default."""
    return _shown(change_budget(name, budget.model_dump()))


@router.patch("/budgets/{name}", response={200: BudgetOut, 404: Problem}, auth=require(Role.ADMIN))
def change(request: HttpRequest, name: Slug, budget: BudgetPatch) -> BudgetOut:
    """Only what is given."""
    return _shown(change_budget(name, budget.model_dump(exclude_unset=True)))


@router.delete("/budgets/{name}", response={204: None, 404: Problem}, auth=require(Role.ADMIN))
def delete(request: HttpRequest, name: Slug) -> Status[None]:
    """What was spent under it stays in the ledger."""
    delete_budget(name)
    return Status(204, None)


def _shown(budget: Budget) -> BudgetOut:
    return BudgetOut.of(states_of([budget], timezone.now())[0])
