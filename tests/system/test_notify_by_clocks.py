"""The real clock, killed while it sends: nothing is lost, and a second clock sends nothing twice."""

import signal
import subprocess

import pytest
from django.conf import settings

from system import app_settings
from system.models import Notification
from tests.faults.home import Home, eventually
from tests.receiver import Receiver, hang
from tests.system.telling import a_rule, a_webhook, say

pytestmark = pytest.mark.processes


def start_clock(home: Home, **more: str) -> subprocess.Popen[bytes]:
    """It opens what this process has sealed."""
    quick = {
        "CLAUDEOPS_NOTIFY_EVERY_SECONDS": "0.1",
        "CLAUDEOPS_NOTIFY_LEASE_SECONDS": "2",
        "CLAUDEOPS_NOTIFY_RETRY_SECONDS": "0.2,0.2",
        "CLAUDEOPS_ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
    }
    return home.manage("clock", **quick, **more)


def test_killed_while_it_sends(any_home: Home) -> None:
    titles = [f"number {number}" for number in range(10)]
    with Receiver() as receiver:
        receiver.script(hang)
        a_webhook(url=receiver.url)
        a_rule()
        for title in titles:
            say(title)
        clock = start_clock(any_home)
        eventually("the first is on its way", lambda: receiver.got)
        clock.kill()
        assert clock.wait(5) == -signal.SIGKILL
        for node in ("one", "two"):
            start_clock(any_home, CLAUDEOPS_NODE=node)
        delivered = Notification.objects.filter(state="delivered")
        eventually("all are delivered", lambda: delivered.count() == len(titles))
        assert list(receiver.titles()) == ["number 0", *titles]
        ids = [received.id for received in receiver.got]
        assert (ids[0] == ids[1], len(set(ids))) == (True, len(titles))
        assert [received.answered for received in receiver.got[1:]] == [True] * len(titles)


def test_what_is_raised_while_no_clock_runs_is_told(home: Home) -> None:
    """And a clock that lives says so to whoever watches it from outside."""
    with Receiver() as receiver, Receiver() as watcher:
        app_settings.set_value("deadman.url", f"http://127.0.0.1:{watcher.port}/alive")
        say("before there was a rule")
        a_webhook(url=receiver.url)
        a_rule()
        first = start_clock(home)
        say("first")
        eventually("the first is told", lambda: receiver.got)
        first.kill()
        first.wait(5)
        say("second")
        start_clock(home, CLAUDEOPS_DEADMAN_EVERY_SECONDS="0.2")
        eventually("the second is told", lambda: len(receiver.got) == 2)
        assert list(receiver.titles()) == ["first", "second"]
        eventually("the clock is known to live", lambda: len(watcher.got) >= 3)
