"""Counts that outlive the rows they are of, for /metrics."""

from system.models import Counter
from system.statements import add_up

_SEPARATOR = "\t"
_LONGEST = 250


def count(name: str, *labels: str, by: int = 1) -> None:
    """Add to the counter of `name` and the values of its labels, in the caller's transaction.

    The values must come from a set that is bounded: each new one is a row, and a time series, for ever.
    """
    text = _SEPARATOR.join(label.replace(_SEPARATOR, " ") for label in labels)
    add_up(Counter, {"name": name, "labels": text[:_LONGEST]}, add={"value": by})


def counted(name: str) -> list[tuple[tuple[str, ...], int]]:
    """All there is under `name`: the values of the labels, and how many; by labels."""
    rows = Counter.objects.filter(name=name).order_by("labels").values_list("labels", "value")
    return [(tuple(labels.split(_SEPARATOR)) if labels else (), value) for labels, value in rows]
