"""Families of metrics from rows, and labels that cannot grow without bound."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db.models import Case, F, QuerySet, Value, When
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

MOST_AGENTS = 100
MOST_MODELS = 50
OTHER = "other"
# Of what rows a name may be: those of an agent differ in their status, or in their model.
ROWS_A_NAME = 20

Rows = Iterable[Sequence[Any]]


def counter(name: str, documentation: str, labels: Sequence[str], rows: Rows) -> CounterMetricFamily:
    """Each row is the values of `labels`, and the number."""
    family = CounterMetricFamily(f"claudeops_{name}", documentation, labels=labels)
    for *values, number in rows:
        family.add_metric(values, float(number))
    return family


def gauge(name: str, documentation: str, labels: Sequence[str], rows: Rows) -> GaugeMetricFamily:
    """As `counter`; a number that is None is not known, and left out."""
    family = GaugeMetricFamily(f"claudeops_{name}", documentation, labels=labels)
    for *values, number in rows:
        if number is not None:
            family.add_metric(values, float(number))
    return family


def first_names(rows: QuerySet[Any], column: str, most: int, known: Sequence[str] = ()) -> list[str]:
    """At most so many: `known` first, then those of `rows` in the order in which they came.

    What has a label of its own keeps it, whoever invents names later.
    """
    names = dict.fromkeys(known[:most])
    room = (most - len(names)) * ROWS_A_NAME
    others = rows.exclude(**{f"{column}__in": list(names)}).order_by("pk").values_list(column, flat=True)
    names.update(dict.fromkeys(others[:room]))
    return list(names)[:most]


def bounded(column: str, names: Collection[str]) -> Case:
    """The column as a label, by the database: OTHER for what is not among `names`."""
    return Case(When(**{f"{column}__in": names}, then=F(column)), default=Value(OTHER))


def bounded_sums(rows: Iterable[tuple[tuple[str, ...], int]], names: Collection[str]) -> Rows:
    """The same of what was counted, by its first label."""
    sums: Counter[tuple[str, ...]] = Counter()
    for (name, *others), number in rows:
        sums[name if name in names else OTHER, *others] += number
    return [(*labels, number) for labels, number in sums.items()]
