"""What hands do on pages that are not live: on a desk, and on a phone."""

import pytest

from executions.models import Execution
from scheduling.models import Schedule
from system.roles import Role
from tests.browser.conftest import Visit
from tests.browser.runs import Run
from tests.browser.tabs import PHONE
from tests.console import an_agent
from tests.live.site import Site


def test_run_now_and_cancel_are_a_click_each(site: Site, visit: Visit) -> None:
    an_agent("by-hand", name="By hand")
    tab = visit(viewport=PHONE)
    tab.go("/agents/agentconfiguration/?q=by-hand")
    tab.find("button", "Run now").click()
    tab.see(".state-pending")
    tab.find("button", "Cancel").click()
    tab.see(".state-cancelled")
    tab.find("button", "Run again").click()
    tab.see(".state-pending")
    tab.find("button", "Cancel").click()
    tab.see(".state-cancelled")
    assert Execution.objects.of_agent("by-hand").filter(status="cancelled").count() == 2


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE}], ids=["desk", "phone"])
def test_filters_open_and_filter(site: Site, visit: Visit, options: dict[str, object]) -> None:
    Run.begin(site, "filtered").tracker.fail("exit code 3")
    Run.begin(site, "filtered").complete()
    tab = visit(**options).go("/executions/execution/?q=exit+code+3")
    tab.go("/executions/execution/")
    assert not tab.find("#changelist-filter").is_visible()
    tab.find("a:visible", "Filters").click()
    tab.find("#changelist-filter a", "Failed").click()
    tab.page.wait_for_url("**status__exact=failed*")
    states = tab.find("#result_list .field-state, #result_list .field-status").all_inner_texts()
    assert {state.split()[-1].lower() for state in states} == {"failed"}


def test_an_output_opens_without_a_script(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    run.end_step(run.step("Look"), output="what was seen")
    run.complete()
    tab = visit(Role.VIEWER, java_script_enabled=False).go_to_run(run.uid)
    output = tab.find("#step-1 pre").first
    assert not output.is_visible()
    tab.find("#step-1 summary", "Output").click()
    assert output.inner_text() == "what was seen"


def test_a_schedule_says_what_it_would_do_while_it_is_typed(site: Site, visit: Visit) -> None:
    tab = visit(Role.ADMIN).go("/scheduling/schedule/add/")
    panel = tab.find("#schedule-preview")
    assert "once there is a cron expression" in panel.inner_text()
    tab.find("#id_cron_expression").fill("0 0 3 * * *")
    tab.see("#schedule-preview", "this one has six.")
    tab.find("#id_cron_expression").fill("0 3 * * MON-FRI")
    tab.see("#schedule-preview", "At 03:00, Monday through Friday")
    assert panel.locator("tbody tr").count() == 5
    assert not Schedule.objects.exists(), "it was asked, and nothing else"
