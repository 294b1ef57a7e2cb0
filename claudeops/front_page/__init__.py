"""What the console shows first: is all well, what runs, what ran, what it costs, and what comes."""

from typing import Any

from claudeops.front_page.active import active_now
from claudeops.front_page.keeping import sections_at
from claudeops.pulse.reading import look

# While much changes, it would be rendered for each who opens it; the pulse brings what came since.
AGE_SECONDS = 1.0


def front_page(*, may_cancel: bool) -> dict[str, Any]:
    """The context of templates/claudeops/front_page.html, which the pulse and the events then keep."""
    sections = sections_at(look(), or_within=AGE_SECONDS)
    return {"active": active_now(), "sections": sections, "may_cancel": may_cancel}
