"""Executions and their events go when they are old, or when there are too many."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet

from executions.keeping import dispensable, rounds
from executions.models import Execution, ExecutionEvent, ExecutionStep
from executions.services import writing
from system import app_settings
from system.retention import days_before, delete_in_batches, one_batch

TOGETHER = 100  # executions in one transaction, if no more than so many rows are about them:
ROWS = 1000

Gone = Counter[str]  # rows by the label of their model


def delete_old_executions(now: datetime, spared: Q | None = None) -> Iterator[str]:
    """By age, then by number; how far it has come, and in the end what it was. `spared` are left alone.

    What is about an execution goes first, in portions: one that is cut off in between has a log that begins
    late, and goes the next time. The last step is one transaction, in which foreign keys of other apps do
    what their models say: a cost record, for one, stays without its execution.
    """
    before = days_before(now, "retention.executions_days")
    most = app_settings.get("retention.executions_most")
    rows = dispensable().exclude(spared) if spared else dispensable()
    gone = Gone()
    old = rows.filter(started_at__lt=before, completed_at__lt=before, created_at__lt=before)
    for pks in rounds(old):
        yield from _delete(pks, old, gone)
    excess = Execution.objects.count() - most
    for pks in rounds(rows) if excess > 0 else ():
        so_far = gone[Execution._meta.label]
        yield from _delete(pks[:excess], rows, gone)
        excess -= gone[Execution._meta.label] - so_far
        if excess <= 0:
            break
    yield f"Deleted {_words(gone)}: what ended before {before:%F}, or was more than {most:,} executions."


def delete_old_events(now: datetime) -> Iterator[str]:
    """Of executions that ended before then all events, from the first on; the execution itself stays."""
    before = days_before(now, "retention.events_days")
    has_events = Exists(ExecutionEvent.objects.filter(execution=OuterRef("pk")))
    old = dispensable().filter(started_at__lt=before, completed_at__lt=before, created_at__lt=before)
    events = executions = 0
    for pks in rounds(old.filter(has_events)):
        for some in _parts(pks):
            events += _delete_about(ExecutionEvent, "seq", some)
            executions += len(some)
            yield f"Deleted {events:,} events of {executions:,} executions so far."
    yield f"Deleted {events:,} events of {executions:,} executions that ended before {before:%F}."


def _delete(pks: Sequence[int], rows: QuerySet[Execution], gone: Gone) -> Iterator[str]:
    """Those of `pks` that are still in `rows`."""
    for part in _parts(pks):
        some = list(rows.filter(pk__in=part).values_list("pk", flat=True))
        for model, number in ((ExecutionEvent, "seq"), (ExecutionStep, "step_number")):
            gone[model._meta.label] += _delete_about(model, number, some)
        for batch in _batches(some):
            with one_batch(writing):
                _, by_model = rows.filter(pk__in=batch).only("pk").delete()
            gone.update(by_model)
        yield f"Deleted {_words(gone)} so far."


def _parts(pks: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(pks), TOGETHER):
        yield pks[start : start + TOGETHER]


def _delete_about(model: type[Model], number: str, pks: Sequence[int]) -> int:
    """From the first on: what is left of an execution has no gap in it."""
    rows = model._default_manager.filter(execution__in=pks)
    return sum(delete_in_batches(rows.order_by("execution_id", number)))


def _batches(pks: Sequence[int]) -> Iterator[list[int]]:
    """Of no more than ROWS rows that change with them, unless there are so many of a single one."""
    weights = _weights(pks)
    batch, weight = list[int](), 0
    for pk in pks:
        if batch and weight + weights[pk] > ROWS:
            yield batch
            batch, weight = [], 0
        batch.append(pk)
        weight += weights[pk]
    if batch:
        yield batch


def _weights(pks: Sequence[int]) -> Counter[int]:
    """How many rows of whatever model refer to each, and its own."""
    weights = Counter(pks)
    for relation in Execution._meta.related_objects:
        column = relation.field.attname
        rows = relation.related_model._base_manager.filter(**{f"{column}__in": pks}).order_by()
        weights.update(dict(rows.values_list(column).annotate(Count("pk"))))
    return weights


def _words(gone: Gone) -> str:
    counts = (gone[model._meta.label] for model in (Execution, ExecutionStep, ExecutionEvent))
    return "{:,} executions, {:,} steps and {:,} events".format(*counts)
