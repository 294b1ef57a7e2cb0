"""Hooks as people change them. A secret is given back once, by what makes it, and never again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from scheduling.hooks.checking import check_hook
from scheduling.hooks.keys import check_secret, make_secret
from scheduling.hooks.recipes import find_recipe
from scheduling.models import Hook, Scheme
from system.audit import record, record_changed, record_created, record_deleted
from system.audit_values import values_of
from system.errors import Conflict, Invalid, NotFound
from system.secrets import Secret
from system.writing import one_writer

NOUN = "webhook"  # what the audit calls one
KEEP_PREVIOUS = timedelta(hours=24)
LONGEST_KEEP = timedelta(days=30)
# By them its messages are known: a hook of another slug or scheme is another hook.
LASTING = ("slug", "scheme", "recipe")


def find_hook(slug: str) -> Hook:
    hook = Hook.objects.filter(slug=slug).first()
    if hook is None:
        raise NotFound(f"There is no webhook {slug!r}.", field="slug")
    return hook


def create_hook(fields: Mapping[str, Any]) -> tuple[Hook, str]:
    """`fields` as schemas.HookIn has them; with its secret, made here where none is given.

    A recipe fills in what is None. Raises NotFound, Invalid with the field, and Conflict.
    """
    hook = Hook()
    _put(hook, with_recipe(fields))
    check_hook(hook)
    secret = fields.get("secret") or make_secret(hook.scheme)
    check_secret(hook.scheme, secret)
    hook.secret = Secret.of(secret)
    with one_writer():
        try:
            with transaction.atomic():
                hook.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict(f"There is a webhook {hook.slug} already.", field="slug") from error
        record_created(hook, NOUN)
    return hook, secret


def with_recipe(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`fields` with a scheme, a mapping and filters, by its recipe or the usual ones. Raises NotFound."""
    scheme: str = Scheme.STANDARD
    mapping, filters = {}, []  # type: dict[str, str], list[str]
    if fields.get("recipe"):
        recipe = find_recipe(fields["recipe"])
        scheme, mapping, filters = recipe.scheme, dict(recipe.mapping), list(recipe.filters)
    usual = {"scheme": scheme, "mapping": mapping, "filters": filters}
    missing = {name: value for name, value in usual.items() if fields.get(name) is None}
    return {**fields, **missing}


def change_hook(slug: str, fields: Mapping[str, Any]) -> Hook:
    """Set `fields` and leave the others; slug, scheme and recipe stay. Raises NotFound and Invalid."""
    for name in LASTING:
        if name in fields:
            raise Invalid(f"The {name} of a webhook stays; make another one.", field=name)
    with one_writer():
        hook = find_hook(slug)
        before = values_of(hook)
        _put(hook, fields)
        check_hook(hook)
        names = ["agent" if name == "agent_type" else name for name in fields]
        hook.save(update_fields=[*names, "updated_at"])
        record_changed(hook, NOUN, before)
    return hook


def rotate_secret(
    slug: str, *, secret: str | None = None, keep_until: datetime | None = None
) -> tuple[Hook, str]:
    """A new secret, made here where none is given. The one before stays good until `keep_until`, a day on.

    A `keep_until` that is past ends it at once. Raises NotFound and Invalid.
    """
    now = timezone.now()
    until = keep_until if keep_until is not None else now + KEEP_PREVIOUS
    if until > now + LONGEST_KEEP:
        raise Invalid(f"A secret stays good for {LONGEST_KEEP.days} days at most.", field="keep_until")
    with one_writer():
        hook = find_hook(slug)
        new = secret or make_secret(hook.scheme)
        check_secret(hook.scheme, new)
        is_kept = until > now
        hook.previous_secret = hook.secret if is_kept else Secret.of("")
        hook.previous_until = until if is_kept else None
        hook.secret, hook.secret_since = Secret.of(new), now
        hook.save(update_fields=["secret", "secret_since", "previous_secret", "previous_until", "updated_at"])
        record(f"{NOUN}.rotate", hook.slug, {"previous_until": hook.previous_until})
    return hook, new


def delete_hook(slug: str) -> None:
    """With it goes what became of its messages; its executions stay. Raises NotFound."""
    with one_writer():
        hook = find_hook(slug)
        record_deleted(hook, NOUN)
        hook.delete()


def _put(hook: Hook, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        if name == "secret":
            continue
        setattr(
            hook, "agent_id" if name == "agent_type" else name, value.strip() if name == "name" else value
        )
