"""Nodes whose workers were heard of before, and are not any more."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from system.alerts import raise_alert, resolve_alert
from system.models import Alert, Node, Severity

KIND = "node-silent"


class SilenceWatch:
    """Of one process, which judges only what it could have heard itself.

    After its own start, and after every pause of its own (a machine that slept, a clock that was set), each
    node has the whole time anew: else the first look of a clock that was down would find all nodes silent.
    Workers that were stopped on purpose have said so (Node.worker_stopped_at), and are never silent.
    """

    def __init__(self) -> None:
        self._since: datetime | None = None
        self._looked_at: datetime | None = None

    def look(self, now: datetime | None = None) -> list[str]:
        """Say which nodes are silent, each once, and which are heard of again; the silent ones, by name."""
        now = now or timezone.now()
        limit = timedelta(seconds=2 * settings.LEASE_SECONDS)
        if self._since is None or self._looked_at is None or not timedelta() <= now - self._looked_at < limit:
            self._since = now
        self._looked_at = now
        nodes = {node.name: node for node in Node.objects.filter(worker_seen_at__isnull=False)}
        silent = {name for name, node in nodes.items() if _is_silent(node, self._since, now - limit)}
        opened = Alert.objects.filter(kind=KIND, resolved_at__isnull=True).exclude(subject="")
        told = dict(opened.values_list("node_id", "subject"))
        for name in sorted(silent - told.keys()):
            _raise(nodes[name], now)
        for name in sorted(told.keys() - silent):
            if name not in nodes or _was_heard_of(nodes[name], now - limit):
                resolve_alert(told[name], title=f"Node {name} is heard of again" if name in nodes else "")
        return sorted(silent)


def _is_silent(node: Node, since: datetime, before: datetime) -> bool:
    return since < before and not _was_heard_of(node, before)


def _was_heard_of(node: Node, before: datetime) -> bool:
    """Later than `before`, or for the last time when it was stopped on purpose."""
    seen, stopped = node.worker_seen_at, node.worker_stopped_at
    return seen is None or seen >= before or (stopped is not None and stopped >= seen)


def _raise(node: Node, now: datetime) -> None:
    raise_alert(
        kind=KIND,
        key=f"{KIND}:{node.name}:{now.isoformat()}",
        severity=Severity.CRITICAL,
        title=f"Node {node.name} is silent",
        detail=(
            "Its workers were last heard of at"
            f" {timezone.localtime(node.worker_seen_at):%Y-%m-%d %H:%M:%S %Z}. What is launched for it waits."
        ),
        data={"worker_seen_at": node.worker_seen_at and node.worker_seen_at.isoformat()},
        node_id=node.name,
        subject=f"{KIND}:{node.name}",
    )
