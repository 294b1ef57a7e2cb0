"""Which backups are kept, and why; and the removal of the others."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils import timezone

from system.backups.policy import Retention


@dataclass(frozen=True)
class Candidate:
    """A backup as retention sees it. What is not `is_good` (a check has failed) stands for no day at all."""

    name: str
    created_at: datetime
    trigger: Literal["daily", "manual"] = "daily"
    is_good: bool = True
    is_ours: bool = True


@dataclass(frozen=True)
class Verdict:
    name: str
    is_kept: bool
    why: str


def judge_backups(backups: Iterable[Candidate], policy: Retention, now: datetime) -> list[Verdict]:
    """A verdict on each, the newest first. Days, ISO weeks and months are those of TIME_ZONE."""
    newest_first = sorted(backups, key=lambda backup: (backup.created_at, backup.name), reverse=True)
    good = [backup for backup in newest_first if backup.is_good and backup.is_ours]
    reasons = _reasons(good, policy)
    since = now - timedelta(days=policy.daily)
    return [_judge(backup, reasons.get(backup.name, []), since) for backup in newest_first]


def _judge(backup: Candidate, reasons: list[str], since: datetime) -> Verdict:
    if not backup.is_ours:
        return Verdict(backup.name, True, "another installation made it")
    if not backup.is_good and backup.created_at >= since:
        return Verdict(backup.name, True, "a check of it failed; stays to be looked at")
    if backup.trigger == "manual" and backup.created_at >= since:
        reasons = [*reasons, "asked for by a person"]
    if reasons:
        return Verdict(backup.name, True, ", ".join(reasons))
    return Verdict(
        backup.name, False, "neither the newest of a day, week or month that is kept, nor asked for"
    )


def _reasons(good: Sequence[Candidate], policy: Retention) -> dict[str, list[str]]:
    """By name, in the words that a person reads; `good` is ordered from the newest on."""
    reasons: dict[str, list[str]] = {}
    if good:
        reasons[good[0].name] = ["newest"]
    periods: tuple[tuple[str, int, Callable[[datetime], Hashable]], ...] = (
        ("day", policy.daily, lambda at: at.date()),
        ("week", policy.weekly, lambda at: at.isocalendar()[:2]),
        ("month", policy.monthly, lambda at: (at.year, at.month)),
    )
    for noun, number, period_of in periods:
        seen: set[Hashable] = set()
        for backup in good:
            period = period_of(timezone.localtime(backup.created_at))
            if period in seen:
                continue
            seen.add(period)
            if len(seen) > number:
                break
            reasons.setdefault(backup.name, []).append(f"{noun} {len(seen)} of {number}")
    return reasons
