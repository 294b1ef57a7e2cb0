"""What the page shows, as files: a table as CSV or JSON, or all of it as one JSON document."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from claudeops.costs_page.choice import read_choice
from claudeops.costs_page.page import Spending
from claudeops.costs_page.spans import DAY
from costs.breakdowns import Group
from costs.export_formats import csv_parts
from costs.spending import Spent
from system.money import text_of
from system.wire import dumps

Rows = list[dict[str, Any]]
FORMATS = {"csv": "text/csv; charset=utf-8; header=present", "json": "application/json"}


def export_page(request: HttpRequest, table: str, file_format: str) -> HttpResponse:
    """Amounts are exact. Raises Http404 for what there is not."""
    make = TABLES.get(table)
    if file_format not in FORMATS or (make is None and (table, file_format) != ("all", "json")):
        raise Http404(f"There is no {table}.{file_format} of the costs.")
    now = timezone.now()
    choice, problem = read_choice(request.GET, timezone.localdate(now))
    if problem:
        return HttpResponse(problem, status=422, content_type="text/plain; charset=utf-8")
    spending = Spending(choice, now)
    body = _csv(make(spending)) if make and file_format == "csv" else dumps(_document(spending, table))
    span = choice.span
    name = f"costs-{table}-{span.first}-{span.last}.{file_format}"
    return HttpResponse(
        body,
        content_type=FORMATS[file_format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _document(spending: Spending, table: str) -> dict[str, Any]:
    choice = spending.choice
    before = choice.span.before
    head = {
        "from": choice.span.first,
        "to": choice.span.last,
        "before": {"from": before.first, "to": before.last},
        "only": dict(choice.only),
    }
    if table != "all":
        return {**head, "items": TABLES[table](spending)}
    sums = {"total": _sums(spending.total), "total_before": _sums(spending.total_before)}
    return {**head, **sums, **{name: make(spending) for name, make in TABLES.items()}}


def _csv(rows: Rows) -> bytes:
    """An empty one has no columns, and says so by being empty."""
    if not rows:
        return b""
    cells = [tuple(_cell(value) for value in row.values()) for row in rows]
    return b"".join(csv_parts(tuple(rows[0]), [cells]))


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _days(spending: Spending) -> Rows:
    """A row for each piece of a bar. What has no colour of its own is together, as it is in the chart."""
    chart = spending.chart
    return [
        {
            "first_day": start,
            "last_day": chart.buckets.end_of(start) - DAY,
            spending.choice.by.value: layer.name,
            "cost_usd": text_of(Decimal(layer.amounts[start])),
        }
        for start in chart.buckets.starts
        for layer in chart.layers
        if layer.amounts.get(start)
    ]


def _table(group: Group) -> Callable[[Spending], Rows]:
    def make(spending: Spending) -> Rows:
        found = next(table for table in spending.tables if table.group is group)
        return [
            {
                group.value: row.key,
                **_sums(row.spent),
                "share_percent": round(row.share, 4),
                "before_cost_usd": text_of(row.change.before),
                "change_cost_usd": text_of(row.change.amount),
            }
            for row in found.all
        ]

    return make


def _sums(spent: Spent) -> dict[str, Any]:
    return {
        "cost_usd": text_of(spent.cost),
        "executions": spent.executions,
        "records": spent.records,
        "unpriced_records": spent.unpriced_records,
        "tokens": spent.tokens,
        "cache_saved_usd": text_of(spent.cache_saved),
    }


def _dearest(spending: Spending) -> Rows:
    return [
        {
            "execution_id": str(dear.execution.uid),
            "agent": dear.execution.agent_type,
            "node": dear.execution.node_id,
            "status": dear.execution.status,
            "started_at": dear.execution.started_at,
            "duration_ms": dear.execution.duration_ms,
            "tokens": dear.execution.tokens_used,
            "cost_usd": text_of(dear.cost),
        }
        for dear in spending.dearest
    ]


def _savings(spending: Spending) -> Rows:
    return [
        {
            "agent": agent.agent_type,
            "cache_saved_usd": text_of(agent.cache_saved_usd),
            "batches_would_save_usd": text_of(agent.batch_saves_usd),
            "free_runs": agent.free_runs,
            "rules_saved_usd": None if agent.rules_saved_usd is None else text_of(agent.rules_saved_usd),
        }
        for agent in spending.saved.savings.agents
    ]


def _anomalies(spending: Spending) -> Rows:
    return [
        {
            "kind": found.kind,
            "day": found.day,
            "agent": found.agent_type,
            "execution_id": found.execution and str(found.execution),
            "cost_usd": text_of(found.value),
            "median_cost_usd": text_of(found.history.median),
            "ordinary_up_to_cost_usd": text_of(found.history.limit),
        }
        for found in spending.anomalies
    ]


def _unpriced(spending: Spending) -> Rows:
    return [
        {
            "model": found.model,
            "unpriced_records": found.spent.unpriced_records,
            "records": found.spent.records,
        }
        for found in spending.unpriced
    ]


TABLES: Mapping[str, Callable[[Spending], Rows]] = {
    "days": _days,
    **{group.value: _table(group) for group in Group},
    "dearest": _dearest,
    "unpriced": _unpriced,
    "savings": _savings,
    "anomalies": _anomalies,
}
