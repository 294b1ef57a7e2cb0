"""What wakes the sockets; and that losing it loses nothing."""

import time

from executions.doorbell import socket_directory
from tests.live.site import Site, eventually


def test_a_ring_wakes_them_at_once(site: Site) -> None:
    """Polling alone would take half a second each on average."""
    _, tracker = site.running()
    with site.watch() as watcher:
        eventually("the bell is hung up", site.bells)
        began = time.monotonic()
        for _ in range(20):
            tracker.add_log("ring")
            watcher.next()
        took = time.monotonic() - began

    assert took < 5


def test_a_bell_that_was_taken_away_is_hung_up_again_and_no_event_is_lost(site: Site) -> None:
    _, tracker = site.running()
    with site.watch() as watcher:
        [lost] = eventually("the bell is hung up", site.bells)
        lost.unlink()
        tracker.add_log("nobody hears this")
        message = watcher.next()
        [bell] = eventually("it is hung up again", site.bells)

    assert message["data"]["message"] == "nobody hears this"
    assert bell != lost


def test_what_is_no_bell_of_anybody_does_not_stop_a_writer(site: Site) -> None:
    stale = socket_directory() / "web-1-killed.bell"
    stale.touch()
    _, tracker = site.running()
    with site.watch() as watcher:
        tracker.add_log("goes on")
        assert watcher.next()["data"]["message"] == "goes on"
    assert not stale.exists()
