"""Samples put together by the database: how many, their sum, the least and the most of each quantity."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import BigIntegerField, Count, Expression, F, FloatField, Func, Max, Min, Sum
from django.db.models.functions import Cast
from django.db.models.sql.compiler import SQLCompiler

from system.quantities import QUANTITIES

PARTS = ("readings", "sum", "least", "most")
COLUMNS = tuple(f"{quantity.name}_{part}" for quantity in QUANTITIES for part in PARTS)


class BucketNumber(Func):
    """Which bucket of so many seconds a moment lies in, counted from 1970 in UTC.

    Buckets are stretches of time and no calendar: no time zone moves them, and no clock that is set.
    """

    output_field = BigIntegerField()

    def __init__(self, moment: str, seconds: int) -> None:
        super().__init__(F(moment))
        self.extra["seconds"] = int(seconds)

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **more: Any) -> Any:
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER) / %(seconds)s"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: SQLCompiler, connection: Any, **more: Any) -> Any:
        template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s) / %(seconds)s)::bigint"
        return self.as_sql(compiler, connection, template=template, **more)


def of_samples() -> dict[str, Expression]:
    """For annotate() on SystemMetric, in the order of COLUMNS."""
    found: dict[str, Expression] = {}
    for quantity in QUANTITIES:
        value = Cast(quantity.column, FloatField())
        parts = (Count(quantity.column), Sum(value), Min(value), Max(value))
        found |= {f"{quantity.name}_{part}": each for part, each in zip(PARTS, parts, strict=True)}
    return found


def of_hours() -> dict[str, Expression]:
    """For annotate() on MetricHour; named apart, as it has columns of these names."""
    how = {"readings": Sum, "sum": Sum, "least": Min, "most": Max}
    return {f"of_{name}": how[name.rpartition("_")[2]](name) for name in COLUMNS}


def added_up(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Several rows of COLUMNS as one."""
    total: dict[str, Any] = dict.fromkeys(COLUMNS)
    for row in rows:
        for name in COLUMNS:
            total[name] = _joined(name.rpartition("_")[2], total[name], row[name])
    return total


def _joined(part: str, one: Any, other: Any) -> Any:
    if one is None or other is None:
        return other if one is None else one
    return {"least": min, "most": max}.get(part, lambda *both: sum(both))(one, other)
