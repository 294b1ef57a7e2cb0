import re
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from system.errors import Invalid
from system.outbound.addresses import refusal_of

LONGEST_URL = 2000
PORTS = {"http": 80, "https": 443}
_PRINTABLE = re.compile(r"[!-~]+", re.ASCII)
_BETWEEN_PIECES = re.compile(r"[/:@?&=#;,]+")
_SHORTEST_PIECE = 6  # shorter ones would hide ordinary words


@dataclass(frozen=True)
class HttpUrl:
    """Its parts as a request needs them; `login` is "user:password" or empty."""

    scheme: str
    host: str
    port: int
    target: str
    login: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"


def read_http_url(text: str, *, field: str = "url") -> HttpUrl:
    """Raises Invalid, which repeats nothing of `text`; also for an address that nothing may be sent to."""
    if len(text) > LONGEST_URL or not _PRINTABLE.fullmatch(text):
        raise Invalid(
            f"A URL is up to {LONGEST_URL} characters without spaces or letters beyond ASCII.", field=field
        )
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise Invalid("This is no URL: its host or port cannot be read.", field=field) from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise Invalid("A URL begins with https:// or http:// and names a host.", field=field)
    if refusal := refusal_of_literal(parts.hostname):
        raise Invalid(refusal, field=field)
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return HttpUrl(parts.scheme, parts.hostname, port or PORTS[parts.scheme], path, _login_of(parts))


def _login_of(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    return f"{unquote(parts.username)}:{unquote(parts.password or '')}"


def refusal_of_literal(host: str) -> str:
    """As refusal_of; "" for a name, which is looked at when it has been resolved."""
    try:
        return refusal_of(host.strip("[]"))
    except ValueError:
        return ""


def secrets_in(url: str) -> set[str]:
    """Whatever in `url` may be a secret: all of it, its login, and every longer piece that is not its host.

    Services put tokens anywhere: in the path, the query, and where others have their host.
    """
    rest = url.partition("://")[2]
    pieces = {piece for piece in _BETWEEN_PIECES.split(rest) if len(piece) >= _SHORTEST_PIECE}
    pieces |= {unquote(piece) for piece in pieces}
    return {url, rest, *pieces} - _host_of(url)


def _host_of(url: str) -> set[str]:
    """A host that is one, and no token in its place: those have no dot."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return set()
    return {host} if "." in host or host == "localhost" else set()
