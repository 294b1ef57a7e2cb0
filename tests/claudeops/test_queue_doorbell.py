"""The queue hears a launch at once, and finds it all the same when it does not hear."""

import time

from executions.doorbell import socket_directory
from tests.faults.home import Home


def test_a_launch_is_begun_without_waiting_for_the_poll(home: Home) -> None:
    home.start_worker(CLAUDEOPS_QUEUE_POLL_SECONDS="60")
    agent = home.agent("quick", "true")
    for _ in range(3):
        [pk] = home.launch(agent)
        home.wait_for_status(pk, "completed", within_s=5)


def test_a_lost_ring_costs_a_poll_and_no_run(home: Home) -> None:
    home.start_worker(CLAUDEOPS_QUEUE_POLL_SECONDS="1", CLAUDEOPS_STALL_SECONDS="600")
    agent = home.agent("quick", "true")
    for bell in socket_directory().glob("queue-*.bell"):
        bell.unlink()
    began = time.monotonic()
    [pk] = home.launch(agent)
    home.wait_for_status(pk, "completed", within_s=5)
    assert time.monotonic() - began < 5


def test_without_a_place_for_the_bell_it_is_polled(home: Home) -> None:
    (home.directory / "bells").touch()  # where its directory should be; and, in its stead, one of a name
    directory = home.directory / ("long" * 30)  # that is longer than the path of a socket may be
    directory.mkdir()
    home.start_worker(TMPDIR=str(directory), CLAUDEOPS_STALL_SECONDS="600")
    [pk] = home.launch(home.agent("quick", "true"))
    home.wait_for_status(pk, "completed", within_s=5)
    assert home.log.read_text().count("no doorbell, the queue is polled instead") == 1
