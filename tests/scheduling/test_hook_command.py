"""manage.py hook: what the console and the API do, on a command line."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from scheduling.models import Hook, Scheme
from tests.console import an_agent
from tests.scheduling.hooks import FIRING, a_hook, as_bytes, post, send, signed_headers

pytestmark = pytest.mark.django_db

BODY = as_bytes(FIRING)


def said(*arguments: Any) -> str:
    out = StringIO()
    call_command("hook", *(str(argument) for argument in arguments), stdout=out)
    return out.getvalue()


def refused(*arguments: Any) -> str:
    with pytest.raises(CommandError) as refusal:
        said(*arguments)
    return str(refusal.value)


def opens(secret: str, message_id: str) -> bool:
    headers = signed_headers(Scheme.STANDARD, BODY, secret=secret, message_id=message_id)
    return post("alerts", BODY, headers).status_code == 202


def test_one_is_added_and_its_secret_stands_on_the_last_line() -> None:
    an_agent("look", max_concurrent_executions=10)
    told = said(
        "add", "alerts", "--agent", "look", "--filter", "alert present", "--value", "s=$.alert.status"
    )
    hook = Hook.objects.get()
    assert (hook.filters, hook.mapping, hook.scheme) == (
        ["alert present"],
        {"s": "$.alert.status"},
        "standard",
    )
    assert "/api/v1/hooks/alerts" in told
    secret = told.splitlines()[-1]
    assert opens(secret, "1")
    assert secret not in said("show", "alerts") + said("list")


def test_a_recipe_says_what_to_do() -> None:
    an_agent("look")
    told = said("add", "kuma", "--agent", "look", "--recipe", "uptime-kuma")
    secret = told.splitlines()[-1]
    assert f'{{"Authorization": "Bearer {secret}"}}' in told
    assert Hook.objects.get().filters == ["heartbeat.status == 0"]


def test_a_secret_is_rotated() -> None:
    an_agent("look", max_concurrent_executions=10)
    first = said("add", "alerts", "--agent", "look").splitlines()[-1]
    second = said("rotate", "alerts").splitlines()[-1]
    assert opens(first, "1")
    assert opens(second, "2")
    third = said("rotate", "alerts", "--keep-hours", 0)
    assert "opens nothing any more" in third
    assert [opens(secret, "3") for secret in (first, second, third.splitlines()[-1])] == [False, False, True]


def test_messages_are_shown() -> None:
    hook = a_hook(filters=["alert present"])
    assert "No message has come yet." in said("show", "alerts")
    send(hook)
    send(hook, {"x": 1}, message_id="2")
    told = said("show", "alerts")
    assert "launched" in told
    assert "alert present: there is no alert" in told


def test_what_does_not_hold_is_refused_in_words() -> None:
    an_agent("look")
    assert "There is no agent 'nobody'" in refused("add", "alerts", "--agent", "nobody")
    assert "After the path comes" in refused("add", "alerts", "--agent", "look", "--filter", "x")
    assert "NAME=PATH" in refused("add", "alerts", "--agent", "look", "--value", "x")
    assert "There is no webhook" in refused("show", "alerts")
    assert "No webhook yet." in said("list")


def test_it_is_deleted_when_that_is_meant() -> None:
    a_hook()
    assert "say --yes" in refused("delete", "alerts")
    assert said("delete", "alerts", "--yes") == "Deleted alerts.\n"
    assert not Hook.objects.exists()
