from django import template

from system import readable

register = template.Library()

register.filter("duration", readable.read_duration)
register.filter("usd", readable.read_usd)
register.filter("short_usd", readable.read_short_usd)
register.filter("thousands", readable.read_count)
register.filter("percent", readable.read_percent)
register.filter("pretty_json", readable.read_json)

# How a status of any kind is coloured: the names are those of unfold's labels.
STATUS_COLOURS = {
    "pending": "",
    "running": "info",
    "completed": "success",
    "failed": "danger",
    "cancelled": "warning",
    "skipped": "",
    "healthy": "success",
    "warning": "warning",
    "critical": "danger",
    "info": "info",
}


@register.filter("status_colour")
def status_colour(status: str) -> str:
    return STATUS_COLOURS.get(status, "")
