"""The agents as cards. What a card shows comes from every app, so the root puts them together."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone

from agents.admin import AgentConfigurationAdmin
from agents.models import AgentConfiguration
from claudeops.agents_page.cards import cards_of
from executions.models import DailyExecutions
from system.admin_filters import KnownValuesFilter
from system.admin_permissions import may
from system.models import Node
from system.roles import Role

RECENT_DAYS = 30


class NodeFilter(KnownValuesFilter):
    """By the sums of days: an agent belongs to no node, but it has run on some."""

    title = f"node, in {RECENT_DAYS} days"
    parameter_name = "node"

    def known_values(self) -> Iterable[str]:
        return Node.objects.values_list("name", flat=True)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        node = self.value()
        if node is None:
            return queryset
        since = timezone.localdate() - timedelta(days=RECENT_DAYS)
        ran = DailyExecutions.objects.filter(day__gte=since, node_id=node).order_by().values("agent_type")
        return queryset.filter(agent_type__in=ran)


@admin.register(AgentConfiguration)
class AgentCardsAdmin(AgentConfigurationAdmin):
    change_list_template = "claudeops/agents_page.html"
    list_filter = ("enabled", NodeFilter)
    list_per_page = 24

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            changes = response.context_data["cl"]
            response.context_data |= {
                "cards": cards_of(list(changes.result_list)),
                "may_run": may(request, Role.OPERATOR),
            }
        return response
