"""How probes write numbers, times and text that came from outside."""

import re

ANSI = re.compile(r"\x1b\[[0-?]{0,32}[ -/]{0,8}[@-~]")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
SURROGATE = re.compile(r"[\ud800-\udfff]")


def printable(text: str, limit: int = 300) -> str:
    """`text` on one line: no control characters, no escape sequences, nothing UTF-8 cannot carry."""
    text = CONTROL.sub(" ", ANSI.sub("", text[: limit * 4]))
    return shortened(SURROGATE.sub("\ufffd", text).strip(), limit)


def shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"


def size(count: float) -> str:
    """Bytes in binary units: "10.4 GiB"."""
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(count) < 1024:
            return f"{count:.0f} {unit}" if unit == "B" or abs(count) >= 100 else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} PiB"


def duration(seconds: float) -> str:
    """The two greatest units: "3 d 4 h", "12 min"."""
    minutes, left = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{left} s"


def counted(number: int, noun: str) -> str:
    """ "1 disk", "2,000 disks"; only for nouns that take an s."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listed(words: list[str], limit: int = 5) -> str:
    """The first `limit` of `words`, and how many are left out."""
    shown = ", ".join(words[:limit])
    return shown if len(words) <= limit else f"{shown} and {len(words) - limit} more"
