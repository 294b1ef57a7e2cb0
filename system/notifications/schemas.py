import re
from datetime import datetime, time
from typing import Annotated, Any, Literal, Self

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from system.models import Alert, Delivery, Notification, NotificationRule, Severity, TargetKind
from system.models.notifications import LONGEST_DIGEST_MINUTES
from system.outbound.urls import LONGEST_URL
from system.paging import Page
from system.wire import NOT_GIVEN, In, Out, Slug

_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def _clock(value: object) -> time:
    if not isinstance(value, str) or not _CLOCK.fullmatch(value):
        raise ValueError("must be a time of day, as in 22:30")
    return time.fromisoformat(value)


def _clock_text(value: time) -> str:
    return f"{value:%H:%M}"


_CLOCK_SCHEMA = WithJsonSchema({"type": "string", "pattern": r"^([01][0-9]|2[0-3]):[0-5][0-9]$"})
Clock = Annotated[time, PlainValidator(_clock), _CLOCK_SCHEMA]
ClockOut = Annotated[time, PlainSerializer(_clock_text, return_type=str), _CLOCK_SCHEMA]
SecretText = Annotated[str, Field(min_length=1, max_length=LONGEST_URL, pattern=r"^[^\x00]*$")]
Zone = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00]*$")]
KindIn = Annotated[TargetKind, Field(strict=False)]
SeverityIn = Annotated[Severity, Field(strict=False)]
Digest = Annotated[int, Field(ge=0, le=LONGEST_DIGEST_MINUTES)]
Slugs = Annotated[list[Slug], Field(max_length=200)]


class TargetIn(In):
    """`url` is one of Apprise's, or a webhook's. Of a webhook a signing secret is made if none is given."""

    name: Slug
    kind: KindIn
    url: SecretText
    signing_secret: SecretText | None = None
    enabled: bool = True


class TargetPatch(In):
    """What is left out stays."""

    url: SecretText = NOT_GIVEN
    signing_secret: SecretText = NOT_GIVEN
    enabled: bool = NOT_GIVEN


class TargetOut(Out):
    """Of its URL the scheme is shown, and of its secret nothing."""

    name: str
    kind: TargetKind
    scheme: str
    enabled: bool
    created_at: datetime
    updated_at: datetime


class TargetCreated(TargetOut):
    """`signing_secret` is the one that was made here, shown this once; null where none was."""

    signing_secret: str | None


class TargetList(Out):
    items: list[TargetOut]
    count: int


class TestOut(Out):
    """What came of one message; `said` is what came back."""

    delivered: bool
    said: str
    took_ms: int


class RuleFields(In):
    """All of a rule but its name. No kinds, or no agents: all of them.

    In quiet hours (of `quiet_zone`) only what is critical is told, the rest when they end. With
    `digest_minutes` what comes within them goes as one message. `recovered` tells the end of the other kinds.
    """

    target: Slug
    kinds: Slugs = []
    agent_types: Slugs = []
    min_severity: SeverityIn = Severity.INFO
    quiet_from: Clock | None = None
    quiet_until: Clock | None = None
    quiet_zone: Zone = "UTC"
    digest_minutes: Digest = 0
    enabled: bool = True


class RuleIn(RuleFields):
    name: Slug


class RulePatch(In):
    """What is left out stays; null takes quiet hours away."""

    target: Slug = NOT_GIVEN
    kinds: Slugs = NOT_GIVEN
    agent_types: Slugs = NOT_GIVEN
    min_severity: SeverityIn = NOT_GIVEN
    quiet_from: Clock | None = None
    quiet_until: Clock | None = None
    quiet_zone: Zone = NOT_GIVEN
    digest_minutes: Digest = NOT_GIVEN
    enabled: bool = NOT_GIVEN


class RuleOut(Out):
    name: str
    target: str
    kinds: list[str]
    agent_types: list[str]
    min_severity: Literal["info", "warning", "critical"]
    quiet_from: ClockOut | None
    quiet_until: ClockOut | None
    quiet_zone: str
    digest_minutes: int
    enabled: bool
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, rule: NotificationRule) -> Self:
        fields: dict[str, Any] = {name: getattr(rule, name) for name in cls.model_fields}
        return cls.model_validate({**fields, "target": rule.target.name})


class RuleList(Out):
    items: list[RuleOut]
    count: int


class OutboxFilters(Page):
    state: Delivery | None = None
    target: Slug | None = None


class AlertedOut(Out):
    id: int
    kind: str
    severity: Literal["info", "warning", "critical"]
    title: str
    at: datetime

    @classmethod
    def of(cls, alert: Alert) -> Self:
        return cls(id=alert.pk, kind=alert.kind, severity=alert.severity, title=alert.title, at=alert.at)  # type: ignore[arg-type]


class NotificationOut(Out):
    """An alert on its way to a target. `message_id` is what its receiver knows a repetition by; "" before
    the first attempt. Those of a digest have one in common.
    """

    id: int
    target: str
    rule: str | None
    alert: AlertedOut
    state: Delivery
    due_at: datetime
    retry_at: datetime | None
    attempts: int
    message_id: str
    last_error: str
    delivered_at: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Notification) -> Self:
        names = (
            "state", "due_at", "retry_at", "attempts", "message_id", "last_error", "delivered_at",
            "created_at",
        )  # fmt: skip
        fields: dict[str, Any] = {name: getattr(row, name) for name in names}
        return cls(
            id=row.pk,
            target=row.target.name,
            rule=row.rule.name if row.rule else None,
            alert=AlertedOut.of(row.alert),
            **fields,
        )


class Replayed(Out):
    """`replayed` is how many rows of the outbox wait again; 0 where none was dead."""

    replayed: int


class NotificationList(Out):
    items: list[NotificationOut]
    count: int
