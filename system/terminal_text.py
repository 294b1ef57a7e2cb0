"""What a program printed, as plain text: UTF-8, no escape sequences, no control characters."""

import codecs
import re

LINE_LIMIT = 8192  # characters of an unfinished line that are held back for a `\r` that may still come

# Two kinds run until a terminator: CSI (colours, cursor) and strings (OSC titles and links, DCS, APC …).
# The named groups match where the text ends inside a sequence. A string also ends at a newline, where
# terminals go on: else one unterminated title would hide everything after it. Runs are possessive, so
# that no input makes this slower than linear.
_ESCAPE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+(?:[@-~]|(?P<csi>\Z)|)"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c\n]*+(?:\x07|\x9c|\x1b\\|(?P<string>\x1b?\Z)|)"
    r"|\x1b[ -/]*+(?:[0-~]|(?P<short>\Z)|)"
)
# C0 but \t, \n and \r; DEL and C1; the marks that turn the direction of what follows.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


class TerminalText:
    """Cleans a stream of bytes cut anywhere. Of a line redrawn with `\\r` only the last state is left.

    Holds back at most LINE_LIMIT characters: complete lines come out at once, the rest with `flush`.
    """

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._open = ""  # begins the escape sequence that the last chunk ended in
        self._line = ""

    def feed(self, chunk: bytes) -> str:
        return self._take(self._decoder.decode(chunk))

    def flush(self) -> str:
        rest = self._take(self._decoder.decode(b"", final=True)) + _last_state(self._line)
        self._open = self._line = ""
        self._decoder.reset()
        return rest

    def _take(self, text: str) -> str:
        text = self._line + _CONTROL.sub("", self._without_escapes(text))
        end = text.rfind("\n") + 1
        lines, rest = text[:end], text[end:]
        if "\r" in lines:
            lines = "\n".join(map(_last_state, lines.split("\n")))
        self._line = _last_state(rest) + "\r" if rest.endswith("\r") else _last_state(rest)
        if len(self._line) > LINE_LIMIT:
            lines, self._line = lines + self._line.rstrip("\r"), ""
        return lines

    def _without_escapes(self, text: str) -> str:
        text, self._open = self._open + text, ""
        if "\x1b" in text or not text.isascii():
            text = _ESCAPE.sub(self._escape, text)
        return text

    def _escape(self, match: re.Match[str]) -> str:
        if match["csi"] is not None:
            self._open = "\x1b["
        elif (ended := match["string"]) is not None:
            self._open = "\x1b]" + ended  # an ESC there may be the first half of the terminator
        elif match["short"] is not None:
            self._open = match[0][:2]
        return ""


def _last_state(line: str) -> str:
    line = line.rstrip("\r")
    return line[line.rfind("\r") + 1 :]


def clean(text: bytes | str) -> str:
    """All of `text` as TerminalText gives it; lone surrogates become U+FFFD."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    stream = TerminalText()
    return stream.feed(data) + stream.flush()
