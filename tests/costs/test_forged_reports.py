"""An agent elsewhere may report any cost: what it claims breaks no page, stops no record, floods no list."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from costs.anomalies import AGENTS_LOOKED_AT, MOST_SAID, check_anomalies
from costs.ledger_limits import LARGE_USD
from costs.models import CostRecord, DailyCost
from costs.unpriced import AT_ONCE, LONGEST_NAME, MOST_A_DAY
from costs.usage import MOST_ITERATIONS
from system.models import Alert
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.ledger import HAIKU, an_execution, spend
from tests.costs.past_runs import a_run

pytestmark = pytest.mark.django_db

TOKENS_A_USD = 2_000_000  # output of HAIKU
DAY = timedelta(days=1)


def report(*usages: dict[str, Any], model: str = HAIKU) -> Any:
    entries = [{"type": "cost", "model": model, "usage": usage} for usage in usages]
    return ApiClient(Role.OPERATOR).post("/tracking/executions", {"agent_type": "forger", "entries": entries})


def claim(usd: int) -> Any:
    return report({"output_tokens": usd * TOKENS_A_USD})


def naming(*models: str) -> dict[str, Any]:
    return {"iterations": [{"type": "message", "model": model} for model in models]}


def test_many_small_claims_cannot_take_the_sums_over_the_edge() -> None:
    """Each of them is too small to be large, and there is a claim before them that is as large as can be."""
    assert claim(4_610_000).status_code == 201
    small = int(LARGE_USD) - 1
    answers = [claim(small).status_code for _ in range(4)]
    assert answers == [201, 422, 422, 422]
    assert ApiClient(Role.VIEWER).get("/costs/daily?days=1").status_code == 200


def test_our_own_requests_are_recorded_whatever_was_claimed() -> None:
    claim(4_611_000)
    assert fields_of(claim(1000)) == ["entries.0.usage"]
    spend(an_execution(), "2026-11-20T10:00", usage={"output_tokens": 2000 * TOKENS_A_USD})
    assert CostRecord.objects.count() == 2


def test_models_without_price_are_said_for_a_few_a_day() -> None:
    report(naming(*(f"made-up-{number}" for number in range(500))))
    assert Alert.objects.count() == AT_ONCE
    for number in range(MOST_A_DAY):
        report({}, model=f"another-{number}")
    assert Alert.objects.count() == MOST_A_DAY + 1
    last = Alert.objects.latest("id")
    assert last.title == "Many more models have no price"
    Alert.objects.update(at=timezone.now() - DAY)
    report({}, model="of-the-next-day")
    assert Alert.objects.latest("id").title == "of-the-next-day has no price"


def test_a_name_in_an_alert_is_short_and_no_secret() -> None:
    key = "sk-ant-api03-" + "A1b2" * 20
    report(naming("L" * 100_000), naming(key))
    assert max(len(alert.data["model"]) for alert in Alert.objects.all()) == LONGEST_NAME
    assert key not in str(list(Alert.objects.values()))
    assert key not in str(list(CostRecord.objects.values("usage")))


@pytest.mark.parametrize("path", ["/tracking/executions", "/costs/price"])
def test_a_request_of_countless_iterations_is_refused(path: str) -> None:
    usage = naming(*[HAIKU] * (MOST_ITERATIONS + 1))
    body: dict[str, Any] = {"model": HAIKU, "usage": usage}
    response = report(usage) if path.startswith("/tracking") else ApiClient(Role.VIEWER).post(path, body)
    assert response.status_code == 422
    assert f"at most {MOST_ITERATIONS}" in response.json()["detail"]
    assert not CostRecord.objects.exists()


def test_anomalies_of_countless_agents_take_a_bounded_number_of_queries(
    django_assert_max_num_queries: Any,
) -> None:
    for number in range(AGENTS_LOOKED_AT + 5):
        a_run(f"agent-{number}", timezone.now() - DAY, "0.5")
    viewer = ApiClient(Role.VIEWER)
    with django_assert_max_num_queries(AGENTS_LOOKED_AT + 10):
        assert viewer.get("/costs/anomalies").status_code == 200


def test_anomalies_of_countless_agents_are_said_for_the_dearest() -> None:
    now = timezone.now()
    for number in range(MOST_SAID // 2):
        for days in range(2, 10):
            a_run(f"agent-{number}", now - days * DAY, "0.2")
        a_run(f"agent-{number}", now - DAY, "5")
    assert check_anomalies(now).startswith(f"{MOST_SAID + 1} found since yesterday, {MOST_SAID} of them")
    assert check_anomalies(now).endswith(", 0 of them said for the first time.")


def test_names_that_would_steer_a_terminal_are_plain_text_there() -> None:
    """A title, a bell and a cleared screen, before the eyes of the admin who looks what is wrong."""
    report({}, model="\x1b]0;owned\x07\x1b[2Jfine")
    DailyCost.objects.update(records=2)
    said, today = StringIO(), f"{timezone.localdate()}"
    with pytest.raises(CommandError):
        call_command("verify_rollups", stdout=said)
    call_command("reprice", "--from", today, "--to", today, stdout=said)
    assert said.getvalue().count("fine") == 2
    assert said.getvalue().replace("\n", "").isprintable()
