import os
import signal

from django.conf import settings

from tests.faults.home import Home, eventually, worker_of


def _running(home: Home, pk: int, attempt: int = 1) -> int:
    """The worker of `pk`, once its step has begun."""
    eventually("its step runs", lambda: len(home.lines("begun")) >= attempt)
    return worker_of(home.execution(pk))


def test_before_its_first_effect_it_is_run_again(any_home: Home) -> None:
    any_home.start_worker()
    agent = any_home.agent("slow", "echo $$ >> $HERE/begun; [ -e $HERE/go ] || sleep 100")
    [pk] = any_home.launch(agent)
    os.kill(_running(any_home, pk), signal.SIGKILL)
    (any_home.directory / "go").touch()
    execution = any_home.wait_for_status(pk, "completed")
    assert execution.attempt == 2
    assert any_home.events(pk, "execution:started") == 2


def test_after_its_first_effect_it_fails_and_says_why(any_home: Home) -> None:
    any_home.start_worker()
    agent = any_home.agent("effect", "echo $$ >> $HERE/begun; sleep 100", read_only=False)
    [pk] = any_home.launch(agent)
    os.kill(_running(any_home, pk), signal.SIGKILL)
    execution = any_home.wait_for_status(pk, "failed")
    assert execution.attempt == 1
    assert "Its worker was killed." in execution.error_message
    assert "which may have changed something, so it is not repeated" in execution.error_message


def test_it_is_noticed_before_the_lease_runs_out(home: Home) -> None:
    home.start_worker(CLAUDEOPS_LEASE_SECONDS="600")
    agent = home.agent("effect", "echo $$ >> $HERE/begun; sleep 100", read_only=False)
    [pk] = home.launch(agent)
    os.kill(_running(home, pk), signal.SIGKILL)
    home.wait_for_status(pk, "failed", within_s=10)


def test_the_command_does_not_outlive_it(home: Home) -> None:
    workers = home.start_worker()
    script = "echo $$ >> $HERE/begun; setsid sh -c 'sleep 100 & sleep 100' & sleep 100"
    [pk] = home.launch(home.agent("family", script, read_only=False))
    os.kill(_running(home, pk), signal.SIGKILL)
    home.wait_for_status(pk, "failed")
    eventually("nothing runs but the workers", lambda: len(home.processes()) == 3 + 4, within_s=10)
    assert workers.is_complete()


def test_one_that_kills_its_own_worker_is_given_up_and_others_proceed(home: Home) -> None:
    home.start_worker()
    deadly = home.agent("deadly", "echo x >> $HERE/deaths; kill -9 $PPID; sleep 100")
    [bad] = home.launch(deadly)
    good = home.launch(home.agent("good", "echo x >> $HERE/ran"), times=6)
    execution = home.wait_for_status(bad, "failed", within_s=60)
    assert execution.attempt == settings.MAX_ATTEMPTS == len(home.lines("deaths"))
    assert "Given up after 3 attempts" in execution.error_message
    home.wait_for_all()
    assert home.count(pk__in=good, status="completed") == 6
