"""The log of a run: a hundred thousand lines, of which only those that are seen are there."""

from playwright.sync_api import Locator

from tests.browser.conftest import Visit
from tests.browser.runs import Run
from tests.browser.tabs import Tab
from tests.live.site import Site

LINES = 100_000


def scroll(tab: Tab, to: str) -> None:
    tab.find("[data-log-view]").evaluate(f"view => view.scrollTop = {to}")


def lines(tab: Tab) -> Locator:
    return tab.find("[data-log-view] .line")


def test_a_hundred_thousand_lines_are_scrolled_searched_and_followed(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    run.log_many(LINES)
    tab = visit().go_to_run(run.uid).wait_until_live()
    tab.see(".line", "line 100000 of many")
    assert lines(tab).count() < 100
    scroll(tab, "view.scrollHeight / 2")
    tab.see(".line", "line 50000 of many")
    scroll(tab, "0")
    tab.see(".line", "line 1 of many")
    tab.see("[data-log-follow][aria-pressed=false]")
    assert lines(tab).count() < 100
    frames = tab.page.evaluate(SCROLL_THROUGH)
    assert frames["drawn"] > 100
    run.log("the newest")
    tab.see("[data-log-count]", "100,003")
    assert tab.find(".line", "the newest").count() == 0, "it does not jump away from who reads"
    tab.find("[data-log-follow]").click()
    tab.see(".line", "the newest")
    tab.page.keyboard.press("/")
    tab.page.keyboard.type("LINE 77777 of")
    tab.see("[data-log-status]", "1 of 100,003")
    assert lines(tab).all_inner_texts()[0].split("\n")[-1].endswith("line 77777 of many")
    assert tab.see(".line mark").inner_text() == "line 77777 of"
    run.log("line 77777 of another kind")
    tab.see(".line", "another kind")
    lines(tab).first.click()
    tab.see("[data-log-line-title]", "Line 77779")
    tab.find("[data-log-line-context]").click()
    tab.see(".line.is-open", "line 77777 of many")
    tab.see(".line", "line 77776 of many")
    assert tab.page.url.endswith("#L77779")
    run.complete()


# Scrolls as fast as frames are drawn; how long the slowest took tells the benchmark, not a test.
SCROLL_THROUGH = """() => new Promise(done => {
    const view = document.querySelector("[data-log-view]");
    let drawn = 0;
    const step = () => {
        view.scrollTop += 1000;
        drawn += 1;
        if (drawn < 150) requestAnimationFrame(step); else done({drawn});
    };
    requestAnimationFrame(step);
})"""


def test_levels_and_steps_are_told_apart(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    for name, level in (("Look", "info"), ("Think", "error")):
        number = run.step(name)
        run.log(f"{name} says so", level=level, step=number)
        run.end_step(number)
    tab = visit().go_to_run(run.uid).wait_until_live()
    tab.see(".line", "Look says so")
    tab.find("[data-log-level]").select_option("error")
    tab.see_no(".line", "Look says so")
    assert tab.find(".line .text").all_inner_texts() == ["Think says so"]
    tab.find("[data-log-level]").select_option("")
    tab.find("[data-log-step]").select_option(label="1. Look")
    tab.see_no(".line", "Think says so")
    assert "Look says so" in tab.find(".line .text").all_inner_texts()
    run.complete()


def test_colours_of_a_terminal_are_styles_and_the_rest_is_text(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    run.log("\x1b[1;31mred\x1b[0m \x1b]0;title\x07\x1b[38;5;208morange\x1b[39m <b>bold</b> \x1b[2Jend")
    tab = visit().go_to_run(run.uid).wait_until_live()
    line = tab.see(".line", "orange")
    assert line.locator(".text").inner_text() == "red orange <b>bold</b> end"
    assert line.locator(".ansi-1.ansi-bold").inner_text() == "red"
    assert line.locator("[style*=color]").inner_text() == "orange"
    assert line.locator("b").count() == 0
    run.complete()


def test_one_line_is_copied_whole(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    run.log("first\nand \x1b[32msecond\x1b[0m " + "x" * 500)
    tab = visit(permissions=["clipboard-read", "clipboard-write"]).go_to_run(run.uid).wait_until_live()
    tab.see(".line", "first ⏎ and second").click()
    tab.find("[data-log-line-copy]").click()
    tab.see("[data-log-line-copy]", "Copied")
    assert tab.page.evaluate("navigator.clipboard.readText()") == "first\nand second " + "x" * 500
    run.complete()
