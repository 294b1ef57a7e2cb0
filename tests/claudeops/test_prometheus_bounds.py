"""However many agents and models are invented, the series stay few, and those that matter keep theirs."""

import pytest
from django.utils import timezone

from claudeops.prometheus.families import MOST_AGENTS, MOST_MODELS
from costs.models import CostRecord
from executions.durations import observe_duration
from executions.models import Execution, ExecutionTotal
from tests.claudeops.scraping import Scraper
from tests.console import an_agent

pytestmark = pytest.mark.django_db
INVENTED = 3000
STATUSES = ("completed", "failed", "cancelled")


@pytest.fixture
def invented() -> None:
    """By who may report runs of agents elsewhere."""
    names = [f"a-{number:04}" for number in range(INVENTED)]
    ExecutionTotal.objects.bulk_create(
        ExecutionTotal(agent_type=name, status=status, executions=2) for name in names for status in STATUSES
    )
    Execution.objects.bulk_create(Execution(agent_type=name) for name in names)
    CostRecord.objects.bulk_create(
        CostRecord(
            agent_type=name, model_used=f"m-{name}", total_cost_usd="0.5", year=2026, month=11, day=1
        )
        for name in names
    )  # fmt: skip
    for name in names[: MOST_AGENTS + 50]:
        observe_duration(name, "completed", 50)


def test_the_series_are_few_and_the_sums_whole(invented: None) -> None:
    an_agent("zz-configured")  # after all of them
    ExecutionTotal.objects.create(agent_type="zz-configured", status="completed", executions=7)
    observe_duration("zz-configured", "completed", 50)
    scraper = Scraper()
    assert scraper.text().count("\n") < 4000
    found = scraper.read()
    executions = found["executions_total"]
    assert len({agent for agent, _ in executions}) == MOST_AGENTS + 1
    assert sum(executions.values()) == INVENTED * len(STATUSES) * 2 + 7
    assert executions["zz-configured", "completed"] == 7
    assert executions["a-0000", "failed"] == 2
    active = found["executions_active"]
    assert len(active) == MOST_AGENTS
    assert sum(active.values()) == INVENTED
    costs = found["cost_usd_total"]
    assert len({agent for agent, _ in costs}) == MOST_AGENTS  # one place is that of the configured one
    assert len({model for _, model in costs}) == MOST_MODELS + 1
    assert sum(costs.values()) == INVENTED / 2
    assert len(found["execution_duration_seconds_count"]) == MOST_AGENTS + 1


def test_who_has_a_label_keeps_it(invented: None) -> None:
    scraper = Scraper()
    before = set(scraper.read()["executions_total"])
    ExecutionTotal.objects.create(agent_type="aa-first-by-name", status="completed", executions=1)
    ExecutionTotal.objects.filter(agent_type="a-0000").update(last_started_at=timezone.now())
    assert set(scraper.read()["executions_total"]) == before
