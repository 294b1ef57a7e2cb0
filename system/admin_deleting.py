"""What a deletion takes with it, as the page that asks for a confirmation says it."""

from collections import Counter
from collections.abc import Sequence

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.deletion import Collector


def deleted_with(rows: Sequence[Model]) -> dict[str, int]:
    """How many rows of which kind go with `rows`, themselves among them.

    Counted by the database, where nothing hangs on them in turn: of a target's notifications there may be a
    hundred thousand.
    """
    collector = Collector(DEFAULT_DB_ALIAS)
    collector.collect(rows)
    counts: Counter[str] = Counter()
    for model, found in collector.data.items():
        counts[_plural(model)] += len(found)
    for queryset in collector.fast_deletes:
        counts[_plural(queryset.model)] += queryset.count()
    return {kind: count for kind, count in counts.items() if count}


def _plural(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural)
