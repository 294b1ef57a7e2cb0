"""What stands out, and what could be cheaper. Each list has a bound, and so has the number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from claudeops.costs_page.spans import Span
from costs.advice import Advice, advise, agents_with_a_choice
from costs.anomalies import Anomaly, find_anomalies
from costs.savings import Savings, count_savings, total_of

ANOMALY_DAYS = 90  # back from today
ANOMALY_AGENTS = 12  # whose runs are looked at here; the nightly job looks at more
MOST_ANOMALIES = 20
ADVISED_AGENTS = 5


def anomalies_in(span: Span, now: datetime) -> list[Anomaly]:
    """Of the days that are not older than ANOMALY_DAYS, the newest first."""
    today = timezone.localdate(now)
    days = (today - span.first).days + 1
    if days < 1 or (today - span.last).days >= ANOMALY_DAYS:
        return []
    found = find_anomalies(now, min(days, ANOMALY_DAYS), ANOMALY_AGENTS)
    return [anomaly for anomaly in found if anomaly.day <= span.last][:MOST_ANOMALIES]


def advice_for_all(now: datetime) -> list[Advice]:
    return [advise(agent, now) for agent in agents_with_a_choice(now)[:ADVISED_AGENTS]]


@dataclass(frozen=True)
class Saved:
    """USD; `by_rules` is of the agents of which it is known."""

    savings: Savings

    @property
    def by_cache(self) -> Decimal:
        return total_of(agent.cache_saved_usd for agent in self.savings.agents)

    @property
    def by_batches(self) -> Decimal:
        return total_of(agent.batch_saves_usd for agent in self.savings.agents)

    @property
    def by_rules(self) -> Decimal:
        return total_of(agent.rules_saved_usd for agent in self.savings.agents)


def savings_in(span: Span, agents: Sequence[str] | None, now: datetime) -> Saved:
    """Of all agents, or of some."""
    savings = count_savings(span.first, span.last, now)
    if agents is not None:
        savings.agents = [agent for agent in savings.agents if agent.agent_type in agents]
    return Saved(savings)
