"""Targets, rules and the outbox in the console."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from system.admin_filters import KnownValuesFilter
from system.admin_permissions import RoleModelAdmin, may
from system.admin_posting import PostAction, PostingAdmin
from system.errors import DomainError
from system.models import Delivery, Notification, NotificationRule, NotificationTarget, TargetKind
from system.models.notifications import OPEN
from system.notifications.forms import RuleForm, TargetForm
from system.notifications.outbox import replay, replay_dead
from system.notifications.rules import NOUN as RULE
from system.notifications.rules import newest_alert
from system.notifications.sending import send_test
from system.notifications.targets import NOUN as TARGET
from system.notifications.targets import check_url
from system.readable import NOTHING, read_due_moment
from system.roles import Role

MOST_WITH_DEAD = 20
STATE_LABELS = {"Waiting": "info", "Sending": "primary", "Delivered": "success", "Dead": "danger"}


@admin.register(NotificationTarget)
class TargetAdmin(PostingAdmin):
    """Where alerts are told."""

    audit_noun = TARGET
    form = TargetForm
    list_display = ("name", "kind", "scheme", "waiting", "dead", "enabled", "updated_at")
    list_filter = ("kind", "enabled")
    search_fields = ("name",)
    actions = None
    when_empty = "No target yet: alerts are shown here and told nowhere else. Add one, then a rule."

    def get_queryset(self, request: HttpRequest) -> QuerySet[NotificationTarget]:
        rows: QuerySet[NotificationTarget] = super().get_queryset(request)
        return rows.annotate(
            open_rows=Count("notifications", filter=Q(notifications__state__in=OPEN)),
            dead_rows=Count("notifications", filter=Q(notifications__state=Delivery.DEAD)),
        )

    @display(description="Waiting")
    def waiting(self, target: Any) -> int:
        return int(target.open_rows)

    @display(description="Dead letters")
    def dead(self, target: Any) -> SafeString | int:
        """A link to them, from where they can be sent again."""
        if not target.dead_rows:
            return 0
        url = reverse("admin:system_notification_changelist")
        query = urlencode({"state__exact": Delivery.DEAD.value, "target__name": target.name})
        return format_html('<a href="{}?{}">{}</a>', url, query, target.dead_rows)

    @display(description="Try it")
    def test(self, target: NotificationTarget) -> SafeString:
        return self.row_button("test", target)

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        shown = super().get_list_display(request)
        return (*shown, "test") if may(request, Role.ADMIN) else shown

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        if not self.has_change_permission(request, obj):
            return ("name", "kind", "scheme", "enabled")
        if obj and obj.kind == TargetKind.APPRISE:
            return ("name", "kind", "scheme", "address", "enabled")
        return ("name", "kind", "address", "signing", "enabled")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The API knows a target by its name, and a URL is of its kind: both stay."""
        return ("name", "kind", "scheme") if obj else ()

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Apprise takes a second or two over a URL, which no transaction may wait for."""
        if request.method == "POST" and may(request, self.change_role):
            vars(request)["url_problem"] = self._problem_of_url(request, object_id)
        return super().changeform_view(request, object_id, *args, **kwargs)

    def _problem_of_url(self, request: HttpRequest, object_id: str | None) -> str:
        target = self.get_object(request, object_id) if object_id else None
        kind, url = (
            target.kind if target else request.POST.get("kind"),
            request.POST.get("address", "").strip(),
        )
        if kind not in TargetKind.values or not url:
            return ""
        try:
            check_url(kind, url)
        except DomainError as error:
            return error.detail
        return ""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.url_problem = vars(request).get("url_problem", "")
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        form.put_secrets()
        super().save_model(request, obj, form, change)

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="test", label="Send a test", icon="send", role=Role.ADMIN, perform=self._test,
                variant="primary",
            ),
            PostAction(
                name="replay", label="Send dead letters again", icon="replay", role=Role.OPERATOR,
                perform=self._replay, is_offered=lambda target: target.dead_rows > 0,
            ),
        ]  # fmt: skip

    def _replay(self, request: HttpRequest, target: NotificationTarget) -> HttpResponse:
        again = replay_dead(target)
        if again:
            messages.success(request, f"{again:,} notifications wait for {target} again, the oldest first.")
        else:
            messages.info(request, f"No notification to {target} is dead any more.")
        return HttpResponseRedirect(reverse("admin:system_notification_changelist"))

    def _test(self, request: HttpRequest, target: NotificationTarget) -> HttpResponse:
        outcome, took_ms = send_test(target)
        if outcome.is_delivered:
            messages.success(request, f"{target} took the test within {took_ms} ms. {outcome.said}")
        else:
            messages.error(request, f"{target} did not take the test. {outcome.said}")
        return HttpResponseRedirect(reverse("admin:system_notificationtarget_change", args=[target.pk]))


@admin.register(NotificationRule)
class RuleAdmin(RoleModelAdmin):
    """What is told to whom."""

    audit_noun = RULE
    form = RuleForm
    list_display = ("name", "target", "tells", "agents", "min_severity", "quiet", "digest", "enabled")
    list_filter = ("min_severity", "enabled")
    list_select_related = ("target",)
    search_fields = ("name", "target__name")
    actions = None
    when_empty = "No rule yet: nothing is told to anybody. A rule names what is told, and to which target."
    fieldsets = (
        (None, {"fields": ("name", "target", "enabled")}),
        ("What is told", {"fields": ("kinds", "agent_types", "min_severity")}),
        ("When", {"fields": (("quiet_from", "quiet_until"), "quiet_zone", "digest_minutes")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name",) if obj else ()

    @display(description="Tells of")
    def tells(self, rule: NotificationRule) -> str:
        return ", ".join(rule.kinds) or "all"

    @display(description="Agents")
    def agents(self, rule: NotificationRule) -> str:
        return ", ".join(rule.agent_types) or "all"

    @display(description="Quiet hours")
    def quiet(self, rule: NotificationRule) -> str:
        if rule.quiet_from is None or rule.quiet_until is None:
            return NOTHING
        return f"{rule.quiet_from:%H:%M}–{rule.quiet_until:%H:%M} {rule.quiet_zone}"

    @display(description="Digest")
    def digest(self, rule: NotificationRule) -> str:
        return f"{rule.digest_minutes} min" if rule.digest_minutes else NOTHING

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        if not change:
            obj.after_alert = newest_alert()
        super().save_model(request, obj, form, change)


class TargetFilter(KnownValuesFilter):
    title = "target"
    parameter_name = "target__name"

    def known_values(self) -> Iterable[str]:
        return NotificationTarget.objects.values_list("name", flat=True)


@admin.register(Notification)
class NotificationAdmin(PostingAdmin):
    """The outbox: what is on its way, was delivered, or was given up and can be sent again."""

    list_display = ("alert", "target", "condition", "attempts", "goes", "delivered_at", "last_error")
    list_filter = ("state", TargetFilter)
    list_select_related = ("alert", "target")
    paginator = InfinitePaginator  # it grows: its pages are read from the newest on, and never counted
    show_full_result_count = False
    sortable_by = ()
    ordering = ("-id",)
    add_role = None
    change_role = None
    delete_role = None
    actions = None
    fields = (
        "alert", "target", "rule", "condition", "attempts", "due_at", "retry_at", "delivered_at",
        "message_id", "last_error", "created_at",
    )  # fmt: skip
    when_empty = "Nothing was told yet. Targets say where to, rules say what of."
    list_before_template = "system/dead_letters.html"  # type: ignore[assignment]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Above the list: the targets with dead letters, each with a button for all of them."""
        context = {**(extra_context or {})}
        if may(request, Role.OPERATOR):
            dead = Count("notifications", filter=Q(notifications__state=Delivery.DEAD))
            targets = NotificationTarget.objects.annotate(dead_rows=dead).filter(dead_rows__gt=0)
            context["with_dead"] = targets.order_by("name")[:MOST_WITH_DEAD]
        return super().changelist_view(request, context)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        shown = tuple(super().get_list_display(request))
        return (*shown, "again") if may(request, Role.OPERATOR) else shown

    @display(description="State", label=STATE_LABELS)
    def condition(self, row: Notification) -> str:
        return row.get_state_display()

    @display(description="Goes at")
    def goes(self, row: Notification) -> Any:
        return read_due_moment(row.retry_at or row.due_at) if row.state in OPEN else NOTHING

    @display(description="Replay")
    def again(self, row: Notification) -> SafeString | str:
        return self.row_button("replay", row) if row.state == Delivery.DEAD else NOTHING

    def post_actions(self) -> list[PostAction]:
        return [
            PostAction(
                name="replay", label="Send again", icon="replay", role=Role.OPERATOR, perform=self._replay,
                is_offered=lambda row: row.state == Delivery.DEAD, variant="primary",
            )
        ]  # fmt: skip

    def _replay(self, request: HttpRequest, row: Notification) -> HttpResponse:
        try:
            again = replay(row.pk)
        except DomainError as error:
            messages.error(request, error.detail)
        else:
            what = "It waits" if len(again) == 1 else f"It and {len(again) - 1} more of its message wait"
            messages.success(request, f"{what} for {row.target} again, under the old message id.")
        return HttpResponseRedirect(reverse("admin:system_notification_change", args=[row.pk]))
