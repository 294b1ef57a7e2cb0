"""Retries are few, wait as long as they are told, and are logged."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from agents.analysts.base import AnalysisStopped, AnalystError
from agents.analysts.claude import Patience
from agents.analysts.claude_failures import retry_after
from agents.stopping import StopReason
from tests.agents.asking import QUICK, Remembering, a_task, ask
from tests.messages_api import MessagesServer, cut, failure, ok, overloaded, rate_limited


def test_the_third_attempt_may_still_succeed() -> None:
    journal = Remembering()
    with MessagesServer() as server:
        server.script([overloaded(), failure(500), ok()])
        report = ask(server, journal)
        assert len(server.requests) == 3
    assert report.analyst == "claude"
    warnings = journal.text("warn").splitlines()
    assert len(warnings) == 2
    assert warnings[0].startswith("The Claude API is overloaded (529). Trying again in ")
    assert warnings[1].startswith("The Claude API failed (500). Trying again in ")


def test_the_sdk_retries_nothing_by_itself() -> None:
    with MessagesServer(default=overloaded()) as server:
        with pytest.raises(AnalystError):
            ask(server, patience=Patience(attempts=1))
        assert [request.headers["x-stainless-retry-count"] for request in server.requests] == ["0"]


def test_retry_after_is_waited_for() -> None:
    with MessagesServer() as server:
        server.script([rate_limited("0.6")])
        began = time.monotonic()
        ask(server)
        assert time.monotonic() - began >= 0.6


def test_told_to_wait_too_long_it_gives_up_at_once() -> None:
    with MessagesServer(default=rate_limited("3600")) as server:
        began = time.monotonic()
        with pytest.raises(AnalystError, match=r"\(429\).*asks to wait 3600 s"):
            ask(server, task=a_task(timeout_s=7200))
        assert len(server.requests) == 1
        assert time.monotonic() - began < 10


def test_no_wait_goes_past_the_time_for_the_analysis() -> None:
    with MessagesServer(default=rate_limited("30")) as server:
        with pytest.raises(AnalystError, match=r"\(429\)"):
            ask(server, task=a_task(timeout_s=10))
        assert len(server.requests) == 1


def test_the_server_can_forbid_a_retry() -> None:
    with MessagesServer(default=failure(500, headers={"x-should-retry": "false"})) as server:
        with pytest.raises(AnalystError, match="500"):
            ask(server)
        assert len(server.requests) == 1


def test_a_stop_ends_the_wait_at_once() -> None:
    class Impatient(Remembering):
        def log(self, message: str, level: str = "info") -> None:
            super().log(message, level)
            if "Trying again" in message:
                self.stop.request(StopReason.CANCELLED)

    journal = Impatient()
    with MessagesServer(default=rate_limited("15")) as server:
        with pytest.raises(AnalysisStopped):
            ask(server, journal)
        assert len(server.requests) == 1
    assert time.monotonic() - journal.at[-1] < 2


def test_the_budget_is_checked_before_every_attempt() -> None:
    journal = Remembering()
    with MessagesServer() as server:
        server.script([cut(5), ok()])
        ask(server, journal)
    assert len(journal.dearest) == len(journal.attempts) == 2


def test_each_wait_is_longer() -> None:
    journal = Remembering()
    with MessagesServer(default=overloaded()) as server, pytest.raises(AnalystError):
        ask(server, journal, patience=Patience(backoff_s=0.2))
    waits = [line.split("Trying again in ")[1] for line in journal.text("warn").splitlines()]
    first, second = (float(wait.removesuffix(" s.")) for wait in waits)
    assert 0.1 <= first <= 0.2 < second <= 0.4


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "12"}, 12),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
    ],
)
def test_how_retry_after_is_read(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_as_a_date() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    assert 25 < (retry_after({"retry-after": date}) or 0) <= 30


def test_the_default_patience_is_bounded() -> None:
    assert Patience().attempts == QUICK.attempts == 3
