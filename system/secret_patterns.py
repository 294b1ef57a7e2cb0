"""Finding what looks like a secret: by its own form, or by the name it stands beside.

All of this takes linear time on any text, and knows a secret by at most REACH characters from its start:
streams are cut by that promise. Where the end of a secret is in doubt, more is hidden rather than less.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

REACH = 4096
PRIVATE_KEY_LIMIT = 32_768  # a private key that never ends hides no more than this


class Find(NamedTuple):
    """text[hidden:end] is a secret; what shows that begins at `start`."""

    start: int
    hidden: int
    end: int


_TOKENS = [
    re.compile(pattern)
    for pattern in (
        r"sk-ant-[\w-]{4,}",
        r"(?<![A-Za-z0-9])[rs]k[-_][\w-]{20,}",
        r"cops_[A-Za-z0-9]{6,}",
        r"gh[pousr]_[A-Za-z0-9]{16,}",
        r"github_pat_\w{16,}",
        r"glpat-[\w-]{16,}",
        r"whsec_[A-Za-z0-9+/=]{16,}",
        r"xox[a-z]-[\w-]{8,}",
        r"A[KS]IA[A-Z0-9]{16}",
        r"AIza[\w-]{30,}",
    )
]
_BEARER = re.compile(r"[Bb](?:earer|EARER)(?:[ \t]|%20|\+){1,8}+([\w.~+/=%-]{6,})")
# A password may hold anything but a slash and white space, an @ included: the last @ ends it.
_URL = re.compile(r""":\\?/\\?/[^\s/:@"'<>]{0,256}+:([^\s/"'<>]{1,1024})@""")

# The name of a secret, with its `=` or `:`, also quoted, and escaped as in JSON within JSON. "token" is none
# where it counts (max_tokens) or is the beginning of another word (tokenizer); PWD is a directory.
_NAME = re.compile(
    r"(?:pass(?:word|wd|phrase)|[_;-]pwd|secret|token(?!s|i[sz])|api[_-]?key|private[_-]?key"
    r"|access[_-]?key|credential|(?P<header>authorization|cookie(?!s)))"
    r"""[\w-]{0,40}+\\{0,4}+["']?[ \t]{0,64}+(?:={1,3}+>?|:=?|%3[ad])[ \t]{0,64}+""",
    re.IGNORECASE,
)
_OPTION = re.compile(
    r"(?<![\w-])--(?:[a-z0-9]{1,20}-){0,4}(?:password|passwd|passphrase|token|secret|(?:api|access|secret)-?key)"
    r"[ \t]{1,64}+(?!-)",
    re.IGNORECASE,
)
_BEFORE_NAME = re.compile(r"""[ \t]*(?:(?:export|set|setenv|declare -x|-|\#|\+)[ \t]+)?["']?[\w.-]*""")
_QUOTED = re.compile(
    r"""[\[({]{0,3}+[ \t]{0,8}+[bru]{0,2}+\\{0,4}+(?:"((?:[^"\\\n]++|\\.)++)|'((?:[^'\\\n]++|\\.)++))""",
    re.IGNORECASE,
)
_WORD = re.compile(r"""([^\s"'`&<>]+)""")
_TO_QUOTE = re.compile(r"""([^\n"']+)""")
_TO_LINE_END = re.compile(r"([^\n]+)")

_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
PRIVATE_KEY_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_JWT_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
_JWT_REST = re.compile(r"[\w.-]*")


def find_secrets(text: str) -> Iterator[Find]:
    """In no order; finds may overlap."""
    for token in _TOKENS:
        yield from (Find(match.start(), *match.span()) for match in token.finditer(text))
    for pattern in (_BEARER, _URL):
        yield from (Find(match.start(), *match.span(1)) for match in pattern.finditer(text))
    if "=" in text or ":" in text or "%3" in text:  # one of them follows the name; most lines have none
        yield from _named(text, _NAME)
    yield from _named(text, _OPTION)
    yield from _json_web_tokens(text)
    yield from _private_keys(text)


def open_private_key(text: str) -> Find | None:
    """The private key whose end is still to come after `text`."""
    keys = list(_private_keys(text))
    if not keys or keys[-1].end < len(text) or PRIVATE_KEY_END.search(text, keys[-1].start):
        return None
    return keys[-1]


def _named(text: str, names: re.Pattern[str]) -> Iterator[Find]:
    covered = 0
    for name in names.finditer(text):
        if covered <= name.end() and (value := _value_of(name, text)):
            hidden, covered = value.span(value.lastindex or 0)
            yield Find(name.start(), hidden, covered)


def _value_of(name: re.Match[str], text: str) -> re.Match[str] | None:
    if quoted := _QUOTED.match(text, name.end()):
        return quoted
    if name.groupdict().get("header") and text[name.start() - 1 : name.start()] not in ("'", '"'):
        return _TO_LINE_END.match(text, name.end())
    if name.groupdict().get("header"):
        return _TO_QUOTE.match(text, name.end())
    return (_TO_LINE_END if _opens_line(name, text) else _WORD).match(text, name.end())


def _opens_line(name: re.Match[str], text: str) -> bool:
    """As in .env and ini files and YAML, where the value is the rest of the line, spaces and all."""
    from_ = max(0, name.start() - 200)
    before = text.rfind("\n", from_, name.start()) + 1
    return (before > 0 or from_ == 0) and _BEFORE_NAME.fullmatch(text, before, name.start()) is not None


def _json_web_tokens(text: str) -> Iterator[Find]:
    # Header and payload both are `{"…` in base64. Looked for from the second, which is rarer.
    covered, payload = 0, text.find(".eyJ")
    while payload != -1:
        before = max(covered, payload - REACH // 2)
        run = before + len(text[before:payload].rstrip(_JWT_LETTERS))
        end = _JWT_REST.match(text, payload).end()  # type: ignore[union-attr]
        if (start := text.find("eyJ", run, payload)) != -1:
            yield Find(start, start, end)
        covered, payload = end, text.find(".eyJ", end)


def _private_keys(text: str) -> Iterator[Find]:
    begin = _PRIVATE_KEY.search(text)
    while begin:
        limit = begin.end() + PRIVATE_KEY_LIMIT
        end = PRIVATE_KEY_END.search(text, begin.end(), limit)
        last = end.end() if end else min(limit, len(text))
        yield Find(begin.start(), begin.start(), last)
        begin = _PRIVATE_KEY.search(text, last)
