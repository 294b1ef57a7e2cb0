"""What a payload amounts to for its hook: the values that are kept of it, and whether it may launch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scheduling.hooks.filters import parse_filter
from scheduling.hooks.payloads import Payload, kept_payload, kept_values, mapped
from system.redaction import Redactor


@dataclass(frozen=True)
class Judgement:
    """`payload` and `values` as they are kept; `unmet` says which filter does not hold, empty if all do."""

    payload: Any
    values: Mapping[str, Any]
    unmet: str


def judge(
    payload: Payload, mapping: Mapping[str, str], filters: Sequence[str], redactor: Redactor
) -> Judgement:
    """Raises Invalid for a filter or a path that cannot be read; they are checked when they are saved."""
    reasons = (parse_filter(text).refuses(payload) for text in filters)
    unmet = next((reason for reason in reasons if reason), "")
    return Judgement(
        payload=kept_payload(payload, redactor),
        values=kept_values(mapped(mapping, payload), redactor),
        unmet=redactor.redact(unmet.replace("\x00", "")),
    )
