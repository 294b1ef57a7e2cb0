"""Signing in to the console, and out again: who may, how often one may try, and what is on record of it."""

import math
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.forms import AuthenticationForm

from system.addresses import address_of
from system.alerts import raise_alert
from system.audit import record
from system.models import Severity
from system.roles import role_of
from system.sessions import note_opened
from system.sign_in_throttle import SignInThrottle, remember_browser
from system.writing import one_writer

TOO_OFTEN = "too_often"


class LoginForm(AuthenticationForm):
    request: HttpRequest
    seconds_to_wait = 0.0

    def clean(self) -> dict[str, Any]:
        username, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not username or not password:
            return self.cleaned_data
        throttle = SignInThrottle(self.request, username)
        attempt = throttle.begin()
        if attempt.seconds_to_wait:
            self.seconds_to_wait = attempt.seconds_to_wait
            raise ValidationError(_wait_text(attempt.seconds_to_wait), code=TOO_OFTEN)
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError as error:
            _record_refusal(self.request, username, error.code or "", is_guessing=attempt.is_first_wait)
            raise
        throttle.succeed()
        return cleaned

    def confirm_login_allowed(self, user: AbstractBaseUser) -> None:
        """A role is what lets a person in; Django's own form asks for is_staff."""
        if role_of(user) is None:
            raise ValidationError(
                "You have none of the roles viewer, operator and admin. An admin can give you one.",
                code="no_role",
            )


def _wait_text(seconds: float) -> str:
    whole = math.ceil(seconds)
    wait = f"{whole} seconds" if whole < 90 else f"{math.ceil(whole / 60)} minutes"
    return f"Too many attempts. Wait {wait}, then try again; an attempt before that is not looked at."


def _record_refusal(request: HttpRequest, username: str, why: str, *, is_guessing: bool) -> None:
    """A name that is nobody's may be a password that was typed into the wrong field: it is not kept."""
    known = User.objects.filter(username=username).exists()
    target = username if known else "a name that nobody has"
    with one_writer():
        record("session.refuse", target, {"why": why})
        if is_guessing:
            raise_alert(
                kind="sign-in-guessing",
                key=f"sign-in-guessing:{timezone.localdate()}",
                severity=Severity.WARNING,
                title="Somebody keeps failing to sign in",
                detail=f"Last as {target}, from {address_of(request)}. Each attempt has to wait longer now;"
                " the audit log has them all (session.refuse).",
            )


def answer_sign_in(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """`response` of the sign-in page, with what belongs to it: a record, a status, a browser remembered."""
    form = getattr(response, "context_data", None) and response.context_data.get("form")  # type: ignore[attr-defined]
    if isinstance(form, LoginForm) and form.seconds_to_wait:
        response.status_code = 429
        response.headers["Retry-After"] = str(math.ceil(form.seconds_to_wait))
    elif request.method == "POST" and response.status_code == 302 and isinstance(request.user, User):
        note_opened(request)
        remember_browser(request, response, request.user)
        with one_writer():
            record("session.sign-in", request.user.get_username())
    return response


def record_sign_out(request: HttpRequest) -> None:
    if request.method == "POST" and request.user.is_authenticated:
        with one_writer():
            record("session.sign-out", request.user.get_username())
