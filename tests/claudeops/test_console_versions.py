"""The versions of an agent in the console: compared, gone back to, and not saved over unseen."""

from typing import Any

import pytest
from django.test import Client

from agents.editing import change_agent, create_agent
from agents.models import AgentConfiguration, AgentVersion
from agents.versions.admin import OFFERED
from system.roles import Role
from tests.claudeops.test_console_agent_form import form
from tests.console import CONFIG, EVIL, console_url, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    create_agent({"agent_type": "disk-space", "name": "Disk Space", "config": CONFIG}, comment="begun")
    change_agent("disk-space", {"description": f"two {EVIL}"}, comment=EVIL)
    return signed_in(Role.ADMIN)


def version(number: int) -> AgentVersion:
    return AgentVersion.objects.get(number=number)


def page_of(client: Client, number: int, query: str = "") -> Any:
    return client.get(console_url(AgentVersion, "change", version(number).pk) + query)


def agent_url() -> str:
    return console_url(AgentConfiguration, "change", AgentConfiguration.objects.get().pk)


def test_a_version_is_compared_with_the_one_before_or_with_any(admin: Client) -> None:
    change_agent("disk-space", {"cooldown_ms": 5})
    page = page_of(admin, 3)
    assert page.context["against"].number == 2
    text = page.content.decode()
    assert '<span class="diff-sign">-</span> cooldown_ms: 0' in text
    assert '<span class="sr-only">added: </span><span class="diff-sign">+</span> cooldown_ms: 5' in text
    assert "owned" in text
    assert "<script>document.title" not in text
    assert len(page_of(admin, 3, "?against=1").context["pieces"][0].lines) > 4
    for nonsense in ("?against=9", "?against=x", "?against=-1", "?against=²", f"?against={'9' * 5000}"):
        assert page_of(admin, 3, nonsense).status_code == 200


def test_an_old_version_of_very_many_is_compared_with_the_one_before_it(admin: Client) -> None:
    AgentVersion.objects.bulk_create(
        AgentVersion(agent_type="disk-space", number=number, settings={"name": f"{number}"}, source="api")
        for number in range(3, OFFERED + 20)
    )
    page = page_of(admin, 5)
    assert page.context["against"].number == 4
    assert page.context["before_url"] == console_url(AgentVersion, "change", version(4).pk)
    assert page.context["after_url"] == console_url(AgentVersion, "change", version(6).pk)
    assert page_of(admin, 5, "?against=3").context["against"].number == 3


def test_the_list_is_of_one_agent(admin: Client) -> None:
    create_agent({"agent_type": "other", "name": "Other", "config": CONFIG})
    page = admin.get(console_url(AgentVersion, "changelist") + "?agent_type=disk-space")
    assert [row.number for row in page.context["cl"].result_list] == [2, 1]


def test_going_back_is_a_button_with_a_reason(admin: Client) -> None:
    assert page_of(admin, 2).context["buttons"] == []
    (button,) = page_of(admin, 1).context["buttons"]
    done = admin.post(button["url"], {"answer": "it was\nbetter"}, follow=True)
    assert "Disk Space is as version 1 had it; that is version 3." in done.content.decode()
    assert (version(3).restored_from, version(3).comment) == (1, "it was better")
    again = admin.post(button["url"], follow=True)
    assert "Conflict: disk-space is as version 1 has it already." in again.content.decode()
    assert signed_in(Role.OPERATOR).post(button["url"]).status_code == 403


def test_a_comment_goes_with_what_is_saved(admin: Client) -> None:
    admin.post(agent_url(), form(description="three", comment="as agreed"))
    assert (version(3).comment, version(3).source, version(3).author) == ("as agreed", "console", "the admin")


def test_who_saw_an_older_version_is_told_and_may_then_insist(admin: Client) -> None:
    opened = admin.get(agent_url()).context["adminform"].form
    assert opened["seen"].value() == 2
    change_agent("disk-space", {"cooldown_ms": 7})
    refused = admin.post(agent_url(), form(description="mine", seen="2"))
    assert refused.status_code == 200
    told = refused.context["adminform"].form.non_field_errors()[0]
    assert "Saved since: 3 by" in told
    assert "What differs: settings" in told
    assert AgentConfiguration.objects.get().cooldown_ms == 7
    kept = refused.context["adminform"].form
    assert (kept["description"].value(), kept["seen"].value()) == ("mine", "3")
    assert admin.post(agent_url(), form(description="mine", seen="3")).status_code == 302
    assert AgentConfiguration.objects.get().description == "mine"


def test_the_name_of_a_route_is_no_agent(admin: Client) -> None:
    page = admin.post(console_url(AgentConfiguration, "add"), form(agent_type="import"))
    assert list(page.context["adminform"].form.errors) == ["agent_type"]
