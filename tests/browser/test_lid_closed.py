"""A laptop that was shut for an hour: its sockets are dead, and it was not told. It catches up."""

from collections.abc import Iterator

import pytest

from executions.models import Execution
from tests.browser.conftest import Visit
from tests.browser.runs import Run
from tests.browser.tabs import Tab
from tests.browser.wire import Wire
from tests.live.site import Site

AN_HOUR = "01:00:00"


# Asked for before `visit`, so that it is there until the tab is closed.
@pytest.fixture
def wire(site: Site) -> Iterator[Wire]:
    wire = Wire(site.port)
    yield wire
    wire.close()


def sleep(tab: Tab) -> None:
    """The clock goes on; each timer that was due fires once."""
    tab.page.clock.fast_forward(AN_HOUR)


def test_the_overview_shows_what_runs_now_and_only_that(site: Site, wire: Wire, visit: Visit) -> None:
    stays, ends = Run.begin(site, "stays"), Run.begin(site, "ends")
    tab = visit(origin=wire.origin)
    tab.page.clock.install()
    tab.go().wait_until_live().mark()
    tab.see(tab.run(ends.uid))
    wire.cut()
    ends.complete("while it was shut")
    stays.step("Meanwhile")
    begun = Run.begin(site, "begun")
    sleep(tab)
    tab.see("[data-connection]:not([data-state=live])")
    tab.see("[data-connection][data-state=offline]", "what is shown is from then")
    wire.mend()
    tab.see("[data-connection-retry]").click()
    tab.wait_until_live()
    tab.see(tab.run(begun.uid))
    tab.see(tab.run(stays.uid), "Step 1 of 1: Meanwhile")
    tab.see("[data-section=recent] tr", "while it was shut")
    tab.see_no(tab.run(ends.uid))
    shown = [row.get_attribute("data-run") for row in tab.find("[data-active-rows] [data-run]").all()]
    active = Execution.objects.active().values_list("uid", flat=True)
    assert sorted(map(str, shown)) == sorted(map(str, active))
    assert tab.is_marked
    stays.step("Live again")
    tab.see(tab.run(stays.uid), "Live again")
    for run in (stays, begun):
        run.complete()
    tab.forgive_the_wire()


@pytest.mark.parametrize("missed", [30, 5000], ids=["a little", "very much"])
def test_a_log_has_each_line_once(site: Site, wire: Wire, visit: Visit, missed: int) -> None:
    run = Run.begin(site)
    run.log("before")
    tab = visit(origin=wire.origin)
    tab.page.clock.install()
    tab.go_to_run(run.uid).wait_until_live().mark()
    tab.see(".line", "before")
    wire.cut()
    run.log_many(missed)
    run.complete("it ended meanwhile")
    sleep(tab)
    tab.see("[data-connection][data-state=offline]")
    wire.mend()
    tab.see("[data-connection-retry]").click()
    tab.see("[data-section=header] .state-completed")
    tab.see(".line", f"line {missed} of many")
    tab.see("[data-log-count]", f"{_events_of(run):,}")
    seqs = [int(line.get_attribute("data-seq") or 0) for line in tab.find("[data-log-view] .line").all()]
    assert seqs == list(range(seqs[0], _events_of(run) + 1)), "the end of it, each once"
    tab.find("[data-log-search]").fill("line 7 of")
    tab.see("[data-log-status]", "1 of")
    assert tab.is_marked
    tab.forgive_the_wire()


def test_a_log_goes_on_where_nobody_says_how_much_was_missed(site: Site, wire: Wire, visit: Visit) -> None:
    run = Run.begin(site)
    tab = visit(origin=wire.origin)
    tab.page.clock.install()
    tab.page.route("**/events?after=*&limit=1", lambda route: route.fulfill(status=503, json={"status": 503}))
    tab.go_to_run(run.uid).wait_until_live()
    wire.cut()
    run.log("meanwhile")
    sleep(tab)
    tab.see("[data-connection][data-state=offline]")
    wire.mend()
    tab.see("[data-connection-retry]").click()
    tab.see(".line", "meanwhile")
    run.complete()
    tab.forgive_the_wire()
    tab.forgive("503")


def _events_of(run: Run) -> int:
    return Execution.objects.get(uid=run.uid).event_count
