"""Light or dark: as the system has it, before anything is painted, and when that changes under a page."""

from tests.browser.conftest import Visit

IS_DARK = "document.documentElement.classList.contains('dark')"


def test_a_page_that_is_open_turns_dark_with_the_system(visit: Visit) -> None:
    tab = visit(color_scheme="light").go().wait_until_live()
    assert not tab.page.evaluate(IS_DARK)
    tab.mark()
    tab.look("desk-dark")
    tab.see("html.dark")
    tab.look("desk-light")
    tab.see("html:not(.dark)")
    assert tab.is_marked


def test_who_has_chosen_keeps_what_was_chosen(visit: Visit) -> None:
    tab = visit(color_scheme="light").go().wait_until_live()
    tab.find("#nav-sidebar [x-on\\:click*=openUserLinks]").last.click()
    tab.find("#nav-sidebar a", "Dark").click()
    tab.see("html.dark")
    tab.page.reload()
    assert tab.page.evaluate(IS_DARK)
    tab.wait_until_live().look("desk-dark").look("desk-light")
    assert tab.page.evaluate(IS_DARK), "the system is not asked"


def test_it_is_dark_before_the_theme_has_loaded(visit: Visit) -> None:
    tab = visit(color_scheme="dark")
    tab.context.route("**/alpine.js", lambda route: route.abort("blockedbyclient"))
    tab.go()
    assert tab.page.evaluate(IS_DARK)
    assert tab.see("[data-section=figures]").is_visible(), "and everything is there"
    tab.problems.clear()
