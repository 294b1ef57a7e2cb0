"""What was paid for is recorded: once, whole or not, whatever became of the answer."""

import pytest

from agents.analysts.base import AnalysisStopped, AnalystError
from agents.stopping import StopReason
from tests.agents.asking import Remembering, ask
from tests.messages_api import (
    USAGE,
    MessagesServer,
    answer,
    cut,
    failure,
    hang,
    max_tokens,
    ok,
    refusal,
    stream_error,
)


def failed(*replies: object) -> tuple[Remembering, list[str]]:
    journal = Remembering()
    with MessagesServer() as server:
        server.script(replies)  # type: ignore[arg-type]
        with pytest.raises(AnalystError):
            ask(server, journal)
        return journal, [request.request_id for request in server.requests]


@pytest.mark.parametrize("reply", [refusal(), max_tokens(), answer("no JSON")])
def test_an_answer_without_report_is_paid_for_all_the_same(reply: object) -> None:
    journal, request_ids = failed(reply)
    (attempt,) = journal.attempts
    assert attempt.usage == USAGE
    assert [attempt.request_id] == request_ids
    assert attempt.complete


@pytest.mark.parametrize("tidy", [True, False])
def test_a_cut_answer_is_recorded_with_what_is_known(tidy: bool) -> None:
    journal, request_ids = failed(*[cut(8, tidy=tidy)] * 3)
    assert [attempt.request_id for attempt in journal.attempts] == request_ids
    assert len(set(request_ids)) == 3
    for attempt in journal.attempts:
        assert attempt.usage == {**USAGE, "output_tokens": 1}
        assert not attempt.complete
        assert attempt.model == "claude-haiku-5-5"
    assert "was cut off" in journal.text()


def test_an_error_within_the_stream_leaves_its_usage() -> None:
    journal, _ = failed(*[stream_error("overloaded_error", "Overloaded", after=5)] * 3)
    assert [attempt.complete for attempt in journal.attempts] == [False] * 3


def test_attempts_without_usage_are_not_recorded() -> None:
    journal, request_ids = failed(failure(500), cut(0), failure(401, "authentication_error"))
    assert len(request_ids) == 3
    assert journal.attempts == []


def test_a_cut_attempt_and_the_next_are_two_records() -> None:
    journal = Remembering()
    with MessagesServer() as server:
        server.script([cut(6), ok()])
        ask(server, journal)
        request_ids = [request.request_id for request in server.requests]
    assert [(a.request_id, a.complete) for a in journal.attempts] == [
        (request_ids[0], False),
        (request_ids[1], True),
    ]


def test_what_only_the_start_or_only_the_end_says_is_kept() -> None:
    usage = {
        "input_tokens": 10,
        "output_tokens": 20,
        "cache_creation_input_tokens": 500,
        "cache_read_input_tokens": 7,
        "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 400},
        "service_tier": "priority",
        "inference_geo": "us",
        "speed": "fast",
        "server_tool_use": {"web_search_requests": 2},
        "iterations": [{"type": "message", "input_tokens": 10, "output_tokens": 20}],
        "unheard_of": {"by": "this SDK"},
    }
    journal = Remembering()
    with MessagesServer(default=ok(usage=usage)) as server:
        ask(server, journal)
    assert journal.attempts[0].usage == usage


def test_a_stopped_answer_is_recorded_before_the_run_ends() -> None:
    class Stopping(Remembering):
        def log(self, message: str, level: str = "info") -> None:
            super().log(message, level)
            if message.startswith("overall health"):
                self.stop.request(StopReason.CANCELLED)

    journal = Stopping()
    with MessagesServer(default=hang(after=8)) as server:
        with pytest.raises(AnalysisStopped):
            ask(server, journal)
        assert server.requests[0].left.wait(10)
    (attempt,) = journal.attempts
    assert not attempt.complete
    assert attempt.usage["input_tokens"] == 1200


def test_usage_that_no_api_sends_is_an_error_and_no_record() -> None:
    journal = Remembering()
    with MessagesServer(default=ok(usage={**USAGE, "input_tokens": -5})) as server:
        with pytest.raises(AnalystError, match=r"input_tokens: must be from 0"):
            ask(server, journal)
        assert len(server.requests) == 1
    assert journal.attempts == []
