"""What a person may change while ClaudeOps runs: the settings that exist, their types and defaults.

The rows are models.AppSetting; a key that is not listed here is refused. What a process needs before it
can read a database stands in claudeops/settings.py instead.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from django.conf import settings
from pydantic import AfterValidator, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError

from system.audit import record
from system.audit_values import differences
from system.backups.policy import Destination, Retention
from system.errors import Conflict, Invalid, NotFound
from system.models import AppSetting
from system.outbound.urls import read_http_url
from system.secrets import Secret
from system.thresholds import Thresholds
from system.writing import one_writer

logger = logging.getLogger(__name__)

ValueType = AppSetting.ValueType
MOST = 1_000_000_000


@dataclass(frozen=True)
class Setting:
    """`kind` is the type that `get` returns; a value is validated as it, strictly. Secrets are sealed."""

    key: str
    kind: Any
    value_type: AppSetting.ValueType
    default: Any
    category: str
    description: str
    is_secret: bool = False

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


def _url_or_nothing(text: str) -> str:
    try:
        if text:
            read_http_url(text)
    except Invalid as error:
        raise ValueError(error.detail) from error
    return text


def _url(key: str, description: str, *, is_secret: bool = False) -> Setting:
    kind = Annotated[str, AfterValidator(_url_or_nothing)]
    return Setting(key, kind, ValueType.STRING, "", "notifications", description, is_secret)


def _whole(key: str, default: int, least: int, description: str) -> Setting:
    """A whole number from `least` on; its category is what its key begins with."""
    kind = Annotated[int, Field(ge=least, le=MOST)]
    return Setting(key, kind, ValueType.NUMBER, default, key.partition(".")[0], description)


# How long what happened is kept; what goes on, or a limit still counts, is kept in any case.
RETENTION = (
    _whole(
        "retention.executions_days", 365, 40,
        "Executions that ended so many days ago are deleted; their costs stay.",
    ),
    _whole(
        "retention.executions_most", 200_000, 100,
        "Of more executions than this the oldest are deleted, however young they are.",
    ),
    _whole(
        "retention.events_days", 90, 1,
        "The log and the events of executions that ended so many days ago are deleted.",
    ),
    _whole(
        "retention.metrics_days", 30, 1,
        "Samples of the machines are deleted after so many days; what they were by the hour stays.",
    ),
    _whole(
        "retention.metric_hours_days", 732, 7,
        "What the machines were by the hour is deleted after so many days.",
    ),
    _whole("retention.refusals_days", 90, 1, "Refused launches are deleted after so many days."),
    _whole("retention.findings_days", 365, 1, "Findings that were resolved so many days ago are deleted."),
    _whole("retention.fires_days", 90, 1, "What became of due times is deleted after so many days."),
    _whole(
        "retention.deliveries_days", 365, 1,
        "Calls of webhooks are deleted after so many days: a message that comes again is new then.",
    ),
    _whole(
        "retention.alerts_days", 365, 1,
        "Alerts are deleted after so many days, unless what they tell of goes on.",
    ),
    _whole(
        "retention.notifications_days", 90, 1,
        "Notifications are deleted after so many days, unless they still wait.",
    ),
    _whole(
        "retention.rows_most", 100_000, 100,
        "Of refused launches, resolved findings, due times, calls, alerts and notifications at most so"
        " many are kept of each.",
    ),
    _whole("retention.audit_days", 730, 30, "Entries of the audit log are deleted after so many days."),
    _whole("retention.jobs_days", 90, 1, "Runs of jobs are deleted after so many days, but for the last."),
    _whole(
        "retention.tokens_days", 90, 1,
        "API tokens that were revoked or ran out so many days ago are deleted.",
    ),
)  # fmt: skip

SCHEDULES = (
    _whole(
        "schedules.most_waiting", 20, 1,
        "Of a schedule that lets its runs wait their turn at most so many wait on a node; what is due then is"
        " skipped.",
    ),
)  # fmt: skip

BACKUPS = (
    Setting(
        key="backup.enabled",
        kind=bool,
        value_type=ValueType.BOOLEAN,
        default=settings.ENVIRONMENT != "test",
        category="backup",
        description=(
            "While false, no backup is taken, verified or tried by itself. Whoever asks for one gets it."
        ),
    ),
    Setting(
        key="backup.retention",
        kind=Retention,
        value_type=ValueType.JSON,
        default=Retention(),
        category="backup",
        description=(
            "Of so many last days, weeks and months with a backup, the newest of each is kept; those that"
            " a person asked for are kept for as many days. `manage.py backups` shows what that comes to."
        ),
    ),
    Setting(
        key="backup.copy_to",
        kind=Destination,
        value_type=ValueType.STRING,
        default="",
        category="backup",
        description=(
            "Where each backup is copied to: a directory (/mnt/nas/claudeops), or a remote of rclone"
            " (nas:claudeops), which is set up with `rclone config` on the host. Empty: nowhere."
        ),
    ),
)

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
        _url(
            "console.url",
            "Where people reach this console, as https://ops.example.org: messages link there, if it is set.",
        ),
        _url(
            "deadman.url",
            "Called every minute while due times are looked at, so that something outside (healthchecks.io,"
            " Uptime Kuma) notices when ClaudeOps is dead. Empty: nothing is called.",
            is_secret=True,
        ),
        *SCHEDULES,
        *RETENTION,
        *BACKUPS,
    )
}


def find_setting(key: str) -> Setting:
    try:
        return SETTINGS[key]
    except KeyError:
        raise NotFound(f"There is no setting {key!r}; known are: {', '.join(sorted(SETTINGS))}.") from None


def get(key: str) -> Any:
    """The value as its type (`health.thresholds`: a Thresholds); the default while no row says otherwise.

    A row that raw SQL made invalid counts as absent, and is logged: nothing stops for it. Raises
    SecretUnreadable for a secret whose key is not known here.
    """
    setting = find_setting(key)
    found = AppSetting.objects.filter(key=key).values_list("value", "sealed").first()
    if found is None:
        return setting.default
    value, sealed = found
    try:
        return setting.parse(sealed.reveal() if sealed else value)
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
    with one_writer():
        row, _ = AppSetting.objects.get_or_create(key=key, defaults=_row_of(setting))
        if row.is_readonly:
            raise Conflict(f"{key} is read-only.")
        before = _shown(row)
        row.store(stored)
        row.save(update_fields=["value", "sealed", "updated_at"])
        if changes := differences("value", before, _shown(row)):
            record("setting.change", key, changes)
    return row


def _shown(row: AppSetting) -> Any:
    """What the audit compares."""
    if row.is_secret:
        return row.sealed
    try:
        return row.decoded()
    except ValueError:  # raw SQL wrote it
        return row.value


def ensure_defaults() -> int:
    """Create the rows that are missing; returns how many. A row that is there stays as it is.

    But what this version takes for a secret, and an earlier one did not, is sealed.
    """
    secrets = [key for key, setting in SETTINGS.items() if setting.is_secret]
    for row in AppSetting.objects.filter(key__in=secrets, is_secret=False):
        row.is_secret = True
        row.store(row.value)
        row.save(update_fields=["is_secret", "value", "sealed", "updated_at"])
    known = set(AppSetting.objects.filter(key__in=SETTINGS).values_list("key", flat=True))
    missing = [setting for key, setting in SETTINGS.items() if key not in known]
    # Two first starts at once may both find a row missing: the second insert is then ignored.
    AppSetting.objects.bulk_create(
        [AppSetting(key=setting.key, **_row_of(setting)) for setting in missing], ignore_conflicts=True
    )
    return len(missing)


def _row_of(setting: Setting) -> dict[str, Any]:
    text = setting.dump(setting.default)
    return {
        "value": "" if setting.is_secret else text,
        "sealed": Secret.of(text if setting.is_secret else ""),
        "is_secret": setting.is_secret,
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
