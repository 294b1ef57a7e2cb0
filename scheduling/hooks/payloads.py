"""A payload is a stranger's: read within bounds, and kept short and without secrets."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from executions.text import without_nul
from scheduling.hooks.paths import parse_path
from system.errors import DomainError, Invalid
from system.exact_json import check_whole_numbers
from system.nesting import is_deeper
from system.redaction import REDACTED, Redactor, default_redactor, redacted
from system.secret_patterns import REACH

DEEPEST = 64
MOST_PARTS = 50_000  # a path looks at each of them
LONGEST_KEY = 400
KEPT_LENGTH = 64 * 1024
KEPT_VALUE_LENGTH = 4 * 1024
_ORDINARY = "something-ordinary"

Payload = dict[str, Any] | list[Any]


class NoJson(DomainError):
    """It says that it is something else, and it is."""

    status = 415
    title = "Unsupported media type"


def read_payload(body: bytes, content_type: str) -> Payload:
    """Raises Invalid, and NoJson for what never claimed to be JSON. JSON is taken whatever it is called."""
    try:
        payload = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        if content_type.partition(";")[0].strip().lower() not in ("", "application/json"):
            raise NoJson("Send JSON, as application/json.", field="body") from error
        raise Invalid(f"The body is not JSON: {error}.", field="body") from error
    if not isinstance(payload, dict | list):
        raise Invalid("The body is an object or a list.", field="body")
    check_payload(payload, field="body")
    check_whole_numbers(body, field="body")
    return payload


def check_payload(payload: Payload, *, field: str) -> None:
    """Raises Invalid for more than a path may be made to look at."""
    _check_parts(payload, field)
    if is_deeper(payload, DEEPEST):
        raise Invalid(f"It is nested more than {DEEPEST} levels deep.", field=field)


def _check_parts(payload: Payload, field: str) -> None:
    """No further than to the first part too many."""
    parts: list[Any] = [payload]
    for part in parts:
        if isinstance(part, dict):
            if any(len(key) > LONGEST_KEY for key in part):
                raise Invalid(f"A key in it has more than {LONGEST_KEY} characters.", field=field)
            parts.extend(part.values())
        elif isinstance(part, list):
            parts.extend(part)
        if len(parts) > MOST_PARTS:
            raise Invalid(f"It holds more than {MOST_PARTS} values.", field=field)


def mapped(mapping: Mapping[str, str], payload: Payload) -> dict[str, Any]:
    """{name: the value at its path}: null where there is none, a list where its path leads to many places."""
    values = {}
    for name, text in mapping.items():
        path = parse_path(text)
        found = path.find(payload)
        values[name] = found if not path.is_single else found[0] if found else None
    return values


def kept_values(values: Mapping[str, Any], redactor: Redactor) -> dict[str, Any]:
    return {name: _kept(value, redactor, KEPT_VALUE_LENGTH) for name, value in values.items()}


def kept_payload(payload: Payload, redactor: Redactor) -> Any:
    """As JSON, or where that is long its beginning and its end as text."""
    return _kept(payload, redactor, KEPT_LENGTH)


def _kept(value: Any, redactor: Redactor, limit: int) -> Any:
    text = orjson.dumps(value).decode()
    if len(text) <= limit:
        return redacted(_without_named(without_nul(value)), redactor)
    # More is looked through than is kept, so that a secret in which it is cut is known for one.
    head = redactor.redact(text[: limit // 2 + REACH])[: limit // 2]
    tail = redactor.redact(text[-(limit // 2 + REACH) :])[-(limit // 2) :]
    return f"{head}\n[… {len(text) - limit} characters left out here …]\n{tail}"


def _without_named(value: Any) -> Any:
    """What stands under a name as "password" is a secret, whatever it looks like."""
    if isinstance(value, dict):
        return {
            key: REDACTED if isinstance(item, str) and item and _names_a_secret(key) else _without_named(item)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [_without_named(item) for item in value]
    return value


@lru_cache(maxsize=4096)
def _names_a_secret(key: str) -> bool:
    """As the redaction of any output has it."""
    assigned = f"{key}={_ORDINARY}"
    return default_redactor().redact(assigned) != assigned
