"""What stands beside the form of a schedule."""

from typing import Any

from django.urls import reverse

from scheduling.models import Fire, Schedule
from scheduling.presets import PRESETS
from scheduling.preview import preview_schedule
from scheduling.zones import zone_names
from system.errors import Invalid

SHOWN_FIRES = 10
FIRE_COLUMNS = ("due_at", "node_id", "state", "reason", "covers")


def panels_of(schedule: Schedule) -> dict[str, Any]:
    """For templates/scheduling/schedule_page.html. `schedule` may be new, or what a form refused."""
    fires = Fire.objects.filter(schedule_id=schedule.pk).select_related("execution")
    return {
        "schedule": schedule,
        **preview_of(schedule),
        "fires": fires.only(*FIRE_COLUMNS, "execution__uid").order_by("-due_at", "node_id")[:SHOWN_FIRES],
        "zones": zone_names(),
        "presets": PRESETS,
        "preview_url": reverse("admin:scheduling_schedule_preview"),
    }


def preview_of(schedule: Schedule, viewer_timezone: str = "") -> dict[str, Any]:
    """For templates/scheduling/schedule_preview.html. A browser may live in a zone that is not known here."""
    if not schedule.cron_expression:
        return {}
    try:
        return {"preview": preview_schedule(schedule, viewer_timezone=viewer_timezone)}
    except Invalid as error:
        if error.field == "viewer_timezone":
            return preview_of(schedule)
        return {"complaint": error.detail, "field": error.field}
