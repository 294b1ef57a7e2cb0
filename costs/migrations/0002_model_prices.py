import django.core.validators
import django.db.models.functions.datetime
import system.money
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("costs", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="ModelPrice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
                ),
                (
                    "model",
                    models.CharField(help_text="as the API names it, without its date", max_length=100),
                ),
                ("valid_from", models.DateTimeField()),
                ("input", system.money.UsdField(help_text="USD per million tokens")),
                ("output", system.money.UsdField(help_text="USD per million tokens")),
                ("w5", system.money.UsdField(help_text="USD per million tokens")),
                ("w1", system.money.UsdField(help_text="USD per million tokens")),
                ("read", system.money.UsdField(help_text="USD per million tokens")),
                (
                    "fast_input",
                    system.money.UsdField(blank=True, help_text="USD per million tokens", null=True),
                ),
                (
                    "fast_output",
                    system.money.UsdField(blank=True, help_text="USD per million tokens", null=True),
                ),
                ("fast_w5", system.money.UsdField(blank=True, help_text="USD per million tokens", null=True)),
                ("fast_w1", system.money.UsdField(blank=True, help_text="USD per million tokens", null=True)),
                (
                    "fast_read",
                    system.money.UsdField(blank=True, help_text="USD per million tokens", null=True),
                ),
                (
                    "long_above",
                    models.PositiveBigIntegerField(
                        blank=True,
                        help_text="prompt tokens, caches counted; above, the long rates hold for all",
                        null=True,
                    ),
                ),
                (
                    "long_input",
                    system.money.UsdField(blank=True, help_text="USD per million tokens", null=True),
                ),
                (
                    "long_output",
                    system.money.UsdField(blank=True, help_text="USD per million tokens", null=True),
                ),
                ("long_w5", system.money.UsdField(blank=True, help_text="USD per million tokens", null=True)),
                ("long_w1", system.money.UsdField(blank=True, help_text="USD per million tokens", null=True)),
                (
                    "long_read",
                    system.money.UsdField(blank=True, help_text="USD per million tokens", null=True),
                ),
                (
                    "batch_percent",
                    models.PositiveSmallIntegerField(
                        db_default=50,
                        default=50,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(100),
                        ],
                    ),
                ),
                (
                    "us_percent",
                    models.PositiveSmallIntegerField(
                        db_default=110,
                        default=110,
                        validators=[
                            django.core.validators.MinValueValidator(100),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                    ),
                ),
                ("web_search", system.money.UsdField(default=Decimal("0.01"), help_text="USD per search")),
                ("note", models.CharField(blank=True, db_default="", default="", max_length=200)),
            ],
            options={
                "ordering": ["model", "-valid_from"],
            },
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.UniqueConstraint(fields=("model", "valid_from"), name="price_version_once"),
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("input__lt", Decimal("0")),
                    ("output__lt", Decimal("0")),
                    ("w5__lt", Decimal("0")),
                    ("w1__lt", Decimal("0")),
                    ("read__lt", Decimal("0")),
                    ("fast_input__lt", Decimal("0")),
                    ("fast_output__lt", Decimal("0")),
                    ("fast_w5__lt", Decimal("0")),
                    ("fast_w1__lt", Decimal("0")),
                    ("fast_read__lt", Decimal("0")),
                    ("long_input__lt", Decimal("0")),
                    ("long_output__lt", Decimal("0")),
                    ("long_w5__lt", Decimal("0")),
                    ("long_w1__lt", Decimal("0")),
                    ("long_read__lt", Decimal("0")),
                    ("web_search__lt", Decimal("0")),
                    _connector="OR",
                    _negated=True,
                ),
                name="price_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("fast_input__isnull", True),
                        ("fast_output__isnull", True),
                        ("fast_read__isnull", True),
                        ("fast_w1__isnull", True),
                        ("fast_w5__isnull", True),
                    ),
                    models.Q(
                        ("fast_input__isnull", False),
                        ("fast_output__isnull", False),
                        ("fast_read__isnull", False),
                        ("fast_w1__isnull", False),
                        ("fast_w5__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="price_fast_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("long_above__isnull", True),
                        ("long_input__isnull", True),
                        ("long_output__isnull", True),
                        ("long_read__isnull", True),
                        ("long_w1__isnull", True),
                        ("long_w5__isnull", True),
                    ),
                    models.Q(
                        ("long_above__isnull", False),
                        ("long_input__isnull", False),
                        ("long_output__isnull", False),
                        ("long_read__isnull", False),
                        ("long_w1__isnull", False),
                        ("long_w5__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="price_long_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="modelprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("batch_percent__range", (1, 100)), ("us_percent__range", (100, 1000))),
                name="price_percents",
            ),
        ),
    ]
