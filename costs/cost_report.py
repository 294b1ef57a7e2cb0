"""Anthropic's Admin API, of which one report is read: what each day in UTC was billed at.

`GET /v1/organizations/cost_report`: buckets of one day, whose items are in cents, as decimal strings.
"""

import re
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from system.endpoints import CLAUDE_URL
from system.errors import DomainError
from system.redaction import redactor_for
from system.terminal_text import clean

PATH = "/v1/organizations/cost_report"
API_VERSION = "2023-06-01"
MOST_DAYS_A_PAGE = 31
MOST_BYTES_A_PAGE = 5_000_000
BUSY = frozenset({408, 429, 500, 502, 503, 504, 529})
CURRENCY = "USD"
SET_KEY = "Set ANTHROPIC_ADMIN_KEY to an Admin API key (Claude Console, Settings, Admin keys)"
_AMOUNT = re.compile(r"-?\d{1,12}(\.\d{1,30})?", re.ASCII)
_KEY = re.compile(r"[!-~]+", re.ASCII)


class ReportFailed(DomainError):
    """The report could not be had; nothing was compared, nothing changed."""

    status = 502
    title = "No cost report"


@dataclass(frozen=True)
class Patience:
    """In seconds; `read_s` is the longest silence, `total_s` bounds all pages and attempts together."""

    connect_s: float = 5
    read_s: float = 15
    total_s: float = 90
    attempts: int = 3  # at one page
    backoff_s: float = 1  # doubles with each attempt


PATIENCE = Patience()


@dataclass(frozen=True)
class ReportSource:
    """`base_url` empty is Anthropic's own."""

    admin_key: str = field(repr=False)
    base_url: str = ""
    patience: Patience = PATIENCE

    @property
    def url(self) -> str:
        return f"{(self.base_url or CLAUDE_URL).rstrip('/')}{PATH}"


class _Item(BaseModel):
    amount: str
    currency: str


class _Bucket(BaseModel):
    starting_at: datetime
    ending_at: datetime
    results: list[_Item]


class _Page(BaseModel):
    data: list[_Bucket]
    has_more: bool
    next_page: str | None = None


def fetch_costs(source: ReportSource, first: date, last: date) -> dict[date, Decimal]:
    """USD of each day from `first` to `last` that the report has; both are days in UTC, and meant whole.

    Raises ReportFailed, in words that say what to do. Must not be called in a transaction.
    """
    _check(source)
    reader, costs = _Reader(source), dict[date, Decimal]()
    seen: set[str | None] = {None}
    page = reader.page(first, last, None)
    while True:
        for bucket in page.data:
            _add(costs, bucket, first, last)
        if not page.has_more:
            return costs
        if page.next_page in seen:
            raise ReportFailed("The cost report says that it goes on, and names no next page.")
        seen.add(page.next_page)
        page = reader.page(first, last, page.next_page)


def _check(source: ReportSource) -> None:
    """Before anything is sent: what an HTTP library says of a wrong header would hold the key."""
    if not _KEY.fullmatch(source.admin_key):
        raise ReportFailed("ANTHROPIC_ADMIN_KEY holds a character that no key has, such as a space.")
    parts = urlsplit(source.url)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise ReportFailed(
            "ANTHROPIC_ADMIN_BASE_URL must begin with https://, or the key would go out in clear."
        )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _add(costs: dict[date, Decimal], bucket: _Bucket, first: date, last: date) -> None:
    begin, end = bucket.starting_at, bucket.ending_at
    day = begin.astimezone(UTC).date() if begin.tzinfo and end.tzinfo else None
    if day is None or begin != _midnight(day) or end != _midnight(day + timedelta(days=1)):
        raise ReportFailed(f"The cost report has a span that is no day in UTC: {begin} to {end}.")
    if not first <= day <= last:
        return  # more than was asked for
    if day in costs:
        raise ReportFailed(f"The cost report has {day} twice.")
    costs[day] = sum((_usd(item) for item in bucket.results), Decimal(0))


def _usd(item: _Item) -> Decimal:
    if item.currency != CURRENCY:
        raise ReportFailed(f"The cost report is in {clean(item.currency)[:20]}: only USD can be compared.")
    if not _AMOUNT.fullmatch(item.amount):
        raise ReportFailed(f"The cost report has an amount that is none: {clean(item.amount)[:40]!r}.")
    return Decimal(item.amount).scaleb(-2)  # it is in cents


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


class _Reader:
    """Asks for pages, each as often as `patience` allows, all of them within its time."""

    def __init__(self, source: ReportSource) -> None:
        self._source = source
        self._deadline = time.monotonic() + source.patience.total_s

    def page(self, first: date, last: date, token: str | None) -> _Page:
        query: dict[str, str] = {
            "starting_at": f"{first}T00:00:00Z",
            "ending_at": f"{last + timedelta(days=1)}T00:00:00Z",
            "bucket_width": "1d",
            "limit": str(min((last - first).days + 1, MOST_DAYS_A_PAGE)),
            **({} if token is None else {"page": token}),
        }
        for attempt in range(1, self._source.patience.attempts + 1):
            answer = self._ask(query)
            if isinstance(answer, _Page):
                return answer
            self._wait(answer, attempt)
        raise AssertionError("the last attempt returns or raises")

    def _wait(self, failure: "_Failure", attempt: int) -> None:
        patience = self._source.patience
        wait_s = patience.backoff_s * 2 ** (attempt - 1) if failure.wait_s is None else failure.wait_s
        if not failure.may_pass or attempt == patience.attempts or self._is_late(wait_s):
            tries = f" It was asked {attempt} times." if attempt > 1 else ""
            raise ReportFailed(f"{failure.words}{tries}")
        time.sleep(wait_s)

    def _is_late(self, wait_s: float) -> bool:
        return time.monotonic() + wait_s >= self._deadline

    def _ask(self, query: dict[str, str]) -> "_Page | _Failure":
        # A tenth of a second and some megabytes, which only who compares shall pay. It is the SDK's own.
        import httpx2  # noqa: PLC0415

        patience, source = self._source.patience, self._source
        headers = {"x-api-key": source.admin_key, "anthropic-version": API_VERSION, "user-agent": "ClaudeOps"}
        timeout = httpx2.Timeout(patience.read_s, connect=patience.connect_s)
        try:
            with (
                httpx2.Client(timeout=timeout) as client,
                client.stream("GET", source.url, params=query, headers=headers) as response,
            ):
                body = self._read(response)
                return _page_of(body) if response.status_code == 200 else self._failure(response, body)
        except httpx2.TimeoutException:
            return _Failure(f"{_host(source)} did not answer within {patience.read_s:g} s.")
        except httpx2.InvalidURL:
            return _Failure("ANTHROPIC_ADMIN_BASE_URL is no address.", may_pass=False)
        except httpx2.HTTPError as error:
            return _Failure(self._redacted(f"{_host(source)} cannot be asked: {error}."))

    def _read(self, response: Any) -> bytes:
        """A body that trickles or never ends is given up too."""
        body = b""
        for part in response.iter_bytes():
            body += part
            if len(body) > MOST_BYTES_A_PAGE:
                raise ReportFailed(f"A page of the cost report has more than {MOST_BYTES_A_PAGE} bytes.")
            if self._is_late(0):
                raise ReportFailed(f"The cost report took more than {self._source.patience.total_s:g} s.")
        return body

    def _failure(self, response: Any, body: bytes) -> "_Failure":
        status = response.status_code
        said = self._redacted(_message_of(body))
        if status in (401, 403):
            words = f"The Admin API refuses the key ({status}): {said} {SET_KEY}."
            return _Failure(words, may_pass=False)
        wait_s = _seconds(response.headers.get("retry-after", ""))
        asked = f" It asks to wait {wait_s:g} s." if wait_s else ""
        return _Failure(f"{_host(self._source)} answered {status}: {said}{asked}", status in BUSY, wait_s)

    def _redacted(self, text: str) -> str:
        key = self._source.admin_key
        return redactor_for({"ANTHROPIC_ADMIN_KEY": key}).redact(clean(text)).replace("\n", " ")[:300]


@dataclass(frozen=True)
class _Failure:
    words: str
    may_pass: bool = True
    wait_s: float | None = None  # as the server asked


def _host(source: ReportSource) -> str:
    return urlsplit(source.url).hostname or "The server"


def _page_of(body: bytes) -> _Page:
    try:
        return _Page.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the whole"
        raise ReportFailed(f"The cost report is not as documented, at {where}: {first['msg']}.") from None


class _Detail(BaseModel):
    message: str


class _Refusal(BaseModel):
    error: _Detail


def _message_of(body: bytes) -> str:
    try:
        return _Refusal.model_validate_json(body).error.message
    except ValidationError:
        return "without a reason."


def _seconds(retry_after: str) -> float | None:
    """None for its other form, a date: the own pause will do."""
    return float(retry_after) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", retry_after, re.ASCII) else None
