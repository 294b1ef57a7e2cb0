"""Columns read as the text that goes on the wire: a database writes it faster than Python converts it."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, TextField
from django.db.models.sql.compiler import SQLCompiler


class TimeText(Func):
    """A DateTimeField as RFC 3339 in UTC; without a fraction where there is none, as orjson writes it."""

    template = (
        """REPLACE(to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), """
        """'.000000Z', 'Z')"""
    )
    arity = 1
    output_field = TextField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        template = "REPLACE(%(expressions)s, ' ', 'T') || 'Z'"
        return super().as_sql(compiler, connection, template=template, **more)


class UidText(Func):
    """A UUIDField with its dashes."""

    template = "CAST(%(expressions)s AS text)"
    arity = 1
    output_field = TextField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> Any:
        starts = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        template = " || '-' || ".join(
            f"SUBSTR(%(expressions)s, {start}, {length})" for start, length in starts
        )
        return super().as_sql(compiler, connection, template=template, **more)
