from django import template

from system import readable
from system.money import text_of

register = template.Library()

register.filter("duration", readable.read_duration)
register.filter("usd", readable.read_usd)
register.filter("short_usd", readable.read_short_usd)
register.filter("amount", readable.read_amount)
register.filter("plain_usd", text_of)
register.filter("moment", readable.read_moment)
register.filter("due_moment", readable.read_due_moment)
register.filter("thousands", readable.read_count)
register.filter("percent", readable.read_percent)
register.filter("pretty_json", readable.read_json)

# How a status of any kind is coloured: the names are those of unfold's labels.
STATUS_COLOURS = {
    "pending": "",
    "queued": "info",
    "running": "info",
    "completed": "success",
    "failed": "danger",
    "cancelled": "warning",
    "skipped": "",
    "healthy": "success",
    "warning": "warning",
    "critical": "danger",
    "info": "info",
    "launched": "success",
    "missed": "warning",
    "refused": "danger",
    "open": "warning",
    "acknowledged": "info",
    "snoozed": "",
    "resolved": "success",
}


@register.filter("status_colour")
def status_colour(status: str) -> str:
    return STATUS_COLOURS.get(status, "")
