"""Each probe is found by its name, says what it is, and refuses parameters that it does not know."""

import json
import re
from typing import Any

import pytest
from pydantic import ValidationError

from agents.probes import PROBES, get_probe
from agents.probes.base import Probe
from agents.stopping import Stop, StopReason
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine

QUICK: dict[str, dict[str, Any]] = {
    "largest_directories": {"max_entries": 2000},
    "cleanup_candidates": {"max_entries": 2000},
}
every_probe = pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES.keys())


def test_the_probes_of_the_three_agents_are_there() -> None:
    assert set(PROBES) == {
        *("cpu", "memory", "disks", "temperatures", "network", "uptime", "top_processes", "zombies"),
        *("failed_units", "recent_errors", "package_updates"),
        *("largest_directories", "disk_growth", "cleanup_candidates", "log_patterns"),
    }


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    assert get_probe("cpu") is PROBES["cpu"]
    with pytest.raises(LookupError, match=r"'disk'.*cleanup_candidates, cpu, .*zombies"):
        get_probe("disk")


@every_probe
def test_a_probe_says_what_it_is(probe: Probe[Any]) -> None:
    assert re.fullmatch(r"[a-z_]+", probe.name)
    assert probe.summary
    assert probe.params_model()


@every_probe
def test_unknown_parameters_are_refused(probe: Probe[Any]) -> None:
    with pytest.raises(ValidationError, match="nonsense"):
        probe.params_model.model_validate({"nonsense": 1})


@every_probe
def test_a_probe_reads_this_machine_or_says_why_not(probe: Probe[Any]) -> None:
    result = probe.collect(probe.params_model(**QUICK.get(probe.name, {})), on_this_machine())
    if result.skipped:
        assert not result.data
        return
    assert result.text.strip() == result.text != ""
    assert json.loads(json.dumps(result.data, allow_nan=False)) == result.data
    probe.assess(result.data, Thresholds())


@every_probe
def test_a_second_run_takes_the_data_of_the_first(probe: Probe[Any]) -> None:
    params = probe.params_model(**QUICK.get(probe.name, {}))
    first = probe.collect(params, on_this_machine())
    second = probe.collect(params, on_this_machine(previous=json.loads(json.dumps(first.data))))
    assert bool(second.skipped) == bool(first.skipped)


@every_probe
def test_the_data_of_another_probe_as_the_last_run_does_no_harm(probe: Probe[Any]) -> None:
    """A step may keep its name and get another probe."""
    strange = {"count": 3, "files": "x", "at": "yesterday", "boot_id": 7, "oom_kills": "many"}
    probe.collect(probe.params_model(**QUICK.get(probe.name, {})), on_this_machine(previous=strange))


@every_probe
def test_a_stop_that_is_already_set_ends_it_at_once(probe: Probe[Any]) -> None:
    stop = Stop()
    stop.request(StopReason.CANCELLED)
    result = probe.collect(probe.params_model(), on_this_machine(stop=stop))
    if result.data:
        probe.assess(result.data, Thresholds())
