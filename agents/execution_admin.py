"""The page of an execution, whole: with its report, its costs, and the agent that can run again."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path

from agents.ended_runs import report_of
from agents.findings.fingerprints import fingerprint_of
from agents.findings.following import seen_in
from agents.launching import launch_agent
from agents.models import AgentConfiguration
from agents.reports import GRAVEST_FIRST, gravest_first
from agents.run_page import Wanted, run_page
from agents.versions.admin import ran_link
from costs.models import CostRecord
from executions.execution_admin import ExecutionAdmin, execution_url
from executions.models import Execution
from system.admin_permissions import may
from system.admin_posting import PostAction
from system.errors import DomainError
from system.roles import Role

SHOWN_COSTS = 200


@admin.register(Execution)
class WholeExecutionAdmin(ExecutionAdmin):
    def post_actions(self) -> list[PostAction]:
        again = PostAction(
            name="rerun",
            label="Run again",
            icon="replay",
            role=Role.OPERATOR,
            perform=self._rerun,
            is_offered=lambda execution: not execution.is_active,
            variant="primary",
        )
        return [*super().post_actions(), again]

    def _rerun(self, request: HttpRequest, execution: Execution) -> HttpResponse:
        """The same agent on the same node, with the same overrides."""
        return launch_and_go(
            request,
            execution.agent_type,
            otherwise=execution_url(execution),
            node_id=execution.node_id,
            overrides=execution.execution_context.get("overrides"),
            metadata={"rerun_of": str(execution.uid)},
            webhook=execution.execution_context.get("webhook"),
        )

    def get_urls(self) -> list[URLPattern]:
        changes = path(
            "<path:object_id>/changes/",
            self.admin_site.admin_view(self.run_with_changes),
            name="executions_execution_changes",
        )
        return [changes, *super().get_urls()]

    def run_with_changes(self, request: HttpRequest, object_id: str) -> HttpResponse:
        if not may(request, Role.OPERATOR):
            raise PermissionDenied
        before = self.get_object(request, object_id)
        if before is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": "Run with changes",
            "opts": self.opts,
            "original": before,
        }
        agent = AgentConfiguration.objects.filter(agent_type=before.agent_type).first()
        if agent is None:
            raise Http404
        wanted = Wanted(
            agent,
            back=execution_url(before),
            overrides=before.execution_context.get("overrides"),
            node_id=before.node_id,
            metadata={"rerun_of": str(before.uid)},
            is_again=True,
        )
        return run_page(request, wanted, context)

    def frame_context(self, execution: Execution) -> dict[str, Any]:
        return {"agent": AgentConfiguration.objects.filter(agent_type=execution.agent_type).first()}

    def section_templates(self) -> dict[str, str]:
        return {
            **super().section_templates(),
            "report": "agents/report.html",
            "costs": "costs/execution_costs.html",
        }

    def page_context(self, request: HttpRequest, execution: Execution) -> dict[str, Any]:
        report = report_of(execution.ai_analysis)
        findings = gravest_first(report.findings) if report else []
        place = execution.agent_type, execution.node_id
        rows = seen_in(findings, *place)
        severities = Counter[str](finding.severity for finding in findings)
        costs = list(CostRecord.objects.filter(execution=execution).order_by("-pk")[:SHOWN_COSTS])
        context = super().page_context(request, execution)
        return {
            **context,
            "ran": ran_link(execution.agent_type, context["lineage"].agent_revision),
            "report": report,
            "findings": [(finding, rows.get(fingerprint_of(*place, finding))) for finding in findings],
            "may_run": may(request, Role.OPERATOR),
            "severities": [(name, severities[name]) for name in GRAVEST_FIRST if severities[name]],
            "costs": costs,
            "cost_sums": add_up_costs(costs),
            "shown_costs": SHOWN_COSTS,
        }


def launch_and_go(request: HttpRequest, agent_type: str, *, otherwise: str, **wanted: Any) -> HttpResponse:
    """To the new execution's page, or back to `otherwise` with the limit that refused it."""
    try:
        execution, _ = launch_agent(agent_type, actor=request.user.get_username(), **wanted)
    except DomainError as error:
        messages.error(request, f"{error.title}: {error.detail}")
        return HttpResponseRedirect(otherwise)
    return HttpResponseRedirect(execution_url(execution))


def add_up_costs(costs: Sequence[CostRecord]) -> dict[str, Any]:
    """Of the records that are shown; `from_cache` is the percentage of all input that was read from it."""
    read = sum(cost.cache_read_tokens for cost in costs)
    whole = read + sum(cost.input_tokens + cost.cache_write_tokens for cost in costs)
    return {
        "cost": sum((cost.total_cost_usd or Decimal(0) for cost in costs), Decimal(0)),
        "unpriced": sum(cost.total_cost_usd is None for cost in costs),
        "input": sum(cost.input_tokens for cost in costs),
        "output": sum(cost.output_tokens for cost in costs),
        "cache_write": sum(cost.cache_write_tokens for cost in costs),
        "cache_read": read,
        "from_cache": read * 100 / whole if whole else 0,
    }
