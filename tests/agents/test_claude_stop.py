"""A stop and a time-out are prompt, whatever the server does, and close the connection."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from agents.analysts.base import AnalysisStopped, AnalystError
from agents.analysts.claude import Patience, analyse
from agents.stopping import StopReason
from tests.agents.asking import KEY, Remembering, a_task, ask
from tests.messages_api import MessagesServer, hang, ok

ONE_TRY = Patience(connect_s=5, read_s=5, attempts=1)


class Stopped:
    """An analysis in a thread, and how it ended."""

    def __init__(self, run: Callable[[], object]) -> None:
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=(run,))
        self.thread.start()

    def _run(self, run: Callable[[], object]) -> None:
        try:
            run()
        except (AnalysisStopped, AnalystError) as error:
            self.error = error

    def seconds_after(self, journal: Remembering) -> float:
        asked = time.monotonic()
        journal.stop.request(StopReason.CANCELLED)
        self.thread.join(10)
        return time.monotonic() - asked


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


@pytest.mark.parametrize("after", [None, 0, 1, 8])
def test_a_stop_during_silence(after: int | None) -> None:
    journal = Remembering()
    with MessagesServer(default=hang(after=after)) as server:
        stopped = Stopped(lambda: ask(server, journal))
        wait_until(lambda: server.requests)
        assert stopped.seconds_after(journal) < 2
        assert isinstance(stopped.error, AnalysisStopped)
        assert server.requests[0].left.wait(10)
        assert len(server.requests) == 1
    assert not any(thread.name == "claude-stream" for thread in threading.enumerate())


def test_a_stop_while_claude_writes() -> None:
    journal = Remembering()
    with MessagesServer(default=ok(pause_s=0.5)) as server:
        stopped = Stopped(lambda: ask(server, journal))
        wait_until(lambda: server.requests)
        assert stopped.seconds_after(journal) < 2
        assert isinstance(stopped.error, AnalysisStopped)


@pytest.fixture
def deaf() -> Iterator[str]:
    """A server whose queue of connections is full: a connect to it neither succeeds nor fails."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_stop_during_the_connect(deaf: str) -> None:
    journal = Remembering()
    stopped = Stopped(lambda: analyse(a_task(), journal, api_key=KEY, base_url=deaf, patience=ONE_TRY))
    wait_until(lambda: journal.dearest)
    assert stopped.seconds_after(journal) < 2
    assert isinstance(stopped.error, AnalysisStopped)


def test_a_connect_that_takes_too_long(deaf: str) -> None:
    patience = Patience(connect_s=0.3, attempts=1)
    with pytest.raises(AnalystError, match=r"No connection to 127\.0\.0\.1:\d+ within 0\.3 s\."):
        analyse(a_task(), Remembering(), api_key=KEY, base_url=deaf, patience=patience)


@pytest.mark.parametrize("after", [None, 8])
def test_silence_that_lasts_too_long(after: int | None) -> None:
    with MessagesServer(default=hang(after=after)) as server:
        with pytest.raises(AnalystError, match=r"sent nothing for 0\.3 s\. .*tried 2 times"):
            ask(server, patience=Patience(read_s=0.3, attempts=2, backoff_s=0.01))
        assert len(server.requests) == 2


def test_the_time_for_the_whole_is_kept_though_the_server_is_never_silent() -> None:
    journal = Remembering()
    with MessagesServer(default=ok(pause_s=0.2)) as server:
        server.script([ok()])
        ask(server)  # what is imported on first use shall not count below
        began = time.monotonic()
        with pytest.raises(AnalystError, match=r"did not finish within 1 s\. Raise the analysis's time-out"):
            ask(server, journal, task=a_task(timeout_s=1), patience=ONE_TRY)
        assert time.monotonic() - began < 3
    assert [attempt.complete for attempt in journal.attempts] == [False]


def test_no_request_once_the_stop_is_set() -> None:
    journal = Remembering()
    journal.stop.request(StopReason.CANCELLED)
    with MessagesServer() as server:
        with pytest.raises(AnalysisStopped):
            ask(server, journal)
        assert server.requests == []
