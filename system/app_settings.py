"""What a person may change while ClaudeOps runs: the settings that exist, their types and defaults.

The rows are models.AppSetting; a key that is not listed here is refused. What a process needs before it
can read a database stands in claudeops/settings.py instead.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from system.errors import Conflict, Invalid, NotFound
from system.models import AppSetting
from system.thresholds import Thresholds

logger = logging.getLogger(__name__)

ValueType = AppSetting.ValueType


@dataclass(frozen=True)
class Setting:
    """`kind` is the type that `get` returns; a value is validated as it, strictly."""

    key: str
    kind: Any
    value_type: AppSetting.ValueType
    default: Any
    category: str
    description: str

    def parse(self, text: str) -> Any:
        """The value that `text` (JSON, or the text itself of a string) stands for. Raises Invalid."""
        adapter = TypeAdapter(self.kind)
        try:
            if self.value_type is ValueType.STRING:
                return adapter.validate_python(text, strict=True)
            return adapter.validate_json(text, strict=True)
        except ValidationError as error:
            raise Invalid(_problems(self.key, error), field="value") from error

    def normalise(self, text: str) -> str:
        """`text` as it is stored. Raises Invalid, also for an infinite number, which JSON cannot hold."""
        stored = self.dump(self.parse(text))
        self.parse(stored)
        return stored

    def dump(self, value: Any) -> str:
        """The text that stores `value`; the inverse of `parse`."""
        if self.value_type is ValueType.STRING:
            return str(value)
        return TypeAdapter(self.kind).dump_json(value).decode()


SETTINGS: Mapping[str, Setting] = {
    setting.key: setting
    for setting in (
        Setting(
            key="executions.paused",
            kind=bool,
            value_type=ValueType.BOOLEAN,
            default=False,
            category="executions",
            description="While true, no execution is launched by anyone. What runs already goes on.",
        ),
        Setting(
            key="health.thresholds",
            kind=Thresholds,
            value_type=ValueType.JSON,
            default=Thresholds(),
            category="health",
            description=(
                "When a reading is a warning, and when it is critical: percentages are 0 to 100, load is the"
                " 5-minute average per core, temperature is in °C. An agent's own thresholds go before these."
            ),
        ),
    )
}


def find_setting(key: str) -> Setting:
    try:
        return SETTINGS[key]
    except KeyError:
        raise NotFound(f"There is no setting {key!r}; known are: {', '.join(sorted(SETTINGS))}.") from None


def get(key: str) -> Any:
    """The value as its type (`health.thresholds`: a Thresholds); the default while no row says otherwise.

    A row that raw SQL made invalid counts as absent, and is logged: nothing stops for it.
    """
    setting = find_setting(key)
    text = AppSetting.objects.filter(key=key).values_list("value", flat=True).first()
    if text is None:
        return setting.default
    try:
        return setting.parse(text)
    except Invalid as error:
        logger.warning("The default is in force: %s", error.detail)
        return setting.default


def set_value(key: str, value: Any) -> AppSetting:
    """Store `value` (as `get` returns it, or as JSON has it). Raises NotFound, Conflict and Invalid."""
    setting = find_setting(key)
    try:
        text = value if isinstance(value, str) else TypeAdapter(Any).dump_json(value).decode()
    except PydanticSerializationError as error:
        raise Invalid(f"{key} cannot be stored: {error}.", field="value") from error
    stored = setting.normalise(text)
    row, _ = AppSetting.objects.get_or_create(key=key, defaults=_row_of(setting))
    if row.is_readonly:
        raise Conflict(f"{key} is read-only.")
    row.value = stored
    row.save(update_fields=["value", "updated_at"])
    return row


def ensure_defaults() -> int:
    """Create the rows that are missing; returns how many. A row that is there stays as it is."""
    known = set(AppSetting.objects.filter(key__in=SETTINGS).values_list("key", flat=True))
    missing = [setting for key, setting in SETTINGS.items() if key not in known]
    # Two first starts at once may both find a row missing: the second insert is then ignored.
    AppSetting.objects.bulk_create(
        [AppSetting(key=setting.key, **_row_of(setting)) for setting in missing], ignore_conflicts=True
    )
    return len(missing)


def _row_of(setting: Setting) -> dict[str, Any]:
    return {
        "value": setting.dump(setting.default),
        "value_type": setting.value_type,
        "category": setting.category,
        "description": setting.description,
    }


def _problems(key: str, error: ValidationError) -> str:
    """One sentence that names every wrong field, as in `health.thresholds: disk_percent.warning …`."""
    problems = []
    for item in error.errors(include_url=False):
        path = ".".join(str(part) for part in item["loc"])
        message = item["msg"].removeprefix("Value error, ")
        problems.append(f"{path}: {message}" if path else message)
    return f"{key}: {'; '.join(problems)}"
