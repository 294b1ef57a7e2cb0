"""A page that has lost its server says so, and catches up by itself: a restart, a network, a sign-out."""

from system.models import ConsoleSession
from tests.browser.conftest import Visit
from tests.browser.runs import Run
from tests.live.site import Site


def test_a_restart_of_the_server(site: Site, visit: Visit) -> None:
    run = Run.begin(site)
    front, page = visit(), visit()
    front.go().wait_until_live()
    page.go_to_run(run.uid).wait_until_live()
    front.mark()
    page.mark()
    site.stop()
    front.see("[data-connection][data-state=offline]", "Offline since")
    page.see("[data-connection][data-state=offline]", "what is shown is from then")
    number = run.step("Meanwhile")
    run.log("said while nobody listened", step=number)
    another = Run.begin(site, "backup")
    site.start()
    for tab in (front, page):
        tab.wait_until_live()
    front.see(front.run(run.uid), "Step 1 of 1: Meanwhile")
    front.see(front.run(another.uid))
    page.see("[data-log-view] .line", "said while nobody listened")
    page.see("#step-1 strong", "Meanwhile")
    assert page.find(".line", "said while nobody listened").count() == 1
    assert front.is_marked
    assert page.is_marked
    run.complete()
    another.complete()
    page.see(".state-completed")
    for tab in (front, page):
        tab.forgive_the_wire()


def test_a_network_that_was_away(site: Site, visit: Visit) -> None:
    tab = visit().go().wait_until_live()
    tab.context.set_offline(True)
    tab.see("[data-connection][data-state=offline]")
    run = Run.begin(site)
    tab.context.set_offline(False)
    tab.wait_until_live()
    tab.see(tab.run(run.uid))
    run.complete()
    tab.forgive("net::ERR_INTERNET_DISCONNECTED")


def test_who_is_signed_out_is_told(site: Site, visit: Visit) -> None:
    tab = visit().go().wait_until_live()
    ConsoleSession.objects.all().delete()
    tab.see("[data-connection][data-state=signed-out]", "You are signed out")
    assert tab.see("[data-connection-sign-in]").get_attribute("href") == "/login/?next=/"
    tab.forgive("WebSocket connection to")  # of two sockets, the other may still have been about to open
