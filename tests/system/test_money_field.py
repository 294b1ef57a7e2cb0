"""Amounts keep all twelve places in a real table, on SQLite and on PostgreSQL, and floats stay out."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ValidationError
from django.db import connections, models
from django.db.migrations.writer import MigrationWriter
from django.db.models import Avg, F, Max, Min, Q, Sum
from django.test.utils import isolate_apps
from hypothesis import given
from hypothesis import strategies as st

from system.money import MAX_UNITS, UsdField, text_of, units_of, usd, usd_of

ALIAS = "money"
SMALLEST = Decimal("0.000000000001")
LARGEST = Decimal(MAX_UNITS).scaleb(-12)
POSTGRES = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "postgres",
    "USER": "postgres",
    "HOST": "127.0.0.1",
    "OPTIONS": {"options": "-c search_path=pg_temp"},  # the table is gone with the connection
}

with isolate_apps():

    class Purse(models.Model):
        name = models.CharField(max_length=20)
        amount = UsdField(null=True)
        fee = UsdField(default=Decimal("0.25"))

        class Meta:
            app_label = "purses"
            constraints = [models.CheckConstraint(name="fee_positive", condition=Q(fee__gte=0))]

        def __str__(self) -> str:
            return self.name


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def purses(request: pytest.FixtureRequest, tmp_path: Path, django_db_blocker: Any) -> Iterator[Any]:
    sqlite = {"ENGINE": "django.db.backends.sqlite3", "NAME": str(tmp_path / "money.db")}
    config = {"default": {}, ALIAS: POSTGRES if request.param == "postgres" else sqlite}
    connections.settings[ALIAS] = connections.configure_settings(config)[ALIAS]
    with django_db_blocker.unblock():
        try:
            with connections[ALIAS].schema_editor() as editor:
                editor.create_model(Purse)
            yield Purse.objects.using(ALIAS)
        finally:
            connections[ALIAS].close()
            del connections[ALIAS], connections.settings[ALIAS]


def test_amounts_come_back_exact(purses: Any) -> None:
    for amount in (SMALLEST, Decimal("0.00000006875"), Decimal("-3.5"), Decimal(0), LARGEST, None):
        purse = purses.create(amount=amount)
        assert purses.get(pk=purse.pk).amount == amount


def test_the_column_holds_whole_units(purses: Any) -> None:
    purses.create(amount=Decimal("1.25"))
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT amount FROM purses_purse")
        assert cursor.fetchone() == (1_250_000_000_000,)


def test_strings_and_whole_numbers_are_usd(purses: Any) -> None:
    purses.create(name="a", amount="0.5")
    purses.create(name="b", amount=2)
    assert list(purses.order_by("name").values_list("amount", flat=True)) == [Decimal("0.5"), Decimal(2)]


def test_a_sum_of_many_is_exact_and_a_decimal(purses: Any) -> None:
    purses.bulk_create(Purse(amount=Decimal("0.1") + SMALLEST * n) for n in range(1000))
    total = purses.aggregate(total=Sum("amount"))["total"]
    assert isinstance(total, Decimal)
    assert total == Decimal(100) + SMALLEST * 499_500


def test_aggregates_over_nothing_and_extremes(purses: Any) -> None:
    assert purses.aggregate(t=Sum("amount"))["t"] is None
    assert purses.aggregate(t=Sum("amount", default=Decimal(0)))["t"] == 0
    purses.create(amount=SMALLEST)
    purses.create(amount=LARGEST)
    assert purses.aggregate(low=Min("amount"), high=Max("amount")) == {"low": SMALLEST, "high": LARGEST}


def test_an_average_is_a_decimal_in_usd(purses: Any) -> None:
    for amount in ("1", "1", "1.000000000002"):
        purses.create(amount=amount)
    mean = purses.aggregate(mean=Avg("amount"))["mean"]
    assert isinstance(mean, Decimal)
    assert mean == 1


def test_filters_compare_usd(purses: Any) -> None:
    purses.create(name="small", amount=Decimal("0.000001"))
    purses.create(name="large", amount=Decimal("0.5"))
    assert purses.get(amount__gt=Decimal("0.1")).name == "large"
    assert purses.get(amount=Decimal("0.500")).name == "large"
    assert purses.get(amount__in=[Decimal("0.000001"), 7]).name == "small"
    assert purses.filter(amount__range=("0", "1")).count() == 2
    assert purses.filter(amount__isnull=True).count() == 0


def test_grouped_sums_can_be_filtered(purses: Any) -> None:
    for amount in ("0.4", "0.4", "0.1"):
        purses.create(name=amount, amount=amount)
    rows = purses.values("name").annotate(total=Sum("amount")).filter(total__gt=Decimal("0.5"))
    assert list(rows) == [{"name": "0.4", "total": Decimal("0.8")}]


def test_an_update_adds_amounts_in_the_database(purses: Any) -> None:
    purses.create(amount=Decimal(1))
    purses.update(amount=F("amount") + usd(SMALLEST))
    purses.update(amount=F("amount") + F("fee"))
    assert purses.get().amount == Decimal("1.25") + SMALLEST


@pytest.mark.parametrize("step", [Decimal("0.5"), 1, 0.5])
def test_a_bare_number_in_an_update_is_refused(purses: Any, step: Any) -> None:
    purses.create(amount=Decimal(1))
    with pytest.raises(TypeError, match="usd"):
        purses.update(amount=F("amount") + step)
    assert purses.get().amount == 1


def test_a_whole_number_may_multiply(purses: Any) -> None:
    purses.create(amount=Decimal("0.5"))
    purses.update(amount=F("amount") * 3)
    assert purses.get().amount == Decimal("1.5")


def test_arithmetic_in_a_select_names_its_type(purses: Any) -> None:
    purses.create(amount=Decimal("0.5"))
    with pytest.raises(FieldError):
        purses.annotate(both=F("amount") + F("fee")).get()
    both = models.ExpressionWrapper(F("amount") + F("fee"), output_field=UsdField())
    assert purses.annotate(both=both).get().both == Decimal("0.75")


def test_defaults_and_constraints_speak_usd(purses: Any) -> None:
    purse = purses.create(amount=0)
    assert purses.get(pk=purse.pk).fee == Decimal("0.25")
    with pytest.raises(ValidationError, match="fee_positive"):
        Purse(name="x", amount=0, fee=Decimal(-1)).full_clean(validate_unique=False)


REFUSED = {
    "float": (0.5, "float"),
    "bool": (True, "float"),
    "words": ("a lot", "not an amount"),
    "empty": ("", "not an amount"),
    "nan": (Decimal("NaN"), "finite"),
    "infinite": ("-Infinity", "finite"),
    "too fine": (SMALLEST / 10, "12 decimal places"),
    "far too fine": (Decimal("1E-999999"), "12 decimal places"),
    "a third": (Decimal(1) / 3, "12 decimal places"),
    "too large": (LARGEST + SMALLEST, "9.2 million"),
    "far too large": (Decimal("1E+999999"), "9.2 million"),
    "list": ([1], "float"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_amount_is_refused(case: str) -> None:
    value, message = REFUSED[case]
    with pytest.raises(ValidationError, match=message):
        UsdField().get_prep_value(value)
    with pytest.raises(ValidationError, match=message):
        Purse(name="x", amount=value).clean_fields()


def test_a_float_read_from_the_column_is_refused() -> None:
    with pytest.raises(TypeError):
        UsdField().from_db_value(1.0, None, connections["default"])


@given(st.integers(-MAX_UNITS, MAX_UNITS))
def test_units_and_usd_are_each_others_inverse(units: int) -> None:
    amount = usd_of(units)
    assert units_of(amount) == units
    assert amount * 10**12 == units
    assert Decimal(text_of(amount)) == amount
    assert "E" not in text_of(amount)


def test_a_migration_names_the_field_alone() -> None:
    name, path, args, kwargs = Purse._meta.get_field("amount").deconstruct()
    assert (name, path, args, kwargs) == ("amount", "system.money.UsdField", [], {"null": True})
    text, imports = MigrationWriter.serialize(UsdField(default=Decimal("0.1")))
    assert text == "system.money.UsdField(default=Decimal('0.1'))"
    assert "import system.money" in imports


def test_a_form_takes_decimals() -> None:
    field = Purse._meta.get_field("fee").formfield()
    assert field.clean("0.000000000001") == SMALLEST
    with pytest.raises(ValidationError):
        field.clean("0.0000000000001")


def test_a_dump_loads_again() -> None:
    dump = serializers.serialize("json", [Purse(pk=1, name="x", amount=SMALLEST)])
    written = json.loads(dump)[0]["fields"]["amount"]
    assert UsdField().to_python(written) == SMALLEST


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0.014000000000", "0.014"),
        ("1E-12", "0.000000000001"),
        ("1E+1", "10"),
        ("100", "100"),
        ("0E-12", "0"),
    ],
)
def test_text_is_plain(amount: str, text: str) -> None:
    assert text_of(Decimal(amount)) == text


def test_a_dumped_value_is_plain() -> None:
    purse = Purse(fee=Decimal("1E+1"), amount=SMALLEST)
    assert Purse._meta.get_field("fee").value_to_string(purse) == "10"
    assert Purse._meta.get_field("amount").value_to_string(purse) == "0.000000000001"
