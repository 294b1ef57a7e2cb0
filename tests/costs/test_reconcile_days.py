"""Days of the ledger beside those of the cost report: what is stored, what is said, and what is refused."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.utils import timezone

from costs.models import CostRecord, DailyReconciliation
from costs.reconciliation import reconcile_due
from system.models import Alert
from system.roles import Role
from tests.api_clients import ApiClient, fields_of
from tests.console import console_url, signed_in
from tests.cost_report_api import ADMIN_KEY, CostReportServer, bucket, item, page
from tests.messages_api import failure

pytestmark = pytest.mark.django_db

ASKED = {"date_from": "2026-11-19", "date_to": "2026-11-21"}


@pytest.fixture
def server() -> Iterator[CostReportServer]:
    with (
        CostReportServer() as server,
        override_settings(ANTHROPIC_ADMIN_KEY=ADMIN_KEY, ANTHROPIC_ADMIN_BASE_URL=server.url),
    ):
        yield server


@pytest.fixture
def admin() -> ApiClient:
    return ApiClient(Role.ADMIN)


def record(at: str, usd: str | None) -> None:
    moment = datetime.fromisoformat(at)
    local = timezone.localtime(moment)
    CostRecord.objects.create(
        model_used="m", total_cost_usd=usd, timestamp=moment,
        year=local.year, month=local.month, day=local.day,
    )  # fmt: skip


def items(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    document = response.json()
    assert document["count"] == len(document["items"])
    return [{name: row[name] for name in row if name != "checked_at"} for row in document["items"]]


@override_settings(TIME_ZONE="Pacific/Auckland")
def test_a_day_is_one_in_utc_up_to_its_last_microsecond(server: CostReportServer, admin: ApiClient) -> None:
    for at, usd in (
        ("2026-11-19T23:59:59.999999Z", "8"),
        ("2026-11-20T00:00:00Z", "1"),
        ("2026-11-20T23:59:59.999999Z", "0.25"),
        ("2026-11-21T00:00:00Z", "16"),
    ):
        record(at, usd)
    server.bill("2026-11-20", "125")
    day = items(admin.post("/costs/reconciliation", {"date_from": "2026-11-20", "date_to": "2026-11-20"}))
    assert day == [
        {
            "day": "2026-11-20",
            "recorded_usd": "1.25",
            "reported_usd": "1.25",
            "difference_usd": "0",
            "differs": False,
            "unpriced_records": 0,
        }
    ]


def test_days_are_shown_to_a_viewer_the_newest_first(server: CostReportServer, admin: ApiClient) -> None:
    record("2026-11-20T12:00:00Z", "0.000000000001")
    record("2026-11-20T12:00:01Z", None)
    server.bill("2026-11-21", "250")
    done = items(admin.post("/costs/reconciliation", ASKED))
    assert [row["day"] for row in done] == ["2026-11-21", "2026-11-20", "2026-11-19"]
    assert done[0]["difference_usd"] == "-2.5"
    assert done[0]["differs"]
    assert done[1]["recorded_usd"] == "0.000000000001"
    assert done[1]["unpriced_records"] == 1
    viewer = ApiClient(Role.VIEWER)
    assert items(viewer.get("/costs/reconciliation")) == done
    assert viewer.get("/costs/reconciliation?limit=1&offset=1").json()["items"][0]["day"] == "2026-11-20"


@pytest.mark.parametrize(
    ("recorded", "cents", "differs"),
    [
        ("0.01", "0", False),
        ("0.010000000001", "0", True),
        ("0", "1.01", True),
        ("100.5", "10000", False),
        ("100.500000000001", "10000", True),
        ("99.5", "10000", False),
        ("99.499999999999", "10000", True),
    ],
)
def test_how_far_apart_is_too_far(
    server: CostReportServer, admin: ApiClient, recorded: str, cents: str, differs: bool
) -> None:
    record("2026-11-20T12:00:00Z", recorded)
    server.bill("2026-11-20", cents)
    rows = items(admin.post("/costs/reconciliation", ASKED))
    assert [row["differs"] for row in rows] == [False, differs, False]
    assert Alert.objects.filter(kind="reconcile-drift").count() == int(differs)


def test_an_alert_names_the_day_and_both_amounts_and_is_raised_once(
    server: CostReportServer, admin: ApiClient
) -> None:
    record("2026-11-20T12:00:00Z", "1.5")
    record("2026-11-20T12:00:00Z", None)
    server.bill("2026-11-20", "100.5")
    for _ in range(2):
        admin.post("/costs/reconciliation", ASKED)
    alert = Alert.objects.get()
    assert (alert.kind, alert.key) == ("reconcile-drift", "reconcile-drift:2026-11-20")
    assert alert.detail == (
        "Recorded 1.5 USD, reported 1.005 USD: 0.495 USD apart (ours less theirs, the day in UTC)."
        " 1 records of it have no price."
    )


def test_a_day_is_compared_again_and_its_row_changed(server: CostReportServer, admin: ApiClient) -> None:
    server.bill("2026-11-20", "100")
    admin.post("/costs/reconciliation", ASKED)
    before = DailyReconciliation.objects.get(day="2026-11-20")
    record("2026-11-20T12:00:00Z", "1.2")
    server.bill("2026-11-20", "120")
    admin.post("/costs/reconciliation", ASKED)
    after = DailyReconciliation.objects.get(day="2026-11-20")
    assert after.pk == before.pk
    assert (after.recorded_usd, after.reported_usd) == (Decimal("1.2"), Decimal("1.2"))
    assert after.checked_at > before.checked_at


def test_a_day_that_is_not_reported_yet_is_not_compared(admin: ApiClient) -> None:
    with (
        CostReportServer(unreported_from="2026-11-20") as server,
        override_settings(ANTHROPIC_ADMIN_KEY=ADMIN_KEY, ANTHROPIC_ADMIN_BASE_URL=server.url),
    ):
        record("2026-11-20T12:00:00Z", "1.5")
        assert [row["day"] for row in items(admin.post("/costs/reconciliation", ASKED))] == ["2026-11-19"]
    assert not Alert.objects.exists()


def test_nothing_is_stored_of_a_report_that_fails_in_its_second_half(
    server: CostReportServer, admin: ApiClient
) -> None:
    good, bad = bucket(date(2026, 11, 19), ["100"]), bucket(date(2026, 11, 20), ["100"])
    server.script([page(good, next_page="more"), page({**bad, "results": [item("1", currency="EUR")]})])
    response = admin.post("/costs/reconciliation", ASKED)
    assert response.status_code == 502
    assert response.json()["detail"] == "The cost report is in EUR: only USD can be compared."
    assert not DailyReconciliation.objects.exists()
    assert not Alert.objects.exists()


def test_a_day_that_no_column_could_hold(server: CostReportServer, admin: ApiClient) -> None:
    server.bill("2026-11-20", "999999999999")
    response = admin.post("/costs/reconciliation", ASKED)
    assert response.status_code == 502
    assert "a day cost 9999999999.99 USD" in response.json()["detail"]


def test_without_a_key_it_says_what_to_set(admin: ApiClient) -> None:
    response = admin.post("/costs/reconciliation", {})
    assert response.status_code == 409
    assert "Set ANTHROPIC_ADMIN_KEY" in response.json()["detail"]
    with pytest.raises(CommandError, match="Set ANTHROPIC_ADMIN_KEY"):
        call_command("reconcile_costs")


def test_only_an_admin_runs_it(server: CostReportServer) -> None:
    assert ApiClient(Role.OPERATOR).post("/costs/reconciliation", ASKED).status_code == 403
    assert server.queries == []


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"date_from": "2026-11-20T00:00:00Z"}, "date_from"),
        ({"date_to": "2026-02-30"}, "date_to"),
        ({"date_from": 20261120}, "date_from"),
        ({"date_from": "2026-11-21", "date_to": "2026-11-20"}, "date_from"),
        ({"date_from": "2026-01-01", "date_to": "2026-11-20"}, "date_from"),
        ({"date_to": "2999-01-01"}, "date_to"),
        ({"day": "2026-11-20"}, "day"),
    ],
)
def test_days_that_make_no_sense(
    server: CostReportServer, admin: ApiClient, asked: dict[str, Any], field: str
) -> None:
    response = admin.post("/costs/reconciliation", asked)
    assert response.status_code == 422
    assert fields_of(response) == [field]
    assert server.queries == []


def test_today_is_not_over(server: CostReportServer, admin: ApiClient) -> None:
    today = timezone.now().astimezone(UTC).date()
    response = admin.post("/costs/reconciliation", {"date_to": str(today)})
    assert (response.status_code, fields_of(response)) == (422, ["date_to"])


def test_at_night_the_last_seven_whole_days_are_compared(server: CostReportServer) -> None:
    today = timezone.now().astimezone(UTC).date()
    server.bill(str(today - timedelta(days=2)), "500")
    different = today - timedelta(days=2)
    assert reconcile_due() == f"7 days compared with Anthropic's report; these differ: {different}"
    days = DailyReconciliation.objects.order_by("day").values_list("day", flat=True)
    assert list(days) == [today - timedelta(days=back) for back in range(7, 0, -1)]


def test_at_night_without_a_key_nothing_is_done() -> None:
    assert reconcile_due() is None


def test_a_night_that_fails_is_an_alert_without_the_key(
    server: CostReportServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.script([failure(403, message=f"{ADMIN_KEY} is no admin's")])
    with caplog.at_level("DEBUG"):
        told = str(reconcile_due())
    alert = Alert.objects.get()
    assert alert.kind == "reconcile-failed"
    assert "refuses the key (403)" in alert.detail
    assert "refuses the key (403)" in told
    assert ADMIN_KEY not in told + alert.detail + caplog.text


def test_from_the_command_line_it_is_a_table(server: CostReportServer) -> None:
    record("2026-11-20T12:00:00Z", "1.5")
    out = StringIO()
    call_command("reconcile_costs", "--from", "2026-11-19", "--to", "2026-11-20", stdout=out)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines[1] == ["2026-11-19", "$0", "$0", "$0", "agrees"]
    assert lines[2] == ["2026-11-20", "$1.5", "$0", "$1.5", "differs"]
    assert lines[3][:2] == ["2", "days"]


def test_the_console_shows_it(server: CostReportServer, admin: ApiClient) -> None:
    record("2026-11-20T12:00:00Z", "1.5")
    admin.post("/costs/reconciliation", ASKED)
    shown = signed_in(Role.VIEWER).get(console_url(DailyReconciliation, "changelist")).content.decode()
    assert "$1.5" in shown
    assert shown.count("Differs") == 1
    assert shown.count("Agrees") == 2
    assert ADMIN_KEY not in shown
