"""People who use the console, and something of everything for them to see."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agents.launching import launch_agent
from agents.models import AgentConfiguration, AgentVersion, Finding, Hold, LaunchRefusal, Turn
from agents.versions.keeping import keep_version
from costs.models import (
    Budget,
    CostRecord,
    CostTotal,
    DailyCost,
    DailyReconciliation,
    DailyTotal,
    ModelPrice,
    MonthlyCostSummary,
    Reservation,
)
from costs.price_book import ensure_prices
from costs.services import record_cost
from executions.models import DailyExecutions, Execution, ExecutionEvent, ExecutionStep, ExecutionTotal
from executions.services import claim_execution, create_execution
from scheduling.models import Fire, FireState, Hook, HookDelivery, JobRun, Schedule
from system import app_settings
from system.alerts import raise_alert
from system.audit import record
from system.counters import count
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
    Severity,
    SystemMetric,
)
from system.roles import Role
from system.tokens import create_token
from system.writing import one_writer

PASSWORD = "correct horse battery"
# What a model, a log or an agent elsewhere may send. None of it may ever be more than text.
EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>{{ 7|add:7 }}"
CONFIG: dict[str, Any] = {
    "steps": [
        {"name": "CPU", "type": "command", "probe": "cpu"},
        {"name": "Analyse", "type": "analysis"},
    ]
}


def a_user(name: str, role: Role | None, password: str | None = None) -> User:
    """Without a password nobody can sign in, and a test is half a second faster."""
    user = User.objects.create_user(name, password=password)
    if role is not None:
        user.groups.add(Group.objects.get(name=role.value))
    return user


def signed_in(role: Role | None, *, enforce_csrf: bool = False) -> Client:
    """A browser of someone with `role`; None is somebody who has none."""
    client = Client(enforce_csrf_checks=enforce_csrf)
    client.force_login(a_user(f"the {role.value}" if role else "outsider", role))
    return client


def an_agent(agent_type: str = "disk-space", **more: Any) -> AgentConfiguration:
    fields = {"name": agent_type.title(), "config": CONFIG, **more}
    return AgentConfiguration.objects.create(agent_type=agent_type, **fields)


def a_report(**more: Any) -> dict[str, Any]:
    finding = {"evidence": "what shows it", "recommendation": "what to do", "command": None}
    return {
        "analyst": "claude",
        "model": "claude-haiku-5-5",
        "overall_health": "critical",
        "summary": f"All is lost. {EVIL}",
        "findings": [
            {**finding, "title": "Load is high", "severity": "info"},
            {**finding, "title": f"Disk is full {EVIL}", "severity": "critical", "command": "du -xh /"},
        ],
        **more,
    }


def an_ended_execution(agent_type: str = "disk-space", **more: Any) -> Execution:
    """With a step, log lines, two costs (one without a price) and a report; every text is evil."""
    context = {"actor": EVIL, "overrides": more.get("overrides")}
    execution, _ = create_execution(agent_type=agent_type, node_id="localhost", context=context)
    lease = claim_execution(execution.pk, owner="localhost:1")
    assert lease is not None
    with lease.tracker().batch() as change:
        number = change.add_step(f"Look {EVIL}", metadata={"percent": 97, "note": EVIL})
        change.start_step(number)
        for line in range(more.get("lines", 3)):
            change.add_log(f"line {line} {EVIL}", "warn", step_number=number)
        usage = {"input_tokens": 12_000, "output_tokens": 900}
        record_cost(change, model="claude-haiku-5-5", usage=usage, request_id=f"req_{execution.pk}")
        record_cost(change, model=f"unknown {EVIL}"[:100], usage=usage)
        change.complete_step(number, output=more.get("output", EVIL))
        skipped = change.add_step("Temperatures")
        change.skip_step(skipped, f"no sensor {EVIL}")
        change.complete(ai_analysis=more.get("report", a_report()), raw_output=EVIL)
    return Execution.objects.get(pk=execution.pk)


def a_failed_execution() -> Execution:
    execution, _ = create_execution(agent_type="disk-space", node_id="localhost")
    lease = claim_execution(execution.pk, owner="localhost:1")
    assert lease is not None
    lease.tracker().fail(f"exit code 3 {EVIL}")
    return Execution.objects.get(pk=execution.pk)


def a_waiting_execution(agent_type: str = "disk-space") -> Execution:
    return create_execution(agent_type=agent_type, node_id="localhost")[0]


def a_finding(execution: Execution, **more: Any) -> Finding:
    """Found by `execution` alone; every text is evil."""
    now = timezone.now()
    fields = {
        "title": f"Disk is full {EVIL}", "severity": "critical", "about": EVIL, "evidence": EVIL,
        "recommendation": EVIL, "command": EVIL, "note": EVIL, "first_seen": now, "last_seen": now,
        "days": {str(timezone.localdate(now)): 1}, "fingerprint": uuid4().hex, **more,
    }  # fmt: skip
    return Finding.objects.create(
        agent_type=execution.agent_type,
        node_id=execution.node_id,
        first_execution=execution,
        last_execution=execution,
        **fields,
    )


@dataclass
class Everything:
    """At least one row of every model that the console shows."""

    agent: AgentConfiguration
    ended: Execution
    failed: Execution
    waiting: Execution
    rows: dict[type[Model], Model] = field(default_factory=dict)

    def key(self, model: type[Model]) -> Any:
        """What stands for the row in a URL."""
        row = self.rows[model]
        return row.uid if isinstance(row, Execution) else row.pk


def everything() -> Everything:
    agent = an_agent(description=EVIL)
    with one_writer():
        keep_version(agent, comment=EVIL)
    things = Everything(agent, an_ended_execution(), a_failed_execution(), a_waiting_execution())
    app_settings.ensure_defaults()
    SystemMetric.objects.create(cpu_usage_percent=12.5, overall_health="warning")
    MetricHour.objects.create(node_id=EVIL[:100], hour=timezone.now(), samples=1)
    Node.objects.create(name="localhost", hostname=EVIL, workers=2, worker_seen_at=timezone.now())
    create_token(f"ci {EVIL}"[:100], Role.VIEWER)
    LaunchRefusal.objects.create(
        agent_type="disk-space", limit="cooldown", detail=f"It rests. {EVIL}", triggered_by="manual"
    )
    schedule = Schedule.objects.create(name=EVIL, agent=agent, cron_expression="0 3 * * *")
    Fire.objects.create(schedule=schedule, due_at=timezone.now(), state=FireState.REFUSED, reason=EVIL)
    launch_agent("disk-space", hold=True, hold_group=EVIL)  # it must wait for the one that waits already
    Turn.objects.create(name=EVIL, execution=things.waiting)
    hook = Hook.objects.create(slug="alerts", name=EVIL, agent=agent, secret=EVIL, filters=[EVIL])
    HookDelivery.objects.create(
        hook=hook, message_id=EVIL, body_digest="0", scheme="standard", state="refused", detail=EVIL
    )
    MonthlyCostSummary.objects.create(year=2026, month=11)
    JobRun.objects.create(name="verify-cost-sums", due_at=timezone.now(), asked_by=EVIL[:150], result=EVIL)
    ensure_prices()
    Budget.objects.create(name="month", amount_usd="10")
    Reservation.objects.create(
        execution=things.waiting, lease_token=uuid4(), agent_type="disk-space", model_used=EVIL[:100],
        node_id="localhost", cost_usd="0.01",
    )  # fmt: skip
    DailyReconciliation.objects.create(day=timezone.localdate(), recorded_usd="1", reported_usd="1.25")
    raise_alert(
        kind="budget", key="budget:month:50", severity=Severity.INFO, title="Half is spent", detail=EVIL
    )
    Backup.objects.create(
        name="backup-2026-11-23T02-30-00-000Z", state="failed", ended_at=timezone.now(), node_id="localhost",
        path="/nowhere/backup.db.gz", error=EVIL, copy_error=EVIL, drill_detail=EVIL,
    )  # fmt: skip
    target = NotificationTarget.objects.create(name="phone", kind="apprise", url=EVIL, scheme="tgram")
    rule = NotificationRule.objects.create(name="all", target=target, agent_types=[EVIL])
    Notification.objects.create(
        target=target, rule=rule, alert=Alert.objects.earliest("id"), state="dead", last_error=EVIL
    )
    Cursor.objects.create(name="outcomes")
    a_finding(things.ended)
    count("fires_skipped", "disk-space", EVIL)
    somebody = a_user("somebody", Role.VIEWER)
    ConsoleSession.objects.create(
        session_key="0" * 40, session_data="", expire_date=timezone.now() + timedelta(days=1), user=somebody,
        address=EVIL[:100], browser=EVIL,
    )  # fmt: skip
    with transaction.atomic():
        record("agent.change", EVIL, {EVIL: {"before": EVIL, "after": EVIL}}, actor=EVIL)
    for model in (
        AgentConfiguration, AgentVersion, LaunchRefusal, CostRecord, CostTotal, DailyCost, DailyTotal,
        MonthlyCostSummary, DailyExecutions, ExecutionTotal, ExecutionEvent, ExecutionStep, Schedule,
        ApiToken, AppSetting, Node, SystemMetric, User, Group, ModelPrice, Budget, Reservation,
        DailyReconciliation, Alert, JobRun, Fire, Hold, Hook, HookDelivery, Turn, Backup, Counter, Cursor,
        Notification, NotificationRule, NotificationTarget, AuditEntry, ConsoleSession, MetricHour, Finding,
    ):  # fmt: skip
        things.rows[model] = model._default_manager.order_by("pk").first()
    things.rows[Execution] = things.ended
    return things


def registered() -> list[type[Model]]:
    return list(admin.site._registry)


def console_url(model: type[Model], page: str, key: Any = None) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    return reverse(name, args=[] if key is None else [key])
