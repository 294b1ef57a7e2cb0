"""The fonts in the repository are those that would be made today."""

import re

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from tests.theme.fonts import LATIN, MADE, OTHERS, WEIGHTS, characters, symbols_named, symbols_of

STYLE = settings.BASE_DIR / "claudeops" / "static" / "claudeops" / "console.css"


def test_no_symbol_that_is_named_anywhere_is_missing() -> None:
    missing = symbols_named() - symbols_of(TTFont(MADE / "Symbols.woff2"))
    assert not missing, "type `make theme`, and commit what it made"


@pytest.mark.parametrize("weight", WEIGHTS)
def test_letters_are_those_for_which_a_browser_asks(weight: str) -> None:
    made = set(TTFont(MADE / f"Inter-{weight}.woff2").getBestCmap())
    assert set(map(ord, "aäéß0€…–→−×")) <= made <= characters(LATIN)
    assert set(re.findall(r"unicode-range: ([^;]+);", STYLE.read_text())) == {LATIN, OTHERS}
