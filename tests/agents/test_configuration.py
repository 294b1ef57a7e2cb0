"""A configuration that does not hold is refused with the path of what is wrong."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from agents.catalogue import BUILT_IN
from agents.configuration import ConfigurationError, parse_configuration
from agents.models import AgentConfiguration

LOOK = {"name": "Look", "type": "command", "argv": ["true"]}


@pytest.mark.parametrize(
    ("config", "path", "message"),
    [
        (None, "", "a configuration is a JSON object"),
        ([], "", "a configuration is a JSON object"),
        ({}, "steps", "Field required"),
        ({"steps": []}, "steps", "at least 1"),
        ({"steps": [LOOK], "stepz": 1}, "stepz", "Extra inputs"),
        ({"steps": [{**LOOK, "argv": [""]}]}, "steps.0.argv.0", "at least 1"),
        ({"steps": [{**LOOK, "argv": "ls -l"}]}, "steps.0.argv", "valid list"),
        ({"steps": [{**LOOK, "argv": ["a\x00b"]}]}, "steps.0.argv.0", "pattern"),
        ({"steps": [{**LOOK, "type": "shell"}]}, "steps.0", "does not match any of the expected tags"),
        ({"steps": [{"name": "Look", "type": "command"}]}, "steps.0", "exactly one of 'argv'"),
        ({"steps": [{**LOOK, "probe": "cpu"}]}, "steps.0", "exactly one of 'argv'"),
        (
            {"steps": [{"name": "L", "type": "command", "probe": "nope"}]},
            "steps.0",
            "there is no probe 'nope'",
        ),
        (
            {"steps": [{"name": "L", "type": "command", "probe": "cpu", "params": {"nope": 1}}]},
            "steps.0.params.nope",
            "Extra inputs",
        ),
        ({"steps": [LOOK, LOOK]}, "steps.1.name", "name of an earlier step"),
        (
            {"steps": [{**LOOK, "type": "cleanup"}, {**LOOK, "name": "B"}]},
            "steps.1.type",
            "cleanup steps come last",
        ),
        ({"steps": [{**LOOK, "timeout_ms": 0}]}, "steps.0.timeout_ms", "greater than or equal to 1"),
        ({"steps": [{**LOOK, "cwd": "relative"}]}, "steps.0.cwd", "pattern"),
        ({"steps": [{**LOOK, "env": {"A=B": "1"}}]}, "steps.0.env.A=B.[key]", "pattern"),
        (
            {"steps": [LOOK], "thresholds": {"cpu_percent": {"warning": 95, "critical": 90}}},
            "thresholds.cpu_percent",
            "must not be above critical",
        ),
        ({"steps": [LOOK], "analysis": {"effort": "huge"}}, "analysis.effort", "Input should be"),
        (
            {
                "steps": [
                    LOOK,
                    {
                        "name": "V",
                        "type": "validation",
                        "require": [{"step": "X", "path": "a", "op": "present"}],
                    },
                ]
            },
            "steps.1.require.0.step",
            "no earlier step 'X'",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_path(config: Any, path: str, message: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_configuration(config)
    problem = refused.value.problems[0]
    assert problem.path == path
    assert message in problem.message


def test_every_problem_is_named_not_only_the_first() -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_configuration({"steps": [{**LOOK, "argv": []}, {**LOOK, "name": ""}], "x": 1})
    assert [problem.path for problem in refused.value.problems] == ["steps.0.argv", "steps.1.name", "x"]


def test_it_is_refused_when_it_is_saved_through_a_form() -> None:
    agent = AgentConfiguration(agent_type="a", name="A", config={"steps": [{"name": "x", "type": "command"}]})
    with pytest.raises(ValidationError) as refused:
        agent.clean()
    assert "steps.0: give exactly one of" in refused.value.message_dict["config"][0]


@pytest.mark.parametrize("agent", BUILT_IN, ids=lambda agent: agent.agent_type)
def test_the_agents_that_come_with_it_hold(agent: Any) -> None:
    configuration = parse_configuration(agent.config)
    assert any(step.type == "analysis" for step in configuration.steps)
