"""Under which request id an answer of a transcript is recorded, so that it is recorded once.

The API's own ids ("req_…") are those of requests that agents made. A transcript's have a prefix of their own
and are made of both its ids: `transcript:msg_01…:req_01…`.
"""

import hashlib
import re

from costs.transcripts.lines import Answer

PREFIX = "transcript:"
_PLAIN = re.compile(r"[-\w.]{1,42}", re.ASCII)


def recorded_id(answer: Answer) -> str:
    """At most 98 characters. Where there is no request id (as behind a gateway), message ids are only
    trusted within one conversation: some gateways use them again in the next.
    """
    if not answer.message_id and not answer.request_id:
        return f"{PREFIX}:={_part(answer.line_id)}"
    second = _part(answer.request_id) if answer.request_id else f"@{_part(answer.conversation)}"
    return f"{message_prefix(answer)}{second}"


def message_prefix(answer: Answer) -> str:
    """What the recorded ids of all that name this message begin with."""
    return f"{PREFIX}{_part(answer.message_id)}:"


def message_prefix_of(recorded: str) -> str:
    return recorded[: recorded.index(":", len(PREFIX)) + 1]


def plain_id(answer: Answer) -> str | None:
    """Under which a run of an agent would have recorded the same request."""
    plain = answer.request_id
    return plain if plain and len(plain) <= 100 and not plain.startswith(PREFIX) else None


def _part(text: str) -> str:
    """`text` where it is short and plain, else its hash, which no plain text looks like."""
    if not text or _PLAIN.fullmatch(text):
        return text
    return "#" + hashlib.sha256(text.encode()).hexdigest()[:40]
