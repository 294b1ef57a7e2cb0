"""In which zone who looks at a page lives: as they chose, else as their browser says, else TIME_ZONE."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest

from scheduling.zones import find_zone
from system.errors import Invalid

COOKIE = "claudeops_zone"  # js/zone.js keeps it


def zone_of_viewer(request: HttpRequest) -> ZoneInfo:
    """Raises Invalid for a zone that was chosen and is none."""
    if chosen := request.GET.get("zone", "").strip():
        return find_zone(chosen, field="zone")
    try:
        return find_zone(request.COOKIES.get(COOKIE) or settings.TIME_ZONE)
    except Invalid:  # a browser may live in a zone that is not known here
        return find_zone(settings.TIME_ZONE)
