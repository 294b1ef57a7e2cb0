"""Growth is told since the last run, and a trend only where there is enough time behind it."""

from typing import Any

import pytest

from agents.probes.disk_growth import (
    MOST_SAMPLES,
    DiskGrowth,
    DiskGrowthParams,
    DiskHistory,
    GrowthData,
    Sample,
    compare,
    describe,
)
from system.thresholds import Thresholds
from tests.agents.probes.machine import on_this_machine

GIB = 1 << 30
HOUR, DAY = 3600.0, 86400.0
NOW = 1_800_000_000.0


def disk(used: int, **fields: Any) -> DiskHistory:
    total = 1000 * GIB
    values: dict[str, Any] = {
        "path": "/",
        "device": "/dev/sda2",
        "samples": [],
        "total_bytes": total,
        "used_bytes": used * GIB,
        "free_bytes": total - used * GIB,
    }
    return DiskHistory(**{**values, **fields})


def after(hours: float, used_before: int, used_now: int) -> DiskHistory:
    first = compare(disk(used_before), None, NOW - hours * HOUR)
    return compare(disk(used_now), GrowthData(at=NOW - hours * HOUR, disks=[first]), NOW)


def severities(*disks: DiskHistory) -> list[str]:
    data = GrowthData(at=NOW, disks=list(disks)).model_dump(mode="json")
    return [f.severity for f in DiskGrowth().assess(data, Thresholds())]


def test_the_first_run_has_nothing_to_compare_with() -> None:
    result = DiskGrowth().collect(DiskGrowthParams(), on_this_machine())
    assert "nothing to compare with yet" in result.text
    assert DiskGrowth().assess(result.data, Thresholds()) == []


def test_the_second_run_compares_with_the_first() -> None:
    first = DiskGrowth().collect(DiskGrowthParams(), on_this_machine()).data
    for row in first["disks"]:
        row["used_bytes"] -= GIB
    second = DiskGrowth().collect(DiskGrowthParams(), on_this_machine(previous=first))
    assert all(row["growth_bytes"] is not None for row in second.data["disks"])
    root = next(row for row in second.data["disks"] if row["path"] == "/")
    assert root["growth_bytes"] == pytest.approx(GIB, rel=0.9)
    assert root["bytes_per_day"] is None  # seconds are no trend
    assert "since the run of" in second.text


def test_growth_per_day_and_days_until_full() -> None:
    grown = after(48, used_before=500, used_now=600)
    assert grown.growth_bytes == 100 * GIB
    assert grown.bytes_per_day == pytest.approx(50 * GIB)
    assert grown.days_until_full == pytest.approx(8)
    assert describe(grown).endswith("50.0 GiB a day over 2 d 0 h; full in 8 days")
    assert severities(grown) == ["warning"]


@pytest.mark.parametrize(
    ("hours", "before", "now", "expected"),
    [
        (24, 500, 500, []),
        (24, 600, 500, []),  # shrunk
        (24, 900, 960, ["critical"]),  # full in a day
        (2, 500, 900, []),  # a restore or a build, not a trend
        (24 * 30, 500, 530, []),  # years left
        (24, 985, 989, []),  # less than a hundredth of the disk in a day
    ],
)
def test_only_a_solid_trend_is_a_finding(hours: float, before: int, now: int, expected: list[str]) -> None:
    assert severities(after(hours, before, now)) == expected


def test_the_trend_looks_back_over_many_runs() -> None:
    data = GrowthData(at=NOW, disks=[compare(disk(100), None, NOW)])
    for day in range(1, 11):
        grown = compare(disk(100 + 10 * day), data, NOW + day * DAY)
        data = GrowthData(at=NOW + day * DAY, disks=[grown])
    assert grown.growth_bytes == 10 * GIB
    assert grown.trend_seconds == 10 * DAY
    assert grown.bytes_per_day == pytest.approx(10 * GIB)


def test_what_is_carried_on_stays_small() -> None:
    data = GrowthData(at=NOW, disks=[compare(disk(1), None, NOW)])
    for run in range(1, 2000):
        at = NOW + run * HOUR
        data = GrowthData(at=at, disks=[compare(disk(1), data, at)])
    (history,) = data.disks
    assert len(history.samples) == MOST_SAMPLES
    assert history.samples[0].at > NOW


@pytest.mark.parametrize("change", [{"device": "/dev/sdb1"}, {"total_bytes": 5}, {"path": "/srv"}])
def test_another_disk_is_not_compared(change: dict[str, Any]) -> None:
    before = GrowthData(at=NOW - DAY, disks=[disk(1, **change)])
    assert compare(disk(500), before, NOW).growth_bytes is None


def test_a_clock_that_went_back_gives_no_growth() -> None:
    before = GrowthData(at=NOW + DAY, disks=[disk(1)])
    assert compare(disk(500), before, NOW).growth_bytes is None


def test_data_of_another_shape_is_as_none() -> None:
    for strange in ({}, {"disks": 1}, {"at": "x", "disks": []}, {"at": 1, "disks": [{"path": "/"}]}):
        result = DiskGrowth().collect(DiskGrowthParams(), on_this_machine(previous=strange))
        assert "nothing to compare with yet" in result.text


def test_samples_survive_json() -> None:
    data = GrowthData(at=NOW, disks=[compare(disk(3), None, NOW)])
    again = GrowthData.model_validate_json(data.model_dump_json())
    assert again.disks[0].samples == [Sample(NOW, 3 * GIB)]
