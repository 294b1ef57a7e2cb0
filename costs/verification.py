"""The nightly look at the ledger: whether the daily sums are what the records add up to."""

import hashlib
from datetime import date, datetime, timedelta
from itertools import groupby

from django.utils import timezone

from costs.rollups import Drift, repair_days, verify_days
from system.alerts import raise_alert
from system.models import Severity

KIND = "ledger-drift"
WHOLE_DAYS = 3  # and today, as far as it has come
LISTED = 20


def verify_recent_days(now: datetime) -> str:
    """Compare the last days, say what differs, then correct it. What came of it, in a sentence."""
    today = timezone.localdate(now)
    first = today - timedelta(days=WHOLE_DAYS)
    drifts = verify_days(first, today)
    if not drifts:
        return f"The sums of {first} to {today} are right."
    # Said before it is corrected: what is cut off in between is said once, and corrected the next time.
    for day, its in groupby(drifts, key=lambda drift: drift.day):
        _warn(day, list(its))
    repair_days(first, today)
    return f"{len(drifts)} daily sums of {first} to {today} were wrong, and were corrected."


def _warn(day: date, drifts: list[Drift]) -> None:
    lines = [str(drift) for drift in drifts]
    # What drifts in another way another night is something new to say.
    mark = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:12]
    raise_alert(
        kind=KIND,
        key=f"{KIND}:{day}:{mark}",
        severity=Severity.WARNING,
        title=f"The cost sums of {day} differed from its records",
        detail="\n".join([*lines[:LISTED], "They were corrected from the records."]),
        data={"day": day.isoformat(), "rows": len(drifts)},
    )
