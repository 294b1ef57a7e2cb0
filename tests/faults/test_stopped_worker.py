import os
import signal

from executions.models import Execution
from tests.faults.home import Home, eventually, worker_of


def test_what_it_writes_after_its_lease_ran_out_is_refused(any_home: Home) -> None:
    any_home.start_worker()
    any_home.manage("clock")
    agent = any_home.agent(
        "slow", "echo $$ >> $HERE/begun; while [ ! -e $HERE/go ]; do sleep 0.1; done; echo done"
    )
    [pk] = any_home.launch(agent)
    eventually("it runs", lambda: len(any_home.lines("begun")) == 1)
    first = any_home.execution(pk)
    os.kill(worker_of(first), signal.SIGSTOP)
    eventually("another worker runs it", lambda: len(any_home.lines("begun")) == 2)
    second = any_home.execution(pk)
    assert (second.attempt, second.lease_token == first.lease_token) == (2, False)
    (any_home.directory / "go").touch()
    ended = any_home.wait_for_status(pk, "completed")
    os.kill(worker_of(first), signal.SIGCONT)
    eventually("the first one notices", lambda: any_home.said("is not ours any more"))
    now = Execution.objects.get(pk=pk)
    assert (now.status, now.event_count, now.updated_at) == ("completed", ended.event_count, ended.updated_at)
    assert any_home.events(pk, "execution:completed") == 1
