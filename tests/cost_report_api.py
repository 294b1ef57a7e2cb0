"""The cost report of Anthropic's Admin API on the loopback address, in its documented shape.

    with CostReportServer({"2026-11-20": ["123.45"]}) as server:
        server.script([rate_limited("0")])  # in turn; after that, the report

Amounts are in cents, a decimal string for each item of a day. The replies of tests.messages_api fit as well.
"""

import base64
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.messages_api import Exchange, Received, Reply, ServerInThread

ADMIN_KEY = "sk-ant-admin01-of-the-tests"
PATH = "/v1/organizations/cost_report"
MOST_DAYS = 31
USUAL_DAYS = 7


def item(amount: str, **more: Any) -> dict[str, Any]:
    """Not grouped, so that only the amount says something."""
    nothing = dict.fromkeys(
        ("context_window", "cost_type", "description", "model", "service_tier", "token_type", "workspace_id")
    )
    return {"currency": "USD", "amount": amount, **nothing, **more}


def bucket(day: date, amounts: Iterable[str]) -> dict[str, Any]:
    return {
        "starting_at": f"{day}T00:00:00Z",
        "ending_at": f"{day + timedelta(days=1)}T00:00:00Z",
        "results": [item(amount) for amount in amounts],
    }


def page(*buckets: Mapping[str, Any], next_page: str | None = None) -> Reply:
    """Any page, right or wrong."""
    body = {"data": list(buckets), "has_more": next_page is not None, "next_page": next_page}
    return lambda exchange: exchange.send_json(200, body)


def raw(body: bytes, status: int = 200) -> Reply:
    return lambda exchange: exchange.send_raw(status, body, "application/json")


class _Exchange(Exchange):
    server: "_Server"  # type: ignore[assignment]

    def do_GET(self) -> None:
        self._read()
        self.server.next_reply()(self)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, days: Mapping[str, Iterable[str]], unreported_from: str, days_a_page: int) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.days = {date.fromisoformat(day): list(amounts) for day, amounts in days.items()}
        self.unreported_from = date.fromisoformat(unreported_from)
        self.days_a_page = days_a_page
        self.requests: list[Received] = []
        self.stopping = threading.Event()
        self.replies: list[Reply] = []

    def next_reply(self) -> Reply:
        return self.replies.pop(0) if self.replies else self.report

    def report(self, exchange: Exchange) -> None:
        parts = urlsplit(exchange.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, strict_parsing=True).items()}
        if exchange.received.headers.get("x-api-key") != ADMIN_KEY:
            exchange.send_json(401, _error("authentication_error", "invalid x-api-key"))
        elif exchange.received.headers.get("anthropic-version") != "2023-06-01" or parts.path != PATH:
            exchange.send_json(404, _error("not_found_error", "Not found"))
        else:
            exchange.send_json(200, self._page(query))

    def _page(self, query: dict[str, str]) -> dict[str, Any]:
        assert query["bucket_width"] == "1d"
        limit = int(query.get("limit", USUAL_DAYS))
        assert 1 <= limit <= MOST_DAYS
        end = min(_day(query["ending_at"]), self.unreported_from)
        day = _day(query["starting_at"]) if "page" not in query else _read_token(query["page"])
        buckets = []
        while day < end and len(buckets) < min(limit, self.days_a_page):
            buckets.append(bucket(day, self.days.get(day, [])))
            day += timedelta(days=1)
        has_more = day < end
        return {"data": buckets, "has_more": has_more, "next_page": _token(day) if has_more else None}


def _day(text: str) -> date:
    return datetime.fromisoformat(text).astimezone(UTC).date()


def _token(day: date) -> str:
    return "page_" + base64.b64encode(f"{day}T00:00:00Z".encode()).decode()


def _read_token(token: str) -> date:
    return _day(base64.b64decode(token.removeprefix("page_")).decode())


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"type": "error", "error": {"type": kind, "message": message}}


class CostReportServer(ServerInThread):
    """`url` goes into ANTHROPIC_ADMIN_BASE_URL; it ends before `unreported_from`."""

    def __init__(
        self,
        days: Mapping[str, Iterable[str]] | None = None,
        *,
        unreported_from: str = "9999-01-01",
        days_a_page: int = MOST_DAYS,
    ) -> None:
        super().__init__(_Server(days or {}, unreported_from, days_a_page))

    @property
    def queries(self) -> list[dict[str, list[str]]]:
        """What was asked so far."""
        return [parse_qs(urlsplit(request.path).query) for request in self._server.requests]

    def bill(self, day: str, *amounts: str) -> None:
        self._server.days[date.fromisoformat(day)] = list(amounts)

    def script(self, replies: Iterable[Reply]) -> None:
        """What the next requests get, one each; then the report again."""
        self._server.replies = list(replies)
