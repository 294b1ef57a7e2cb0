"""Comparing the ledger with Anthropic's cost report, day by day in UTC."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from costs.cost_report import PATIENCE, SET_KEY, Patience, ReportFailed, ReportSource, fetch_costs
from costs.models import CostRecord, DailyReconciliation
from system.alerts import raise_alert
from system.errors import Conflict, Invalid
from system.models import Severity
from system.money import MAX_UNITS, UNIT_USD, text_of, usd_of

USUAL_DAYS = 7  # the last of them may still change, so each is compared a few times
MOST_DAYS = 92


def reconcile_due() -> str | None:
    """The nightly comparison, in one line; None without an Admin key. What goes wrong is an alert."""
    if not settings.ANTHROPIC_ADMIN_KEY:
        return None
    try:
        return describe(reconcile_days())
    except ReportFailed as error:
        raise_alert(
            kind="reconcile-failed",
            key=f"reconcile-failed:{utc_today()}",
            severity=Severity.WARNING,
            title="Costs could not be compared with Anthropic's report",
            detail=error.detail,
        )
        return f"Costs could not be compared: {error.detail}"


def reconcile_days(
    first: date | None = None, last: date | None = None, *, patience: Patience = PATIENCE
) -> list[DailyReconciliation]:
    """Compare and store the days from `first` to `last`, both in UTC; the last seven whole ones by default.

    A day that the report does not have is left out. Raises Conflict without a key, Invalid for days that
    cannot be compared, ReportFailed; then nothing is stored.
    """
    if not settings.ANTHROPIC_ADMIN_KEY:
        raise Conflict(f"There is no Admin key. {SET_KEY}.")
    first, last = _span(first, last)
    source = ReportSource(settings.ANTHROPIC_ADMIN_KEY, settings.ANTHROPIC_ADMIN_BASE_URL, patience)
    reported = fetch_costs(source, first, last)
    rows = [_compared(day, _held(usd)) for day, usd in sorted(reported.items())]
    with transaction.atomic():
        _store(rows)
        for row in rows:
            if row.differs:
                _alert(row)
    return rows


def describe(rows: list[DailyReconciliation]) -> str:
    different = ", ".join(str(row.day) for row in rows if row.differs)
    found = f"these differ: {different}" if different else "all agree"
    return f"{len(rows)} days compared with Anthropic's report; {found}"


def utc_today() -> date:
    return timezone.now().astimezone(UTC).date()


def _span(first: date | None, last: date | None) -> tuple[date, date]:
    yesterday = utc_today() - timedelta(days=1)
    last = last or yesterday
    first = first or last - timedelta(days=USUAL_DAYS - 1)
    if last > yesterday:
        raise Invalid(f"{last} is not over in UTC; the last whole day is {yesterday}.", field="date_to")
    if first > last:
        raise Invalid(f"{first} comes after {last}.", field="date_from")
    if (last - first).days >= MOST_DAYS:
        raise Invalid(f"At most {MOST_DAYS} days are compared at once.", field="date_from")
    return first, last


def _held(usd: Decimal) -> Decimal:
    """To the last place that an amount here has. Raises ReportFailed for what no day can cost."""
    if not 0 <= usd <= usd_of(MAX_UNITS):
        raise ReportFailed(f"The cost report says that a day cost {text_of(usd)} USD.")
    return usd.quantize(UNIT_USD, rounding=ROUND_HALF_EVEN)


def _compared(day: date, reported: Decimal) -> DailyReconciliation:
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC)
    ours = CostRecord.objects.filter(timestamp__gte=begin, timestamp__lt=begin + timedelta(days=1)).aggregate(
        usd=Sum("total_cost_usd", default=Decimal(0)),
        unpriced=Count("id", filter=Q(total_cost_usd__isnull=True)),
    )
    return DailyReconciliation(
        day=day, recorded_usd=ours["usd"], reported_usd=reported, unpriced_records=ours["unpriced"]
    )


def _store(rows: list[DailyReconciliation]) -> None:
    DailyReconciliation.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["recorded_usd", "reported_usd", "unpriced_records", "checked_at"],
    )


def _alert(row: DailyReconciliation) -> None:
    recorded, reported = text_of(row.recorded_usd), text_of(row.reported_usd)
    unpriced = f" {row.unpriced_records} records of it have no price." if row.unpriced_records else ""
    raise_alert(
        kind="reconcile-drift",
        key=f"reconcile-drift:{row.day}",
        severity=Severity.WARNING,
        title=f"{row.day}: the ledger differs from Anthropic's report",
        detail=f"Recorded {recorded} USD, reported {reported} USD: {text_of(row.difference_usd)} USD apart"
        f" (ours less theirs, the day in UTC).{unpriced}",
        data={"day": str(row.day), "recorded_usd": recorded, "reported_usd": reported},
    )
