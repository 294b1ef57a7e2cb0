"""What the chosen days were spent on, as tables: each part beside the days before, and where it leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from claudeops.costs_page.choice import Choice
from costs.breakdowns import Group
from costs.spending import Combination, Spent, spent_by, spent_in_all

MOST_ROWS = 12
NAMES = {Group.SCHEDULE: "no schedule"}
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Change:
    """From `before` to `now`. `percent` is None where there was nothing that it could be a part of."""

    now: Decimal
    before: Decimal

    @property
    def amount(self) -> Decimal:
        return self.now - self.before

    @property
    def size(self) -> Decimal:
        return abs(self.amount)

    @property
    def percent(self) -> float | None:
        return float(self.amount * 100 / self.before) if self.before else None

    @property
    def words(self) -> str:
        """ "+12 %", "−3.4 %", "new"; nothing where nothing changed."""
        if not self.amount:
            return ""
        if self.percent is None:
            return "new"
        size = abs(self.percent)
        number = f"{size:,.0f}" if size >= 10 else f"{size:.1f}"
        return f"{'+' if self.amount > 0 else '−'}{number} %"

    @property
    def look(self) -> str:
        return "up" if self.amount > 0 else "down" if self.amount else "same"


@dataclass(frozen=True)
class Row:
    """`url` narrows the page to it, and is empty where that cannot be; `ledger` has its records."""

    key: str
    name: str
    spent: Spent
    share: float
    change: Change
    url: str
    ledger: str


@dataclass(frozen=True)
class Table:
    """The dearest rows, and under `rest` the others in one; `all` of them go into a file."""

    group: Group
    all: Sequence[Row]
    rest: Spent | None
    export: Sequence[tuple[str, str]]

    @property
    def rows(self) -> Sequence[Row]:
        return self.all[:MOST_ROWS]

    @property
    def rest_count(self) -> int:
        return len(self.all) - MOST_ROWS


def make_table(
    choice: Choice, group: Group, now: Sequence[Combination], before: Sequence[Combination]
) -> Table:
    """With those that were only in the days before: what has stopped is as much of a change."""
    parts, earlier = spent_by(group, now), spent_by(group, before)
    total = spent_in_all(now).cost
    gone = {key: Spent() for key, spent in earlier.items() if key not in parts and spent.cost}
    rows = [
        _row(choice, group, key, spent, total, earlier.get(key, Spent()).cost)
        for key, spent in {**parts, **gone}.items()
    ]
    rest = None
    if len(rows) > MOST_ROWS:
        rest = Spent()
        for row in rows[MOST_ROWS:]:
            rest.add(row.spent)
    return Table(group, rows, rest, export_links(choice, group.value))


def export_links(choice: Choice, table: str) -> list[tuple[str, str]]:
    return [(name.upper(), choice.export_url(table, name)) for name in ("csv", "json")]


def _row(choice: Choice, group: Group, key: str, spent: Spent, total: Decimal, before: Decimal) -> Row:
    narrowed = choice.narrowed(**only) if (only := _only(group, key)) else choice
    return Row(
        key=key,
        name=key or NAMES.get(group, "–"),
        spent=spent,
        share=float(spent.cost * 100 / total) if total else 0.0,
        change=Change(spent.cost, before),
        url=narrowed.url if only else "",
        ledger=narrowed.ledger_url() if only else "",
    )


def _only(group: Group, key: str) -> Mapping[str, str]:
    """The filters of the page that leave this part alone; none for what has no name."""
    if not key:
        return {}
    if group is Group.SCHEDULE:
        return {"trigger": "schedule", "source": key}
    return {group.value: key}
