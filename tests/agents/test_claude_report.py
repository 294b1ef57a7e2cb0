"""A report from Claude, through the real SDK: what is sent, what comes back, what is told meanwhile."""

import subprocess
import sys
import threading
import time
from decimal import Decimal

import pytest

from agents.analysts.base import AnalystError
from agents.analysts.claude import analyse
from agents.reports import Finding
from system.thresholds import Health
from tests.agents.asking import KEY, QUICK, Remembering, a_task, ask
from tests.messages_api import REPORT, USAGE, MessagesServer, ok


def test_the_models_answer_becomes_the_report() -> None:
    with MessagesServer() as server:
        report = ask(server)
    assert (report.analyst, report.model, report.note) == ("claude", "claude-haiku-5-5", None)
    assert report.overall_health is Health.WARNING
    assert report.summary == REPORT["summary"]
    assert report.findings == [Finding.model_validate(REPORT["findings"][0])]


def test_the_model_that_served_is_the_one_that_counts() -> None:
    journal = Remembering()
    with MessagesServer(default=ok(model="claude-sonnet-5-5")) as server:
        report = ask(server, journal)
    assert report.model == journal.attempts[0].model == "claude-sonnet-5-5"


def test_the_attempt_is_recorded_with_raw_usage_and_request_id() -> None:
    journal = Remembering()
    with MessagesServer() as server:
        ask(server, journal)
        (request,) = server.requests
    (attempt,) = journal.attempts
    assert attempt.usage == USAGE
    assert attempt.request_id == request.request_id
    assert attempt.complete
    assert 0 < attempt.response_time_ms < 20_000
    assert "claude-haiku-5-5 answered" in journal.text()
    assert "0.00027 USD" in journal.text()


def test_the_request_asks_for_a_structured_streamed_answer() -> None:
    with MessagesServer() as server:
        ask(server, task=a_task(effort="high", max_tokens=1234))
        (request,) = server.requests
    assert request.path == "/v1/messages"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    body = request.body
    assert (body["model"], body["max_tokens"], body["stream"]) == ("claude-haiku-5-5", 1234, True)
    assert body["tool_choice"] == {"type": "none"}
    assert body["output_config"]["effort"] == "high"
    answer_format = body["output_config"]["format"]
    assert answer_format["type"] == "json_schema"
    assert set(answer_format["schema"]["properties"]) == {"overall_health", "summary", "findings"}
    assert answer_format["schema"]["additionalProperties"] is False


def test_no_effort_is_sent_where_none_is_configured() -> None:
    with MessagesServer() as server:
        ask(server)
        assert set(server.requests[0].body["output_config"]) == {"format"}


def test_a_compatible_server_needs_no_key() -> None:
    with MessagesServer() as server:
        report = analyse(a_task(), Remembering(), api_key="", base_url=server.url, patience=QUICK)
        assert "authorization" not in server.requests[0].headers
    assert report.analyst == "claude"


def test_what_claude_writes_is_logged_while_it_writes() -> None:
    journal, ended = Remembering(), threading.Event()
    with MessagesServer(default=ok(pause_s=0.05)) as server:
        thread = threading.Thread(target=lambda: (ask(server, journal), ended.set()))
        thread.start()
        deadline = time.monotonic() + 15
        while "The machine works well." not in journal.text() and time.monotonic() < deadline:
            journal.logged.wait(0.05)
            journal.logged.clear()
        assert "summary: The machine works well." in journal.text()
        assert not ended.is_set()
        thread.join(15)
    assert ended.is_set()
    told = [message for _, message in journal.lines]
    assert "finding 1 recommendation: Look for what grows below /var and remove what is not needed." in told
    assert "summary: One disk will be full within a week if it goes on growing." in told


def test_the_dearest_outcome_is_checked_before_the_request() -> None:
    class Poor(Remembering):
        def reserve(self, model: str, dearest_usd: Decimal | None, tokens: int) -> None:
            super().reserve(model, dearest_usd, tokens)
            raise AnalystError("Too dear.")

    journal = Poor()
    with MessagesServer() as server:
        with pytest.raises(AnalystError, match="Too dear"):
            ask(server, journal, task=a_task(model="claude-opus-5-5", max_tokens=1_000_000))
        assert server.requests == []
    assert 22 < journal.dearest[0] < 23  # 1,000,000 tokens at 20 USD, in the US, and the prompt


def test_the_dearest_outcome_is_never_less_than_the_price() -> None:
    journal = Remembering()
    with MessagesServer() as server:
        ask(server, journal)
        sent = server.requests[0]
    prompt_bytes = int(sent.headers["content-length"])
    dearest_prompt = journal.dearest[0] - Decimal("0.5") * 4000 * Decimal("1.1") / 10**6
    assert dearest_prompt >= Decimal("0.2") * prompt_bytes / 3 / 10**6


def test_a_model_without_price_is_said_and_passes_only_where_there_is_no_cap() -> None:
    journal = Remembering()
    with MessagesServer() as server:
        ask(server, journal, task=a_task(model="my-own-model"))
    assert journal.dearest == [None]
    assert "my-own-model has no known price: its cost will be unknown." in journal.text("warn")
    assert "cost unknown" in journal.text("info")


def test_too_long_prose_is_cut_but_never_a_command() -> None:
    finding = REPORT["findings"][0]
    wordy = {**REPORT, "summary": "x" * 9000, "findings": [{**finding, "title": "t" * 300}]}
    with MessagesServer() as server:
        server.script([ok(wordy), ok({**REPORT, "findings": [{**finding, "command": "c" * 1001}]})])
        report = ask(server)
        assert (len(report.summary), len(report.findings[0].title)) == (4000, 200)
        with pytest.raises(AnalystError, match=r"findings\.0\.command"):
            ask(server)


def test_control_characters_do_not_reach_report_or_log() -> None:
    journal = Remembering()
    dirty = {**REPORT, "summary": "a\x00b \x1b[31mred\x1b[0m \u202etxt.exe"}
    with MessagesServer(default=ok(dirty)) as server:
        report = ask(server, journal)
    assert report.summary == "ab red txt.exe"
    assert not any(ord(char) < 32 and char != "\n" for char in journal.text())


def test_the_sdk_is_imported_only_when_claude_is_asked() -> None:
    code = (
        "import sys, django; django.setup(); import agents.tasks, agents.analysts.claude;"
        "print('anthropic' in sys.modules, 'httpx2' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
