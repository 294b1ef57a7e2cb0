"""check_anomalies: what stands out since yesterday is said, and said once."""

from datetime import UTC, datetime, timedelta

import pytest

from costs.anomalies import check_anomalies
from system.models import Alert
from tests.costs.past_runs import a_run

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 6, 20, 3, tzinfo=UTC)


@pytest.fixture(autouse=True)
def a_quiet_past() -> None:
    for days in range(2, 22):
        a_run("disk", NOW - timedelta(days=days), "0.2")


def test_nothing_odd_says_nothing() -> None:
    assert check_anomalies(NOW) == "Nothing stands out since yesterday."
    assert not Alert.objects.exists()


def test_a_dear_run_of_yesterday_is_said_once() -> None:
    uid = a_run("disk", NOW - timedelta(days=1), "1.5")
    assert check_anomalies(NOW).startswith("3 found since yesterday, 3 of")
    assert check_anomalies(NOW + timedelta(hours=1)).startswith("3 found since yesterday, 0 of")
    alert = Alert.objects.get(key=f"cost-anomaly:{uid}:disk")
    assert (alert.kind, alert.severity) == ("cost-anomaly", "warning")
    assert alert.title == "disk cost 1.5 USD in a run on 2026-06-19"
    assert "is 0.2 USD (of 20; median absolute deviation 0 USD); up to 0.4 USD is ordinary" in alert.detail
    assert alert.data["limit_usd"] == "0.4"
    assert Alert.objects.count() == 3


def test_what_is_older_is_not_said_any_more() -> None:
    a_run("disk", NOW - timedelta(days=2, hours=4), "9")
    check_anomalies(NOW)
    assert not Alert.objects.exists()


def test_another_run_of_the_same_day_is_said_too() -> None:
    a_run("disk", NOW - timedelta(hours=2), "1.5")
    check_anomalies(NOW)
    a_run("disk", NOW - timedelta(hours=1), "1.6")
    assert check_anomalies(NOW).endswith("1 of them said for the first time.")
