"""Targets as people change them. A URL is looked at before it is stored, and never given back."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from system.audit import record_changed, record_created, record_deleted
from system.audit_values import values_of
from system.errors import Conflict, Invalid, NotFound
from system.models import NotificationTarget, TargetKind
from system.notifications.apprise_sending import problem_of_apprise_url
from system.outbound.signing import new_signing_secret, read_signing_secret
from system.outbound.urls import LONGEST_URL, read_http_url, refusal_of_literal
from system.secrets import Secret
from system.writing import one_writer

NOUN = "notification-target"  # what the audit calls one
LONGEST_SCHEME = 40
_SERVICE = re.compile(r"[a-z0-9+.-]+://", re.IGNORECASE | re.ASCII)


def find_target(name: str) -> NotificationTarget:
    target = NotificationTarget.objects.filter(name=name).first()
    if target is None:
        raise NotFound(f"There is no target {name!r}.", field="name")
    return target


def create_target(fields: Mapping[str, Any]) -> tuple[NotificationTarget, str]:
    """`fields` as schemas.TargetIn has them; with the signing secret, if one was made: it is shown once.

    Raises Invalid, naming the field, and Conflict. Must not be called in a transaction: Apprise is asked.
    """
    check_url(fields["kind"], fields["url"])
    signing_secret, made = signing_secret_for(fields["kind"], fields.get("signing_secret") or "")
    target = NotificationTarget(name=fields["name"], kind=fields["kind"], enabled=fields["enabled"])
    put_url(target, fields["url"])
    target.signing_secret = Secret.of(signing_secret)
    with one_writer():
        try:
            with transaction.atomic():
                target.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(f"There is a target {target.name} already.", field="name") from error
        record_created(target, NOUN)
    return target, made


def change_target(name: str, fields: Mapping[str, Any]) -> NotificationTarget:
    """Set `fields` and leave the others; the kind stays. Raises as create_target, and NotFound."""
    kind = find_target(name).kind
    if "url" in fields:
        check_url(kind, fields["url"])
    if "signing_secret" in fields:
        _require_webhook(kind)
        read_signing_secret(fields["signing_secret"])
    with one_writer():
        target = find_target(name)
        before = values_of(target)
        _put(target, fields)
        target.save(update_fields=["url", "scheme", "signing_secret", "enabled", "updated_at"])
        record_changed(target, NOUN, before)
    return target


def _put(target: NotificationTarget, fields: Mapping[str, Any]) -> None:
    if "url" in fields:
        put_url(target, fields["url"])
    if "signing_secret" in fields:
        target.signing_secret = Secret.of(fields["signing_secret"])
    target.enabled = fields.get("enabled", target.enabled)


def delete_target(name: str) -> None:
    """Its rules go with it, and what waits for it. Raises NotFound."""
    with one_writer():
        target = find_target(name)
        record_deleted(target, NOUN)
        target.delete()


def check_url(kind: str, url: str) -> None:
    """Raises Invalid. Asks Apprise about its own, which takes a second or two, in no transaction."""
    if kind == TargetKind.WEBHOOK:
        read_http_url(url)
        return
    if len(url) > LONGEST_URL or not url.isprintable():
        raise Invalid(f"A URL is one line of up to {LONGEST_URL} characters.", field="url")
    if not _SERVICE.match(url):
        raise Invalid("A URL of Apprise's begins with a service, as in tgram://… or mailto://….", field="url")
    if problem := _refusal_of_host(url) or problem_of_apprise_url(url):
        raise Invalid(problem, field="url")


def _refusal_of_host(url: str) -> str:
    try:
        return refusal_of_literal(urlsplit(url).hostname or "")
    except ValueError:  # Apprise knows more forms of URLs than this
        return ""


def signing_secret_for(kind: str, given: str) -> tuple[str, str]:
    """The signing secret of a new target, and the same where it was made here. Raises Invalid."""
    if kind != TargetKind.WEBHOOK:
        if given:
            _require_webhook(kind)
        return "", ""
    if given:
        read_signing_secret(given)
        return given, ""
    made = new_signing_secret()
    return made, made


def _require_webhook(kind: str) -> None:
    if kind != TargetKind.WEBHOOK:
        raise Invalid("Only a webhook is signed.", field="signing_secret")


def put_url(target: NotificationTarget, url: str) -> None:
    """With its scheme, which is all of it that is ever shown."""
    target.url = Secret.of(url)
    target.scheme = url.partition("://")[0].lower()[:LONGEST_SCHEME]
