"""The one place where an error becomes an answer: application/problem+json, RFC 9457.

What the client did is a 4xx that names the field. What failed here is logged under an id, and the answer
holds that id and nothing of what is inside.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import uuid4

import orjson
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.views import defaults
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from agents.configuration import ConfigurationError
from agents.launching import LaunchRefused
from agents.transfer.importing import DocumentRefused
from system.authentication import Unauthenticated
from system.errors import DomainError
from system.wire import dumps

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
API_PREFIX = "/api/"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="ClaudeOps"'}

Errors = Iterable[tuple[str, str]]


def problem(
    status: int,
    title: str,
    detail: str,
    errors: Errors = (),
    headers: dict[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """`errors` are pairs of a field's path, as in entries.3.usage.input_tokens, and what is wrong with it."""
    document = {
        "type": f"urn:claudeops:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "errors": [{"field": field, "message": message} for field, message in errors],
        **more,
    }
    return HttpResponse(dumps(document), status=status, content_type=CONTENT_TYPE, headers=headers)


def of_domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    errors = [(error.field, error.detail)] if error.field else []
    more = {"limit": error.limit} if isinstance(error, LaunchRefused) else {}
    headers = dict(CHALLENGE) if error.status == Unauthenticated.status else {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    return problem(error.status, error.title, error.detail, errors, headers, **more)


def of_missing_sign_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return of_domain_error(
        request, Unauthenticated("Send a token (Authorization: Bearer cops_…) or sign in.")
    )


def of_configuration_error(request: HttpRequest, error: ConfigurationError) -> HttpResponse:
    errors = [(f"config.{item.path}".rstrip("."), item.message) for item in error.problems]
    return problem(422, "Invalid input", "The configuration does not hold.", errors)


def of_refused_document(request: HttpRequest, error: DocumentRefused) -> HttpResponse:
    errors = [
        (fault.path or "body", f"line {fault.line}: {fault.message}" if fault.line else fault.message)
        for fault in error.faults
    ]
    return problem(error.status, error.title, error.detail, errors)


def of_validation_error(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [(_path_of(request, item["loc"]), _message_of(item)) for item in error.errors]
    return problem(
        422, "Invalid input", "; ".join(f"{field}: {message}" for field, message in errors), errors
    )


def _message_of(item: dict[str, Any]) -> str:
    return str(item["msg"]).removeprefix("Value error, ")


def _path_of(request: HttpRequest, loc: Sequence[str | int]) -> str:
    """The path as the client knows it: without the name of our parameter, and without a union's tags."""
    source, *parts = loc
    if source != "body":
        return str(parts[-1])
    path = [str(part) for part in _without_tags(request, parts[1:])]
    return ".".join(path) or "body"


def _without_tags(request: HttpRequest, parts: Sequence[str | int]) -> Iterable[str | int]:
    """Pydantic puts the tag of a discriminated union (our `type`) into a path; the JSON has no such level."""
    at: Any = orjson.loads(request.body or b"null")
    seen_tag = False
    for part in parts:
        if isinstance(at, dict) and at.get("type") == part and not seen_tag:
            seen_tag = True  # a field may have the tag's name as well
            continue
        seen_tag = False
        yield part
        if isinstance(at, dict):
            at = at.get(str(part))
        elif isinstance(at, list) and isinstance(part, int) and part < len(at):
            at = at[part]


def of_http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    """ninja's own; when its parser failed, the cause says why."""
    cause = error.__cause__
    if isinstance(cause, DomainError):
        return of_domain_error(request, cause)
    if isinstance(cause, orjson.JSONDecodeError):
        return problem(400, "Bad request", "The body is not JSON.", [("body", str(cause))])
    return problem(error.status_code, "Bad request", str(error))


def of_too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    detail = f"The body may hold {settings.DATA_UPLOAD_MAX_MEMORY_SIZE} bytes at most."
    return problem(413, "Content too large", detail, [("body", detail)])


def of_broken_request(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    return problem(400, "Bad request", "The body ended early.", [("body", "ended early")])


def of_suspicion(request: HttpRequest, error: SuspiciousOperation | MultiPartParserError) -> HttpResponse:
    """Django's own limits, such as a thousand parameters, and forms that are none."""
    return problem(400, "Bad request", str(error) or "Django refuses this request.")


def of_missing_page(request: HttpRequest, error: Http404) -> HttpResponse:
    return problem(404, "Not found", f"There is nothing at {request.path}.")


def of_clash(request: HttpRequest, error: IntegrityError | DataError) -> HttpResponse:
    """Checked before it is written, so this is a race or a gap in our checks: it is logged like a failure."""
    detail = f"It clashes with what is stored; nothing was changed. {_logged(request, error)}"
    return problem(409, "Conflict", detail)


def of_busy_database(request: HttpRequest, error: OperationalError | InterfaceError) -> HttpResponse:
    detail = f"The database is busy or out of reach; nothing was changed. {_logged(request, error)}"
    return problem(503, "Unavailable", detail, headers={"Retry-After": "2"})


def of_failure(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(500, "Failure", f"Something failed here. {_logged(request, error)}")


def _logged(request: HttpRequest, error: Exception) -> str:
    number = uuid4().hex[:12]
    logger.error("Failure %s: %s %s", number, request.method, request.path, exc_info=error)
    return f"The log has it as failure {number}."


HANDLERS: dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]] = {
    DomainError: of_domain_error,
    AuthenticationError: of_missing_sign_in,
    ConfigurationError: of_configuration_error,
    DocumentRefused: of_refused_document,
    ValidationError: of_validation_error,
    HttpError: of_http_error,
    RequestDataTooBig: of_too_big,
    SuspiciousOperation: of_suspicion,
    MultiPartParserError: of_suspicion,
    UnreadablePostError: of_broken_request,
    Http404: of_missing_page,
    IntegrityError: of_clash,
    DataError: of_clash,
    OperationalError: of_busy_database,
    InterfaceError: of_busy_database,
    Exception: of_failure,
}


def handle_problems(api: NinjaAPI) -> None:
    """ninja looks a handler up by the classes of what was raised, the nearest first."""
    for error, handler in HANDLERS.items():
        api.add_exception_handler(error, handler)


def no_such_route(request: HttpRequest, **_path: Any) -> HttpResponse:
    return of_missing_page(request, Http404())


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    detail = f"{request.method} cannot be used here; {allowed} can."
    return problem(405, "Method not allowed", detail, headers={"Allow": allowed})


# What Django answers where no route of ours was reached: the console's pages stay Django's own.


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return problem(400, "Bad request", "Django refuses this request; the log says why.")
    return defaults.bad_request(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return no_such_route(request)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if request.path.startswith(API_PREFIX):
        return problem(500, "Failure", "Something failed here; the log says what.")
    return defaults.server_error(request)
