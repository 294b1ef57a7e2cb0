"""Who is let in: who proves to know the secret of a hook that there is. All others hear the same."""

import logging
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.utils import timezone

from scheduling.hooks.keys import make_secret
from scheduling.hooks.knocks import note_knock
from scheduling.hooks.signatures import Message, proven_id, scheme_of
from scheduling.models import Hook, Scheme
from system.authentication import Unauthenticated
from system.errors import DomainError
from system.secrets import Secret, SecretUnreadable

logger = logging.getLogger(__name__)

WRONG = "There is no such webhook, or this is not its secret, or the clocks are more than five minutes apart."


class TooLarge(DomainError):
    status = 413
    title = "Content too large"


class Encoded(DomainError):
    status = 415
    title = "Unsupported media type"


def let_in(slug: str, message: Message) -> tuple[Hook, str]:
    """The hook, and the message's id ("" for none). Raises Unauthenticated, TooLarge and Encoded.

    Where there is no hook the same work is done with a secret that nobody knows.
    """
    _check_form(message)
    now = timezone.now()
    hook = Hook.objects.filter(slug=slug).first()
    scheme = hook.scheme if hook is not None else scheme_of(message)
    secrets = _opened(slug, hook.secrets_at(now) if hook is not None else [_decoy(scheme)])
    message_id = proven_id(scheme, secrets, message, now.timestamp())
    if hook is None or message_id is None:
        note_knock(hook)
        raise Unauthenticated(WRONG)
    return hook, message_id


def _check_form(message: Message) -> None:
    if message.header("Content-Encoding").strip().lower() not in ("", "identity"):
        raise Encoded("Send it as it is, without a Content-Encoding.", field="body")
    if len(message.body) > settings.HOOK_MAX_BYTES:
        raise TooLarge(f"The body may hold {settings.HOOK_MAX_BYTES} bytes at most.", field="body")


def _opened(slug: str, sealed: Iterable[Secret]) -> list[str]:
    """Whose key is lost opens nothing; who sends is told no more than anyone."""
    opened = []
    for secret in sealed:
        try:
            opened.append(secret.reveal())
        except SecretUnreadable as error:
            logger.error("webhook %s: %s", slug, error.detail)
    return opened


@cache
def _decoy(scheme: str) -> Secret:
    return Secret.of(make_secret(Scheme(scheme)))
