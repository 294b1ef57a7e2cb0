"""Charts as numbers for a template, which draws them as SVG.

Drawn on the server and not by the theme's Chart.js: every bar is a link to what it stands for, they are
there without JavaScript, and the pulse replaces them like any other part of the page.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from claudeops.front_page.drawing import draw_bars

Number = Decimal | int
STEP = 10  # the width of a bar's place; a chart is 100 high, and as wide as it has places
GAP = 1.5
NICE = tuple(Decimal(step) for step in ("1", "1.2", "1.6", "2", "2.4", "3", "4", "5", "6", "8", "10"))


@dataclass(frozen=True)
class Part:
    """A piece of a bar: from `y` down, `height` high. `look` is a class of the stylesheet."""

    look: str
    y: float
    height: float
    title: str
    url: str


@dataclass(frozen=True)
class Bar:
    """`values` are as text, in the order of the series; they are the row of the table beside the chart."""

    day: date
    x: float
    parts: Sequence[Part]
    total: str
    values: Sequence[str]


@dataclass(frozen=True)
class Series:
    name: str
    look: str
    total: str
    url: str


@dataclass(frozen=True)
class Stack:
    """Bars of stacked parts. `top` and `middle` are what the axis says at its end and half way."""

    series: Sequence[Series]
    bars: Sequence[Bar]
    top: str
    middle: str
    total: str

    @property
    def width(self) -> int:
        return STEP * len(self.bars)

    @property
    def drawing(self) -> SafeString:
        return draw_bars(self.bars, STEP - 2 * GAP)

    @property
    def has_any(self) -> bool:
        return any(bar.parts for bar in self.bars)

    @property
    def reversed(self) -> Sequence[Bar]:
        """The newest day first, as a table is read."""
        return self.bars[::-1]

    @property
    def labelled(self) -> Sequence[Bar]:
        """The days that the axis names: the first, the one in the middle, and the last."""
        return [self.bars[0], self.bars[len(self.bars) // 2], self.bars[-1]] if self.bars else []


@dataclass(frozen=True)
class Layer:
    """One series as it is read: its amount on each day that has one, and where a day of it leads."""

    name: str
    look: str
    amounts: Mapping[date, Number]
    day_url: Callable[[date], str]
    url: str


def stack_days(layers: Sequence[Layer], days: Sequence[date], text: Callable[[Any], str]) -> Stack:
    """`text` says an amount in words."""
    totals = [sum(layer.amounts.get(day, 0) for layer in layers) for day in days]
    top = round_up(max(totals, default=0))
    return Stack(
        series=[
            Series(layer.name, layer.look, text(sum(layer.amounts.values())), layer.url) for layer in layers
        ],
        bars=[
            _bar(number, day, layers, top, text(total), text)
            for number, (day, total) in enumerate(zip(days, totals, strict=True))
        ],
        top=text(top),
        middle=text(top / 2),
        total=text(sum(totals)),
    )


def _bar(
    number: int, day: date, layers: Sequence[Layer], top: Decimal, total: str, text: Callable[[Any], str]
) -> Bar:
    parts, below = [], Decimal(0)
    for layer in layers:
        amount = Decimal(layer.amounts.get(day, 0))
        if amount > 0:
            height = amount * 100 / top
            below += height
            title = f"{day:%a %d %b}: {layer.name} {text(layer.amounts[day])} of {total}"
            parts.append(
                Part(
                    layer.look,
                    round(float(100 - below), 2),
                    round(float(height), 2),
                    title,
                    layer.day_url(day),
                )
            )
    values = [text(layer.amounts.get(day, 0)) for layer in layers]
    return Bar(day, number * STEP + GAP, parts, total, values)


def round_up(amount: Number) -> Decimal:
    """The end of an axis for `amount`: a round number whose half is one; 1 where there is nothing to show."""
    amount = Decimal(amount)
    if amount <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(amount.adjusted())
    return next(step * power for step in NICE if step * power >= amount)


@dataclass(frozen=True)
class Curve:
    """Percentages over time as the points of SVG polylines: one for each stretch without a gap."""

    name: str
    look: str
    lines: Sequence[str]
    last: float | None


def curve_of(
    name: str,
    look: str,
    readings: Sequence[tuple[datetime, float | None]],
    begin: datetime,
    span: timedelta,
    gap: timedelta,
) -> Curve:
    """On a field of 1000 by 100. Where nothing was read for longer than `gap`, the line is broken."""
    lines: list[list[str]] = []
    before: datetime | None = None
    for at, value in readings:
        if value is None:
            continue
        if before is None or at - before > gap:
            lines.append([])
        lines[-1].append(f"{(at - begin) / span * 1000:.1f},{100 - value:.1f}")
        before = at
    last = next((value for _, value in reversed(readings) if value is not None), None)
    # A line of one point would have no length, and nothing to see.
    drawn = [" ".join(line if len(line) > 1 else line * 2) for line in lines]
    return Curve(name, look, drawn, last)
