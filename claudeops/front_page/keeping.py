"""The sections as they were rendered last, for as long as nothing of what they show has changed."""

import threading
import time
from typing import Any

from django.conf import settings

from claudeops.front_page.sections import read_sections
from claudeops.pulse.reading import Look
from system.sections import Section

_lock = threading.Lock()  # two that come at once render once
_kept: tuple[tuple[Any, ...], float, dict[str, Section]] | None = None


def sections_at(seen: Look, *, or_within: float = 0.0) -> dict[str, Section]:
    """Rendered anew where the stamp is another, or after FRONT_PAGE_SECONDS: a forecast moves by itself.

    What is read may be newer than the look, never older; then the next look differs from it. It may be older
    by `or_within` seconds for who is told of the rest at once.
    """
    global _kept
    with _lock:
        if _kept is not None:
            stamp, rendered_at, sections = _kept
            age, lasts = time.monotonic() - rendered_at, settings.FRONT_PAGE_SECONDS
            if age < (lasts if stamp == seen.stamp else min(lasts, or_within)):
                return sections
        sections = read_sections()
        _kept = (seen.stamp, time.monotonic(), sections)
        return sections
