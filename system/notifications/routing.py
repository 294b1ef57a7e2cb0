"""From alerts to the outbox: which targets are told of what, and from when on."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from system.alerts import RECOVERED
from system.models import Alert, Delivery, Notification, NotificationRule, Severity
from system.notifications.kinds import DEAD_LETTER
from system.notifications.quiet_hours import let_go_at

BATCH = 100
_GRAVITY = {severity: place for place, severity in enumerate(Severity.values)}

Begun = Mapping[int, Alert]  # what recovered alerts are the end of, by id


def enqueue_new(now: datetime | None = None) -> int:
    """Put what was raised since the last time into the outbox; how many alerts were looked at.

    Any number of clocks may do so at once: an alert goes once to each target, by a constraint.
    """
    now = now or timezone.now()
    alerts = list(Alert.objects.filter(is_routed=False).order_by("id")[:BATCH])
    if not alerts:
        return 0
    rules = list(
        NotificationRule.objects.filter(enabled=True, target__enabled=True)
        .select_related("target")
        .order_by("id")
    )
    with transaction.atomic():
        begun, digests = begun_by(alerts), _Digests(rules, now)
        rows = [
            row
            for alert in alerts
            for row in _rows_of(
                alert, [rule for rule in rules if is_wanted(rule, alert, begun.get(alert.pk))], digests, now
            )
        ]
        Notification.objects.bulk_create(rows, ignore_conflicts=True)
        Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(is_routed=True)
    return len(alerts)


def begun_by(alerts: Iterable[Alert]) -> Begun:
    """For each of `alerts` that says that something is over, by its id: the alert that had said it."""
    ends = {alert.pk: alert.data.get("alert") for alert in alerts if alert.kind == RECOVERED}
    firsts = {pk: first for pk, first in ends.items() if isinstance(first, int)}
    known = Alert.objects.in_bulk(firsts.values()) if firsts else {}
    return {pk: known[first] for pk, first in firsts.items() if first in known}


def _rows_of(
    alert: Alert, rules: Iterable[NotificationRule], digests: "_Digests", now: datetime
) -> Iterable[Notification]:
    """One for each target of `rules`, by the one of them that lets it go first."""
    rows: dict[int, Notification] = {}
    for rule in rules:
        due_at = digests.due_at(rule, alert.severity, now)
        if rule.target_id not in rows or due_at < rows[rule.target_id].due_at:
            rows[rule.target_id] = Notification(
                target=rule.target, alert=alert, rule=rule, due_at=due_at, created_at=now
            )
    return rows.values()


def is_wanted(rule: NotificationRule, alert: Alert, begun: Alert | None = None) -> bool:
    """Whether `rule` tells of `alert`; `begun` is what a recovered one is the end of.

    Whoever is told that something began, by its severity, is told of its end: so an end counts as grave as
    its beginning. With `recovered` among the kinds the ends of the others are told; alone, all ends.
    """
    if alert.pk <= rule.after_alert or _is_about(alert, rule.target.name):
        return False
    if rule.agent_types and alert.agent_type not in rule.agent_types:
        return False
    if _GRAVITY[(begun or alert).severity] < _GRAVITY[rule.min_severity]:
        return False
    if not rule.kinds:
        return True
    is_of_kind = begun is None or begun.kind in rule.kinds or rule.kinds == [RECOVERED]
    return alert.kind in rule.kinds and is_of_kind


def _is_about(alert: Alert, target: str) -> bool:
    """A target is not told that it cannot be told anything: that would never end."""
    return alert.kind == DEAD_LETTER and alert.data.get("target") == target


class _Digests:
    """The ends of the digests that are being gathered, by rule: what comes meanwhile goes with them."""

    def __init__(self, rules: Iterable[NotificationRule], now: datetime) -> None:
        gathering = [rule.pk for rule in rules if rule.digest_minutes]
        self._ends: dict[int, set[datetime]] = {pk: set() for pk in gathering}
        waiting = Notification.objects.filter(state=Delivery.WAITING, message_id="", due_at__gt=now)
        if gathering:
            ends = waiting.filter(rule__in=gathering).order_by().values_list("rule_id", "due_at").distinct()
            for rule_id, end in ends:
                self._ends[rule_id or 0].add(end)

    def due_at(self, rule: NotificationRule, severity: str, now: datetime) -> datetime:
        """When it goes: with a digest that is gathered already, if that one goes in no quiet hour."""
        own = let_go_at(rule, severity, now + timedelta(minutes=rule.digest_minutes))
        ends = self._ends.get(rule.pk)
        if ends is None:
            return own
        due_at = min(
            (end for end in ends if end <= own and let_go_at(rule, severity, end) == end), default=own
        )
        ends.add(due_at)
        return due_at
