"""Who asks, through which door and from where: known to whatever is done meanwhile, for the audit.

A service is told its actor; the door and the address are no business of its arguments. They travel in a
context variable, which the doors set: a middleware, the sockets, and manage.py. What runs outside of all
doors (the clock, a worker) is the house itself.
"""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum


class Door(StrEnum):
    CONSOLE = "console"
    API = "api"
    SOCKET = "socket"
    WEBHOOK = "webhook"
    COMMAND = "command"
    HOUSE = "house"


@dataclass(frozen=True)
class Caller:
    """A user name, a token's name with the `token`'s visible beginning, or the account of a shell."""

    name: str = ""
    token: str = ""


NOBODY = Caller()


@dataclass(frozen=True)
class Asker:
    """`find_caller` is called only when something is put on record: most requests need not know."""

    door: Door = Door.HOUSE
    address: str = ""
    find_caller: Callable[[], Caller] = Caller


THE_HOUSE = Asker()
_asker: ContextVar[Asker] = ContextVar("asker", default=THE_HOUSE)


def current_asker() -> Asker:
    return _asker.get()


@contextmanager
def asking(asker: Asker) -> Iterator[None]:
    """What is done inside is done for `asker`."""
    token = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(token)


def at_the_shell(host: str) -> Asker:
    """Somebody who types commands on `host`, by the name of their account."""
    return Asker(Door.COMMAND, host, _shell_account)


def _shell_account() -> Caller:
    try:
        return Caller(getpass.getuser())
    except (OSError, KeyError, ImportError):  # an account that /etc/passwd does not know, as in a container
        return Caller("unknown account")
