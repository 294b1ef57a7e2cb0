"""Who may open a socket, and who may keep it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import Error
from django.http import parse_cookie

from executions.keep_going import keep_going
from executions.relay.reading import socket_threads
from system.addresses import client_address, network_of
from system.authentication import Principal
from system.origins import is_allowed_host, is_own_origin
from system.presence import Credential, principals_of
from system.rates import TooManyRequests, check_rate
from system.tokens import find_token

# A right that is withdrawn ends its sockets within 5 s.
RECHECK_SECONDS = 3.0
# The subprotocol by which a browser, which cannot set headers, shows a token: `bearer, <token>`.
BEARER = "bearer"
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Guest:
    """Someone who was let in, from `address`. `subprotocol` is what the handshake must answer."""

    credential: Credential
    principal: Principal
    subprotocol: str | None
    address: str


async def admit(scope: Any, area: str) -> Guest | None:
    """By token, whatever page it comes from if that is ours or none; by session, from our own pages only.

    A token that does not hold, or that does not open `area`, is refused, even if a session would do. So is
    whoever knocks too often, or has too many sockets already.
    """
    headers = {name.decode("latin1"): value.decode("latin1") for name, value in scope["headers"]}
    token, subprotocol = _token_shown(headers, scope["subprotocols"])
    host, origin = headers.get("host", ""), headers.get("origin")
    if origin is None:
        is_welcome = token is not None and is_allowed_host(host)
    else:
        is_welcome = is_own_origin(origin, host)
    address = client_address((scope.get("client") or [""])[0], headers.get("x-forwarded-for", ""))
    if not is_welcome or await socket_threads.run(_knocks_too_often, address):
        return None
    if token is not None:
        credential = await socket_threads.run(_credential_of, token)
    else:
        session_key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")
        credential = Credential(session_key=session_key) if session_key else None
    if credential is None or doorkeeper.is_full_for(credential):
        return None
    principal = (await socket_threads.run(principals_of, [credential])).get(credential)
    if principal is None or not principal.opens(area):
        return None
    return Guest(credential, principal, subprotocol, address)


def _knocks_too_often(address: str) -> bool:
    """Handshakes count as requests to the API do: each is a query, whoever asks."""
    try:
        check_rate(f"address:{network_of(address)}", settings.RATE_PER_ADDRESS, whose="One address")
    except TooManyRequests:
        return True
    return False


def _token_shown(headers: dict[str, str], subprotocols: list[str]) -> tuple[str | None, str | None]:
    if "authorization" in headers:
        scheme, _, token = headers["authorization"].partition(" ")
        return (token.strip() if scheme.lower() == "bearer" else ""), None
    if len(subprotocols) == 2 and subprotocols[0] == BEARER:
        return subprotocols[1], BEARER
    return None, None


def _credential_of(raw: str) -> Credential | None:
    token = find_token(raw)
    return None if token is None else Credential(token_id=token.pk)


class Doorkeeper:
    """Asks again about everybody inside, for all of them at once, while there is anybody."""

    def __init__(self) -> None:
        self._inside: dict[Callable[[Principal | None], object], Credential] = {}
        self._round: asyncio.Task[None] | None = None

    def enter(self, credential: Credential, tell: Callable[[Principal | None], object]) -> None:
        """`tell` is called with who they are now, or with None once when they must go."""
        self._inside[tell] = credential
        if self._round is None:
            self._round = asyncio.create_task(keep_going("the doorkeeper's round", self._go_round))

    def is_full_for(self, credential: Credential) -> bool:
        """One session or token cannot fill the whole process."""
        most = settings.SOCKETS_PER_CALLER
        return 0 < most <= sum(inside == credential for inside in self._inside.values())

    def count(self) -> int:
        """How many are inside; from any thread."""
        return len(self._inside)

    def leave(self, tell: Callable[[Principal | None], object]) -> None:
        self._inside.pop(tell, None)
        if not self._inside and self._round is not None:
            self._round.cancel()
            self._round = None

    async def _go_round(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            asked = dict(self._inside)
            try:
                principals = await socket_threads.run(principals_of, set(asked.values()))
            except Error:
                logger.warning("The rights of open sockets cannot be read; trying again.", exc_info=True)
                continue
            for tell, credential in asked.items():
                if tell in self._inside:
                    tell(principals.get(credential))


doorkeeper = Doorkeeper()
