"""Without a mouse, and without JavaScript."""

from django.contrib.auth.models import User

from executions.models import Execution
from system.models import Node
from system.roles import Role
from tests.browser.conftest import Visit
from tests.browser.runs import Run
from tests.console import an_agent
from tests.live.site import Site


def test_keys_lead_where_the_help_says(site: Site, visit: Visit) -> None:
    tab = visit().go().wait_until_live()
    page = tab.page
    page.keyboard.press("?")
    tab.see("dialog[open]", "Keys")
    page.keyboard.press("g")
    page.keyboard.press("e")
    assert tab.find("dialog[open]").count() == 1, "keys mean nothing else while a dialog asks"
    page.keyboard.press("Escape")
    tab.see_no("dialog")
    for keys, path in (("ge", "/executions/execution/"), ("ga", "/agents/agentconfiguration/"), ("gd", "/")):
        for key in keys:
            page.keyboard.press(key)
        page.wait_for_url(site.origin + path)
    page.keyboard.press("/")
    page.wait_for_url(f"{site.origin}/executions/execution/#searchbar")
    page.wait_for_function("document.activeElement.id === 'searchbar'")
    page.keyboard.type("ge?")
    assert page.input_value("#searchbar") == "ge?", "in a field a key is a letter"


def test_everything_on_the_front_page_is_reached_by_tab(site: Site, visit: Visit) -> None:
    for _ in range(3):
        Run.begin(site, "strip").complete()
    tab = visit().go().wait_until_live()
    page = tab.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    assert tab.find(".skip-link").bounding_box()["x"] >= 0, "it is seen while it has the focus"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('#content').contains(document.activeElement)")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    strip = tab.find("[data-strip][aria-label$=strip] a")
    strip.last.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.href") == site.origin + str(
        strip.nth(-2).get_attribute("href")
    )


def test_r_runs_again_after_a_question(site: Site, visit: Visit) -> None:
    an_agent("again")
    Node.objects.get_or_create(name="here")
    run = Run.begin(site, "again")
    run.complete()
    tab = visit().go_to_run(run.uid).wait_until_live()
    tab.page.keyboard.press("r")
    tab.see("dialog[open]", "Run again?")
    tab.page.keyboard.press("Escape")
    tab.see_no("dialog")
    tab.page.keyboard.press("r")
    tab.page.keyboard.press("Enter")
    tab.see(".state-pending")
    again = Execution.objects.latest("pk")
    assert again.execution_context["metadata"] == {"rerun_of": str(run.uid)}
    again.delete()


def test_times_are_relative_and_exact_in_the_viewers_zone(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    run.complete()
    tab = visit(timezone_id="Pacific/Auckland").go_to_run(run.uid).wait_until_live()
    time = tab.see(".facts time")
    assert time.inner_text() in ("now", *(f"{seconds} s ago" for seconds in range(60)))
    assert "(Pacific/Auckland)" in (time.get_attribute("title") or "")


def test_lists_and_pages_are_there_without_javascript(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    run.log("said")
    run.complete("all is well")
    tab = visit(Role.VIEWER, java_script_enabled=False)
    tab.go("/executions/execution/")
    assert tab.find("#result_list a", "disk-space").first.is_visible()
    tab.go()
    assert tab.find("[data-section=recent] td", "all is well").first.is_visible()
    tab.go_to_run(run.uid)
    assert tab.find(".log .line", "said").is_visible()
    assert not tab.find("[data-connection]").is_visible()


def test_the_palette_is_loaded_when_it_is_asked_for(site: Site, visit: Visit) -> None:
    tab = visit(Role.ADMIN)
    User.objects.update(is_staff=True)
    tab.go().wait_until_live()
    assert not tab.page.evaluate("'htmx' in window")
    tab.page.keyboard.press("Control+k")
    tab.see("#search-input-command").fill("budg")
    tab.page.keyboard.press("e")
    tab.see("#command-results a", "Budgets").click()
    tab.page.wait_for_url("**/costs/budget/")
