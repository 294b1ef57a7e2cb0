"""The page of a run, live: steps, cost, report and end without a reload; and a reload loses nothing."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.runs import Run
from tests.console import EVIL, a_report
from tests.live.site import Site


def test_a_run_is_watched_to_its_report(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    tab = visit().go_to_run(run.uid).wait_until_live()
    tab.mark()
    first = run.step("Look")
    tab.see("#step-1.step-running")
    assert tab.page.title().startswith("Running · ")
    run.log(f"looking {EVIL}", step=first)
    tab.see("[data-log-view] .line", "looking <img")
    run.end_step(first, output=f"seen {EVIL}")
    tab.see("#step-1.step-completed")
    tab.find("#step-1 summary", "Output").click()
    second = run.step("Think")
    tab.see("#step-2.step-running")
    assert tab.find("#step-1 details[open] pre").is_visible(), "what was opened is open still"
    run.cost("0.25")
    tab.see(".facts dd", "$0.25")
    run.end_step(second)
    run.complete(report=a_report())
    tab.see("[data-section=report] h3", "Disk is full")
    tab.see("[data-section=header] .state-completed")
    tab.see("button", "Run again")
    tab.see_no("button", "Cancel")
    assert tab.page.title().startswith("Completed · ")
    assert "%23dc2626" not in (tab.find("link[rel=icon]").get_attribute("href") or "")
    assert tab.is_marked
    assert tab.find("img[src=x]").count() == 0


def test_a_reload_in_the_middle_loses_nothing(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    tab = visit().go_to_run(run.uid).wait_until_live()
    number = run.step("Count")
    run.log(*(f"number {count}" for count in range(1, 21)), step=number)
    tab.see(".line", "number 20")
    run.log("while it loads", step=number)
    tab.page.reload()
    run.log("and after", step=number)
    tab.see(".line", "and after")
    texts = tab.find(".line:not(.level-mark) .text").all_inner_texts()
    assert [text for text in texts if text.startswith("number ")] == [
        f"number {count}" for count in range(1, 21)
    ]
    assert texts[-2:] == ["while it loads", "and after"]
    run.complete()


def test_a_failure_is_red_in_the_tab(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    tab = visit().go_to_run(run.uid).wait_until_live()
    run.tracker.fail("exit code 3")
    tab.see(".failure", "exit code 3")
    expect(tab.find("link[rel=icon]")).to_have_attribute("href", re.compile("dc2626"))
