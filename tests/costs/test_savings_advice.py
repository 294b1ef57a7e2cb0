"""GET /costs/advice: the cheapest model that came to the same verdicts as the dearer one, close in time."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from costs.schemas.savings import AdviceList
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.costs.past_runs import HAIKU, SONNET, a_run, add_record

pytestmark = pytest.mark.django_db

OPUS = "claude-opus-5-5"


def hours_ago(hours: float) -> datetime:
    return timezone.now() - timedelta(hours=hours)


def run(model: str, hours: float, usd: str, health: Any = "healthy", **more: Any) -> Any:
    analysis = {"analyst": "claude", "overall_health": health, **more}
    return a_run("disk", hours_ago(hours), usd, model=model, analysis=analysis)


def side_by_side(number: int, *, agreeing: int, apart: float = 1, cheaper: str = HAIKU) -> None:
    for index in range(number):
        hours = 60 * (number - index)
        run(SONNET, hours, "0.3", "warning")
        run(cheaper, hours - apart, "0.1", "warning" if index < agreeing else "healthy")


def advice() -> Any:
    response = ApiClient(Role.VIEWER).get("/costs/advice")
    AdviceList.model_validate_json(response.content)
    (item,) = response.json()["items"]
    return item


def test_the_same_verdicts_for_less() -> None:
    side_by_side(6, agreeing=6)
    assert advice() == {
        "agent_type": "disk",
        "advised": True,
        "reason": f"{HAIKU} and {SONNET} ran within a day of each other 6 times and agreed 6 times.",
        "comparison": {
            "model": HAIKU,
            "instead_of": SONNET,
            "pairs": 6,
            "agreed": 6,
            "mean_usd": "0.1",
            "instead_mean_usd": "0.3",
        },
        "runs": 6,
        "saves_usd": "1.2",
    }


def test_four_pairs_are_too_few() -> None:
    side_by_side(4, agreeing=4)
    found = advice()
    assert (found["advised"], found["saves_usd"], found["comparison"]["pairs"]) == (False, "0", 4)
    assert found["reason"].endswith("4 times; 5 are needed to tell.")


@pytest.mark.parametrize(("pairs", "agreeing", "advised"), [(10, 9, False), (5, 5, True), (5, 4, False)])
def test_ninety_five_percent_must_agree(pairs: int, agreeing: int, advised: bool) -> None:
    side_by_side(pairs, agreeing=agreeing)
    found = advice()
    assert (found["advised"], found["comparison"]["agreed"]) == (advised, agreeing)


def test_runs_more_than_a_day_apart_are_no_pair() -> None:
    side_by_side(6, agreeing=6, apart=25)
    assert (advice()["advised"], advice()["comparison"]["pairs"]) == (False, 0)


@pytest.mark.parametrize("later", [1, -1])
def test_each_run_is_compared_with_the_nearest(later: int) -> None:
    for index in range(5):
        hours = 60 * (index + 1)
        run(SONNET, hours - 3 * later, "0.3", "critical")
        run(SONNET, hours - 1 * later, "0.3", "warning")
        run(HAIKU, hours, "0.1", "warning")
        run(SONNET, hours + 2 * later, "0.3", "healthy")
    assert (advice()["comparison"]["pairs"], advice()["comparison"]["agreed"]) == (5, 5)


def test_of_two_that_agree_it_is_the_cheapest() -> None:
    for index in range(5):
        hours = 60 * (index + 1)
        for model, usd in ((OPUS, "0.9"), (SONNET, "0.3"), (HAIKU, "0.1")):
            run(model, hours, usd)
    found = advice()["comparison"]
    assert (found["model"], found["instead_of"]) == (HAIKU, OPUS)


def test_the_cheapest_that_disagrees_gives_way_to_the_next() -> None:
    for index in range(5):
        hours = 60 * (index + 1)
        for model, usd, health in (
            (OPUS, "0.9", "critical"),
            (SONNET, "0.3", "critical"),
            (HAIKU, "0.1", "x"),
        ):
            run(model, hours, usd, "healthy" if health == "x" else health)
    assert (advice()["advised"], advice()["comparison"]["model"]) == (True, SONNET)


def test_who_has_moved_to_the_cheapest_needs_no_advice() -> None:
    for index in range(6):
        run(SONNET, 24 * 20 + index, "0.3")
        run(HAIKU, index, "0.1")
    found = advice()
    assert (found["advised"], found["comparison"]) == (False, None)
    assert found["reason"] == f"It runs on {HAIKU}, the cheapest of the models that it used."


def test_one_model_has_nothing_to_be_compared_with() -> None:
    run(HAIKU, 5, "0.1")
    run(f"{HAIKU}-20260401", 4, "0.1")
    assert advice()["reason"] == "Only one model was used in the last 30 days."


def test_dates_and_prefixes_of_a_model_are_not_another_model() -> None:
    side_by_side(5, agreeing=5, cheaper=f"anthropic/{HAIKU}-20260401")
    assert advice()["comparison"]["model"] == HAIKU


@pytest.mark.parametrize(
    "analysis",
    [
        None, [], ["overall_health"], "healthy", 7, True, {}, {"overall_health": None}, {"overall_health": 1},
        {"overall_health": ["healthy"]}, {"overall_health": {"overall_health": "healthy"}},
        {"overall_health": "splendid"}, {"overall_health": "Healthy\n"}, {"analyst": {"a": []}},
        {"overall_health": "healthy", "analyst": "rules"},
    ],
    ids=str,
)  # fmt: skip
def test_an_analysis_without_a_verdict_of_the_model_is_left_out(analysis: Any) -> None:
    side_by_side(5, agreeing=5)
    for index in range(5):
        a_run("disk", hours_ago(60 * index + 58), "0.1", model=HAIKU, analysis=analysis)
    assert (advice()["advised"], advice()["comparison"]["pairs"]) == (True, 5)


def test_a_run_of_two_models_is_neithers() -> None:
    side_by_side(5, agreeing=5)
    mixed = run(HAIKU, 59, "0.1", "critical")
    add_record(mixed, SONNET, hours_ago(59))
    assert advice()["comparison"]["pairs"] == 5


def test_runs_of_unknown_verdicts_alone_are_not_compared() -> None:
    for model in (HAIKU, SONNET):
        a_run("disk", hours_ago(1), "0.1", model=model)
    assert advice()["reason"].startswith("Fewer than two of its models")


def test_only_the_agents_of_a_page_are_looked_at(django_assert_max_num_queries: Any) -> None:
    for agent in ("a", "b", "c"):
        a_run(agent, hours_ago(1), "0.1")
    viewer = ApiClient(Role.VIEWER)
    viewer.get("/costs/advice")
    with django_assert_max_num_queries(5):
        found = viewer.get("/costs/advice?limit=1&offset=1").json()
    assert ([item["agent_type"] for item in found["items"]], found["count"]) == (["b"], 3)


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "offset=-1", "limit=501"])
def test_what_is_no_page_is_refused(query: str) -> None:
    response = ApiClient(Role.VIEWER).get(f"/costs/advice?{query}")
    assert (response.status_code, fields_of(response)) == (422, [query.partition("=")[0]])
