"""How the console looks and where its navigation leads. settings.py reads this before any app is there."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

ENVIRONMENT_LABELS = {"development": ["Development", "info"], "test": ["Test", "warning"]}
ADMINS = "claudeops.console.may_configure"


def environment_label(request: HttpRequest) -> list[str] | None:
    """None in production: what is usual needs no label."""
    return ENVIRONMENT_LABELS.get(settings.ENVIRONMENT)


def stylesheet(request: HttpRequest) -> str:
    return static("claudeops/console.css")


def icon(request: HttpRequest) -> str:
    return static("claudeops/icon.svg")


def _item(title: str, symbol: str, route: str, permission: str | None = None) -> dict[str, Any]:
    item = {"title": title, "icon": symbol, "link": reverse_lazy(f"admin:{route}")}
    return item | {"permission": permission} if permission else item


UNFOLD = {
    "SITE_TITLE": "ClaudeOps",
    "SITE_HEADER": "ClaudeOps",
    "SITE_SUBHEADER": "Agents at work",
    "SITE_URL": None,
    "SITE_SYMBOL": "monitor_heart",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": icon}],
    "ENVIRONMENT": "claudeops.unfold.environment_label",
    "STYLES": [stylesheet],
    "SHOW_VIEW_ON_SITE": False,
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": [
            {
                "items": [
                    _item("Overview", "space_dashboard", "index"),
                    _item("Executions", "play_circle", "executions_execution_changelist"),
                    _item("Agents", "smart_toy", "agents_agentconfiguration_changelist"),
                    _item("Findings", "troubleshoot", "agents_finding_changelist"),
                    _item("Alerts", "notifications", "system_alert_changelist"),
                    _item("Refused launches", "do_not_disturb_on", "agents_launchrefusal_changelist"),
                ]
            },
            {
                "title": "Automation",
                "separator": True,
                "items": [
                    _item("Schedules", "schedule", "scheduling_schedule_changelist"),
                    _item("Calendar", "calendar_month", "scheduling_calendar"),
                    _item("Due times", "event_available", "scheduling_fire_changelist"),
                    _item("Held launches", "hourglass_top", "agents_hold_changelist"),
                    _item("Webhooks", "webhook", "scheduling_hook_changelist"),
                    _item("Webhook deliveries", "move_to_inbox", "scheduling_hookdelivery_changelist"),
                    _item("Jobs", "event_repeat", "scheduling_jobrun_changelist"),
                ],
            },
            {
                "title": "Notifications",
                "separator": True,
                "items": [
                    _item("Targets", "send", "system_notificationtarget_changelist"),
                    _item("Rules", "rule", "system_notificationrule_changelist"),
                    _item("Outbox", "outbox", "system_notification_changelist"),
                ],
            },
            {
                "title": "Costs",
                "separator": True,
                "items": [
                    _item("Costs", "monitoring", "costs_overview"),
                    _item("Ledger", "receipt_long", "costs_costrecord_changelist"),
                    _item("By day", "today", "costs_dailytotal_changelist"),
                    _item("By day and agent", "calendar_view_day", "costs_dailycost_changelist"),
                    _item("By month", "calendar_month", "costs_monthlycostsummary_changelist"),
                    _item("Reconciliation", "balance", "costs_dailyreconciliation_changelist"),
                    _item("Budgets", "savings", "costs_budget_changelist"),
                    _item("Prices", "sell", "costs_modelprice_changelist"),
                ],
            },
            {
                "title": "History",
                "separator": True,
                "collapsible": True,
                "items": [
                    _item("Executions by day", "bar_chart", "executions_dailyexecutions_changelist"),
                    _item("Steps", "format_list_numbered", "executions_executionstep_changelist"),
                    _item("Events", "timeline", "executions_executionevent_changelist"),
                ],
            },
            {
                "title": "System",
                "separator": True,
                "items": [
                    _item("Metrics", "monitoring", "metrics"),
                    _item("Nodes", "dns", "system_node_changelist"),
                    _item("Backups", "backup", "system_backup_changelist"),
                    _item("Settings", "tune", "system_appsetting_changelist"),
                    _item("API tokens", "key", "system_apitoken_changelist", ADMINS),
                    _item("Sessions", "devices", "system_consolesession_changelist"),
                    _item("Audit", "history_edu", "system_auditentry_changelist", ADMINS),
                    _item("Users", "group", "auth_user_changelist", ADMINS),
                    _item("Roles", "shield_person", "auth_group_changelist", ADMINS),
                ],
            },
        ],
    },
}
