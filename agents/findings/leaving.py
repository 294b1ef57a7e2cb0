"""Findings of what is no longer there: no run will say that they are gone, so the house does."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from agents.findings.deciding import CHANGED
from agents.findings.following import OTHERS_WAIT
from agents.findings.storing import store
from agents.models import AgentConfiguration, AgentVersion, Finding, FindingState
from agents.outcomes import CRITICAL, FAILED
from system.alerts import resolve_alert
from system.audit import Deed, record_all
from system.audit_values import changed
from system.models import Alert, Node
from system.models.alerts import OPEN_ALERT
from system.retention import one_batch
from system.writing import one_writer

AT_ONCE = 100
AGENT_GONE = "Its agent was deleted."
NODE_GONE = "Its node was removed."
# Time for the last run of an agent to be followed, and for an import that takes it out and puts it back.
AGENT_WAIT = timedelta(hours=1)
KINDS = (FAILED, CRITICAL)
IS_OURS = Exists(AgentConfiguration.objects.filter(agent_type=OuterRef("agent_type")))
WAS_OURS = Exists(AgentVersion.objects.filter(agent_type=OuterRef("agent_type")))


def resolve_orphans(now: datetime) -> Iterator[int]:
    """Resolve what is active of agents and nodes that are gone; how many in each batch.

    It may be cut off anywhere, and begun again. Agents that run elsewhere have neither a configuration here
    nor a version of one: what they report is theirs to end. They may run where there is no node of ours and
    share an agent's name, so of a node that is not known, only what nobody has found for long is resolved.
    """
    for rows, why in _orphans(now):
        while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
            with one_batch(one_writer):
                resolved = _resolve(rows.filter(pk__in=keys), why, now)
            yield resolved


def close_orphaned_alerts() -> None:
    """That an agent which is no more fails, or finds something critical, goes on no longer."""
    opened = Alert.objects.filter(OPEN_ALERT, WAS_OURS, ~IS_OURS, kind__in=KINDS)
    for subject in list(opened.order_by("pk").values_list("subject", flat=True)[:AT_ONCE]):
        resolve_alert(subject)


def _orphans(now: datetime) -> Iterator[tuple[QuerySet[Finding], str]]:
    active = Finding.objects.active()
    has_node = Q(node_id=settings.NODE_NAME) | Exists(Node.objects.filter(name=OuterRef("node_id")))
    yield active.filter(WAS_OURS, ~IS_OURS, last_seen__lt=now - AGENT_WAIT), AGENT_GONE
    yield active.filter(IS_OURS, ~has_node, last_seen__lt=now - OTHERS_WAIT), NODE_GONE


def _resolve(rows: QuerySet[Finding], why: str, now: datetime) -> int:
    found = list(rows.select_for_update(of=("self",)))
    deeds = []
    for row in found:
        changes = {"finding": row.pk, "state": changed(row.state, FindingState.RESOLVED), "why": why}
        deeds.append(Deed("finding.resolve", f"{row.where}: {row.title}", changes))
        row.become(FindingState.RESOLVED, now, why=why)
        row.told, row.alert_id = "", None
    store(found, CHANGED)
    record_all(deeds)
    return len(found)
