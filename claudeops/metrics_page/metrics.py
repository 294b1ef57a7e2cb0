"""The page of curves: any nodes over one another, over any stretch of time."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from claudeops.metrics_page.charts import Chart, draw_charts, said
from claudeops.metrics_page.choice import MOST_NODES, Choice, read_choice, time_links
from system import app_settings
from system.machine_health import cores_of
from system.metric_series import Series, fitting_seconds, read_series
from system.models import Node, SystemMetric
from system.newest_samples import newest_samples
from system.quantities import QUANTITIES
from system.thresholds import Limits

MOST_OFFERED = 100
FINEST = 30
UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def metrics_page(request: HttpRequest) -> dict[str, Any]:
    """The context of templates/claudeops/metrics_page.html. Eight queries, however much was sampled."""
    now = timezone.now()
    choice, problem = read_choice(request.GET, reverse("admin:metrics"), now)
    newest = newest_samples()
    known = list(Node.objects.order_by("name").values_list("pk", "name")[:MOST_OFFERED])
    # Those that have been sampled first: an agent elsewhere may have a name, and no machine that is ours.
    offered = sorted((name for _, name in known), key=lambda name: (name not in newest, name))
    shown = [name for name in choice.named if name in offered] or offered[:MOST_NODES]
    pages = {name: reverse("admin:system_node_change", args=[pk]) for pk, name in known}
    return {
        "problem": problem,
        "choice": choice,
        "nodes": [(name, choice.toggled(name, shown).url, name in shown, pages[name]) for name in offered],
        "is_full": len(shown) >= MOST_NODES,
        "one_of_each": [(name, choice.of([name]).url) for name in shown],
        **curves(choice, shown, [newest[name] for name in shown if name in newest]),
        **time_links(choice, now),
    }


def curves(choice: Choice, nodes: Sequence[str], newest: Sequence[SystemMetric]) -> dict[str, Any]:
    """What templates/claudeops/metrics/charts.html shows. `newest` tell how many cores the machines have."""
    window = choice.window
    seconds = fitting_seconds(window.begin, window.end)
    series = read_series(nodes, window.begin, window.end, seconds)
    charts: Sequence[Chart] = draw_charts(
        series, limits_of(newest), lambda number: choice.at(window.part(number)).url
    )
    return {
        "window": window,
        "window_said": said(window),
        "resolution": _in_words(seconds),
        "is_down_sampled": seconds > FINEST,
        "charts": charts,
        "is_empty": not any(series.points.values()),
        "zone": timezone.get_current_timezone_name(),
        "last_at": _last_at(series),
    }


def _in_words(seconds: int) -> str:
    """ "5 min", "3 h", "7 d"."""
    size, unit = next((size, unit) for size, unit in UNITS if seconds >= size)
    return f"{seconds // size} {unit}"


def limits_of(newest: Sequence[SystemMetric]) -> dict[str, Limits | None]:
    """What is drawn as thresholds. Load is judged by the core: its own only where all have as many."""
    thresholds = app_settings.get("health.thresholds")
    cores = {cores_of(sample) for sample in newest}
    return {
        quantity.name: quantity.limits(thresholds, next(iter(cores), 1))
        for quantity in QUANTITIES
        if quantity.name != "load" or len(cores) == 1
    }


def _last_at(series: Series) -> Any:
    return max((points[-1].at for points in series.points.values() if points), default=None)
