from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from costs.cost_report import Patience
from costs.models import DailyReconciliation
from costs.reconciliation import reconcile_days
from costs.schemas.reconciliation import DaysReconciled, ReconcileIn
from system.authentication import require
from system.paging import Page, page_of
from system.roles import Role
from system.wire import Problem

router = Router(tags=["costs"], auth=require(Role.VIEWER))

# Somebody waits for the answer, and a thread of the web process with them.
PATIENCE = Patience(read_s=8, total_s=25)


@router.get("/reconciliation", response=DaysReconciled)
def reconciliation(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """Days that were compared with Anthropic's cost report, the newest first."""
    return page_of(DailyReconciliation.objects.all(), page)


@router.post(
    "/reconciliation",
    response={200: DaysReconciled, 409: Problem, 502: Problem},
    auth=require(Role.ADMIN),
)
def reconcile(request: HttpRequest, asked: ReconcileIn) -> dict[str, Any]:
    """Compare now, 92 days at most. 409 without an Admin key, 502 when Anthropic gives no report.

    A day that the report does not have yet is left out.
    """
    rows = reconcile_days(asked.date_from, asked.date_to, patience=PATIENCE)
    return {"items": rows[::-1], "count": len(rows)}
