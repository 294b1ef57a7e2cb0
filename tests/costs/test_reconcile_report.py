"""Reading the cost report: its pages and days, and everything that may come in their place."""

import time
import traceback
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from costs.cost_report import Patience, ReportFailed, ReportSource, fetch_costs
from tests.cost_report_api import ADMIN_KEY, CostReportServer, bucket, item, page, raw
from tests.messages_api import failure, hang, not_the_api, rate_limited

IMPATIENT = Patience(connect_s=2, read_s=0.3, total_s=5, attempts=3, backoff_s=0.01)
DAY = date(2026, 11, 20)


@pytest.fixture
def server() -> Iterator[CostReportServer]:
    with CostReportServer() as server:
        yield server


def fetched(
    server: CostReportServer, first: date = DAY, last: date = DAY, *, key: str = ADMIN_KEY, **patience: Any
) -> dict[date, Decimal]:
    waits = Patience(**{**vars(IMPATIENT), **patience})
    return fetch_costs(ReportSource(key, server.url, waits), first, last)


def words(server: CostReportServer, **more: Any) -> str:
    """What is said of the failure, in which the key must never stand."""
    with pytest.raises(ReportFailed) as caught:
        fetched(server, **more)
    assert ADMIN_KEY not in "".join(traceback.format_exception(caught.value))
    return caught.value.detail


def test_cents_become_dollars_exactly(server: CostReportServer) -> None:
    server.bill("2026-11-20", "123.45", "0.0000001", "-0.45")
    assert fetched(server) == {DAY: Decimal("1.230000001")}


def test_a_day_without_costs_is_nought_and_one_that_is_not_there_yet_is_left_out() -> None:
    with CostReportServer({"2026-11-20": ["100"]}, unreported_from="2026-11-22") as server:
        costs = fetched(server, date(2026, 11, 19), date(2026, 11, 22))
    assert costs == {date(2026, 11, 19): 0, DAY: 1, date(2026, 11, 21): 0}


def test_all_pages_are_read() -> None:
    days = {f"2026-10-{day:02}": [f"{day}00"] for day in range(1, 32)}
    with CostReportServer(days, days_a_page=4) as server:
        costs = fetched(server, date(2026, 10, 1), date(2026, 10, 31))
        assert len(server.queries) == 8
    assert costs == {date(2026, 10, day): day for day in range(1, 32)}


def test_no_more_days_are_asked_for_than_a_page_may_have() -> None:
    with CostReportServer() as server:
        assert len(fetched(server, date(2026, 8, 1), date(2026, 10, 31))) == 92
        assert {query["limit"][0] for query in server.queries} == {"31"}


@pytest.mark.parametrize("status", [401, 403])
def test_a_key_that_is_refused_is_not_tried_again(server: CostReportServer, status: int) -> None:
    server.script([failure(status, "permission_error", f"No: {ADMIN_KEY}")] * 2)
    said = words(server)
    assert f"refuses the key ({status})" in said
    assert "Set ANTHROPIC_ADMIN_KEY" in said
    assert len(server.queries) == 1


def test_a_wrong_key(server: CostReportServer) -> None:
    assert "invalid x-api-key" in words(server, key="sk-ant-of-somebody-else")


@pytest.mark.parametrize("busy", [rate_limited("0"), failure(500), failure(529), hang()])
def test_what_passes_is_waited_for(server: CostReportServer, busy: Any) -> None:
    server.bill("2026-11-20", "100")
    server.script([busy, busy])
    assert fetched(server) == {DAY: 1}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (failure(500, message="Oh no."), "127.0.0.1 answered 500: Oh no. It was asked 3 times."),
        (rate_limited("0"), "127.0.0.1 answered 429: Slow down. It was asked 3 times."),
        (hang(), "127.0.0.1 did not answer within 0.3 s. It was asked 3 times."),
    ],
)
def test_what_does_not_pass_is_given_up(server: CostReportServer, reply: Any, said: str) -> None:
    server.script([reply] * 4)
    assert words(server) == said
    assert len(server.queries) == 3


def test_it_does_not_wait_longer_than_it_may(server: CostReportServer) -> None:
    server.script([rate_limited("3600")])
    began = time.monotonic()
    assert words(server) == "127.0.0.1 answered 429: Slow down. It asks to wait 3600 s."
    assert time.monotonic() - began < 3


def test_a_server_that_is_not_there(server: CostReportServer) -> None:
    source = ReportSource(ADMIN_KEY, "http://127.0.0.1:9", IMPATIENT)
    with pytest.raises(ReportFailed, match=r"127\.0\.0\.1 cannot be asked: .* It was asked 3 times"):
        fetch_costs(source, DAY, DAY)


def test_other_currencies_are_not_compared(server: CostReportServer) -> None:
    euros = {**bucket(DAY, []), "results": [item("100", currency="EUR")]}
    server.script([page(euros)])
    assert words(server) == "The cost report is in EUR: only USD can be compared."


HALF_A_DAY = {**bucket(DAY, ["1"]), "ending_at": "2026-11-20T12:00:00Z"}
WITHOUT_ZONE = {**bucket(DAY, ["1"]), "starting_at": "2026-11-20T00:00:00"}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (not_the_api(), "not as documented"),
        (raw(b""), "not as documented"),
        (raw(b'{"data": []}'), "not as documented, at has_more"),
        (raw(b'{"data": [{"results": 1}], "has_more": false}'), "not as documented, at data.0"),
        (page({**bucket(DAY, []), "results": [item(1.5)]}), "at data.0.results.0.amount"),  # type: ignore[arg-type]
        (page(bucket(DAY, ["1,50"])), "an amount that is none: '1,50'"),
        (page(bucket(DAY, ["NaN"])), "an amount that is none"),
        (page(bucket(DAY, ["1e9"])), "an amount that is none"),
        (page(HALF_A_DAY), "a span that is no day in UTC"),
        (page(WITHOUT_ZONE), "a span that is no day in UTC"),
        (page(bucket(DAY, []), bucket(DAY, [])), "has 2026-11-20 twice"),
        (raw(b'{"data": [], "has_more": true, "next_page": null}'), "names no next page"),
        (raw(b" " * 6_000_000), "more than 5000000 bytes"),
        (raw(b"", status=302), "answered 302"),
    ],
)
def test_what_is_no_cost_report(server: CostReportServer, reply: Any, said: str) -> None:
    server.script([reply])
    assert said in words(server)


def test_pages_that_lead_in_a_circle(server: CostReportServer) -> None:
    server.script([page(bucket(DAY, []), next_page="again"), page(next_page="again")])
    assert "names no next page" in words(server)


@pytest.mark.parametrize("key", ["sk-ant-admin\n", "sk ant", "sk-ant-ä"])
def test_a_key_that_is_none_is_never_sent(server: CostReportServer, key: str) -> None:
    assert "a character that no key has" in words(server, key=key)
    assert server.queries == []


@pytest.mark.parametrize("url", ["http://reports.example.org", "ftp://127.0.0.1", "reports.example.org"])
def test_the_key_goes_out_over_tls_alone(url: str) -> None:
    with pytest.raises(ReportFailed, match="must begin with https"):
        fetch_costs(ReportSource(ADMIN_KEY, url, IMPATIENT), DAY, DAY)


def test_a_source_is_shown_without_its_key() -> None:
    assert ADMIN_KEY not in repr(ReportSource(ADMIN_KEY))
