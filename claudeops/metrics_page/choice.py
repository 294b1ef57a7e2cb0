"""What somebody asks of the curves: a stretch of time, and of which nodes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode

from claudeops.metrics_page.windows import PRESETS, USUAL, Window, preset_window, read_window
from system.errors import Invalid

MOST_NODES = 6  # that have a colour of their own


@dataclass(frozen=True)
class Choice:
    """`path` is of the page. `named` are the nodes that the address names; none is the first few of them."""

    path: str
    window: Window
    named: Sequence[str]

    @property
    def url(self) -> str:
        query = urlencode({**self.window.query, **({"node": self.named} if self.named else {})}, doseq=True)
        return f"{self.path}?{query}" if query else self.path

    def at(self, window: Window) -> "Choice":
        return Choice(self.path, window, self.named)

    def of(self, named: Sequence[str]) -> "Choice":
        return Choice(self.path, self.window, named)

    def toggled(self, node: str, shown: Sequence[str]) -> "Choice":
        """With `node` if it is not among the `shown` ones, else without it; one is always left."""
        rest = [name for name in shown if name != node]
        return self.of([*shown, node] if node not in shown else rest or list(shown))


def read_choice(asked: QueryDict, path: str, now: datetime) -> tuple[Choice, str]:
    """What was asked and, where it makes no sense, why not: then it is what is asked by nobody."""
    named = [name for name in dict.fromkeys(asked.getlist("node")) if name and "\x00" not in name]
    try:
        return Choice(
            path,
            read_window({name: str(asked[name]) for name in asked if asked[name]}, now),
            named[:MOST_NODES],
        ), ""
    except Invalid as error:
        return Choice(path, preset_window(USUAL, now), named[:MOST_NODES]), error.detail


def time_links(choice: Choice, now: datetime) -> dict[str, Any]:
    """What templates/claudeops/metrics/times.html shows."""
    window = choice.window
    later = window.moved(0.5)
    return {
        "presets": [
            (title, choice.at(preset_window(name, now)).url, name == window.preset)
            for name, (title, _) in PRESETS.items()
        ],
        "moves": [
            ("Earlier", "earlier", choice.at(window.moved(-0.5)).url),
            ("Later", "later", "" if later.begin >= now or window.preset else choice.at(later).url),
            ("Zoom in", "in", choice.at(window.zoomed(0.5)).url),
            ("Zoom out", "out", choice.at(window.zoomed(2)).url),
        ],
    }
