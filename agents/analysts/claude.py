"""The analyst that asks Claude: one structured answer, streamed into the log, every attempt billed once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from random import uniform
from typing import Any
from urllib.parse import urlsplit

from agents.analysts.base import AnalysisStopped, AnalysisTask, AnalystError, BilledAttempt, Journal
from agents.analysts.claude_answer import Answer
from agents.analysts.claude_failures import Failure, RequestFailed
from agents.analysts.claude_messages import Asked, explain, headline
from agents.analysts.claude_prompt import Draft, build_request, prompt_tokens_at_most
from agents.analysts.claude_stream import Endpoint, EventStream, Opened, TimeUp
from agents.analysts.narration import Narrator
from agents.reports import Report
from costs.pricing import UsageError, dearest_request, price_usage
from system.endpoints import CLAUDE_URL
from system.money import text_of


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds. `read_s` is the longest silence of the server."""

    connect_s: float = 10
    read_s: float = 120
    attempts: int = 3
    backoff_s: float = 1  # doubles with each attempt
    retry_after_cap_s: float = 60  # told to wait longer, it gives up: rules that write now are better


PATIENCE = Patience()


def analyse(
    task: AnalysisTask,
    journal: Journal,
    *,
    api_key: str,
    base_url: str | None,
    patience: Patience = PATIENCE,
) -> Report:
    """Raises AnalystError with what to do about it, and AnalysisStopped soon after `journal.stop` is set.

    `api_key` may be empty where `base_url` names a compatible server that wants none. No attempt is sent
    before the journal has reserved its dearest outcome; what that raises is raised. An answer that was paid
    for is recorded before anything else is made of it. Touches no database by itself.
    """
    asking = _Asking(task, journal, _endpoint(api_key, base_url, patience), patience)
    for attempt in range(1, patience.attempts + 1):
        if journal.stop.is_set():
            raise AnalysisStopped
        try:
            with asking.reserved():
                return asking.ask().report(task.max_tokens)
        except RequestFailed as failed:
            wait_s = asking.wait_after(failed.failure, attempt)
            if wait_s is None:
                raise AnalystError(explain(failed.failure, asking.asked, attempt)) from None
        journal.stop.wait(wait_s)
    raise AssertionError("the last attempt returns or raises")


class _Asking:
    """All attempts at one analysis."""

    def __init__(self, task: AnalysisTask, journal: Journal, endpoint: Endpoint, patience: Patience) -> None:
        self._task = task
        self._journal = journal
        self._endpoint = endpoint
        self._patience = patience
        self._deadline = time.monotonic() + task.timeout_s
        self._request, left_out = build_request(task)
        self._prompt_tokens = prompt_tokens_at_most(self._request)
        self.asked = Asked(
            task.model, _host(endpoint.base_url), endpoint.api_key, patience.connect_s, patience.read_s
        )
        effort = f", effort {task.effort}" if task.effort else ""
        journal.log(f"Asking {task.model} at {self.asked.host}{effort}, at most {task.max_tokens} tokens.")
        if left_out:
            journal.log(f"{left_out} bytes of the steps' output were left out of the prompt.", "warn")
        if self._dearest() is None:
            journal.log(f"{task.model} has no known price: its cost will be unknown.", "warn")

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """With the dearest outcome of one attempt set aside, which is given back on every way out."""
        task = self._task
        self._journal.reserve(task.model, self._dearest(), self._prompt_tokens + task.max_tokens)
        try:
            yield
        finally:
            self._journal.release()

    def _dearest(self) -> Decimal | None:
        task = self._task
        return dearest_request(
            task.model, self._prompt_tokens, task.max_tokens, at=datetime.now(UTC), prices=task.prices
        )

    def ask(self) -> Answer:
        """One attempt. Raises RequestFailed unless the answer came to its end."""
        answer, narrator = Answer(self._task.model), Narrator()
        with self._billed(answer) as opened, self._stream() as events:
            for event in events:
                if isinstance(event, Opened):
                    opened.append(event)
                else:
                    self._tell(narrator.feed(answer.take(event)))
            self._tell(narrator.finish())
            if answer.stop_reason is None:
                raise RequestFailed(_unfinished(answer))
        return answer

    def _stream(self) -> EventStream:
        return EventStream(
            self._endpoint, self._request, Draft, stop=self._journal.stop, deadline=self._deadline
        )

    @contextmanager
    def _billed(self, answer: Answer) -> Iterator[list[Opened]]:
        """Records the attempt on every way out, if the API said that it counts."""
        opened: list[Opened] = []
        began = time.monotonic()
        try:
            yield opened
        except TimeUp:
            raise AnalystError(
                f"Claude did not finish within {self._task.timeout_s:g} s. Raise the analysis's time-out, or"
                " lower its effort or max_tokens."
            ) from None
        finally:
            if answer.usage is not None:
                request_id = next((event.request_id for event in opened), None) or answer.message_id
                self._record(answer, answer.usage, request_id, time.monotonic() - began)

    def _record(self, answer: Answer, usage: dict[str, Any], request_id: str | None, seconds: float) -> None:
        try:
            price = price_usage(answer.model, usage, at=datetime.now(UTC), prices=self._task.prices)
        except UsageError as error:
            raise AnalystError(
                f"{self.asked.host} counts what cannot be billed ({error}). Check ANTHROPIC_BASE_URL."
            ) from error
        attempt = BilledAttempt(
            model=answer.model,
            usage=usage,
            request_id=request_id,
            response_time_ms=round(seconds * 1000),
            complete=answer.stop_reason is not None,
        )
        self._journal.record_attempt(attempt)
        cost = "cost unknown" if price is None else f"{text_of(price.total)} USD"
        ended = "answered" if attempt.complete else "was cut off"
        self._journal.log(f"{answer.model} {ended} after {seconds:.1f} s: {cost}.")

    def _tell(self, lines: list[str]) -> None:
        for line in lines:
            self._journal.log(line)

    def wait_after(self, failure: Failure, attempt: int) -> float | None:
        """Seconds until the next attempt, or None where there is none."""
        if attempt >= self._patience.attempts or not failure.may_pass:
            return None
        wait_s = self._patience.backoff_s * 2.0 ** (attempt - 1) * uniform(0.75, 1)  # noqa: S311 (spread)
        if failure.retry_after_s is not None:
            wait_s = max(wait_s, failure.retry_after_s)
        if wait_s > self._patience.retry_after_cap_s or time.monotonic() + wait_s >= self._deadline:
            return None
        self._journal.log(f"{headline(failure, self.asked)} Trying again in {wait_s:.1f} s.", "warn")
        return wait_s


def _unfinished(answer: Answer) -> Failure:
    """The stream ended by itself: before anything of the API was in it, or in the middle of an answer."""
    return Failure("malformed" if answer.usage is None else "network")


def _endpoint(api_key: str, base_url: str | None, patience: Patience) -> Endpoint:
    url = (base_url or CLAUDE_URL).strip()
    if not api_key and not base_url:
        raise AnalystError("There is no API key. Set ANTHROPIC_API_KEY.")
    if not (api_key.isascii() and api_key.isprintable()) or " " in api_key:
        raise AnalystError("ANTHROPIC_API_KEY holds characters that no key has. Set it without quotes.")
    if not _host(url):
        raise AnalystError("ANTHROPIC_BASE_URL is not the address of a server. Give http(s)://host[:port].")
    return Endpoint(url, api_key, patience.connect_s, patience.read_s)


def _host(url: str) -> str:
    """host[:port] of an http(s) URL, without credentials; empty for what is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    return f"{parts.hostname}:{port}" if port else parts.hostname
