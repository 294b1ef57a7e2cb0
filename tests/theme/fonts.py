"""The theme's fonts without what the console never shows: 66 kB instead of 630, which a phone waits for.

Letters of `OTHERS` come from the theme's whole files, which a browser loads when a page has one.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from django.conf import settings
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

from tests.theme.styles import OURS, THEME

WHOLE = THEME / "static" / "unfold" / "fonts"
MADE = settings.BASE_DIR / "claudeops" / "static" / "claudeops" / "fonts"
ASCII = "U+20-7E"
# As they stand in console.css, where a browser reads them. Western Europe, punctuation, signs that we use:
LATIN = (
    "U+20-7E, U+A0-FF, U+131, U+152-153, U+2002-203A, U+207B, U+20AC, U+2122, U+2190-2193, "
    "U+2212, U+2248, U+2264-2265, U+2318, U+23CE, U+25B2, U+25BC, U+25CB, U+25CF, U+26A0, U+2713, U+2717"
)
# Other Latin letters, Greek and Cyrillic: of the theme's whole files.
OTHERS = "U+100-130, U+132-151, U+154-2FF, U+370-52F, U+1E00-1FFF"
WEIGHTS = ("Regular", "Medium", "SemiBold")
# A symbol's name stands in HTML as a word, in code and styles as a string.
_STRING = r"""["']([a-z0-9_]+)["']"""
WORDS = {".html": r"[a-z0-9_]+", ".py": _STRING, ".js": _STRING, ".css": _STRING}

Make = Callable[[], TTFont]


def fonts() -> dict[str, Make]:
    """By the name of its file, how each is made."""
    letters = {f"Inter-{weight}.woff2": partial(_letters, weight) for weight in WEIGHTS}
    return {**letters, "Symbols.woff2": _symbols}


def symbols_of(font: TTFont) -> set[str]:
    """The names for which it has a picture."""
    return {name for _, name, _ in _ligatures(font)}


def symbols_named() -> set[str]:
    """Each word of the theme's templates and of ours, each string of code and styles, that names a symbol."""
    return _words() & symbols_of(_whole_symbols())


def characters(ranges: str) -> set[int]:
    """Those of a `unicode-range`."""
    found: set[int] = set()
    for part in ranges.replace("U+", "").split(", "):
        first, _, last = part.partition("-")
        found |= set(range(int(first, 16), int(last or first, 16) + 1))
    return found


def _letters(weight: str) -> TTFont:
    font = TTFont(WHOLE / "inter" / f"Inter-{weight}.woff2", recalcTimestamp=False)
    return _cut(font, LATIN, ["kern", "liga", "calt", "ccmp", "locl", "mark", "mkmk", "tnum"])


def _symbols() -> TTFont:
    font, named = _whole_symbols(), symbols_named()
    for ligatures, name, ligature in list(_ligatures(font)):
        if name not in named:
            ligatures.remove(ligature)
    return _cut(font, ASCII, ["rlig"])


def _whole_symbols() -> TTFont:
    return TTFont(WHOLE / "material-symbols" / "Material-Symbols-Outlined.woff2", recalcTimestamp=False)


def _cut(font: TTFont, ranges: str, features: list[str]) -> TTFont:
    options = Options(layout_features=features, hinting=False, drop_tables=[*Options().drop_tables, "FFTM"])
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters(ranges))
    subsetter.subset(font)
    font.flavor = "woff2"
    return font


def _ligatures(font: TTFont) -> Iterator[tuple[list[Any], str, Any]]:
    """Each of a font of symbols: its list, its name, itself. Their letters have the numbers of capitals."""
    letter = {glyph: chr(number).lower() for number, glyph in font.getBestCmap().items()}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            for first, ligatures in getattr(table, "ExtSubTable", table).ligatures.items():
                for ligature in ligatures:
                    yield (
                        ligatures,
                        "".join(letter[glyph] for glyph in (first, *ligature.Component)),
                        ligature,
                    )


def _words() -> set[str]:
    found: set[str] = set()
    for directory in (THEME, *(settings.BASE_DIR / name for name in OURS)):
        for file in directory.rglob("*"):
            if file.suffix in WORDS and WHOLE.parent not in file.parents:
                found.update(re.findall(WORDS[file.suffix], file.read_text()))
    return found
