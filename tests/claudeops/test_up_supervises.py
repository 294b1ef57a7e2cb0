import os
import signal

from claudeops.processes.kernel import children_of
from tests.claudeops.starting import Up
from tests.faults.api import Api
from tests.faults.home import eventually


def kill_child(up: Up, parent: int, name: str) -> None:
    old = up.child(parent, name)
    os.kill(old, signal.SIGKILL)
    eventually("another one runs", lambda: up.child(parent, name) not in (old, 0))


def test_a_child_that_is_killed_is_started_again(migrated_up: Up) -> None:
    process = migrated_up.start()
    eventually("the first report is shown", lambda: migrated_up.said("Cost:"), within_s=90)
    agent = migrated_up.agent("quick", "true")
    for number, name in enumerate(("web", "worker", "clock"), start=1):
        kill_child(migrated_up, process.pid, name)
        assert f"{name} was killed by SIGKILL; it is started again in 0.5 s" in migrated_up.output()
        api = Api(migrated_up)
        [pk] = migrated_up.launch(agent)
        migrated_up.wait_for_status(pk, "completed")
        assert api.get("/executions")[1]["count"] == 1 + number


def test_nothing_outlives_a_parent_that_is_killed(migrated_up: Up) -> None:
    process = migrated_up.start()
    eventually("the first report is shown", lambda: migrated_up.said("Cost:"), within_s=90)
    eventually("only the three are left", lambda: len(children_of(process.pid)) == 3)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    eventually("nothing is left", lambda: not migrated_up.processes(), within_s=10)


def test_a_request_that_comes_while_the_web_restarts_is_served(migrated_up: Up) -> None:
    process = migrated_up.start()
    eventually("the first report is shown", lambda: migrated_up.said("Cost:"), within_s=90)
    os.kill(migrated_up.child(process.pid, "web"), signal.SIGKILL)
    eventually("the web is gone", lambda: not migrated_up.child(process.pid, "web"))
    assert Api(migrated_up).get("/executions")[0] == 200
