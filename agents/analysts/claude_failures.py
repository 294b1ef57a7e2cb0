"""Why a request to the Messages API gave no answer, and whether the same one may succeed later."""

import socket
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email.utils import mktime_tz, parsedate_tz
from math import isfinite
from typing import TYPE_CHECKING, Literal

from system.terminal_text import clean

if TYPE_CHECKING:
    import anthropic

DETAIL_LIMIT = 300

Kind = Literal[
    "status",  # an HTTP status, or an error event within a stream
    "address",  # no URL
    "name",  # no such name
    "refused",
    "certificate",
    "connect_timeout",
    "silence",
    "network",  # any other end of a connection, also in the middle of an answer
    "malformed",  # something else than the Messages API's events
]

# An error within a stream comes with status 200 and is known by its type only.
STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
SPEND_LIMITS = frozenset({"enforced_spend_limit_reached", "contract_spend_limit_reached"})


@dataclass(frozen=True)
class Failure:
    """`detail` is the server's or the system's own words; `status` and what follows only for "status"."""

    kind: Kind
    detail: str = ""
    status: int = 0
    error_code: str | None = None
    request_id: str | None = None
    retry_after_s: float | None = None
    server_says_retry: bool | None = None

    @property
    def is_spend_limit(self) -> bool:
        return self.error_code in SPEND_LIMITS or self.status == 402

    @property
    def may_pass(self) -> bool:
        """Whether the same request can succeed in a moment."""
        if self.kind != "status":
            return self.kind not in ("address", "certificate")
        if self.is_spend_limit:
            return False
        if self.server_says_retry is not None:
            return self.server_says_retry
        return self.status in (408, 409, 429) or self.status >= 500


class RequestFailed(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.kind)
        self.failure = failure


def status_failure(error: "anthropic.APIStatusError") -> Failure:
    status = error.status_code
    if status < 400:
        status = STATUS_OF_TYPE.get(str(error.type), 500)
    headers = error.response.headers
    advice = headers.get("x-should-retry")
    return Failure(
        "status",
        detail=error.api_message if isinstance(error.api_message, str) else "",
        status=status,
        error_code=error.error_code,
        request_id=error.request_id,
        retry_after_s=retry_after(headers),
        server_says_retry={"true": True, "false": False}.get(advice or ""),
    )


def connection_failure(error: BaseException) -> Failure:
    """`error` is of the SDK or of its HTTP library; what the system said stands among its causes."""
    causes = list(_causes(error))
    names = {type(cause).__name__ for cause in causes}
    detail = next((str(cause) for cause in reversed(causes) if str(cause)), "")
    if "ConnectTimeout" in names:
        return Failure("connect_timeout")
    if "ReadTimeout" in names or "WriteTimeout" in names:
        return Failure("silence")
    known: tuple[tuple[type[BaseException], Kind], ...] = (
        (socket.gaierror, "name"),
        (ssl.SSLCertVerificationError, "certificate"),
        (ConnectionRefusedError, "refused"),
    )
    for kind_of_error, kind in known:
        if any(isinstance(cause, kind_of_error) for cause in causes):
            return Failure(kind, detail)
    return Failure("network", detail)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds, from `retry-after-ms`, or `retry-after` as a number or a date."""
    for name, factor in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            seconds = float(headers.get(name, "")) * factor
        except ValueError:
            continue
        return max(0.0, seconds) if isfinite(seconds) else None
    moment = parsedate_tz(headers.get("retry-after", ""))
    return None if moment is None else max(0.0, mktime_tz(moment) - time.time())


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """`error`, what caused it, and so on down, groups included."""
    while error is not None:
        yield error
        if isinstance(error, BaseExceptionGroup):
            for inner in error.exceptions:
                yield from _causes(inner)
        error = error.__cause__ or error.__context__


def quoted(detail: str, secret: str) -> str:
    """The other side's words, short, on one line, and without the key."""
    text = " ".join(clean(detail).split())
    if secret:
        text = text.replace(secret, "[redacted]")
    return text if len(text) <= DETAIL_LIMIT else text[:DETAIL_LIMIT] + "…"
