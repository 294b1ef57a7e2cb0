"""What the processes write to their log: a record is a line, whatever somebody put into it."""

import logging
import re
from typing import Any

from system.redaction import default_redactor

# Line ends of every kind and escape sequences; a tab is none.
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]")


class LineFormatter(logging.Formatter):
    """A path or a name that a client chose begins no line and colours no terminal. No secret stays.

    A traceback keeps its lines, indented, behind the line that it belongs to.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:
        record.message = _CONTROL.sub(_escaped, default_redactor().redact(record.message))
        return super().formatMessage(record)

    def formatException(self, raised: Any) -> str:
        return default_redactor().redact(_indented(super().formatException(raised)))


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode()


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
