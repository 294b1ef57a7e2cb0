"""Columns as people read them, in lists and on pages where nothing can be changed."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.db.models import DateTimeField, Model
from django.utils.text import capfirst

from system.money import UsdField
from system.readable import read_amount, read_moment

Column = Callable[[Any], str]


def readable(model: type[Model], name: Any) -> Any:
    """`name`, or what shows that column: an amount without its twelve decimals, a time as how long ago."""
    return _time(model, name) if _is_a(model, name, DateTimeField) else _or_amount(model, name)


def with_times(model: type[Model], names: Any) -> tuple[Any, ...]:
    """The columns of a list. It sorts by amounts as they are stored, so that these stay what they are."""
    return tuple(_time(model, name) if _is_a(model, name, DateTimeField) else name for name in names)


def _is_a(model: type[Model], name: Any, kind: type) -> bool:
    columns = {field.name: field for field in model._meta.get_fields()}
    return isinstance(name, str) and isinstance(columns.get(name), kind)


def _or_amount(model: type[Model], name: Any) -> Any:
    return _amount(model, name) if _is_a(model, name, UsdField) else name


@cache  # a list knows what it may be sorted by only while a column stays the same
def _time(model: type[Model], name: str) -> Column:
    def shown(row: Any) -> str:
        return read_moment(getattr(row, name))

    return _like(shown, model, name)


@cache
def _amount(model: type[Model], name: str) -> Column:
    def shown(row: Any) -> str:
        return read_amount(getattr(row, name))

    return _like(shown, model, name)


def _like(shown: Any, model: type[Model], name: str) -> Column:
    words: Any = model._meta.get_field(name)
    shown.__name__ = name  # of which the stylesheet's class is made
    shown.short_description = capfirst(str(words.verbose_name).removesuffix(" usd"))
    shown.admin_order_field = name
    column: Column = shown
    return column
