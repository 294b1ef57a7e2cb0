"""What the console shows first: is all well, what runs, what ran, what it costs, and what comes."""

from typing import Any

from claudeops.front_page.active import active_now
from claudeops.front_page.keeping import sections_at
from claudeops.pulse.reading import look


def front_page(*, may_cancel: bool) -> dict[str, Any]:
    """The context of templates/claudeops/front_page.html, which the pulse and the events then keep."""
    return {"active": active_now(), "sections": sections_at(look()), "may_cancel": may_cancel}
