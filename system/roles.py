"""Who may do what: a viewer reads, an operator also runs and cancels, an admin also configures."""

from enum import StrEnum

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User


class Role(StrEnum):
    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        return list(Role).index(self)

    def includes(self, needed: "Role") -> bool:
        return self.rank >= needed.rank


def role_of(user: AbstractBaseUser | AnonymousUser) -> Role | None:
    """The highest role of a signed-in user, by the groups of that name; None when there is no way in."""
    if not isinstance(user, User) or not user.is_active:
        return None
    if user.is_superuser:
        return Role.ADMIN
    names = {group.name for group in user.groups.all()}  # a list of users has them prefetched
    return max((role for role in Role if role.value in names), key=lambda role: role.rank, default=None)
