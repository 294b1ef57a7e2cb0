"""Scripts of pages that are Django's or the theme's."""

import re

from django import template
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
# As Django renders the scripts of a form, and its catalogue of words: without a word on when they run.
_AT_ONCE = re.compile(r"<script src=")


@register.filter
def deferred(head: SafeString) -> SafeString:
    """The same HTML, whose scripts run in their order once the page is read, and hold up no paint."""
    return mark_safe(_AT_ONCE.sub("<script defer src=", head))  # noqa: S308 (safe before, and nothing of it is quoted)
