"""What became of the last due time of each schedule, for a list of them."""

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from scheduling.models import Fire, FireState, Schedule
from system.readable import NOTHING
from system.templatetags.readable import status_colour

LINK = '<a href="{}" title="{}"><span class="state state-{}">{}</span></a>'
LISTED = {
    "last_fire": "pk",
    "last_state": "state",
    "last_reason": "reason",
    "last_status": "execution__status",
    "last_uid": "execution__uid",
}


def with_last_fire(schedules: QuerySet[Schedule]) -> QuerySet[Schedule]:
    """Each of these is one look into the index of due times, for the rows of one page."""
    newest = Fire.objects.filter(schedule=OuterRef("pk")).order_by("-due_at", "-node_id")
    return schedules.annotate(
        **{name: Subquery(newest.values(column)[:1]) for name, column in LISTED.items()}
    )


def last_outcome(schedule: Schedule) -> SafeString | str:
    """Linked to its execution, or to the row that says why there is none."""
    fire, state, reason, status, uid = (vars(schedule).get(name) or "" for name in LISTED)
    if not fire:
        return NOTHING
    if state == FireState.LAUNCHED and uid:
        url = reverse("admin:executions_execution_change", args=[uid])
        return format_html(LINK, url, "To its execution", status_colour(status) or "pending", status)
    url = reverse("admin:scheduling_fire_change", args=[fire])
    return format_html(LINK, url, reason or "To its due time", status_colour(state), state)
