"""Guessing passwords takes longer and longer; nobody is locked out for it.

Attempts are counted for the account, for the address, and, in a browser in which somebody has signed in
before, for that browser alone: a stranger who guesses at an account does not keep its owner waiting there
(OWASP's device cookies). An attempt while one has to wait counts for nothing.
"""

import secrets
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import User
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse

from system.addresses import address_of, network_of
from system.tallies import add_to, close, count_of, forget, seconds_closed

FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS = 5, 15
LONGEST_WAIT_SECONDS = 300.0
REMEMBERED_SECONDS = 3600.0
KNOWN_BROWSER_SECONDS = 180 * 24 * 3600
_SALT = "system.sign_in_throttle"


@dataclass(frozen=True)
class Attempt:
    """`is_first_wait`: from here on this account or address is slowed down."""

    seconds_to_wait: float = 0.0
    is_first_wait: bool = False


class SignInThrottle:
    """Of one attempt at `username`."""

    def __init__(self, request: HttpRequest, username: str) -> None:
        browser = _known_browser(request, username)
        self._own = f"browser:{browser}" if browser else f"account:{_account(username)}"
        self._counted = {self._own: FREE_FOR_ACCOUNT}
        if not browser:
            self._counted[f"address:{network_of(address_of(request))}"] = FREE_FOR_ADDRESS

    def begin(self) -> Attempt:
        """Counts before the password is looked at, so that many at once are no way round."""
        counts = {key: count_of(_tally(key)) for key in self._counted}
        slowed = [key for key, free in self._counted.items() if counts[key] >= free]
        if wait := max((seconds_closed(_gate(key)) for key in slowed), default=0.0):
            return Attempt(wait)
        for key in slowed:
            wait = _wait_after(counts[key] - self._counted[key])
            if not close(_gate(key), for_seconds=wait):
                return Attempt(wait)
        for key in self._counted:
            add_to(_tally(key), for_seconds=REMEMBERED_SECONDS, from_last=True)
        return Attempt(is_first_wait=any(counts[key] + 1 == free for key, free in self._counted.items()))

    def succeed(self) -> None:
        """What was counted against the address stays: an account of one's own must not wash it clean."""
        forget(_tally(self._own), _gate(self._own))


def _tally(key: str) -> str:
    return f"sign-in:{key}"


def _gate(key: str) -> str:
    return f"sign-in-gate:{key}"


def _account(username: str) -> str:
    return sha256(username.casefold().encode("utf-8", "replace")).hexdigest()[:32]


def _wait_after(failures: int) -> float:
    return min(2.0 ** min(failures, 30), LONGEST_WAIT_SECONDS)


def _cookie_name() -> str:
    return f"claudeops_browser_{settings.PORT}"


def _known_browser(request: HttpRequest, username: str) -> str:
    """The mark that this browser was given when `username` signed in with it; empty for any other."""
    try:
        value = request.get_signed_cookie(_cookie_name(), salt=_SALT, max_age=KNOWN_BROWSER_SECONDS)
    except (KeyError, BadSignature):
        return ""
    mark, _, owner = str(value).partition(".")
    return mark if owner == _account(username) else ""


def remember_browser(request: HttpRequest, response: HttpResponse, user: User) -> None:
    if _known_browser(request, user.get_username()):
        return
    response.set_signed_cookie(
        _cookie_name(),
        f"{secrets.token_hex(12)}.{_account(user.get_username())}",
        salt=_SALT,
        max_age=KNOWN_BROWSER_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
