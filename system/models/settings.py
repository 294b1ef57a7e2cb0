import json
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from system.models.timestamps import Timestamped
from system.secrets import Secret, SecretField


class AppSetting(Timestamped):
    """A setting that a person may change while ClaudeOps runs; `text` is that of a `value_type`.

    It stands in `value`, or sealed in `sealed` where it is a secret: never in both.
    """

    class ValueType(models.TextChoices):
        STRING = "string"
        NUMBER = "number"
        BOOLEAN = "boolean"
        JSON = "json", "JSON"

    key = models.CharField(max_length=100, unique=True)
    value = models.TextField(blank=True)
    sealed = SecretField(blank=True, default="", db_default="", editable=False)
    description = models.TextField(blank=True, default="", db_default="")
    value_type = models.CharField(
        max_length=10, choices=ValueType, default=ValueType.STRING, db_default=ValueType.STRING.value
    )
    category = models.CharField(max_length=50, default="general", db_default="general")
    is_secret = models.BooleanField(default=False, db_default=False)
    is_readonly = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ["category", "key"]
        indexes = [models.Index(fields=["category"], name="setting_category")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(value_type__in=["string", "number", "boolean", "json"]),
                name="setting_value_type_known",
            ),
            models.CheckConstraint(
                condition=models.Q(is_secret=False, sealed="") | models.Q(is_secret=True, value=""),
                name="setting_secret_sealed",
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def text(self) -> str:
        """Raises SecretUnreadable for a secret whose key is not known here."""
        return self.sealed.reveal() if self.is_secret else self.value

    def store(self, text: str) -> None:
        """Set it, in the column that is right for it."""
        self.value, self.sealed = ("", Secret.of(text)) if self.is_secret else (text, Secret(""))

    def decoded(self) -> Any:
        """The value as its type. Raises ValueError when the text is not of that type."""
        text = self.text
        match self.value_type:
            case self.ValueType.BOOLEAN:
                if text not in ("true", "false"):
                    raise ValueError(f"{self.key} must be true or false, not {text!r}")
                return text == "true"
            case self.ValueType.NUMBER | self.ValueType.JSON:
                value = json.loads(text)
                if self.value_type == self.ValueType.NUMBER and (
                    isinstance(value, bool) or not isinstance(value, int | float)
                ):
                    raise ValueError(f"{self.key} must be a number, not {text!r}")
                return value
            case _:
                return text

    def clean(self) -> None:
        try:
            self.decoded()
        except ValueError as error:
            raise ValidationError(
                {"value": f"This is not a {self.get_value_type_display()}: {error}."}
            ) from error
