"""Amounts of money in the database: whole units of 10⁻¹² USD in a BIGINT, `Decimal` USD in Python.

Fractions of a token's price are exact this way, sums are made by the database on integers, and no float
is ever part of an amount.
"""

from decimal import Context, Decimal, Inexact, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import Combinable, CombinedExpression, Value

PLACES = 12  # 1 unit is 10⁻¹² USD
MAX_UNITS = 2**63 - 1  # about 9.2 million USD
UNIT_USD = Decimal(1).scaleb(-PLACES)

_EXACT = Context(prec=40, traps=[Inexact, InvalidOperation])

# The types that the model plugin of django-stubs makes optional for a nullable column.
_Set = TypeVar("_Set", contravariant=True)
_Get = TypeVar("_Get", covariant=True)

if TYPE_CHECKING:
    from django.db.models import Field as _Field
else:

    class _Field(models.Field):
        def __class_getitem__(cls, _types):
            return cls


def units_of(amount: Decimal) -> int:
    """`amount` in units. Raises ValidationError where it is no number, too fine or too large to be held."""
    if not amount.is_finite():
        raise ValidationError("An amount must be a finite number.", code="invalid")
    if amount and amount.adjusted() > 6:  # ten million; also keeps 1E+999999 from being multiplied out
        raise _too_large()
    try:
        units = int(amount.scaleb(PLACES, context=_EXACT).to_integral_exact(context=_EXACT))
    except Inexact:
        raise ValidationError(f"An amount has at most {PLACES} decimal places.", code="precision") from None
    if abs(units) > MAX_UNITS:
        raise _too_large()
    return units


def usd_of(units: int) -> Decimal:
    return Decimal(units).scaleb(-PLACES, context=_EXACT)


def text_of(amount: Decimal) -> str:
    """`amount` for people and APIs: no exponent (`str` has one below a millionth), no trailing zeros."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of_units(units: int) -> str:
    """What text_of gives, without a Decimal in between: for the many rows of a list."""
    whole, rest = divmod(abs(units), 10**PLACES)
    text = f"{whole}.{rest:0{PLACES}}".rstrip("0") if rest else str(whole)
    return f"-{text}" if units < 0 else text


def usd(amount: Decimal | int | str) -> Value:
    """`amount` for use beside a UsdField in an expression: `F("cost_usd") + usd(amount)`."""
    return Value(amount, output_field=UsdField())


class UsdField(_Field[_Set, _Get]):
    """USD, exact to 10⁻¹². Floats are refused everywhere; so is a bare number added to the column.

    Not a BigIntegerField in Python, only in the database: Django infers the type of `Avg` and of arithmetic
    from that class, and would hand out raw units as plain numbers. Aggregates give `Decimal`; SQLite makes
    an average through a float, so it is for display only. Arithmetic in a SELECT needs
    `output_field=UsdField()`, amounts in any arithmetic need `usd()`.
    """

    description = "Amount in USD, exact to 12 decimal places"
    empty_strings_allowed = False
    _pyi_private_set_type: Decimal | int | str | Combinable
    _pyi_private_get_type: Decimal
    _pyi_lookup_exact_type: Decimal | int | str

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(self, value: Any, expression: Any, connection: BaseDatabaseWrapper) -> Decimal | None:
        if value is None:
            return None
        if isinstance(value, float):  # only raw SQL can put one into a BIGINT of SQLite
            raise TypeError(f"the column holds {value!r}, which is no whole number of units")
        return usd_of(value)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None:
            return None
        amount = _parsed(value)
        units_of(amount)
        return amount

    def get_prep_value(self, value: Any) -> int | None:
        value = super().get_prep_value(value)
        return None if value is None else units_of(_parsed(value))

    def get_db_prep_save(self, value: Any, connection: BaseDatabaseWrapper) -> Any:
        if hasattr(value, "as_sql"):
            _refuse_bare_numbers(value)
        return super().get_db_prep_save(value, connection)

    def value_to_string(self, obj: models.Model) -> str:
        value = self.to_python(self.value_from_object(obj))
        return "" if value is None else text_of(value)

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        defaults: dict[str, Any] = {
            "form_class": forms.DecimalField,
            "max_digits": 19,
            "decimal_places": PLACES,
        }
        return super().formfield(**{**defaults, **kwargs})


def _parsed(value: Any) -> Decimal:
    if isinstance(value, bool | float) or not isinstance(value, Decimal | int | str):
        raise ValidationError("An amount is a decimal number or a string, never a float.", code="invalid")
    try:
        return Decimal(value)
    except InvalidOperation:
        raise ValidationError("“%(value)s” is not an amount.", "invalid", {"value": value}) from None


def _too_large() -> ValidationError:
    return ValidationError("An amount must be below 9.2 million USD.", code="overflow")


def _refuse_bare_numbers(expression: Any) -> None:
    """Raise where a number that is not `usd()` would be taken as units, off by a factor of 10¹²."""
    for node in expression.flatten():
        if _is_bare(node, Decimal | float) or (
            isinstance(node, CombinedExpression)
            and node.connector in (Combinable.ADD, Combinable.SUB)
            and any(_is_bare(side, int) for side in (node.lhs, node.rhs))
        ):
            raise TypeError("a bare number beside an amount counts as units: wrap it in system.money.usd()")


def _is_bare(node: Any, kinds: Any) -> bool:
    if not isinstance(node, Value) or not isinstance(node.value, kinds):
        return False
    return not isinstance(node.output_field, UsdField)


def not_negative(column: str, name: str) -> models.CheckConstraint:
    """The constraint that the amount in `column` is null or at least 0."""
    holds = models.Q(**{f"{column}__isnull": True}) | models.Q(**{f"{column}__gte": Decimal(0)})
    return models.CheckConstraint(condition=holds, name=name)
