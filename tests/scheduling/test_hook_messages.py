"""What a message may be like, what is kept of it, and what is said to its sender."""

import gzip
from typing import Any

import pytest
from django_q.models import OrmQ
from pytest_django import Settings

from agents.models import AgentConfiguration, LaunchRefusal
from executions.models import Execution, Trigger
from scheduling.models import HookDelivery, Scheme
from system.counters import counted
from tests.console import EVIL
from tests.scheduling.hooks import FIRING, SECRETS, a_hook, as_bytes, post, send, signed_headers

pytestmark = pytest.mark.django_db


def test_a_launch_says_where_it_went_and_from_where_it_came() -> None:
    hook = a_hook(mapping={"severity": "$.alert.labels.severity", "none": "$.x", "all": "$.alert.labels.*"})
    response = send(hook)
    execution = Execution.objects.get()
    url = f"http://testserver/api/v1/executions/{execution.uid}"
    assert response.status_code == 202
    assert response.headers["Location"] == url
    assert response.json() == {
        "state": "launched",
        "execution_id": str(execution.uid),
        "url": url,
        "reason": "",
        "repeated": False,
    }
    assert (execution.triggered_by, execution.trigger_source) == (Trigger.WEBHOOK, "alerts")
    assert execution.agent_type == "alerts-agent"
    assert execution.execution_context["webhook"] == {
        "hook": "alerts",
        "message_id": "msg_1",
        "payload": FIRING,
        "values": {"severity": "critical", "none": None, "all": ["critical"]},
    }
    assert OrmQ.objects.count() == 1
    delivery = HookDelivery.objects.get()
    assert (delivery.state, delivery.execution, delivery.address) == ("launched", execution, "127.0.0.1")
    assert delivery.size == len(as_bytes(FIRING))


def test_a_filter_that_does_not_hold_launches_nothing_and_says_which() -> None:
    hook = a_hook(filters=["alert present", 'alert.status == "resolved"'])
    response = send(hook)
    assert response.status_code == 200
    reason = 'alert.status == "resolved": it is "firing"'
    assert response.json() == {
        "state": "filtered",
        "execution_id": None,
        "url": None,
        "reason": reason,
        "repeated": False,
    }
    assert not Execution.objects.exists()
    assert HookDelivery.objects.get().detail == reason


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b'"text"', 422),
        (b"3", 422),
        (b"null", 422),
        (b"\xff\xfe", 422),
        (b'{"a": NaN}', 422),
        (b'{"a": "\\ud800"}', 422),
        (b"[" * 10_000 + b"]" * 10_000, 422),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 422),
        (b"[" * 70 + b"]" * 70, 422),
        (b"[" * 60 + b"]" * 60, 202),
        (b"[" + b"0," * 60_000 + b"0]", 422),
        (b'{"' + b"k" * 500 + b'": 1}', 422),
        (b'{"a": "\\u0000"}', 202),
        (b"{}", 202),
        (b"[]", 202),
    ],
)
def test_what_no_payload_may_be(body: bytes, status: int) -> None:
    response = send(a_hook(scheme=Scheme.GITHUB), body)
    assert response.status_code == status, response.content
    assert Execution.objects.count() == (status == 202)
    if status == 422:
        assert HookDelivery.objects.get().state == "refused"


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "a/b; c"])
def test_json_is_taken_whatever_it_is_called(content_type: str) -> None:
    assert send(a_hook(), content_type=content_type).status_code == 202


def test_a_form_is_told_to_be_json() -> None:
    body = b"payload=%7B%22action%22%3A%22completed%22%7D"
    response = send(a_hook(scheme=Scheme.GITHUB), body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 415
    assert "application/json" in response.json()["detail"]


def test_what_is_encoded_is_not_unpacked() -> None:
    hook = a_hook(scheme=Scheme.GITHUB)
    body = gzip.compress(as_bytes(FIRING))
    headers = signed_headers(Scheme.GITHUB, body) | {"Content-Encoding": "gzip"}
    assert post(hook.slug, body, headers).status_code == 415
    assert not HookDelivery.objects.exists()


@pytest.mark.parametrize("slug", ["alerts", "no-such-hook"])
@pytest.mark.parametrize("size", [2**20 + 1, 50 * 2**20])
def test_a_body_that_is_too_large_is_a_413(slug: str, size: int) -> None:
    a_hook()
    response = post(slug, b" " * size, {})
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"


def test_a_hook_may_take_less() -> None:
    hook = a_hook(max_body_bytes=50)
    assert send(hook, {"a": "x" * 60}).status_code == 413
    assert send(hook, {"a": "x"}).status_code == 202
    assert post(hook.slug, b" " * 60, {}).status_code == 401  # who does not know the secret learns nothing


def test_a_disabled_hook_says_so_to_who_may_know() -> None:
    hook = a_hook(enabled=False)
    response = send(hook)
    assert response.status_code == 409
    assert "disabled" in response.json()["detail"]
    assert post(hook.slug, b"{}", {}).status_code == 401


def test_a_disabled_agent_refuses_and_the_refusal_is_kept() -> None:
    hook = a_hook(agent={"enabled": False})
    response = send(hook)
    assert (response.status_code, response.json()["limit"]) == (409, "enabled")
    assert HookDelivery.objects.get().state == "refused"
    assert LaunchRefusal.objects.get().triggered_by == "webhook"
    assert not Execution.objects.exists()


def test_overrides_that_hold_no_more_are_no_fault_of_the_sender() -> None:
    hook = a_hook()
    hook.execution_config = {"analysis": {"nonsense": 1}}
    hook.save()
    response = send(hook)
    assert response.status_code == 409
    assert "cannot launch" in response.json()["detail"]


def test_overrides_and_node_reach_the_run() -> None:
    send(a_hook(execution_config={"analysis": {"analyst": "rules"}}))
    execution = Execution.objects.get()
    assert execution.execution_context["overrides"] == {"analysis": {"analyst": "rules"}}


def test_no_secret_of_the_payload_is_kept() -> None:
    bearer = SECRETS[Scheme.BEARER]
    payload = {
        "password": "hunter2-hunter2",
        "nested": [{"api_key": "letmein-letmein"}],
        "text": f"curl -H 'Authorization: Bearer {bearer}' token=sesame-sesame",
        "plain": bearer,
        "harmless": "x",
    }
    send(a_hook(scheme=Scheme.BEARER, mapping={"secret": "$.plain", "key": "$.nested[*]"}), payload)
    kept = str(Execution.objects.get().execution_context)
    for secret in ("hunter2", "letmein", "sesame", bearer):
        assert secret not in kept
    assert "harmless" in kept


def test_a_long_payload_is_kept_by_its_ends() -> None:
    payload = {"first": "begins", "middle": "password=hunter2 " * 40_000, "last": "ends"}
    send(a_hook(mapping={"long": "$.middle"}), payload)
    kept = Execution.objects.get().execution_context["webhook"]
    assert len(kept["payload"]) < 70_000
    assert kept["payload"].startswith('{"first":"begins"')
    assert kept["payload"].endswith('"last":"ends"}')
    assert "characters left out here" in kept["payload"]
    assert len(kept["values"]["long"]) < 5_000
    assert "hunter2" not in str(kept)


def test_a_hostile_payload_is_only_data() -> None:
    payload = {EVIL: EVIL, "__proto__": {"x": 1}, "$": "$", "sql": "'; DROP TABLE scheduling_hook; --"}
    assert send(a_hook(mapping={"sql": "$.sql"}), payload).status_code == 202
    assert Execution.objects.get().execution_context["webhook"]["payload"][EVIL] == EVIL


def test_a_query_and_another_method_are_refused() -> None:
    hook = a_hook()
    body = as_bytes(FIRING)
    assert post(f"{hook.slug}?x=1", body, signed_headers(Scheme.STANDARD, body)).status_code == 422
    assert post("a b", body, {}).status_code == 422


def test_what_becomes_of_messages_is_counted(settings: Settings) -> None:
    hook = a_hook(filters=["alert present"])
    send(hook)
    send(hook)
    send(hook, {"x": 1}, message_id="2")
    send(hook, b"{", message_id="3")
    send(hook, {"alert": 2})
    found: dict[Any, int] = dict(counted("webhooks"))
    for outcome in ("launched", "repeated", "filtered", "refused", "conflict"):
        assert found["alerts", outcome] == 1, outcome


def test_an_agent_takes_its_hooks_along_and_history_stays() -> None:
    send(a_hook())
    AgentConfiguration.objects.get(agent_type="alerts-agent").delete()
    assert not HookDelivery.objects.exists()
    assert Execution.objects.count() == 1
