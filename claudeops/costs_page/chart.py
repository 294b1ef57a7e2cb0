"""USD of each day by agent, model or node, as a chart; of many days, of each week or month."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from claudeops.costs_page.choice import Choice, days_asked
from claudeops.front_page.charts import Layer, Stack, stack_days
from costs.months import month_at
from costs.spending import Spent, cost_by_day
from system.readable import read_short_usd

MOST_PARTS = 6  # that have a colour of their own
MOST_DAYS = 100
MOST_WEEKS = 400  # days that are shown by week; more are shown by month
OTHERS = "all others"
NAMELESS = "–"


@dataclass(frozen=True)
class Buckets:
    """Days put together as bars, each under its first day; at both ends only those that were asked."""

    unit: str
    starts: Sequence[date]
    after: date

    def start_of(self, day: date) -> date:
        match self.unit:
            case "day":
                return day
            case "week":
                start = day - timedelta(days=day.weekday())
            case _:
                start = day.replace(day=1)
        return max(start, self.starts[0])

    def end_of(self, start: date) -> date:
        """The first day that is not in it any more."""
        match self.unit:
            case "day":
                end = start + timedelta(days=1)
            case "week":
                end = start + timedelta(days=7 - start.weekday())
            case _:
                end = month_at(start.year, start.month).next_day
        return min(end, self.after)


def buckets_of(days: Sequence[date]) -> Buckets:
    unit = "day" if len(days) <= MOST_DAYS else "week" if len(days) <= MOST_WEEKS else "month"
    plain = Buckets(unit, days[:1], days[-1] + timedelta(days=1))
    return Buckets(unit, list(dict.fromkeys(map(plain.start_of, days))), plain.after)


@dataclass(frozen=True)
class Chart:
    unit: str
    stack: Stack
    buckets: Buckets
    layers: Sequence[Layer]


def draw_chart(choice: Choice, parts: Mapping[str, Spent]) -> Chart:
    """`parts` are all that the days were spent on, the dearest first."""
    shown = [key for key, spent in parts.items() if spent.cost][:MOST_PARTS]
    span, buckets = choice.span, buckets_of(choice.span.days)
    by_day = cost_by_day(choice.by, shown, span.first, span.after, choice.wanted)
    asked = {start: days_asked(start, buckets.end_of(start)) for start in buckets.starts}
    layers = []
    for number, key in enumerate(shown):
        amounts = _by_bucket(buckets, by_day.get(key, {}))
        layers.append(
            _layer(choice.narrowed(**{choice.by.value: key}), key or NAMELESS, number, amounts, asked)
        )
    if any(by_day.get(None, {}).values()):
        layers.append(_layer(choice, OTHERS, None, _by_bucket(buckets, by_day[None]), asked))
    return Chart(buckets.unit, stack_days(layers, buckets.starts, read_short_usd), buckets, layers)


def _layer(
    choice: Choice,
    name: str,
    number: int | None,
    amounts: Mapping[date, Decimal],
    asked: Mapping[date, str],
) -> Layer:
    """`choice` is what it leads to, `asked` the days of each bar as the ledger is asked for them."""
    ledger = choice.ledger_base()

    def url(start: date) -> str:
        return ledger + asked[start]

    look = "hue-rest" if number is None else f"hue-{number}"
    return Layer(name, look, amounts, url, choice.url)


def _by_bucket(buckets: Buckets, amounts: Mapping[date, Decimal]) -> dict[date, Decimal]:
    found: dict[date, Decimal] = defaultdict(Decimal)
    for day, amount in amounts.items():
        found[buckets.start_of(day)] += amount
    return dict(found)
