import logging

import pytest

from system import app_settings
from system.errors import Conflict, Invalid, NotFound
from system.models import AppSetting
from system.thresholds import Limits, Thresholds

pytestmark = pytest.mark.django_db


def test_defaults_hold_without_any_row() -> None:
    assert app_settings.get("executions.paused") is False
    assert app_settings.get("health.thresholds") == Thresholds()


def test_missing_rows_are_created_once_and_what_is_there_stays() -> None:
    app_settings.set_value("executions.paused", True)
    assert app_settings.ensure_defaults() == len(app_settings.SETTINGS) - 1
    assert app_settings.ensure_defaults() == 0
    assert app_settings.get("executions.paused") is True
    assert set(AppSetting.objects.values_list("key", flat=True)) == set(app_settings.SETTINGS)


def test_rows_say_what_they_are() -> None:
    app_settings.ensure_defaults()
    paused = AppSetting.objects.get(key="executions.paused")
    assert (paused.value, paused.value_type, paused.category) == ("false", "boolean", "executions")
    assert paused.description
    assert AppSetting.objects.get(key="health.thresholds").decoded()["disk_percent"]["warning"] == 85


def test_a_value_comes_back_as_its_type() -> None:
    limits = Thresholds(disk_percent=Limits(warning=50, critical=60))
    app_settings.set_value("health.thresholds", limits)
    assert app_settings.get("health.thresholds") == limits
    app_settings.set_value("health.thresholds", {"disk_percent": {"warning": 10, "critical": 20}})
    assert app_settings.get("health.thresholds").disk_percent == Limits(warning=10, critical=20)
    app_settings.set_value("executions.paused", "true")
    assert app_settings.get("executions.paused") is True


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("executions.paused", "yes", "executions.paused"),
        ("executions.paused", 1, "boolean"),
        ("executions.paused", None, "boolean"),
        ("health.thresholds", {"disk_percent": {"warning": 90, "critical": 20}}, "disk_percent: warning"),
        ("health.thresholds", {"disk": {"warning": 1, "critical": 2}}, "disk: "),
        ("health.thresholds", '{"disk_percent": ', "health.thresholds"),
        ("health.thresholds", {"disk_percent": {"warning": 1, "critical": float("inf")}}, "critical"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(key: str, value: object, words: str) -> None:
    app_settings.ensure_defaults()
    before = AppSetting.objects.get(key=key).value
    with pytest.raises(Invalid, match=words) as refusal:
        app_settings.set_value(key, value)
    assert refusal.value.field == "value"
    assert AppSetting.objects.get(key=key).value == before


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(NotFound, match=r"no setting 'executions.pausd'; known are: .*executions.paused, "):
        app_settings.set_value("executions.pausd", True)
    with pytest.raises(NotFound):
        app_settings.get("executions.pausd")
    assert not AppSetting.objects.exists()


def test_a_read_only_setting_stays() -> None:
    app_settings.ensure_defaults()
    AppSetting.objects.update(is_readonly=True)
    with pytest.raises(Conflict, match="read-only"):
        app_settings.set_value("executions.paused", True)
    assert app_settings.get("executions.paused") is False


def test_a_row_spoilt_by_sql_counts_as_absent(caplog: pytest.LogCaptureFixture) -> None:
    app_settings.ensure_defaults()
    AppSetting.objects.filter(is_secret=False).update(value="perhaps")
    with caplog.at_level(logging.WARNING):
        assert app_settings.get("executions.paused") is False
    assert "executions.paused" in caplog.text
