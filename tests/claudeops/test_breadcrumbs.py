"""Where one is, said on every page in the words of the navigation."""

import re

import pytest
from django.test import Client

from agents.models import AgentConfiguration
from executions.models import Execution
from scheduling.models import Fire
from system.roles import Role
from tests.console import Everything, console_url, everything, signed_in

pytestmark = pytest.mark.django_db

PART = r'<(?:a href="([^"]*)"|span) class="align-middle inline-block leading-5 min-w-0[^>]*>\s*(.*?)\s*<'


@pytest.fixture
def things() -> Everything:
    return everything()


def parts(client: Client, url: str) -> list[tuple[str, str]]:
    """Each word of the heading, and where it leads."""
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", client.get(url).content.decode(), re.DOTALL)
    assert heading
    found = re.findall(PART, heading[1])
    return [(words, link) for link, words in found]


def test_a_list_is_called_what_led_there(things: Everything) -> None:
    client = signed_in(Role.ADMIN)
    assert parts(client, "/") == [("Overview", "")]
    assert parts(client, "/costs/overview/") == [("Costs", "")], "not twice"
    assert parts(client, console_url(Execution, "changelist")) == [("Executions", "")]
    assert parts(client, console_url(Fire, "changelist")) == [("Automation", ""), ("Due times", "")]


def test_a_page_of_a_thing_leads_back_to_it_and_to_its_list(things: Everything) -> None:
    client = signed_in(Role.ADMIN)
    agents, runs = console_url(AgentConfiguration, "changelist"), console_url(Execution, "changelist")
    page = console_url(AgentConfiguration, "change", things.agent.pk)
    name = str(things.agent)
    assert parts(client, page) == [("Agents", agents), (name, "")]
    history = console_url(AgentConfiguration, "history", things.agent.pk)
    assert parts(client, history) == [("Agents", agents), (name, page), ("History", "")]
    assert parts(client, console_url(AgentConfiguration, "add")) == [("Agents", agents), ("Add", "")]
    run = console_url(Execution, "change", things.failed.uid)
    assert parts(client, run)[0] == ("Executions", runs)
    changes = console_url(Execution, "changes", things.failed.uid)
    assert parts(client, changes)[1][1] == run, "by its uid: the console knows it by no number"
