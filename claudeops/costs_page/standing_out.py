"""What stands out, and what could be cheaper. Each list has a bound, and so has the number of queries.

For both the newest runs of many agents are read, and they say the same of all choices: found once a minute.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from claudeops.costs_page.keeping import Kept
from claudeops.costs_page.spans import Span
from costs.advice import Advice, advise_dearest
from costs.anomalies import Anomaly, find_anomalies
from costs.savings import Billed, Savings, count_savings, total_of

ANOMALY_DAYS = 90  # back from today
ANOMALY_AGENTS = 12  # whose runs are looked at here; the nightly job looks at more
MOST_ANOMALIES = 20
ADVISED_AGENTS = 5

_anomalies: Kept[list[Anomaly]] = Kept()
_advice: Kept[list[Advice]] = Kept()


def anomalies_in(span: Span, now: datetime) -> list[Anomaly]:
    """Of the days that are not older than ANOMALY_DAYS, the newest first."""
    found = _anomalies.get(timezone.localdate(now), lambda: find_anomalies(now, ANOMALY_DAYS, ANOMALY_AGENTS))
    return [anomaly for anomaly in found if span.first <= anomaly.day <= span.last][:MOST_ANOMALIES]


def advice_for_all(now: datetime) -> list[Advice]:
    return _advice.get(timezone.localdate(now), lambda: advise_dearest(now, ADVISED_AGENTS))


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


def savings_in(
    span: Span, agents: Sequence[str] | None, now: datetime, billed: Iterable[Billed] | None
) -> Saved:
    """Of all agents, or of some, of which `billed` is what count_savings would read."""
    savings = count_savings(span.first, span.last, now, billed)
    if agents is not None:
        savings.agents = [agent for agent in savings.agents if agent.agent_type in agents]
    return Saved(savings)
