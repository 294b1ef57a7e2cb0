"""What was spent: by day, by month, and on what."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from costs.breakdowns import cost_analysis, cost_breakdown
from costs.models import MonthlyCostSummary
from costs.schemas.sums import (
    Analysis,
    AnalysisFilters,
    Breakdown,
    BreakdownFilters,
    CurrentMonth,
    DayCosts,
    DaysAsked,
    MonthAsked,
    MonthCosts,
    MonthsAsked,
    SummaryFilters,
    SummaryList,
    SummaryOut,
)
from costs.summaries import find_summary, update_monthly_summary
from costs.sums import cost_trends, current_month, daily_costs
from system.authentication import require
from system.paging import page_of
from system.roles import Role
from system.wire import Problem, json_response

router = Router(tags=["costs"], auth=require(Role.VIEWER))


@router.get("/current-month", response=CurrentMonth)
def current_month_costs(request: HttpRequest) -> HttpResponse:
    """What this month has cost so far."""
    return json_response(current_month())


@router.get("/daily", response=DayCosts)
def daily(request: HttpRequest, asked: Query[DaysAsked]) -> HttpResponse:
    """The last days, today the last of them; a day without costs is there too."""
    return _listed(daily_costs(asked.days))


@router.get("/trends", response=MonthCosts)
def trends(request: HttpRequest, asked: Query[MonthsAsked]) -> HttpResponse:
    """The last months, the current one first; a month without costs is there too."""
    return _listed(cost_trends(asked.months))


@router.get("/breakdown", response=Breakdown)
def breakdown(request: HttpRequest, filters: Query[BreakdownFilters]) -> HttpResponse:
    """What the costs of a span are made of, the dearest first: this month's, unless a day is given."""
    span = (filters.date_from, filters.date_to)
    return json_response(cost_breakdown(filters.group_by, span=span, wanted=filters.wanted, page=filters))


@router.get("/analysis", response=Analysis)
def analysis(request: HttpRequest, filters: Query[AnalysisFilters]) -> HttpResponse:
    """A row for each day, agent and model, the newest first."""
    span = (filters.date_from, filters.date_to)
    return json_response(cost_analysis(span=span, wanted=filters.wanted, page=filters))


@router.get("/summaries", response=SummaryList)
def summaries(request: HttpRequest, filters: Query[SummaryFilters]) -> dict[str, Any]:
    """Months as they were last summed up, the newest first."""
    return page_of(MonthlyCostSummary.objects.filter(**filters.wanted), filters)


@router.get("/summaries/{year}/{month}", response={200: SummaryOut, 404: Problem})
def summary(request: HttpRequest, asked: Path[MonthAsked]) -> MonthlyCostSummary:
    """One month as it was last summed up."""
    return find_summary(asked.year, asked.month)


@router.post("/summaries/{year}/{month}", response=SummaryOut, auth=require(Role.OPERATOR))
def update_summary(request: HttpRequest, asked: Path[MonthAsked]) -> MonthlyCostSummary:
    """Sum this month up now. One that has not begun yet is refused."""
    return update_monthly_summary(asked.year, asked.month)


def _listed(items: list[dict[str, Any]]) -> HttpResponse:
    return json_response({"items": items, "count": len(items)})
