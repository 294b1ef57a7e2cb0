"""Curves over time as numbers for a template: a chart for each quantity, a line for each node.

A line is broken where nothing was heard of its node; where several samples are one point, a band behind the
line of a single node says how far they lay apart.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from claudeops.front_page.charts import round_up
from claudeops.metrics_page.windows import PARTS, Window
from system.metric_series import Point, Reading, Series
from system.quantities import QUANTITIES, Quantity
from system.thresholds import Limits

WIDTH, HEIGHT = 1000, 100
LINE = '<polyline class="line {}" points="{}"/>'
BAND = '<polygon class="band {}" points="{}"/>'
LIMIT = '<line class="limit limit-{}" x1="0" x2="1000" y1="{}" y2="{}"/>'
PART = (
    '<a href="{}" tabindex="-1"><rect class="zoom-part" x="{}" y="0" width="{}" height="100">'
    "<title>{}</title></rect></a>"
)
TICKS = 5
MOST_HUES = 6

Stretch = Sequence[tuple[datetime, Reading]]


@dataclass(frozen=True)
class Line:
    """One node's readings of one quantity; `mean` is of its points, `last` the newest of them."""

    node: str
    look: str
    stretches: Sequence[Stretch]

    @property
    def readings(self) -> Iterator[tuple[datetime, Reading]]:
        return (reading for stretch in self.stretches for reading in stretch)


@dataclass(frozen=True)
class Figures:
    """What the table beside a chart says of a node."""

    node: str
    look: str
    last: str
    mean: str
    least: str
    most: str


@dataclass(frozen=True)
class Chart:
    """`data` is what js/metrics.js reads to say the exact values; all else is drawn already."""

    quantity: Quantity
    drawing: SafeString
    figures: Sequence[Figures]
    limits: Limits | None
    top: float
    ticks: Sequence[str]
    data: str

    @property
    def top_shown(self) -> str:
        return self.quantity.read(self.top)

    @property
    def middle_shown(self) -> str:
        return self.quantity.read(self.top / 2)

    @property
    def limits_shown(self) -> str:
        if self.limits is None:
            return ""
        warning, critical = self.quantity.read(self.limits.warning), self.quantity.read(self.limits.critical)
        return f"warning from {warning}, critical from {critical}"


def draw_charts(
    series: Series,
    limits: Mapping[str, Limits | None],
    part_url: Callable[[int], str],
) -> list[Chart]:
    """One of each quantity that was read at all, in the order of QUANTITIES."""
    window = Window(series.begin, series.end)
    parts = _parts(window, part_url)
    charts = []
    for quantity in QUANTITIES:
        lines = [
            Line(node, f"line-{number % MOST_HUES}", _stretches(quantity, points, series.gap))
            for number, (node, points) in enumerate(series.points.items())
        ]
        if any(line.stretches for line in lines):
            charts.append(_chart(quantity, lines, series, limits.get(quantity.name), parts))
    return charts


def _stretches(quantity: Quantity, points: Sequence[Point], gap: timedelta) -> list[Stretch]:
    found: list[list[tuple[datetime, Reading]]] = []
    before: datetime | None = None
    for point in points:
        reading = point.readings.get(quantity.name)
        if reading is None:
            continue
        if before is None or point.at - before > gap:
            found.append([])
        found[-1].append((point.at, reading))
        before = point.at
    return list(found)


def _chart(
    quantity: Quantity, lines: Sequence[Line], series: Series, limits: Limits | None, parts: SafeString
) -> Chart:
    top = quantity.top or _top_of(lines, limits)
    place = _Place(series, top)
    pieces = [place.limit(limits)] if limits else []
    if len(lines) == 1:
        pieces += [place.band(lines[0].look, stretch) for stretch in lines[0].stretches]
    pieces += [place.line(line.look, stretch) for line in lines for stretch in line.stretches]
    pieces.append(parts)
    return Chart(
        quantity=quantity,
        drawing=SafeString("".join(pieces)),
        figures=[_figures(quantity, line) for line in lines],
        limits=limits,
        top=top,
        ticks=ticks_of(series.begin, series.end),
        data=_data(quantity, lines, series, top),
    )


def _top_of(lines: Sequence[Line], limits: Limits | None) -> float:
    """Room for all that was read, and for the warning where it is not far above."""
    most = max(reading.most for line in lines for _, reading in line.readings)
    if limits is not None and limits.warning <= 4 * most:
        most = max(most, limits.warning)
    return float(round_up(Decimal(repr(round(most, 6)))))


class _Place:
    """Where moments and values lie on a field of 1000 by 100."""

    def __init__(self, series: Series, top: float) -> None:
        self._begin, self._span, self._top = series.begin, series.end - series.begin, top
        self._half = timedelta(seconds=series.seconds / 2)

    def x(self, at: datetime) -> str:
        """The middle of a bucket, or the edge that it reaches over."""
        share = (at + self._half - self._begin) / self._span
        return f"{min(max(share, 0), 1) * WIDTH:.1f}"

    def y(self, value: float) -> str:
        return f"{HEIGHT - min(max(value / self._top, 0), 1) * HEIGHT:.1f}"

    def line(self, look: str, stretch: Stretch) -> SafeString:
        points = [f"{self.x(at)},{self.y(reading.mean)}" for at, reading in stretch]
        # A line of one point would have no length, and nothing to see.
        return format_html(LINE, look, " ".join(points if len(points) > 1 else points * 2))

    def band(self, look: str, stretch: Stretch) -> SafeString:
        above = [f"{self.x(at)},{self.y(reading.most)}" for at, reading in stretch]
        below = [f"{self.x(at)},{self.y(reading.least)}" for at, reading in reversed(stretch)]
        return format_html(BAND, look, " ".join(above + below))

    def limit(self, limits: Limits) -> SafeString:
        shown = [(name, value) for name, value in limits if value <= self._top]
        return format_html_join("", LIMIT, ((name, self.y(value), self.y(value)) for name, value in shown))


def _parts(window: Window, url: Callable[[int], str]) -> SafeString:
    """What a click zooms to, also where no script runs."""
    width = WIDTH / PARTS
    return format_html_join(
        "",
        PART,
        (
            (url(number), round(number * width, 1), round(width, 1), f"Zoom to {said(window.part(number))}")
            for number in range(PARTS)
        ),
    )


def said(window: Window) -> str:
    begin, end = timezone.localtime(window.begin), timezone.localtime(window.end)
    same = begin.date() == end.date()
    return f"{begin:%a %-d %b %H:%M} – {end:%H:%M}" if same else f"{begin:%-d %b %H:%M} – {end:%-d %b %H:%M}"


def ticks_of(begin: datetime, end: datetime) -> list[str]:
    """Evenly from the beginning to the end, in TIME_ZONE."""
    form = (
        "%H:%M"
        if end - begin <= timedelta(hours=36)
        else "%-d %b %H:%M"
        if end - begin <= timedelta(days=4)
        else "%-d %b"
    )
    step = (end - begin) / (TICKS - 1)
    return [f"{timezone.localtime(begin + number * step):{form}}" for number in range(TICKS)]


def _figures(quantity: Quantity, line: Line) -> Figures:
    readings = [reading for _, reading in line.readings]
    if not readings:
        return Figures(line.node, line.look, "–", "–", "–", "–")
    mean = sum(reading.mean for reading in readings) / len(readings)
    return Figures(
        node=line.node,
        look=line.look,
        last=quantity.read(readings[-1].mean),
        mean=quantity.read(mean),
        least=quantity.read(min(reading.least for reading in readings)),
        most=quantity.read(max(reading.most for reading in readings)),
    )


def _data(quantity: Quantity, lines: Sequence[Line], series: Series, top: float) -> str:
    """Moments are seconds after the beginning of the chart; a point is [moment, mean, least, most]."""
    begin = series.begin.timestamp()
    return json.dumps(
        {
            "begin": begin,
            "end": series.end.timestamp(),
            "seconds": series.seconds,
            "unit": quantity.unit,
            "top": top,
            "lines": [
                {
                    "node": line.node,
                    "points": [
                        [round(at.timestamp() - begin), *(round(value, 2) for value in reading)]
                        for at, reading in line.readings
                    ],
                }
                for line in lines
            ],
        },
        separators=(",", ":"),
    )
