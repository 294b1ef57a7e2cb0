"""From a run that fails to a webhook, through the real processes; and a stop that is no silence."""

import pytest
from django.conf import settings

from system.models import Alert, Cursor, Node
from tests.faults.home import Home, eventually
from tests.receiver import Receiver
from tests.system.telling import a_rule, a_webhook

pytestmark = pytest.mark.processes


def test_a_run_that_fails_and_then_completes(any_home: Home) -> None:
    keys = ",".join(settings.ENCRYPTION_KEYS)
    with Receiver() as receiver:
        a_webhook(url=receiver.url)
        a_rule()
        any_home.manage("clock", CLAUDEOPS_ENCRYPTION_KEYS=keys, CLAUDEOPS_NOTIFY_EVERY_SECONDS="0.1")
        eventually("the tail has begun", Cursor.objects.exists)
        worker = any_home.start_worker(CLAUDEOPS_WORKERS="1")
        any_home.agent("disk", 'test -e "$HERE/mended"')
        any_home.launch("disk")
        eventually("it is told", lambda: list(receiver.titles()) == ["disk on localhost failed"])
        (any_home.directory / "mended").touch()
        any_home.launch("disk")
        eventually("so is its end", lambda: len(receiver.got) == 2)
        assert list(receiver.titles())[1] == "disk on localhost completes again"
        worker.process.terminate()
        worker.process.wait(15)
        node = Node.objects.get(name="localhost")
        assert node.worker_seen_at is not None
        assert node.worker_stopped_at is not None
        assert node.worker_stopped_at >= node.worker_seen_at
        assert not Alert.objects.filter(kind="node-silent").exists()
