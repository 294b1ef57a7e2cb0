"""What a command printed: clean and redacted, its beginning and its end, in constant memory."""

from collections.abc import Callable
from io import StringIO

from system.redaction import Redactor, StreamRedactor
from system.terminal_text import TerminalText

LINE_LIMIT = 8192  # characters of one logged line; longer ones are logged in pieces
NOT_LOGGED = "[further output is not logged]"
_NOTE_BYTES = 64  # room for the note of what was cut
# The end is read from this many bytes before what is kept of it, so that a secret or an escape sequence
# that began earlier is recognised.
_RUN_UP_BYTES = 131_072


class CommandOutput:
    """Keeps `keep_bytes` of UTF-8: the first half, whose lines `on_line` gets, and the last half.

    After the first half, bytes only pass through a ring: what is thrown away costs no decoding.
    """

    def __init__(self, redactor: Redactor, on_line: Callable[[str], None], keep_bytes: int) -> None:
        self._redactor = redactor
        self._keep_bytes = keep_bytes
        self._half = max(2, keep_bytes - _NOTE_BYTES) // 2
        self._text = _CleanText(redactor)
        self._lines = _Lines(on_line)
        self._head = StringIO()
        self._ring = bytearray()
        self._ring_bytes = self._half + _RUN_UP_BYTES + 4 * redactor.known.longest
        self.bytes_seen = 0
        self.bytes_cut = 0

    def feed(self, chunk: bytes) -> None:
        room = max(0, self._half - self.bytes_seen)
        self.bytes_seen += len(chunk)
        if room:
            self._log(self._text.feed(chunk[:room]))
        if len(chunk) > room:
            self._keep(chunk[room:])

    def finish(self) -> str:
        """The whole text, or its two ends with a note between them; sets `bytes_cut`."""
        if not self._ring:
            self._log(self._text.flush())
            self._lines.end()
        head = self._head.getvalue()
        if self.bytes_seen > 2 * self._half:
            return self._joined(head, self._last_half(), self.bytes_seen)
        text = head + self._text.feed(bytes(self._ring)) + self._text.flush()
        size = len(text.encode())  # more than was printed, where U+FFFD stands for a byte
        return text if size <= self._keep_bytes else self._joined(text, text, size)

    def _log(self, text: str) -> None:
        self._head.write(text)
        self._lines.feed(text)

    def _keep(self, chunk: bytes) -> None:
        if not self._ring:
            self._lines.end(NOT_LOGGED)
        self._ring += chunk
        if len(self._ring) > 2 * self._ring_bytes:  # not each time: moving the rest costs its length
            del self._ring[: -self._ring_bytes]

    def _last_half(self) -> str:
        whole = self.bytes_seen - self._half == len(self._ring)
        text = self._text if whole else _CleanText(self._redactor)
        text.feed(bytes(self._ring[: -self._half]))
        return text.feed(bytes(self._ring[-self._half :])) + text.flush()

    def _joined(self, head: str, tail: str, size: int) -> str:
        first = head.encode()[: self._half].decode(errors="ignore")
        last = tail.encode()[-self._half :].decode(errors="ignore")
        self.bytes_cut = size - len(first.encode()) - len(last.encode())
        return f"{first}\n[… {self.bytes_cut:,} bytes cut …]\n{last}"


class _CleanText:
    def __init__(self, redactor: Redactor) -> None:
        self._terminal = TerminalText()
        self._redacted = StreamRedactor(redactor)

    def feed(self, chunk: bytes) -> str:
        return self._redacted.feed(self._terminal.feed(chunk))

    def flush(self) -> str:
        return self._redacted.feed(self._terminal.flush()) + self._redacted.flush()


class _Lines:
    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line = on_line
        self._open = ""

    def feed(self, text: str) -> None:
        *lines, self._open = (self._open + text).split("\n")
        for line in lines:
            for start in range(0, len(line) or 1, LINE_LIMIT):
                self._on_line(line[start : start + LINE_LIMIT])
        while len(self._open) > LINE_LIMIT:
            self._on_line(self._open[:LINE_LIMIT])
            self._open = self._open[LINE_LIMIT:]

    def end(self, note: str = "") -> None:
        for line in filter(None, (self._open, note)):
            self._on_line(line)
        self._open = ""
