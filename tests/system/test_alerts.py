"""What should be known is said once, and read by everyone."""

import pytest
from django.db import transaction

from system.alerts import raise_alert
from system.models import Alert, Severity
from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db


def say(key: str = "budget:month:2026-11:80", **more: object) -> bool:
    told = {"kind": "budget", "severity": Severity.WARNING, "title": "80 % of month are spent"}
    return raise_alert(key=key, **told | more)  # type: ignore[arg-type]


def test_the_same_thing_is_said_once() -> None:
    assert [say(), say(title="otherwise worded")] == [True, False]
    assert Alert.objects.get().title == "80 % of month are spent"


def test_another_state_is_another_thing() -> None:
    assert [say(), say("budget:month:2026-11:100")] == [True, True]


def test_nothing_is_said_of_what_was_rolled_back() -> None:
    with transaction.atomic():
        say()
        transaction.set_rollback(True)
    assert not Alert.objects.exists()


def test_the_api_lists_them_newest_first() -> None:
    viewer = ApiClient(Role.VIEWER)
    say(data={"share": 80})
    say("reconcile:2026-11-22", kind="reconcile-drift", severity=Severity.CRITICAL)
    found = viewer.get("/system/alerts").json()
    assert [item["kind"] for item in found["items"]] == ["reconcile-drift", "budget"]
    assert found["items"][1]["data"] == {"share": 80}
    assert viewer.get("/system/alerts?severity=critical").json()["count"] == 1
    assert viewer.get("/system/alerts?kind=budget").json()["count"] == 1
    assert viewer.get("/system/alerts?severity=dire").status_code == 422
