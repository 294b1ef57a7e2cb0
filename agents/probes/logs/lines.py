"""What one line of a log says: when, how grave, and what."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from agents.probes.logs.records import level_name_of, message_of, parse_record, time_of
from agents.probes.logs.stamps import find_stamp
from agents.probes.wording import ANSI

Level = Literal["critical", "error", "warning"]
RANK: dict[str, int] = {"critical": 0, "error": 1, "warning": 2}
LONGEST = 8192  # characters of a line that are looked at
MARK_WITHIN = 120  # where a level that is written as such stands
WORDS_WITHIN = 1000

CRITICAL = "emerg emergency panic alert crit critical fatal ftl"
ERROR = "err error severe eror"
WARNING = "warn warning wrn"
QUIET = "notice info inf information debug dbg trace trc log note statement detail hint context verbose"
LEVELS: tuple[tuple[str, Level | None], ...] = (
    (CRITICAL, "critical"),
    (ERROR, "error"),
    (WARNING, "warning"),
    (QUIET, None),
)
LEVEL_OF: dict[str, Level | None] = {word: level for words, level in LEVELS for word in words.split()}
ANY_LEVEL = "|".join(sorted(LEVEL_OF, key=len, reverse=True))

# [error], [core:error], <warn>, level=error, "ERROR:" and " WARN "; without a mark only capitals
MARK = re.compile(
    rf"[\[<(](?:[\w.]{{1,40}}:)?((?i:{ANY_LEVEL}))[\]>)]"
    rf"|\b(?i:level|severity|lvl)=\"?((?i:{ANY_LEVEL}))\b"
    rf"|(?<![\w/-])({ANY_LEVEL.upper()})(?=[:\s|\],]|$)",
    re.ASCII,
)
POSTGRES_FATAL = "FATAL:  "  # ends one session; what ends the server is PANIC
GLOG = re.compile(r"([FEWI])\d{4} ", re.ASCII)
GLOG_LEVELS: dict[str, Level | None] = {"F": "critical", "E": "error", "W": "warning", "I": None}
ACCESS = re.compile(r'"([A-Z]{3,10}) (\S{1,2000}) HTTP/[\d.]{1,5}" (\d{3}) ', re.ASCII)
SYSLOG_HEAD = re.compile(r"\s?([\w.:-]{1,255}) ([\w./@()-]{1,64})(?:\[\d{1,10}\])?: ", re.ASCII)

# not as a part of a path or of a name: libgpg-error-dev
WORDS = re.compile(
    r"(?<![\w/-])(?:(?P<error>errors?|fail(?:ed|ures?|s)?|fatal|panic|segfault|segmentation fault"
    r"|out of memory|oom-kill(?:er)?|corrupt(?:ed|ion)?|aborted|core dumped)"
    r"|(?P<warning>warn(?:ings?)?|denied|refused|timed out|timeout|unable to|cannot|could not|unreachable"
    r"|deprecated))(?![\w/-])"
    r"|(?P<exception>(?-i:[a-z](?:Error|Exception))\b)",
    re.IGNORECASE | re.ASCII,
)
HARMLESS = re.compile(
    r"\b(?:no|0|zero|without|without any|any) (?:errors?|failures?|warnings?|failed)\b"
    r"|\b(?:errors?|fail(?:ed|ures?)?|warnings?)\s?[=:]\s?0\b",
    re.IGNORECASE | re.ASCII,
)
AFTER_STAMP = " \t]:|,-"


@dataclass(frozen=True)
class Line:
    """`level` is None for what is no error or warning; `at` is None when the line does not say."""

    at: datetime | None
    level: Level | None
    message: str


def parse_line(text: str, now: datetime) -> Line:
    text = ANSI.sub("", text[:LONGEST])
    record = parse_record(text) if text.startswith("{") else None
    if record is None:
        return _read_text(text, now)
    message = message_of(record).strip()
    name = level_name_of(record)
    level = LEVEL_OF[name] if name in LEVEL_OF else find_level(message)
    return Line(time_of(record, now), level, message[:LONGEST])


def split_syslog(rest: str) -> tuple[str, str] | None:
    """Program and message of "host program[pid]: message"; None for what is of another form."""
    head = SYSLOG_HEAD.match(rest)
    if head is None or head[1].lower() in LEVEL_OF or head[2].lower() in LEVEL_OF:
        return None
    return head[2], rest[head.end() :].strip()


def find_level(text: str) -> Level | None:
    """What `text` says of itself at its head; failing that, what its words are like."""
    if match := MARK.search(text[:MARK_WITHIN]):
        level = LEVEL_OF[(match[1] or match[2] or match[3]).lower()]
        return "error" if level == "critical" and text.startswith(POSTGRES_FATAL, match.start()) else level
    if match := GLOG.match(text):
        return GLOG_LEVELS[match[1]]
    return _weigh_words(text[:WORDS_WITHIN])


def _weigh_words(text: str) -> Level | None:
    if not WORDS.search(text):
        return None
    groups = {match.lastgroup for match in WORDS.finditer(HARMLESS.sub(" ", text))}
    if groups & {"error", "exception"}:
        return "error"
    return "warning" if groups else None


def _read_text(text: str, now: datetime) -> Line:
    stamp = find_stamp(text, now)
    if match := ACCESS.search(text[:4096]):
        served = int(match[3]) < 500
        message = f"{match[1]} {match[2].partition('?')[0]} answered {match[3]}"
        return Line(stamp.at if stamp else None, None if served else "error", message)
    if stamp is None:
        return Line(None, find_level(text), text.strip())
    rest = text[stamp.end :]
    if head := split_syslog(rest):
        program, message = head
        return Line(stamp.at, find_level(message), f"{program}: {message}")
    return Line(stamp.at, find_level(rest.lstrip(AFTER_STAMP)), rest.lstrip(AFTER_STAMP).rstrip())
