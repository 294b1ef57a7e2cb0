"""The parts of a picture that are many: a template takes ten times as long for each."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from claudeops.front_page.charts import Bar
    from claudeops.front_page.strips import Cell

# Of the links in a picture the keyboard meets none: the table beside it says the same. Of a strip, the last.
PART = (
    '<a href="{}" tabindex="-1"><rect class="{}" x="{}" y="{}" width="{}" height="{}">'
    "<title>{}</title></rect></a>"
)
CELL = '<a class="cell cell-{}" href="{}" title="{}" aria-label="{}"{}></a>'


def draw_bars(bars: Iterable["Bar"], width: float) -> SafeString:
    return format_html_join(
        "",
        PART,
        (
            (part.url, part.look, bar.x, part.y, width, part.height, part.title)
            for bar in bars
            for part in bar.parts
        ),
    )


def draw_cells(cells: "list[Cell]") -> SafeString:
    """js/strip.js moves between them by the arrow keys; until then only the newest is in the tab order."""
    without_tab = SafeString(' tabindex="-1"')
    return format_html_join(
        "",
        CELL,
        (
            (cell.status, cell.url, cell.title, cell.title, "" if cell is cells[-1] else without_tab)
            for cell in cells
        ),
    )
