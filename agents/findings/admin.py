"""Findings in the console: their list, the page of one, and what an operator decides of them."""

from datetime import timedelta
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from agents.findings.admin_filters import StateFilter
from agents.findings.deciding import BEGINNINGS, LONGEST_NOTE, Verdict, decide, decide_all
from agents.findings.sightings import looks_for
from agents.findings.trends import days_of, draw_days, trend_of
from agents.models import ACTIVE_FINDINGS, AgentConfiguration, Finding, FindingState
from agents.models.findings import GRAVITY_OF_SEVERITY
from executions.filters import AgentFilter, NodeFilter
from system.admin_permissions import LongTableAdmin, may
from system.admin_posting import PostAction, PostingAdmin
from system.errors import DomainError
from system.readable import read_count, read_moment
from system.roles import Role

SEVERITY_LABELS = {"Info": "info", "Warning": "warning", "Critical": "danger"}
STATE_LABELS = {"Open": "warning", "Acknowledged": "info", "Snoozed": "primary", "Resolved": "success"}
DAY_HOURS, WEEK_HOURS = 24, 168
SNOOZES = (
    (1, "an hour"), (8, "8 hours"), (DAY_HOURS, "a day"), (72, "3 days"), (WEEK_HOURS, "a week"),
    (30 * DAY_HOURS, "30 days"), (90 * DAY_HOURS, "90 days"),
)  # fmt: skip
WORDS = {
    Verdict.ACKNOWLEDGE: "acknowledged",
    Verdict.SNOOZE: "snoozed",
    Verdict.RESOLVE: "resolved",
    Verdict.REOPEN: "opened again",
}
TREND = '<span class="trend">{}<span>{}</span></span>'


@admin.register(Finding)
class FindingAdmin(LongTableAdmin, PostingAdmin):  # type: ignore[misc]  # unfold repeats Django's bases
    list_display = ("title", "how_grave", "condition", "agent_type", "node_id", "times", "trend", "seen")
    list_filter = (StateFilter, "severity", AgentFilter, NodeFilter)
    search_fields = ("title", "evidence", "note")
    search_help_text = "Words of a title, of what shows it, or of a note"
    list_disable_select_all = True  # nobody knows how many there are, and each is on record
    actions = ("acknowledge_chosen", "snooze_chosen_for_a_day", "snooze_chosen_for_a_week", "resolve_chosen")
    when_empty = "Nothing that is not resolved. What agents find is kept here, one row for each thing."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        rows: QuerySet[Finding] = super().get_queryset(request)
        return rows.defer("evidence", "recommendation", "command")

    def get_ordering(self, request: HttpRequest) -> Any:
        """The gravest first of what is active, which is never much; else as in any long table."""
        if request.GET.get(StateFilter.parameter_name, FindingState.OPEN) in ACTIVE_FINDINGS:
            return [GRAVITY_OF_SEVERITY.desc(), "-id"]
        return super().get_ordering(request)

    @display(description="Severity", label=SEVERITY_LABELS)
    def how_grave(self, finding: Finding) -> str:
        return finding.severity.capitalize()

    @display(description="State", label=STATE_LABELS)
    def condition(self, finding: Finding) -> str:
        return finding.state.capitalize()

    @display(description="Seen")
    def times(self, finding: Finding) -> str:
        return f"{read_count(finding.count)}\u00a0×"

    @display(description="30 days")
    def trend(self, finding: Finding) -> SafeString:
        now = timezone.now()
        return format_html(TREND, draw_days(finding, timezone.localdate(now)), trend_of(finding, now))

    @display(description="Last seen")
    def seen(self, finding: Finding) -> str:
        return read_moment(finding.last_seen)

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return may(request, Role.OPERATOR)

    @admin.action(description="Acknowledge", permissions=["decide"])
    def acknowledge_chosen(self, request: HttpRequest, rows: QuerySet[Finding]) -> None:
        self._decide_chosen(request, Verdict.ACKNOWLEDGE)

    @admin.action(description="Snooze for a day", permissions=["decide"])
    def snooze_chosen_for_a_day(self, request: HttpRequest, rows: QuerySet[Finding]) -> None:
        self._decide_chosen(request, Verdict.SNOOZE, hours=DAY_HOURS)

    @admin.action(description="Snooze for a week", permissions=["decide"])
    def snooze_chosen_for_a_week(self, request: HttpRequest, rows: QuerySet[Finding]) -> None:
        self._decide_chosen(request, Verdict.SNOOZE, hours=WEEK_HOURS)

    @admin.action(description="Resolve", permissions=["decide"])
    def resolve_chosen(self, request: HttpRequest, rows: QuerySet[Finding]) -> None:
        self._decide_chosen(request, Verdict.RESOLVE)

    def _decide_chosen(self, request: HttpRequest, verdict: Verdict, *, hours: int = 0) -> None:
        """Of the rows that were ticked, whatever else is asked for: a page of them at most."""
        ticked = request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME)[: self.list_per_page]
        chosen = [int(key) for key in ticked if key.isascii() and key.isdigit() and len(key) < 19]
        until = timezone.now() + timedelta(hours=hours) if hours else None
        done = decide_all(chosen, verdict, by=request.user.get_username(), until=until)
        left = len(chosen) - len(done)
        also = f" {left} could not be: they were not {_or(BEGINNINGS[verdict])}." if left else ""
        tell = messages.success if done else messages.warning
        tell(request, f"{len(done)} {'was' if len(done) == 1 else 'were'} {WORDS[verdict]}.{also}")

    def post_actions(self) -> list[PostAction]:
        icons = {
            Verdict.ACKNOWLEDGE: "visibility", Verdict.SNOOZE: "snooze", Verdict.RESOLVE: "check",
            Verdict.REOPEN: "undo",
        }  # fmt: skip
        return [
            PostAction(
                name=verdict.value,
                label=verdict.capitalize(),
                icon=icons[verdict],
                role=Role.OPERATOR,
                perform=partial(self._decide, verdict),
                is_offered=partial(_may_begin, verdict),
                variant="primary" if verdict == Verdict.ACKNOWLEDGE else "default",
            )
            for verdict in Verdict
        ]

    def _decide(self, verdict: Verdict, request: HttpRequest, finding: Finding) -> HttpResponse:
        by, note = request.user.get_username(), request.POST.get("note", "").strip()
        until = _end_of_snooze(request.POST.get("hours", "")) if verdict == Verdict.SNOOZE else None
        try:
            decide(finding.pk, verdict, by=by, note=note, until=until)
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            messages.success(request, f"It is {WORDS[verdict]}.")
        return HttpResponseRedirect(reverse("admin:agents_finding_change", args=[finding.pk]))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        finding = self.get_object(request, object_id)
        if finding is None or request.method == "POST" or not self.has_view_permission(request):
            return super().change_view(request, object_id, form_url, extra_context)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": finding.title,
            "opts": self.opts,
            "original": finding,
            "buttons": self.buttons(request, finding),
            **_page_of(finding),
        }
        return TemplateResponse(request, "agents/finding_page.html", context)


def _page_of(finding: Finding) -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate(now)
    return {
        "finding": finding,
        "agent": AgentConfiguration.objects.filter(agent_type=finding.agent_type).first(),
        "trend": trend_of(finding, now),
        "strip": draw_days(finding, today),
        "days": [day for day in reversed(days_of(finding, today)) if day.count],
        "looks": looks_for(finding),
        "snoozes": SNOOZES,
        "usual_snooze": DAY_HOURS,
        "longest_note": LONGEST_NOTE,
        "is_snoozed": finding.state == FindingState.SNOOZED,
    }


def _may_begin(verdict: Verdict, finding: Finding) -> bool:
    return finding.state in BEGINNINGS[verdict]


def _end_of_snooze(hours: str) -> Any:
    known = {str(number): number for number, _ in SNOOZES}
    return timezone.now() + timedelta(hours=known.get(hours, DAY_HOURS))


def _or(states: tuple[FindingState, ...]) -> str:
    return " or ".join(states)
