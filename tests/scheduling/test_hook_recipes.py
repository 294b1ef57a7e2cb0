"""Each recipe, with what its tool sends: what launches, what does not, and what is kept of it."""

from pathlib import Path
from typing import Any

import pytest

from executions.models import Execution
from scheduling.hooks.checking import filter_problems, mapping_problems
from scheduling.hooks.recipes import RECIPES, SECRET, URL, Recipe
from scheduling.models import Scheme
from tests.databases import BASE_DIR
from tests.scheduling import tool_payloads as tools
from tests.scheduling.hooks import a_hook, send

pytestmark = pytest.mark.django_db

LAUNCHES: dict[str, tuple[Any, dict[str, Any]]] = {
    "alertmanager": (
        tools.alertmanager(),
        {
            "alertname": "DiskWillFill",
            "severity": "critical",
            "instances": ["db1:9100"],
            "summaries": ["db1:9100 is full within four hours"],
            "group": '{}/{severity="critical"}:{alertname="DiskWillFill"}',
            "left_out": 0,
        },
    ),
    "grafana": (
        tools.grafana(),
        {
            "title": "[FIRING:1] High load Hosts (nas warning)",
            "alertname": "High load",
            "severity": "warning",
            "summaries": ["The load of nas is above 8"],
            "readings": [{"A": 9.25, "C": 1}],
            "panels": ["https://grafana.example/d/hosts?viewPanel=4"],
            "left_out": 0,
        },
    ),
    "uptime-kuma": (
        tools.uptime_kuma(),
        {
            "monitor": "Photos",
            "url": "https://photos.example",
            "type": "http",
            "error": "connect ECONNREFUSED 192.0.2.7:443",
            "at": "2026-11-26 09:15:02.114",
        },
    ),
    "healthchecks": (
        tools.healthchecks().encode(),
        {
            "check": 'Backup of "nas"',
            "code": "0f8e2c1a-5d3b-4a6c-9e7f-1b2c3d4e5f60",
            "tags": "prod backup",
            "at": "2026-11-26T03:30:00+00:00",
        },
    ),
    "github": (
        tools.github_workflow_run(),
        {
            "repository": "example/shop",
            "workflow": "CI",
            "branch": "main",
            "commit": "7f3ad1c0e5b94a2d8c6e1f0b3a5d7c9e2f4b6a80",
            "conclusion": "failure",
            "attempt": 1,
            "url": "https://github.com/example/shop/actions/runs/19482375611",
        },
    ),
    "home-assistant": (
        tools.home_assistant(),
        {
            "entity": "binary_sensor.nas_smart",
            "from": "off",
            "to": "on",
            "message": "NAS SMART is on",
            "at": "2026-11-26T10:15:02.114000+01:00",
        },
    ),
}
DOES_NOT: list[tuple[str, Any]] = [
    ("alertmanager", tools.alertmanager("resolved")),
    ("grafana", tools.grafana("resolved")),
    ("uptime-kuma", tools.uptime_kuma(1)),
    ("uptime-kuma", tools.uptime_kuma_test()),
    ("healthchecks", tools.healthchecks("up").encode()),
    ("github", tools.github_workflow_run("success")),
    ("github", tools.github_workflow_run(None, "in_progress")),
    ("github", tools.github_ping()),
    ("github", {"action": "completed", "check_run": {"conclusion": "failure"}}),
]
by_name = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)


def hook_of(name: str) -> Any:
    recipe = next(recipe for recipe in RECIPES if recipe.name == name)
    return a_hook(name, recipe.scheme, recipe=name)


@pytest.mark.parametrize("name", list(LAUNCHES))
def test_what_calls_for_somebody_launches(name: str) -> None:
    payload, values = LAUNCHES[name]
    response = send(hook_of(name), payload, message_id="")
    assert response.status_code == 202, response.content
    kept = Execution.objects.get().execution_context["webhook"]
    assert kept["values"] == values
    assert kept["hook"] == name


@pytest.mark.parametrize(("name", "payload"), DOES_NOT)
def test_what_does_not_is_answered_with_a_reason(name: str, payload: Any) -> None:
    response = send(hook_of(name), payload)
    assert response.status_code == 200, response.content
    assert response.json()["reason"]
    assert not Execution.objects.exists()


def test_the_same_alert_again_after_its_repeat_interval_is_another_run() -> None:
    hook = hook_of("alertmanager")
    assert send(hook, tools.alertmanager(), message_id="").json()["repeated"] is False
    assert send(hook, tools.alertmanager(), message_id="").json()["repeated"] is True
    hook.deliveries.update(received_at="2026-11-25T00:00:00Z")
    assert send(hook, tools.alertmanager(), message_id="").json()["repeated"] is False


@by_name
def test_a_recipe_holds(recipe: Recipe) -> None:
    assert not [*mapping_problems(dict(recipe.mapping)), *filter_problems(list(recipe.filters))]
    assert recipe.scheme in Scheme.values


@by_name
def test_what_to_do_names_url_and_secret_and_stands_in_the_documentation(recipe: Recipe) -> None:
    assert URL in recipe.setup
    assert SECRET in recipe.setup
    told = recipe.setup_for("https://ops.example/api/v1/hooks/x", "the-secret")
    assert "https://ops.example/api/v1/hooks/x" in told
    assert URL not in told
    documentation = (BASE_DIR / Path("docs/webhooks.md")).read_text()
    assert recipe.title in documentation
    for line in recipe.setup.splitlines():
        assert line.strip() in documentation, line


def test_the_body_for_healthchecks_is_the_one_that_is_tested() -> None:
    setup = next(recipe.setup for recipe in RECIPES if recipe.name == "healthchecks")
    asked = next(line for line in setup.splitlines() if line.startswith("{"))
    filled = asked.replace("$NAME_JSON", '"Backup of \\"nas\\""').replace("$STATUS", "down")
    assert tools.healthchecks().startswith(filled.partition('"code"')[0])
