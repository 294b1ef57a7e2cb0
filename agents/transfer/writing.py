"""JSON as YAML for people: block texts, no anchors, keys in the order in which they are given."""

import re
from typing import Any

import yaml

from agents.transfer.scalars import PLAIN

WIDTH = 110
ODD_BREAKS = re.compile("[\r\x85\u2028\u2029\ufeff]")


class _Dumper(yaml.SafeDumper):
    """Quotes whatever YAML 1.1 or transfer.reading would take for something else than text."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """The items of a list stand below their key, and are indented."""
        super().increase_indent(flow, indentless=False)


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    """In quotes with escapes where a line break of another kind would be taken for a plain one."""
    style = '"' if ODD_BREAKS.search(text) else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
for _tag, _pattern, _first in PLAIN:
    _Dumper.add_implicit_resolver(_tag, _pattern, _first)


def yaml_of(value: Any) -> str:
    """`value` is JSON, of texts that PostgreSQL can hold."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)
    return text.removesuffix("...\n")
