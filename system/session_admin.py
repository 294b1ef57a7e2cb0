from django.contrib import admin, messages
from django.db.models import BooleanField, Case, QuerySet, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from unfold.decorators import display

from system.admin_permissions import may
from system.admin_posting import PostAction, PostingAdmin
from system.models import ConsoleSession
from system.readable import NOTHING
from system.roles import Role
from system.sessions import digest_of_key, end_session

BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


@admin.register(ConsoleSession)
class ConsoleSessionAdmin(PostingAdmin):
    """Where one is signed in; for an admin, where everybody is. Whoever sees one may end it."""

    list_display = ("user", "browser_name", "address", "signed_in_at", "seen_at", "which", "end")
    list_select_related = ("user",)
    sortable_by = ()
    ordering = ("-seen_at",)
    fields = ("user", "browser", "address", "signed_in_at", "seen_at", "expire_date", "which")
    readonly_fields = fields
    add_role = None
    change_role = None
    delete_role = None
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsoleSession]:
        now, own_key = timezone.now(), digest_of_key(request.session.session_key or "")
        found: QuerySet[ConsoleSession] = super().get_queryset(request)
        is_own = Case(When(session_key=own_key, then=True), default=False, output_field=BooleanField())
        sessions = found.filter(user__isnull=False, expire_date__gt=now)
        sessions = sessions.defer("session_data").annotate(is_own=is_own)
        return sessions if may(request, Role.ADMIN) else sessions.filter(user=request.user)  # type: ignore[misc]

    @display(description="Browser")
    def browser_name(self, session: ConsoleSession) -> str:
        return name_of_browser(session.browser)

    @display(description="Which", label={"This one": "success"})
    def which(self, session: ConsoleSession) -> str | None:
        return "This one" if session.is_own else None  # type: ignore[attr-defined]

    @display(description="End")
    def end(self, session: ConsoleSession) -> SafeString:
        return self.row_button("end", session)

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="end",
                label="Sign out",
                icon="logout",
                role=Role.VIEWER,
                perform=self._end,
                variant="danger",
            )
        ]

    def _end(self, request: HttpRequest, session: ConsoleSession) -> HttpResponse:
        end_session(session)
        messages.success(request, f"{session.user} is signed out there.")
        return HttpResponseRedirect(reverse("admin:system_consolesession_changelist"))


def name_of_browser(user_agent: str) -> str:
    """ "Firefox on Linux": enough to know one's own by."""
    browser = _first_in(user_agent, BROWSERS)
    system = _first_in(user_agent, SYSTEMS)
    return " on ".join(filter(None, (browser, system))) or user_agent[:40] or NOTHING


def _first_in(text: str, names: tuple[tuple[str, str], ...]) -> str:
    return next((name for mark, name in names if mark in text), "")
