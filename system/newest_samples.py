"""The newest sample of each node, each found by the index."""

from django.db.models import OuterRef, Subquery

from system.models import Node, SystemMetric


def newest_samples() -> dict[str, SystemMetric]:
    """Two queries, however long nodes have been sampled."""
    newest = SystemMetric.objects.filter(node_id=OuterRef("name")).newest_first().values("pk")[:1]
    keys = Node.objects.order_by().values_list(Subquery(newest), flat=True)
    samples = SystemMetric.objects.in_bulk([key for key in keys if key is not None])
    return {sample.node_id: sample for sample in samples.values()}
