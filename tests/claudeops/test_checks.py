"""Each bad setting stops the start, and says what to type instead."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.checks import CheckMessage
from django.core.management import load_command_class
from pytest_django import Settings

from claudeops.checks import check_doors, check_engine, check_exposure
from tests.faults.home import Home


def _ids(messages: list[CheckMessage]) -> list[str | None]:
    assert all(message.hint for message in messages)
    return [message.id for message in messages]


def test_what_is_shipped_holds() -> None:
    assert check_engine(None) == []
    assert check_exposure(None) == []
    assert check_doors(None) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"workers": 0}, "claudeops.E001"),
        ({"guard_cycle": 0.3}, "claudeops.E002"),
        ({"timeout": 100, "workers": 2, "retry": 260}, "claudeops.E003"),
        ({"timeout": 100, "workers": 1, "retry": 360}, "claudeops.E003"),
        ({"poll": 0}, "claudeops.E004"),
    ],
)
def test_a_queue_that_would_not_hold(settings: Settings, change: Mapping[str, float], found: str) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, **change}
    assert _ids(check_engine(None)) == [found]


def test_a_retry_just_above_the_bound_holds(settings: Settings) -> None:
    settings.Q_CLUSTER = {**settings.Q_CLUSTER, "timeout": 100, "workers": 2, "retry": 261}
    assert check_engine(None) == []


def test_a_lease_shorter_than_two_heartbeats(settings: Settings) -> None:
    settings.LEASE_SECONDS, settings.HEARTBEAT_SECONDS = 15, 10
    assert _ids(check_engine(None)) == ["claudeops.E005"]


def test_a_wait_of_no_time(settings: Settings) -> None:
    settings.STALL_SECONDS = 0
    assert _ids(check_engine(None)) == ["claudeops.E006"]


PRODUCTION = {"ALLOWED_HOSTS": "ops.example.org", "BEHIND_TLS": "true"}


@pytest.mark.parametrize(
    ("change", "typed"),
    [
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS=ops.example.org,localhost"),
        ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS=ops.example.org,localhost"),
        ({"DEBUG": "true"}, "unset DEBUG"),
        ({"HOST": "0.0.0.0", "BEHIND_TLS": ""}, "BEHIND_TLS=true"),
        ({"SECRET_KEY": "secret"}, "leave it out"),
    ],
)
def test_production_does_not_start_with(home: Home, change: dict[str, str], typed: str) -> None:
    process = home.manage("up", CLAUDEOPS_ENV="production", **(PRODUCTION | change))
    assert process.wait(30) == 1
    assert home.said(f"HINT: {typed}")
    assert not (home.directory / "production.db").exists()


ALL_WRONG = {
    "ALLOWED_HOSTS": "*",
    "DEBUG": "true",
    "HOST": "0.0.0.0",
    "BEHIND_TLS": "",
    "SECRET_KEY": "secret",
    "CLAUDEOPS_ENCRYPTION_KEYS": "secret",
    "CLAUDEOPS_PROXIES": "-1",
    "CSRF_TRUSTED_ORIGINS": "https://*",
    "CLAUDEOPS_WORKERS": "0",
    "CLAUDEOPS_HEARTBEAT_SECONDS": "10",
    "CLAUDEOPS_LEASE_SECONDS": "1",
    "CLAUDEOPS_STALL_SECONDS": "0",
    "CLAUDEOPS_ARRIVAL_SECONDS": "0",
}


@pytest.mark.parametrize("process", ["up", "web", "worker", "clock"])
def test_whatever_is_started_checks_itself_first(process: str) -> None:
    assert load_command_class("claudeops", process).requires_system_checks == ["claudeops"]


def test_all_that_is_wrong_is_said_at_once(home: Home) -> None:
    assert home.manage("web", CLAUDEOPS_ENV="production", **ALL_WRONG).wait(30) == 1
    for number in ("001", "005", "006", "012", "014", "015", "016", "017", "020", "021"):
        assert home.said(f"claudeops.E{number}"), number
    assert not (home.directory / "production.db").exists()


def test_production_does_not_start_with_files_that_others_can_read(home: Home) -> None:
    key = home.directory / "encryption_key"
    key.write_text(Fernet.generate_key().decode())
    key.chmod(0o644)
    home.directory.chmod(0o777)
    process = home.manage("up", CLAUDEOPS_ENV="production", **PRODUCTION)
    assert process.wait(30) == 1
    assert home.said(f"HINT: chmod 600 {key}")
    assert home.said(f"HINT: chmod 700 {home.directory}")


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"ENCRYPTION_KEYS": ["secret"]}, ["claudeops.E017"]),
        ({"ENCRYPTION_KEYS": []}, ["claudeops.E017"]),
        ({"PROXIES": -1}, ["claudeops.E020"]),
        ({"RATE_PER_TOKEN": -1}, ["claudeops.E020"]),
        ({"CSRF_TRUSTED_ORIGINS": ["ops.example.org"]}, ["claudeops.E021"]),
        ({"CSRF_TRUSTED_ORIGINS": ["https://*.example.org"]}, []),
        ({"CSRF_TRUSTED_ORIGINS": ["https://*"]}, ["claudeops.E021"]),
        ({"CSRF_TRUSTED_ORIGINS": ["https://ops.example.org:8443"]}, []),
        ({"BEHIND_TLS": True}, ["claudeops.I022"]),
        ({"BEHIND_TLS": True, "PROXIES": 1}, []),
    ],
)
def test_doors_that_do_not_shut(settings: Settings, change: dict[str, object], found: list[str]) -> None:
    for name, value in change.items():
        setattr(settings, name, value)
    assert _ids(check_doors(None)) == found


def test_what_others_can_read_is_said_on_ones_own_machine(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    tmp_path.chmod(0o755)
    assert _ids(check_doors(None)) == []
    (tmp_path / "secret_key").touch(0o640)
    assert _ids(check_doors(None)) == ["claudeops.W018"]


def test_production_holds_behind_tls(home: Home) -> None:
    environment = PRODUCTION | {"HOST": "0.0.0.0"}
    assert home.manage("check", "--tag", "claudeops", CLAUDEOPS_ENV="production", **environment).wait(30) == 0


def test_debug_that_others_can_reach(home: Home) -> None:
    environment = {"CLAUDEOPS_ENV": "development", "DEBUG": "true", "HOST": "0.0.0.0"}
    assert home.manage("up", **environment).wait(30) == 1
    assert home.said("HINT: DEBUG=false, or HOST=127.0.0.1")
