"""An alert of a state that goes on: open once, until it is over."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from system.alerts import raise_alert, resolve_alert
from system.models import Alert, Severity
from system.roles import Role
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db


def say(key: str, subject: str = "disk", **more: str) -> bool:
    return raise_alert(
        kind="run-failed", key=key, severity=Severity.WARNING, title=f"{key} failed", subject=subject, **more
    )


def test_while_one_is_open_no_other_is_said() -> None:
    assert [say("monday"), say("tuesday"), say("tuesday", subject="memory")] == [True, False, True]
    assert list(Alert.objects.order_by("id").values_list("key", flat=True)) == ["monday", "tuesday"]


def test_when_it_is_over_that_is_said_and_it_may_begin_again() -> None:
    say("monday", agent_type="disk-space", node_id="nas")
    assert resolve_alert("disk", title="disk-space completes again", detail="at last")
    first, end = Alert.objects.order_by("id")
    assert (first.is_open, end.is_open) == (False, False)
    assert first.resolved_at is not None
    assert (end.kind, end.severity, end.agent_type, end.node_id) == ("recovered", "info", "disk-space", "nas")
    assert end.data == {"alert": first.pk, "kind": "run-failed"}
    assert not resolve_alert("disk", title="again"), "it is over once"
    assert say("tuesday")


def test_without_a_title_it_is_over_without_a_word() -> None:
    say("monday")
    assert resolve_alert("disk")
    assert Alert.objects.count() == 1


def test_what_has_no_subject_is_never_open() -> None:
    say("monday", subject="")
    say("tuesday", subject="")
    assert not any(alert.is_open for alert in Alert.objects.all())
    assert not resolve_alert("")


def together(work: Callable[[], bool]) -> list[bool]:
    both = threading.Barrier(2)
    results: list[bool] = []

    def run() -> None:
        both.wait(5)
        results.append(work())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    return sorted(results)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_open_it_once_and_end_it_once() -> None:
    keys = iter(["monday", "tuesday"])
    assert together(lambda: say(next(keys))) == [False, True]
    assert together(lambda: resolve_alert("disk", title="over")) == [False, True]
    assert Alert.objects.filter(kind="recovered").count() == 1


def test_the_api_lists_what_is_open() -> None:
    say("monday")
    say("of memory", subject="memory")
    say("said", subject="")
    resolve_alert("memory")
    viewer = ApiClient(Role.VIEWER)
    found = viewer.get("/system/alerts?is_open=true").json()
    assert [item["key"] for item in found["items"]] == ["monday"]
    assert (found["items"][0]["subject"], found["items"][0]["resolved_at"]) == ("disk", None)
    assert viewer.get("/system/alerts?is_open=false").json()["count"] == 2
    assert viewer.get("/system/alerts").json()["count"] == 3
