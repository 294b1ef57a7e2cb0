"""All that the page shows, from one reading: the export says the same, in the same order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.utils import timezone

from claudeops.costs_page.chart import Chart, draw_chart
from claudeops.costs_page.choice import STACKED_BY, Choice, read_choice
from claudeops.costs_page.choice import presets as presets_of
from claudeops.costs_page.dearest import Dear, dearest_executions
from claudeops.costs_page.keeping import Kept
from claudeops.costs_page.month import month_now
from claudeops.costs_page.spans import Span
from claudeops.costs_page.standing_out import Saved, advice_for_all, anomalies_in, savings_in
from claudeops.costs_page.tables import Change, Table, export_links, make_table
from costs.anomalies import Anomaly
from costs.breakdowns import Group
from costs.months import month_at
from costs.savings import Billed
from costs.spending import Combination, Spent, changes_in, read_combinations, spent_by, spent_in_all
from costs.sums import cost_trends

MONTHS = 12

# Of a year with many agents, models and schedules a hundred thousand rows are added up, which takes longer
# than all else: once, until a record comes into the days.
_combinations: Kept[list[Combination]] = Kept()
_charts: Kept[Chart] = Kept()


@dataclass(frozen=True)
class Unpriced:
    model: str
    spent: Spent
    ledger: str


class Spending:
    """What the chosen days were spent on. Each part is read when it is asked for, and once."""

    def __init__(self, choice: Choice, now: datetime) -> None:
        self.choice = choice
        self.now = now

    @cached_property
    def combinations(self) -> list[Combination]:
        return self._read(self.choice.span)

    @cached_property
    def earlier(self) -> list[Combination]:
        return self._read(self.choice.span.before)

    def _read(self, span: Span) -> list[Combination]:
        wanted = self.choice.wanted
        return _combinations.get(
            (span.first, span.after, tuple(wanted.items()), self._stamp),
            lambda: read_combinations(span.first, span.after, wanted),
        )

    @cached_property
    def _stamp(self) -> tuple[Any, ...]:
        return changes_in(self.choice.span.before.first, self.choice.span.after)

    @cached_property
    def total(self) -> Spent:
        return spent_in_all(self.combinations)

    @cached_property
    def total_before(self) -> Spent:
        return spent_in_all(self.earlier)

    @property
    def change(self) -> Change:
        return Change(self.total.cost, self.total_before.cost)

    @cached_property
    def chart(self) -> Chart:
        span = self.choice.span
        return _charts.get(
            (span.first, span.after, self.choice.url, self._stamp),
            lambda: draw_chart(self.choice, spent_by(self.choice.by, self.combinations)),
        )

    @cached_property
    def tables(self) -> Sequence[Table]:
        return [make_table(self.choice, group, self.combinations, self.earlier) for group in Group]

    @cached_property
    def dearest(self) -> Sequence[Dear]:
        return dearest_executions(self.choice, self.total.executions)

    @cached_property
    def unpriced(self) -> Sequence[Unpriced]:
        """Models some of whose requests have no known cost, with how many of them."""
        parts = spent_by(Group.MODEL, self.combinations)
        return [
            Unpriced(model, spent, self.choice.ledger_url(model_used=model, unpriced="yes"))
            for model, spent in parts.items()
            if spent.unpriced_records
        ]

    @cached_property
    def saved(self) -> Saved:
        agent = self.choice.only.get("agent")
        billed = None if self.choice.only.keys() - {"agent"} else map(_billed, self.combinations)
        return savings_in(self.choice.span, None if agent is None else [agent], self.now, billed)

    @cached_property
    def anomalies(self) -> Sequence[Anomaly]:
        return anomalies_in(self.choice.span, self.now)


def _billed(found: Combination) -> Billed:
    spent = found.spent
    return Billed(found.agent_type, found.model_used, spent.cache_saved, spent.batchable, spent.executions)


def costs_page(asked: Mapping[str, Any]) -> dict[str, Any]:
    """The context of templates/claudeops/costs_page.html. Every list has a bound."""
    now = timezone.now()
    today = timezone.localdate(now)
    choice, problem = read_choice(asked, today)
    spending = Spending(choice, now)
    return {
        "choice": choice,
        "problem": problem,
        "today": today,
        "presets": presets_of(choice, today),
        "stacked_by": [
            (group.value, choice.stacked_by(group).url, group is choice.by) for group in STACKED_BY
        ],
        "chosen": [(name, value, choice.without(name).url) for name, value in choice.only.items()],
        "spending": spending,
        "chart_exports": export_links(choice, "days"),
        "dearest_exports": export_links(choice, "dearest"),
        "savings_exports": export_links(choice, "savings"),
        "anomalies_exports": export_links(choice, "anomalies"),
        "export_all": choice.export_url("all", "json"),
        "now": month_now(now),
        "months": _months(choice),
        "advice": advice_for_all(now),
    }


def _months(choice: Choice) -> list[tuple[date, dict[str, Any], str]]:
    """Each with where the page shows it alone."""
    rows = cost_trends(MONTHS)
    firsts = [month_at(row["year"], row["month"]) for row in rows]
    return [
        (month.first_day, row, choice.of(Span(month.first_day, month.last_day)).url)
        for month, row in zip(firsts, rows, strict=True)
    ]
