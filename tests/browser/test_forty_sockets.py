"""Forty sockets of browsers, opened and left without a word: the server is afterwards what it was before."""

from tests.browser.conftest import Visit
from tests.live.site import Site, eventually

SOCKETS = 40
ROUNDS = 4
GROWTH_MIB = 8
# As twenty tabs of the overview would, and each is told something before it counts as open.
OPEN = """count => Promise.all(Array.from({length: count}, (_, number) => new Promise((done, failed) => {
    const path = number % 2 ? "/ws/executions/" : "/ws/pulse/?with=sections,active";
    const socket = new WebSocket(`ws://${location.host}${path}`);
    socket.onmessage = () => done();
    socket.onerror = () => failed(path);
    (window.kept ??= []).push(socket);
})))"""


def open_and_leave(site: Site, visit: Visit) -> None:
    tab = visit().go("/password_change/")
    before = site.open_sockets()
    tab.page.evaluate(OPEN, SOCKETS)
    assert site.open_sockets() >= before + SOCKETS
    tab.close()


def test_nothing_of_them_is_left(site: Site, visit: Visit) -> None:
    open_and_leave(site, visit)
    eventually("nobody listens to the events any more", lambda: not site.bells())
    sockets, memory = site.open_sockets(), site.resident_mib()
    for _ in range(ROUNDS):
        open_and_leave(site, visit)
    eventually("nobody listens to the events any more", lambda: not site.bells())
    eventually("all are closed", lambda: site.open_sockets() <= sockets)
    assert site.resident_mib() - memory < GROWTH_MIB
