"""Everything that Prometheus is told, as text: a few queries, at a price that history does not drive up."""

from collections.abc import Iterator

from django.utils import timezone
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from agents.models import AgentConfiguration
from claudeops.prometheus import outcomes
from claudeops.prometheus.families import MOST_AGENTS, first_names
from claudeops.prometheus.machines import machine_metrics
from claudeops.prometheus.money import money_metrics
from claudeops.prometheus.outcomes import outcome_metrics
from claudeops.prometheus.runs import run_metrics
from executions import durations
from executions.models import ExecutionTotal
from system.counters import all_counted

OPENMETRICS = "application/openmetrics-text"
COUNTERS = (*durations.COUNTERS, "lease_expiries", *outcomes.COUNTERS)


class House(Collector):
    """Reads it all anew each time that it is asked."""

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry, which asks when this is registered, need not read the database for it."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        now = timezone.now()
        counters = all_counted(*COUNTERS)
        known = list(AgentConfiguration.objects.order_by("pk").values_list("agent_type", flat=True))
        agents = first_names(ExecutionTotal.objects.all(), "agent_type", MOST_AGENTS, known)
        yield from run_metrics(agents, counters, now)
        yield from money_metrics(known)
        yield from outcome_metrics(agents, counters, now)
        yield from machine_metrics(now)


registry = CollectorRegistry()
registry.register(House())


def exposition(accept: str) -> tuple[bytes, str]:
    """The text and its type: OpenMetrics for who names it in `accept`, else what every Prometheus reads."""
    if OPENMETRICS in accept:
        return openmetrics.generate_latest(registry), openmetrics.CONTENT_TYPE_LATEST  # type: ignore[no-untyped-call]
    return generate_latest(registry), CONTENT_TYPE_PLAIN_0_0_4
