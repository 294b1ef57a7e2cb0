"""Pages in pieces, each of which can take the place of its older self while the page stays open."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString


@dataclass(frozen=True)
class Section:
    """For templates/system/section.html and js/sections.js: `version` tells one text from another.

    `html` is safe: a template has escaped what is in it.
    """

    name: str
    version: str
    html: SafeString

    def as_message(self) -> dict[str, str]:
        return {"version": self.version, "html": self.html}


def render_section(
    name: str,
    template: str,
    context: Mapping[str, Any],
    request: HttpRequest | None = None,
    version: str = "",
) -> Section:
    """A `version` must be given where the text differs each time, as with a token in it."""
    html = render_to_string(template, {**context}, request)
    return Section(name, version or hashlib.sha256(html.encode()).hexdigest()[:16], html)
