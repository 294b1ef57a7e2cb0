"""One HTTP request: to an address that was looked at, within a time that holds, and never redirected.

The address that was checked is the one that is connected to, so a name that changes meanwhile gains nothing.
No proxy of the environment is used: behind one, nobody could say where a request ends.
"""

import base64
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from django.conf import settings

from system.outbound.addresses import AddressRefused, refusal_of
from system.outbound.urls import PORTS, HttpUrl, read_http_url

MOST_BYTES = 2000  # of an answer: enough to say what came back
Resolve = Callable[[str, int], Sequence[str]]


class NoAnswer(OSError):
    """Nothing came back, in words that hold nothing of the URL but its host."""


@dataclass(frozen=True)
class Answer:
    """`headers` have lower-case names; `body` is cut."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Patience:
    """In seconds. `total_s` bounds everything, however slowly a server drips its answer."""

    connect_s: float = field(default_factory=lambda: settings.OUTBOUND_CONNECT_SECONDS)
    total_s: float = field(default_factory=lambda: settings.OUTBOUND_TOTAL_SECONDS)


def resolve_host(host: str, port: int) -> Sequence[str]:
    """The IP addresses of `host`. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def send_request(
    method: str,
    url: str,
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    resolve: Resolve = resolve_host,
    patience: Patience | None = None,
) -> Answer:
    """Whatever was answered, redirects and errors too. Must not be called in a transaction.

    Raises Invalid, AddressRefused, and NoAnswer.
    """
    target, patience = read_http_url(url), patience or Patience()
    deadline = time.monotonic() + patience.total_s
    addresses = _checked(_resolved(target, resolve, patience.connect_s))
    sent = {"User-Agent": f"ClaudeOps/{settings.VERSION}", "Connection": "close", **(headers or {})}
    if target.login:
        sent["Authorization"] = f"Basic {base64.b64encode(target.login.encode()).decode()}"
    with _connected(target, addresses, patience.connect_s) as plain, _cut_off(plain, deadline) as is_late:
        try:
            return _exchange(plain, target, method, body, sent, is_late)
        except (OSError, http.client.HTTPException) as error:
            if is_late():
                raise NoAnswer(f"{target.host} did not answer within {patience.total_s:g} s.") from error
            raise NoAnswer(f"{target.host} broke off: {error or type(error).__name__}.") from error


def _resolved(target: HttpUrl, resolve: Resolve, within_s: float) -> Sequence[str]:
    """In a thread of its own, as the resolver of the system knows no time limit."""
    found: list[Sequence[str] | OSError] = []

    def look_up() -> None:
        try:
            found.append(resolve(target.host, target.port))
        except (OSError, UnicodeError) as error:  # UnicodeError: a label that is too long
            found.append(error if isinstance(error, OSError) else OSError(str(error)))

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(within_s)
    if not found:
        raise NoAnswer(f"The name {target.host} was not resolved within {within_s:g} s.")
    if isinstance(found[0], OSError) or not found[0]:
        raise NoAnswer(f"The name {target.host} cannot be resolved: {found[0] or 'it has no address'}.")
    return found[0]


def _checked(addresses: Sequence[str]) -> Sequence[str]:
    """One bad address spoils the name: whoever mixes them in wants to be connected to it."""
    for address in addresses:
        if refusal := refusal_of(address):
            raise AddressRefused(refusal)
    return addresses


@contextmanager
def _connected(target: HttpUrl, addresses: Sequence[str], within_s: float) -> Iterator[socket.socket]:
    deadline = time.monotonic() + within_s
    problem: OSError | None = None
    for address in addresses:
        try:
            # An address, so that nothing is resolved again.
            plain = socket.create_connection(
                (address, target.port), timeout=max(0.1, deadline - time.monotonic())
            )
        except OSError as error:
            problem = error
            continue
        with plain:
            yield plain
        return
    what = f" within {within_s:g} s" if isinstance(problem, TimeoutError) else f": {problem}"
    raise NoAnswer(f"{target.host} cannot be connected to{what}.")


@contextmanager
def _cut_off(plain: socket.socket, deadline: float) -> Iterator[Callable[[], bool]]:
    """At `deadline` the connection is shut down under whoever reads; whether that has happened."""
    is_late = threading.Event()
    own = plain.dup()  # TLS takes the other's descriptor over

    def cut() -> None:
        is_late.set()
        with suppress(OSError):
            own.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(0.0, deadline - time.monotonic()), cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_late.is_set
    finally:
        timer.cancel()
        own.close()


def _exchange(
    plain: socket.socket,
    target: HttpUrl,
    method: str,
    body: bytes | None,
    headers: Mapping[str, str],
    is_late: Callable[[], bool],
) -> Answer:
    plain.settimeout(None)  # from here on the cut-off holds
    wire = plain
    if target.is_secure:
        wire = ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.auto_open = 0
    connection.default_port = PORTS[target.scheme]
    connection.sock = wire
    try:
        connection.request(method, target.target, body=body, headers=dict(headers))
        response = connection.getresponse()
        if is_late():  # headers that were cut off pass for whole ones
            raise TimeoutError
        kept = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, kept, _beginning_of(response))
    finally:
        connection.close()


def _beginning_of(response: http.client.HTTPResponse) -> bytes:
    """What came of the body in time: the answer itself stands in the headers."""
    with suppress(OSError, http.client.HTTPException):
        return response.read(MOST_BYTES)
    return b""
