from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest
from django.contrib.auth.models import User
from django.db.models import Model

from system.models import (
    Alert,
    ApiToken,
    AppSetting,
    AuditEntry,
    Backup,
    ConsoleSession,
    Counter,
    Cursor,
    MetricHour,
    Node,
    Notification,
    NotificationRule,
    NotificationTarget,
    SystemMetric,
)
from tests import constraints
from tests.constraints import Once, Rule

pytestmark = pytest.mark.django_db
numbers = count(1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_setting() -> AppSetting:
    return AppSetting(key=f"key {next(numbers)}", value="")


def a_token() -> ApiToken:
    number = next(numbers)
    owner = User.objects.create(username=f"owner-{number}")
    return ApiToken(name="ci", role="viewer", prefix="cops_abcd", digest=f"{number:064}", created_by=owner)


def a_node() -> Node:
    return Node(name=f"node-{next(numbers)}")


def an_alert() -> Alert:
    number = next(numbers)
    return Alert(
        kind="budget", key=f"key {number}", severity="warning", title="Half is spent", subject=f"of {number}"
    )


def a_counter() -> Counter:
    return Counter(name=f"name {next(numbers)}", labels="disk-space")


def an_hour_of_samples() -> MetricHour:
    return MetricHour(node_id=f"node-{next(numbers)}", hour=NOON, samples=1)


def a_cursor() -> Cursor:
    return Cursor(name=f"name {next(numbers)}")


def a_target() -> NotificationTarget:
    return NotificationTarget(
        name=f"target-{next(numbers)}", kind="webhook", url="https://example.org/", scheme="https",
        signing_secret="whsec_x",
    )  # fmt: skip


def a_rule() -> NotificationRule:
    target = a_target()
    target.save()
    return NotificationRule(name=f"rule-{next(numbers)}", target=target)


def a_notification() -> Notification:
    rule, alert = a_rule(), an_alert()
    rule.save()
    alert.save()
    return Notification(target=rule.target, rule=rule, alert=alert)


def one_on_its_way() -> Notification:
    row = a_notification()
    row.state, row.lease_until = "sending", NOON
    return row


def a_backup() -> Backup:
    name = f"backup-{next(numbers)}"
    return Backup(name=name, state="completed", ended_at=NOON, node_id="n", sha256="0" * 64, size_bytes=1)


def an_entry() -> AuditEntry:
    number = next(numbers)
    return AuditEntry(id=number, door="api", action="agent.change", previous="0" * 64, digest="0" * 64)


def a_session() -> ConsoleSession:
    number = next(numbers)
    user = User.objects.create(username=f"visitor-{number}")
    return ConsoleSession(session_key=f"{number:040}", session_data="", expire_date=NOON, user=user)


MAKERS: dict[type[Model], Callable[[], Model]] = {
    SystemMetric: SystemMetric,
    MetricHour: an_hour_of_samples,
    AppSetting: a_setting,
    ApiToken: a_token,
    Node: a_node,
    Alert: an_alert,
    Counter: a_counter,
    Cursor: a_cursor,
    NotificationTarget: a_target,
    NotificationRule: a_rule,
    Notification: a_notification,
    Backup: a_backup,
    AuditEntry: an_entry,
    ConsoleSession: a_session,
}
# For constraints that hold for some rows only.
SOME: dict[str, Callable[[], Model]] = {"notification_one_on_its_way": one_on_its_way}
RULES = [
    Rule("backup_state_known", Backup, {"state": "lost"}),
    Rule("backup_trigger_known", Backup, {"trigger": "hourly"}),
    Rule("backup_ended_has_ended_at", Backup, {"ended_at": None}),
    Rule("backup_ended_has_ended_at", Backup, {"state": "running"}),
    Rule("backup_completed_has_sum", Backup, {"sha256": ""}),
    Rule("backup_completed_has_sum", Backup, {"size_bytes": None}),
    Rule("backup_drill_has_outcome", Backup, {"drill_passed": True}),
    Rule("backup_drill_has_outcome", Backup, {"drilled_at": NOON}),
    Rule("alert_severity_known", Alert, {"severity": "dire"}),
    Rule("metric_health_known", SystemMetric, {"overall_health": "fine"}),
    Rule("metric_cpu_is_percent", SystemMetric, {"cpu_usage_percent": -0.1}),
    Rule("metric_cpu_is_percent", SystemMetric, {"cpu_usage_percent": 100.1}),
    Rule("metric_memory_is_percent", SystemMetric, {"memory_usage_percent": 100.1}),
    Rule("metric_disk_is_percent", SystemMetric, {"disk_usage_percent": 100.1}),
    Rule("setting_value_type_known", AppSetting, {"value_type": "date"}),
    Rule("token_role_known", ApiToken, {"role": "owner"}),
    Rule("setting_secret_sealed", AppSetting, {"is_secret": True, "value": "plain"}),
    Rule("setting_secret_sealed", AppSetting, {"sealed": "no secret"}),
    Rule("audit_door_known", AuditEntry, {"door": "window"}, also="appended, never changed"),
    Rule("target_kind_known", NotificationTarget, {"kind": "pigeon"}, also="target_webhook_is_signed"),
    Rule("target_webhook_is_signed", NotificationTarget, {"signing_secret": ""}),
    Rule("target_webhook_is_signed", NotificationTarget, {"kind": "apprise"}),
    Rule("rule_severity_known", NotificationRule, {"min_severity": "dire"}),
    Rule("rule_quiet_hours_whole", NotificationRule, {"quiet_from": "22:00:00"}),
    Rule("rule_quiet_hours_whole", NotificationRule, {"quiet_until": "07:00:00"}),
    Rule("rule_digest_within_a_day", NotificationRule, {"digest_minutes": 1441}),
    Rule("notification_state_known", Notification, {"state": "lost"}),
    Rule("notification_lease_while_sending", Notification, {"lease_until": NOON}),
    Rule("notification_delivered_has_time", Notification, {"delivered_at": NOON}),
    Rule("notification_delivered_has_time", Notification, {"state": "delivered"}),
]
ONCE = [
    Once("", AppSetting, ("key",)),
    Once("", ApiToken, ("digest",)),
    Once("", Node, ("name",)),
    Once("", Alert, ("key",)),
    Once("alert_open_once", Alert, ("subject",)),
    Once("counter_once", Counter, ("name", "labels")),
    Once("metric_hour_once", MetricHour, ("node_id", "hour")),
    Once("", Cursor, ("name",)),
    Once("", NotificationTarget, ("name",)),
    Once("", NotificationRule, ("name",)),
    Once("notification_once", Notification, ("target_id", "alert_id")),
    Once("notification_one_on_its_way", Notification, ("target_id",)),
    Once("", Backup, ("name",)),
]


def test_every_constraint_is_covered() -> None:
    assert constraints.covered([*RULES, *ONCE]) == constraints.declared("system")


@pytest.mark.parametrize("rule", [*RULES, *constraints.positive_columns("system")], ids=str)
def test_refused_by_save(rule: Rule) -> None:
    constraints.require_refused_by_save(rule, MAKERS[rule.model])


@pytest.mark.parametrize("rule", [*RULES, *constraints.positive_columns("system")], ids=str)
def test_refused_by_sql(rule: Rule) -> None:
    constraints.require_refused_by_sql(rule, MAKERS[rule.model])


@pytest.mark.parametrize("once", ONCE, ids=str)
def test_once_by_save(once: Once) -> None:
    constraints.require_once_by_save(once, SOME.get(once.name, MAKERS[once.model]))


@pytest.mark.parametrize("once", ONCE, ids=str)
def test_once_by_sql(once: Once) -> None:
    constraints.require_once_by_sql(once, SOME.get(once.name, MAKERS[once.model]))


@pytest.mark.parametrize("rule", constraints.foreign_keys("system"), ids=str)
def test_no_child_without_its_parent(rule: Rule) -> None:
    constraints.require_no_such_parent(rule, MAKERS[rule.model])


def test_a_token_outlives_who_made_it() -> None:
    token = a_token()
    token.save()
    assert token.created_by is not None
    token.created_by.delete()
    token.refresh_from_db()
    assert token.created_by is None
