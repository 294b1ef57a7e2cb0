"""The steps of an agent as fields, and the text that they are."""

import json
from uuid import uuid4

from agents.models import AgentConfiguration
from system.roles import Role
from tests.browser.conftest import Visit
from tests.browser.tabs import PHONE, Tab
from tests.console import an_agent
from tests.live.site import Site


def open_edited(tab: Tab) -> AgentConfiguration:
    """An agent of two steps, from its card."""
    agent = an_agent(f"edited-{uuid4().hex[:8]}", name="Edited")
    tab.go(f"/agents/agentconfiguration/?q={agent.agent_type}")
    tab.find(".agent-card h2 a").click()
    tab.see(".step-edit")
    return agent


def names(tab: Tab) -> list[str]:
    return [field.input_value() for field in tab.find(".steps-list [data-path$='.name']").all()]


def test_steps_are_edited_as_fields_and_what_is_wrong_is_said_at_the_field(site: Site, visit: Visit) -> None:
    tab = visit(Role.ADMIN)
    agent = open_edited(tab)
    page = tab.page
    assert names(tab) == ["CPU", "Analyse"]
    page.select_option(".steps-add select", "program")
    page.click("text=Add a step")
    page.keyboard.type("Look <b>")  # the name has the focus, and is selected
    page.fill("[data-path='steps.2.argv']", 'echo\n"two\\nlines"\n--all')
    page.fill("[data-path='steps.2.timeout_ms']", "soon")
    page.locator("button[aria-label^='Move up: step 3']").click()
    assert names(tab) == ["CPU", "Look <b>", "Analyse"]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Move up: step 2")
    page.click("[name=_save]")
    wrong = tab.see("[data-path='steps.1.timeout_ms'][aria-invalid=true]")
    told = page.locator(f"#{wrong.get_attribute('id')}-wrong")
    assert "valid integer" in told.inner_text()
    assert page.locator(".step-problems").count() == 1
    assert names(tab) == ["CPU", "Look <b>", "Analyse"], "nothing is lost"
    wrong.fill("5000")
    page.focus("[data-path='steps.1.name']")
    page.keyboard.press("Alt+ArrowUp")
    assert names(tab) == ["Look <b>", "CPU", "Analyse"]
    page.click("[name=_continue]")
    tab.see("text=was changed successfully")
    agent.refresh_from_db()
    stored = agent.config["steps"][0]
    assert stored["argv"] == ["echo", "two\nlines", "--all"]
    assert (stored["timeout_ms"], stored["type"]) == (5000, "command")
    tab.see(".step-edit")
    page.locator("button[aria-label^='Remove: step 1']").click()
    assert names(tab) == ["CPU", "Analyse"]
    page.click("[name=_save]")
    page.wait_for_url("**/agents/agentconfiguration/**")


def test_the_text_and_the_fields_are_one(site: Site, visit: Visit) -> None:
    tab = visit(Role.ADMIN, viewport=PHONE)
    open_edited(tab)
    page = tab.page
    page.click("[data-tab=text]")
    text = page.locator("#id_config")
    config = json.loads(text.input_value())
    config["steps"][0]["surprise"] = 1
    require = [{"step": "CPU", "path": "status", "op": "==", "value": "completed"}]
    config["steps"].append({"name": "Check", "type": "validation", "require": require})
    text.fill(json.dumps(config))
    page.click("[data-tab=fields]")
    assert names(tab) == ["CPU", "Analyse", "Check"]
    page.fill("[data-path='steps.2.require.0.value']", "3")
    page.locator(".steps-rest summary").first.click()
    page.fill("[data-path='analysis.max_tokens']", "2048")
    page.click("[data-tab=text]")
    edited = json.loads(text.input_value())
    assert edited["steps"][2]["require"][0]["value"] == 3
    assert edited["analysis"] == {"max_tokens": 2048}
    assert edited["steps"][0]["surprise"] == 1, "what has no field stays"
    text.fill("steps: [")
    page.click("[data-tab=fields]")
    assert page.locator(".steps-note").is_visible()
    assert text.is_visible()
