"""Rules as people change them: what is told to which target, and when."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction

from system.audit import record_changed, record_created, record_deleted
from system.audit_values import values_of
from system.errors import Conflict, Invalid, NotFound
from system.models import Alert, NotificationRule
from system.models.notifications import LONGEST_DIGEST_MINUTES
from system.notifications.kinds import KINDS
from system.notifications.targets import find_target
from system.writing import one_writer

NOUN = "notification-rule"  # what the audit calls one
MOST_AGENTS = 200
_SLUG = re.compile(r"[-a-zA-Z0-9_]{1,100}", re.ASCII)


def find_rule(name: str) -> NotificationRule:
    rule = NotificationRule.objects.select_related("target").filter(name=name).first()
    if rule is None:
        raise NotFound(f"There is no rule {name!r}.", field="name")
    return rule


def create_rule(fields: Mapping[str, Any]) -> NotificationRule:
    """`fields` as schemas.RuleIn has them, the target by its name. What was raised before is not told.

    Raises Invalid, naming the field, NotFound for the target, and Conflict.
    """
    with one_writer():
        rule = NotificationRule(after_alert=newest_alert())
        _put(rule, fields)
        try:
            with transaction.atomic():
                rule.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(f"There is a rule {rule.name} already.", field="name") from error
        record_created(rule, NOUN)
    return rule


def change_rule(name: str, fields: Mapping[str, Any]) -> NotificationRule:
    """Set `fields` and leave the others. What waits already goes as it was. Raises as create_rule."""
    with one_writer():
        rule = find_rule(name)
        before = values_of(rule)
        _put(rule, fields)
        rule.save(update_fields=[*fields, "updated_at"])
        record_changed(rule, NOUN, before)
    return rule


def delete_rule(name: str) -> None:
    """What it has put into the outbox goes all the same. Raises NotFound."""
    with one_writer():
        rule = find_rule(name)
        record_deleted(rule, NOUN)
        rule.delete()


def newest_alert() -> int:
    """The id of the newest; 0 before the first."""
    return Alert.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _put(rule: NotificationRule, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(rule, name, find_target(value) if name == "target" else value)
    for field, message in problems_of(rule):
        raise Invalid(message, field=field)


def problems_of(rule: NotificationRule) -> Iterator[tuple[str, str]]:
    """What is wrong with it: the field, and a sentence."""
    if unknown := sorted(set(rule.kinds) - set(KINDS)):
        yield "kinds", f"There is no kind {unknown[0]!r}; known are: {', '.join(KINDS)}."
    if len(rule.agent_types) > MOST_AGENTS:
        yield "agent_types", f"Up to {MOST_AGENTS} agents can be named; none is all of them."
    elif wrong := next((name for name in rule.agent_types if not _SLUG.fullmatch(name)), None):
        yield "agent_types", f"{wrong[:100]!r} is no agent's slug: letters, digits, - and _."
    if rule.digest_minutes > LONGEST_DIGEST_MINUTES:
        yield "digest_minutes", f"A digest is gathered for up to {LONGEST_DIGEST_MINUTES} minutes."
    yield from _problems_of_quiet_hours(rule)


def _problems_of_quiet_hours(rule: NotificationRule) -> Iterator[tuple[str, str]]:
    if (rule.quiet_from is None) != (rule.quiet_until is None):
        missing = "quiet_from" if rule.quiet_from is None else "quiet_until"
        yield missing, "Quiet hours have a beginning and an end."
    elif rule.quiet_from is not None and rule.quiet_from == rule.quiet_until:
        yield (
            "quiet_until",
            "Quiet hours that begin when they end would be none, or all: disable the rule instead.",
        )
    try:
        ZoneInfo(rule.quiet_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a directory of the data
        yield (
            "quiet_zone",
            f"There is no time zone {rule.quiet_zone[:64]!r}: use a name such as Europe/Berlin.",
        )
