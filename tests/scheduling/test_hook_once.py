"""The same message twice is one execution; another message under its id is refused."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from executions.models import Execution
from scheduling.hooks.editing import change_hook
from scheduling.models import HookDelivery, Scheme
from tests.scheduling.hooks import FIRING, a_hook, as_bytes, post, send, signed_headers

pytestmark = pytest.mark.django_db

OTHER: dict[str, Any] = {"alert": {"status": "firing", "labels": {"severity": "warning"}}}
RESOLVED: dict[str, Any] = {"alert": {"status": "resolved"}}


@pytest.mark.parametrize("scheme", Scheme.values)
def test_a_replay_gives_the_same_execution(scheme: str) -> None:
    hook = a_hook(scheme=scheme)
    first = send(hook)
    assert first.json()["repeated"] is False
    for _ in range(20):
        again = send(hook)
        assert again.status_code == 202
        assert again.json() == {**first.json(), "repeated": True}
        assert again.headers["Location"] == first.headers["Location"]
    assert Execution.objects.count() == HookDelivery.objects.count() == 1


@pytest.mark.parametrize("scheme", Scheme.values)
def test_another_body_under_the_same_id_is_a_conflict(scheme: str) -> None:
    hook = a_hook(scheme=scheme)
    send(hook)
    response = send(hook, OTHER)
    assert response.status_code == 409
    assert "msg_1" in response.json()["detail"]
    assert Execution.objects.count() == 1
    assert list(HookDelivery.objects.values_list("state", flat=True)) == ["refused", "launched"]


@pytest.mark.parametrize("scheme", Scheme.values)
def test_another_id_and_another_body_is_another_execution(scheme: str) -> None:
    hook = a_hook(scheme=scheme)
    assert send(hook, message_id="1").status_code == send(hook, OTHER, message_id="2").status_code == 202
    assert Execution.objects.count() == 2


def test_an_id_that_is_signed_tells_equal_bodies_apart() -> None:
    hook = a_hook()
    send(hook, message_id="1")
    send(hook, message_id="2")
    assert Execution.objects.count() == 2


def test_github_signs_no_id_so_its_bodies_are_known_whatever_the_id() -> None:
    hook = a_hook(scheme=Scheme.GITHUB)
    first = send(hook, message_id="72d3162e-cc78-11e3-81ab-4c9367dc0958")
    for replay in ("00000000-0000-0000-0000-000000000000", "", "ü"):
        again = send(hook, message_id=replay)
        assert again.status_code == 202
        assert again.json()["execution_id"] == first.json()["execution_id"]
    assert Execution.objects.count() == 1


def test_without_an_id_equal_bodies_are_one_message_for_five_minutes() -> None:
    hook = a_hook(scheme=Scheme.BEARER)
    first, second = send(hook, message_id=""), send(hook, message_id="")
    assert first.json()["execution_id"] == second.json()["execution_id"]
    HookDelivery.objects.update(received_at=timezone.now() - timedelta(seconds=301))
    third = send(hook, message_id="")
    assert third.status_code == 202
    assert third.json()["execution_id"] != first.json()["execution_id"]


def test_an_idempotency_key_is_an_id() -> None:
    hook = a_hook(scheme=Scheme.BEARER)
    headers = signed_headers(Scheme.BEARER, b"", message_id="") | {"Idempotency-Key": "k"}
    body, other = as_bytes(FIRING), as_bytes(OTHER)
    assert [post(hook.slug, text, headers).status_code for text in (body, body, other)] == [202, 202, 409]
    assert Execution.objects.count() == 1


def test_an_id_belongs_to_its_hook() -> None:
    for slug in ("one", "two"):
        assert send(a_hook(slug)).status_code == 202
    assert Execution.objects.count() == 2


def test_what_was_refused_may_come_again() -> None:
    hook = a_hook(enabled=False)
    assert send(hook).status_code == 409
    change_hook(hook.slug, {"enabled": True})
    assert send(hook).status_code == 202


def test_what_was_filtered_is_judged_anew() -> None:
    hook = a_hook(filters=['alert.status == "firing"'])
    first, again = send(hook, RESOLVED), send(hook, RESOLVED)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert send(hook, FIRING).status_code == 409
    change_hook(hook.slug, {"filters": ['alert.status == "resolved"']})
    assert send(hook, RESOLVED).status_code == 202
    assert HookDelivery.objects.get(state="launched").execution == Execution.objects.get()


def test_an_execution_that_is_gone_is_not_launched_again() -> None:
    hook = a_hook()
    send(hook)
    Execution.objects.all().delete()
    response = send(hook)
    assert response.status_code == 202
    assert (response.json()["execution_id"], response.json()["repeated"]) == (None, True)
    assert not Execution.objects.exists()
