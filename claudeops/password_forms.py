"""A password that is changed is on record, and ends every session that was opened with the old one."""

from typing import TYPE_CHECKING

from django.contrib.auth.models import User
from unfold.forms import AdminOwnPasswordChangeForm, AdminPasswordChangeForm

from system.audit import record
from system.sessions import end_sessions_of
from system.writing import one_writer

if TYPE_CHECKING:
    from django.forms import Form as _Form
else:
    _Form = object


class _OnRecord(_Form):
    """Whoever changes their own is signed in anew by the view, in the browser in which they did it."""

    def save(self, commit: bool = True) -> User:
        user: User = super().save(commit=False)  # type: ignore[misc]  # the hashing takes its time
        with one_writer():
            user.save(update_fields=["password"])
            ended = end_sessions_of(user)
            record("user.password", user.get_username(), {"sessions_ended": ended})
        return user


class PasswordForm(_OnRecord, AdminPasswordChangeForm):
    """For an admin, of anybody's."""


class OwnPasswordForm(_OnRecord, AdminOwnPasswordChangeForm):
    """For everybody, of their own."""
