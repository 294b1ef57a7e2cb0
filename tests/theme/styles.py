"""The theme's stylesheet without the classes that nobody uses: a third of it, and every page waits for it."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import django.contrib.admin
import tinycss2
import unfold
from django.conf import settings
from tinycss2.ast import AtRule, Node, QualifiedRule

THEME = Path(unfold.__file__).parent
WHOLE = THEME / "static" / "unfold" / "css" / "styles.css"
MADE = settings.BASE_DIR / "claudeops" / "static" / "claudeops" / "theme.css"
OURS = ("agents", "claudeops", "costs", "executions", "scheduling", "system", "templates")
SOURCES = (THEME, Path(django.contrib.admin.__file__).parent, *(settings.BASE_DIR / name for name in OURS))
ELSEWHERE = {"unfold_crispy", "vendor"}  # of what else the theme can dress, and no page of ours has
# Their rules are of other rules, and not of declarations.
GROUPS = ("layer", "media", "supports", "container")
_WORDS = (re.compile(r"""[^\s"'`<>{}=;]+"""), re.compile(r"[^\s\"<>{}=;]+"))  # a class may have quotes in it
_BEGINNING = re.compile(r"[\w:-]+-(?={)")  # of a class that ends with a variable


def stylesheet() -> str:
    """What of it applies to a class that stands in a template or in code, or to no class at all."""
    return _written(_words())


def missing_for(classes: set[str] | None = None) -> set[str]:
    """The rules that ours has not, and elements of these classes need; without them, what templates name."""
    needed = stylesheet() if classes is None else _written(classes)
    return _rules(tinycss2.parse_stylesheet(needed)) - _rules(tinycss2.parse_stylesheet(MADE.read_text()))


def _rules(rules: list[Node]) -> set[str]:
    """Each as text, out of the groups in which it stands."""
    found: set[str] = set()
    for rule in rules:
        if isinstance(rule, AtRule) and rule.at_keyword in GROUPS and rule.content:
            found |= _rules(tinycss2.parse_rule_list(rule.content))
        else:
            found.add(rule.serialize())
    return found


def _written(words: set[str]) -> str:
    return str(tinycss2.serialize(_kept(tinycss2.parse_stylesheet(WHOLE.read_text()), words))) + "\n"


def _kept(rules: list[Node], words: set[str]) -> list[Node]:
    kept = []
    for rule in rules:
        if isinstance(rule, AtRule) and rule.at_keyword in GROUPS and rule.content:
            rule.content = _kept(tinycss2.parse_rule_list(rule.content), words)
            if not rule.content:
                continue
        elif isinstance(rule, QualifiedRule) and not _applies(rule, words):
            continue
        kept.append(rule)
    return kept


def _applies(rule: QualifiedRule, words: set[str]) -> bool:
    """To one of its selectors at least. What stands in `:is()` and its kin is not looked at."""
    selector: list[Node] = []
    for token in [*rule.prelude, None]:
        if token is not None and token != ",":
            selector.append(token)
        elif words.issuperset(_names(selector)):
            return True
        else:
            selector = []
    return False


def _names(tokens: list[Node]) -> Iterator[str]:
    for dot, name in pairwise(tokens):
        if dot == "." and name.type == "ident":
            yield name.value


def _words() -> set[str]:
    text = "\n".join(_texts())
    words = {word for pattern in _WORDS for word in pattern.findall(text)}
    beginnings = tuple(set(_BEGINNING.findall(text)))
    names = _classes(tinycss2.parse_component_value_list(WHOLE.read_text()))
    return words | {name for name in names if name.startswith(beginnings)}


def _classes(tokens: list[Node]) -> Iterator[str]:
    yield from _names(tokens)
    for block in tokens:
        if block.type == "{} block":
            yield from _classes(block.content)


def _texts() -> Iterator[str]:
    for directory in SOURCES:
        for file in directory.rglob("*"):
            if file.suffix in (".html", ".py", ".js") and ELSEWHERE.isdisjoint(file.parts):
                yield file.read_text()
