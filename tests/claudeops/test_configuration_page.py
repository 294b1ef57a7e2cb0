"""docs/configuration.md names every variable and every setting there is, with the defaults that they have."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from system.app_settings import SETTINGS, Setting, ValueType

BASE = Path(settings.BASE_DIR)
PAGE = (BASE / "docs" / "configuration.md").read_text()
SOURCES = ("claudeops/settings.py", "claudeops/database.py")
ASKED = re.compile(r"""env\.\w+\(\s*"([A-Z_]+)"(?:,\s*default=([^\n]+?)\)?\s*\n)?""")
ROW = re.compile(r"^\| `([\w.]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
ROWS = {name: (default, what) for name, default, what in ROW.findall(PAGE)}
# Of which the code gives another than a person would read: a list, a size, what a Path is made of.
WRITTEN = {"MAX_BODY_BYTES": "10485760", "CLAUDEOPS_HOOK_MAX_BYTES": "1048576"}


def variables() -> dict[str, str]:
    """Those that are asked for, with the default as it is written in the code, or an empty text."""
    text = "\n".join((BASE / source).read_text() for source in SOURCES)
    return dict(ASKED.findall(text))


def test_every_variable_stands_on_the_page_and_no_other() -> None:
    on_page = {name for name in ROWS if name.isupper()}
    assert on_page == set(variables()), "docs/configuration.md has to name them all"


@pytest.mark.parametrize("name", [name for name, default in variables().items() if default])
def test_a_plain_default_is_the_one_that_is_written(name: str) -> None:
    default = variables()[name].rstrip(")").replace("_", "").strip("\"'")
    if re.fullmatch(r"[\d.]+|True|False", default) or name in WRITTEN:
        assert ROWS[name][0].strip("`") == WRITTEN.get(name, default.lower()), name


def line_of(setting: Setting) -> str:
    text = setting.dump(setting.default) if setting.key != "backup.enabled" else "true"  # false in tests
    default = f"`{text}`" if text else "none"
    if setting.value_type is ValueType.JSON:
        default = "as it is shown there"
    return f"| `{setting.key}` | {default} | {setting.description}{' Kept encrypted.' * setting.is_secret} |"


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.key)
def test_every_setting_stands_on_the_page(setting: Setting) -> None:
    assert line_of(setting) in PAGE.splitlines(), "docs/configuration.md has to have this line"


def test_no_setting_stands_there_that_is_none() -> None:
    assert {name for name in ROWS if "." in name} == set(SETTINGS)
