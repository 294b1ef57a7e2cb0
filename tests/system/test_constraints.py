from collections.abc import Callable
from itertools import count

import pytest
from django.contrib.auth.models import User
from django.db.models import Model

from system.models import Alert, ApiToken, AppSetting, Node, SystemMetric
from tests import constraints
from tests.constraints import Once, Rule

pytestmark = pytest.mark.django_db
numbers = count(1)


def a_setting() -> AppSetting:
    return AppSetting(key=f"key {next(numbers)}", value="")


def a_token() -> ApiToken:
    number = next(numbers)
    owner = User.objects.create(username=f"owner-{number}")
    return ApiToken(name="ci", role="viewer", prefix="cops_abcd", digest=f"{number:064}", created_by=owner)


def a_node() -> Node:
    return Node(name=f"node-{next(numbers)}")


def an_alert() -> Alert:
    return Alert(kind="budget", key=f"key {next(numbers)}", severity="warning", title="Half is spent")


MAKERS: dict[type[Model], Callable[[], Model]] = {
    SystemMetric: SystemMetric,
    AppSetting: a_setting,
    ApiToken: a_token,
    Node: a_node,
    Alert: an_alert,
}
RULES = [
    Rule("alert_severity_known", Alert, {"severity": "dire"}),
    Rule("metric_health_known", SystemMetric, {"overall_health": "fine"}),
    Rule("metric_cpu_is_percent", SystemMetric, {"cpu_usage_percent": -0.1}),
    Rule("metric_cpu_is_percent", SystemMetric, {"cpu_usage_percent": 100.1}),
    Rule("metric_memory_is_percent", SystemMetric, {"memory_usage_percent": 100.1}),
    Rule("metric_disk_is_percent", SystemMetric, {"disk_usage_percent": 100.1}),
    Rule("setting_value_type_known", AppSetting, {"value_type": "date"}),
    Rule("token_role_known", ApiToken, {"role": "owner"}),
]
ONCE = [
    Once("", AppSetting, ("key",)),
    Once("", ApiToken, ("digest",)),
    Once("", Node, ("name",)),
    Once("", Alert, ("key",)),
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
    constraints.require_once_by_save(once, MAKERS[once.model])


@pytest.mark.parametrize("once", ONCE, ids=str)
def test_once_by_sql(once: Once) -> None:
    constraints.require_once_by_sql(once, MAKERS[once.model])


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
