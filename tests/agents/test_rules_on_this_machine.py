"""Each agent of the catalogue, by its own steps and the rules, reports on this very machine, and soon."""

import json
import re
from typing import Any

import pytest

from agents.analysts.base import AnalysisTask, Evidence
from agents.analysts.rules import analyse
from agents.catalogue import BUILT_IN, BuiltInAgent
from agents.configuration import parse_configuration
from agents.probes import get_probe
from agents.reports import Report, health_of
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine

SOON: dict[str, dict[str, Any]] = {
    "largest_directories": {"max_seconds": 3},
    "cleanup_candidates": {"max_seconds": 3},
}
every_agent = pytest.mark.parametrize("agent", BUILT_IN, ids=lambda agent: agent.agent_type)


def take(number: int, step: dict[str, Any]) -> Evidence:
    probe = get_probe(step["probe"])
    params = {**step["params"], **SOON.get(step["probe"], {})}
    result = probe.collect(probe.params_model.model_validate(params), on_this_machine())
    status = "skipped" if result.skipped else "completed"
    return Evidence(number, step["name"], status, step["probe"], result.data, result.text, result.skipped)


def run(agent: BuiltInAgent) -> tuple[list[Evidence], Report]:
    steps = [step for step in agent.config["steps"] if step["type"] == "command"]
    evidence = [take(number, step) for number, step in enumerate(steps, start=1)]
    task = AnalysisTask(agent.name, "", evidence, Thresholds(), "none", None, 1, 1)
    return evidence, analyse(task)


def test_there_are_three_agents() -> None:
    assert [(agent.agent_type, agent.name) for agent in BUILT_IN] == [
        ("system-health", "System Health Reporter"),
        ("disk-space", "Disk Space Analyst"),
        ("log-analyzer", "Log Analyzer"),
    ]


@every_agent
def test_its_configuration_is_plain_json_that_holds(agent: BuiltInAgent) -> None:
    assert json.loads(json.dumps(agent.config)) == agent.config
    parse_configuration(agent.config)
    assert re.fullmatch(r"\d+\.\d+\.\d+", agent.version)
    assert agent.timeout_ms <= agent.max_duration_ms
    assert len(agent.config["analysis"]["instructions"]) > 500


@every_agent
def test_it_reports_on_this_machine(agent: BuiltInAgent) -> None:
    evidence, report = run(agent)
    assert report.overall_health is health_of(report.findings)
    assert report.summary
    assert all(step.output or step.error for step in evidence)


@every_agent
def test_what_it_requires_is_there(agent: BuiltInAgent) -> None:
    evidence, _ = run(agent)
    data = {step.step_name: step.data for step in evidence}
    for step in agent.config["steps"]:
        for need in step.get("require", []):
            assert need["path"] in data[need["step"]]
