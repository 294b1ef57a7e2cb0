"""NaN, endless numbers and those of more than 64 bits are refused in words wherever JSON comes in."""

import json
from typing import Any

import pytest
from django.test import Client

from agents.configuration import ConfigurationError, parse_configuration
from agents.models import AgentConfiguration
from executions.models import Execution, ExecutionStep
from scheduling.models import HookDelivery, Scheme
from system.roles import Role
from tests.api_clients import ApiClient
from tests.claudeops.test_console_agent_form import form
from tests.console import an_agent, an_ended_execution, console_url, signed_in
from tests.scheduling.hooks import a_hook, send

pytestmark = pytest.mark.django_db
LONG = "123456789012345678901234567890"
NO_NUMBERS = {"NaN": "nan", "Infinity": "inf", "-Infinity": "-inf", "1e999": "inf"}
STEPS = (
    '{"steps": [{"name": "CPU", "type": "command", "probe": "cpu"}, {"name": "check", "type": "validation",'
    ' "require": [{"step": "CPU", "path": "percent", "op": "==", "value": %s}]}]}'
)


@pytest.fixture
def owner() -> ApiClient:
    return ApiClient(Role.ADMIN)


def told_in_console(config: str) -> str:
    answer = signed_in(Role.ADMIN).post(console_url(AgentConfiguration, "add"), form(config=config))
    assert answer.status_code == 200, "it was saved"
    found: str = answer.context["adminform"].form.errors["config"][0]
    return found


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_the_console_names_the_place_of_what_is_no_number(number: str) -> None:
    told = told_in_console(STEPS % number)
    assert told.startswith(f"steps.1.require.0.value: JSON has no such number as {NO_NUMBERS[number]}")


@pytest.mark.parametrize("number", [LONG, f"-{LONG}", str(2**63), str(-(2**63))])
def test_the_console_refuses_what_64_bits_do_not_hold(number: str) -> None:
    assert "more than 64 bits" in told_in_console(STEPS % number)


@pytest.mark.parametrize("value", ['"\\ud83d"', '{"\\ud83d": 1}'])
def test_the_console_refuses_half_a_character(value: str) -> None:
    told = told_in_console(STEPS % value)
    assert told.startswith("steps.1.require.0.value: ")
    assert told.endswith("half of a surrogate pair, which is no text.")


def test_the_largest_numbers_are_kept_exactly(owner: ApiClient) -> None:
    config = STEPS % f"[{2**63 - 1}, {1 - 2**63}, 1.7976931348623157e308]"
    answer = signed_in(Role.ADMIN).post(console_url(AgentConfiguration, "add"), form(config=config))
    assert answer.status_code == 302
    assert owner.get("/agents/disk-space").json()["config"] == json.loads(config)


def test_a_run_with_changes_says_it_at_its_field() -> None:
    an_agent()
    client: Client = signed_in(Role.OPERATOR)
    changed = {"node_id": "localhost", "thresholds": '{"disk_percent": {"warning": 1, "critical": Infinity}}'}
    answer = client.post(console_url(Execution, "changes", an_ended_execution().uid), changed)
    told = answer.context["form"].errors["thresholds"][0]
    assert told == "disk_percent.critical: JSON has no such number as inf; leave it out, or write null."


def test_a_configuration_is_checked_however_it_came() -> None:
    with pytest.raises(ConfigurationError, match=r"steps\.0\.exit_codes\.0: .* more than 64 bits"):
        parse_configuration(
            {"steps": [{"name": "a", "type": "command", "argv": ["true"], "exit_codes": [2**64]}]}
        )


TOLD = '{"agent_type": "x", "entries": [{"type": "step.add", "step_name": "x", "metadata": %s}]}'
BODIES: dict[str, Any] = {
    "/agents": '{"agent_type": "a", "name": "A", "config": %s}' % (STEPS % LONG),
    "/agents/disk-space/run": f'{{"metadata": {{"build": {LONG}}}}}',
    "/tracking/executions": TOLD % f'{{"offset": -{LONG}}}',
}

PLACES = {
    "/agents": "config.steps.1.require.0.value",
    "/agents/disk-space/run": "metadata.build",
    "/tracking/executions": "entries.0.metadata.offset",
}


@pytest.mark.parametrize("path", BODIES)
def test_the_api_rounds_no_whole_number_unasked(owner: ApiClient, path: str) -> None:
    an_agent()
    answer = owner.send("POST", path, BODIES[path].encode())
    assert answer.status_code == 422
    told = answer.json()["errors"]
    assert len(told) == 1
    assert told[0]["field"] == PLACES[path]
    assert f"{LONG} has more than 64 bits" in told[0]["message"]
    assert not Execution.objects.exists()


def test_long_digits_in_texts_and_fractions_are_no_whole_numbers(owner: ApiClient) -> None:
    metadata = f'{{"text": "{LONG}", "part": 0.{LONG}, "id": {2**64 - 1}}}'
    assert owner.send("POST", "/tracking/executions", (TOLD % metadata).encode()).status_code == 201
    assert ExecutionStep.objects.get().metadata == json.loads(metadata)


def test_a_message_with_such_a_number_is_refused_in_words() -> None:
    answer = send(a_hook(scheme=Scheme.GITHUB), b'{"id": %s}' % LONG.encode())
    assert answer.status_code == 422
    assert f"{LONG} has more than 64 bits" in HookDelivery.objects.get().detail
