"""The front page lives by its sockets: what another process commits is seen without a reload."""

import re

from playwright.sync_api import expect

from executions.models import Execution
from system.alerts import raise_alert, resolve_alert
from system.models import Severity
from system.roles import Role
from tests.browser.conftest import Visit
from tests.browser.runs import Run
from tests.live.site import Site


def test_a_run_is_seen_from_its_beginning_to_its_end(site: Site, visit: Visit) -> None:
    tab = visit().go().wait_until_live()
    tab.mark()
    run = Run.begin(site)
    row = tab.run(run.uid)
    tab.see(f"{row} .state-running")
    number = run.step("Look at disks")
    tab.see(row, "Step 1 of 1: Look at disks")
    elapsed = tab.find(f"{row} [data-field=elapsed]")
    before = int(re.findall(r"\d+", elapsed.inner_text())[0])
    run.cost("0.0123")
    tab.see(row, "$0.0123")
    tab.see(f"{row} [data-field=elapsed]", f"{before + 1} s")
    expect(tab.page).to_have_title(re.compile(r"^\d+ running"))
    run.end_step(number)
    run.complete("nothing is full")
    tab.see(f"{row} .state-completed")
    tab.see("[data-section=recent] tr", "nothing is full")
    tab.see(f'[data-section=agents] .cell-completed[href*="{run.uid}"]')
    tab.see_no(row)
    assert tab.is_marked


def test_cancel_is_a_click_and_the_page_stays(site: Site, visit: Visit) -> None:
    waiting = site.pending("backup")
    tab = visit().go().wait_until_live()
    tab.mark()
    tab.find(f"{tab.run(waiting.uid)} button").click()
    tab.see(f"{tab.run(waiting.uid)} .state-cancelled")
    assert tab.is_marked
    by = Execution.objects.get(pk=waiting.pk).events.latest("seq").decoded["by"]
    assert by == "operator 0"
    viewer = visit(Role.VIEWER).go().wait_until_live()
    other = site.pending("backup")
    viewer.see(viewer.run(other.uid))
    assert viewer.find("[data-active] button").count() == 0


def test_an_alert_comes_and_goes(site: Site, visit: Visit) -> None:
    tab = visit().go().wait_until_live()
    raise_alert(
        kind="node-silent", key="1", severity=Severity.WARNING, title="attic is silent", subject="node:attic"
    )
    tab.see("[data-section=alerts] a", "attic is silent")
    resolve_alert("node:attic", title="attic is back")
    tab.see_no("[data-section=alerts] a", "attic is silent")


def test_what_one_has_opened_stays_open(site: Site, visit: Visit) -> None:
    Run.begin(site, "opened").complete()
    tab = visit().go().wait_until_live()
    tab.find("[data-section=outcomes] summary").click()
    version = tab.find("[data-section=outcomes]").get_attribute("data-version")
    Run.begin(site, "opened").complete()
    tab.see(f'[data-section=outcomes]:not([data-version="{version}"]) details[open] table')
