"""Hooks in the console: made, changed, rotated; what is wrong stands at its field, a secret is seen once."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from scheduling.models import Hook, HookDelivery, Scheme
from system.models import AuditEntry
from system.roles import Role
from tests.console import EVIL, an_agent, console_url, signed_in
from tests.scheduling.hooks import FIRING, a_hook, as_bytes, post, send, signed_headers

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    return signed_in(Role.ADMIN)


def form(**changes: Any) -> dict[str, Any]:
    agent = an_agent("look", max_concurrent_executions=1000)
    return {
        "slug": "alerts", "name": "Alerts", "agent": agent.agent_type, "enabled": "on", "recipe": "",
        "scheme": "", "secret": "", "mapping": "", "filters": "", "node_id": "", "execution_config": "",
        "max_body_bytes": "", "max_per_minute": "", **changes,
    }  # fmt: skip


def errors_of(response: Any) -> dict[str, Any]:
    return dict(response.context["adminform"].form.errors)


def test_the_secret_is_on_the_page_that_answers_and_on_no_other(admin: Client) -> None:
    answer = admin.post(console_url(Hook, "add"), form())
    assert answer.status_code == 200
    secret, page = answer.context["secret"], answer.content.decode()
    assert secret in page
    assert "http://testserver/api/v1/hooks/alerts" in page
    assert "no-store" in answer.headers["Cache-Control"]
    hook = Hook.objects.get()
    assert hook.scheme == Scheme.STANDARD
    shown = admin.get(console_url(Hook, "change", hook.pk)).content.decode()
    assert "http://testserver/api/v1/hooks/alerts" in shown
    for other in (shown, admin.get(console_url(Hook, "changelist")).content.decode()):
        assert secret not in other
    body = as_bytes(FIRING)
    assert post("alerts", body, signed_headers(Scheme.STANDARD, body, secret=secret)).status_code == 202
    assert AuditEntry.objects.filter(action="webhook.create", target="alerts").count() == 1


def test_a_recipe_fills_in_what_is_empty(admin: Client) -> None:
    answer = admin.post(console_url(Hook, "add"), form(recipe="uptime-kuma", filters="monitor present\n"))
    assert "Uptime Kuma" in answer.content.decode()
    hook = Hook.objects.get()
    assert (hook.scheme, hook.filters) == ("bearer", ["monitor present"])
    assert hook.mapping["monitor"] == "$.monitor.name"
    assert answer.context["secret"] in answer.context["setup"]


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"slug": "a b"}, "slug", "slug"),
        ({"name": ""}, "name", "required"),
        ({"agent": ""}, "agent", "required"),
        ({"secret": "short"}, "secret", "bytes in base64"),
        ({"scheme": "bearer", "secret": "short"}, "secret", "16 to 200"),
        ({"recipe": "nagios"}, "recipe", "valid choice"),
        ({"mapping": "{"}, "mapping", "This is not JSON"),
        ({"mapping": "[1]"}, "mapping", "an object of names and paths"),
        ({"mapping": '{"x": "$.a["}'}, "mapping", "x: This is no JSONPath"),
        ({"filters": 'a == "x"\n\nb = 1'}, "filters", "1: After the path comes one of"),
        ({"execution_config": '{"steps": []}'}, "execution_config", "may override"),
        ({"node_id": "attic"}, "node_id", "valid choice"),
        ({"max_body_bytes": "0"}, "max_body_bytes", "1"),
        ({"max_per_minute": "99999"}, "max_per_minute", "10000"),
    ],
)
def test_what_does_not_hold_is_said_at_its_field(
    admin: Client, changes: dict[str, str], field: str, said: str
) -> None:
    response = admin.post(console_url(Hook, "add"), form(**changes))
    assert response.status_code == 200
    assert said in str(errors_of(response)[field])
    assert not Hook.objects.exists()


def test_a_slug_that_is_taken_is_said(admin: Client) -> None:
    a_hook("alerts")
    response = admin.post(console_url(Hook, "add"), form())
    assert "already exists" in str(errors_of(response)["slug"])


def test_it_is_changed_and_what_stays_stays(admin: Client) -> None:
    hook = a_hook(mapping={"x": "$.x"})
    sealed = hook.secret.sealed
    changed = form(
        name="Other", filters='a == "x"\nb present', mapping='{"y": "$.y"}', slug="other", scheme="bearer",
        secret="another-secret-of-tests", max_per_minute="7",
    )  # fmt: skip
    response = admin.post(console_url(Hook, "change", hook.pk), changed)
    assert response.status_code == 302, errors_of(response)
    hook.refresh_from_db()
    assert (hook.name, hook.filters, hook.mapping) == ("Other", ['a == "x"', "b present"], {"y": "$.y"})
    assert (hook.slug, hook.scheme, hook.agent_id, hook.max_per_minute) == ("alerts", "standard", "look", 7)
    assert hook.secret.sealed == sealed
    wrong = admin.post(console_url(Hook, "change", hook.pk), {**changed, "filters": "x"})
    assert "filters" in errors_of(wrong)
    emptied = admin.post(console_url(Hook, "change", hook.pk), {**changed, "filters": "", "mapping": ""})
    assert emptied.status_code == 302
    hook.refresh_from_db()
    assert (hook.filters, hook.mapping) == ([], {})


def test_the_form_shows_filters_one_a_line(admin: Client) -> None:
    hook = a_hook(filters=['a == "x"', "b present"])
    page = admin.get(console_url(Hook, "change", hook.pk)).content.decode()
    assert "a == &quot;x&quot;\nb present</textarea>" in page


def test_a_secret_is_rotated_and_shown_once(admin: Client) -> None:
    hook = a_hook()
    answer = admin.post(console_url(Hook, "rotate", hook.pk))
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "The one before is good until" in answer.content.decode()
    body = as_bytes(FIRING)
    assert send(hook, message_id="old").status_code == 202
    headers = signed_headers(hook.scheme, body, secret=secret, message_id="new")
    assert post(hook.slug, body, headers).status_code == 202


def test_deliveries_are_shown_and_what_they_say_is_only_text(admin: Client) -> None:
    hook = a_hook(filters=["status present"])
    send(hook, {"x": 1}, message_id="1")
    send(hook, {"status": 1}, message_id="2")
    HookDelivery.objects.filter(message_id="1").update(detail=EVIL)
    for url in (console_url(HookDelivery, "changelist"), console_url(Hook, "change", hook.pk)):
        page = admin.get(url).content.decode()
        assert "/executions/execution/" in page
        assert "<img src=x" not in page
        assert "&lt;img src=x" in page
    filtered = admin.get(
        console_url(HookDelivery, "changelist") + f"?hook__id__exact={hook.pk}&state__exact=filtered"
    )
    assert [row.message_id for row in filtered.context["cl"].result_list] == ["1"]


def test_many_messages_cost_no_more_queries_than_one(
    admin: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for slug in ("one", "two", "three"):
        hook = a_hook(slug)
        for number in range(4):
            send(hook, message_id=str(number))
    admin.get("/")
    with django_assert_max_num_queries(8):
        admin.get(console_url(HookDelivery, "changelist"))


def test_it_is_deleted_with_its_messages_which_are_counted(admin: Client) -> None:
    hook = a_hook()
    send(hook)
    url = console_url(Hook, "delete", hook.pk)
    assert admin.get(url).context["model_count"]
    assert admin.post(url, {"post": "yes"}).status_code == 302
    assert not Hook.objects.exists()
    assert AuditEntry.objects.filter(action="webhook.delete", target="alerts").count() == 1
