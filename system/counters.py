"""Counts that outlive the rows they are of, for /metrics."""

from collections.abc import Mapping

from system.models import Counter
from system.statements import add_up, add_up_each

# The values of the labels, and how many.
Counted = list[tuple[tuple[str, ...], int]]

_SEPARATOR = "\t"
_LONGEST = 250


def count(name: str, *labels: str, by: int = 1) -> None:
    """Add to the counter of `name` and the values of its labels, in the caller's transaction.

    The values must come from a set that is bounded: each new one is a row, and a time series, for ever.
    """
    add_up(Counter, {"name": name, "labels": _text_of(labels)}, add={"value": by})


def count_all(sums: Mapping[tuple[str, ...], int]) -> None:
    """As `count`, for many: each key is a name and the values of its labels."""
    rows = [(name, _text_of(tuple(labels)), by) for (name, *labels), by in sums.items()]
    if rows:
        add_up_each(Counter, ("name", "labels"), ("value",), rows)


def is_counted(name: str, *labels: str) -> bool:
    """Whether there is a counter of exactly these."""
    return Counter.objects.filter(name=name, labels=_text_of(labels)).exists()


def counted(name: str) -> Counted:
    return all_counted(name)[name]


def all_counted(*names: str) -> dict[str, Counted]:
    """All there is under each name, by labels, in one query. No label reads as an empty one."""
    found: dict[str, Counted] = {name: [] for name in names}
    rows = Counter.objects.filter(name__in=names).order_by("name", "labels")
    for name, labels, value in rows.values_list("name", "labels", "value"):
        found[name].append((tuple(labels.split(_SEPARATOR)), value))
    return found


def _text_of(labels: tuple[str, ...]) -> str:
    return _SEPARATOR.join(label.replace(_SEPARATOR, " ") for label in labels)[:_LONGEST]
