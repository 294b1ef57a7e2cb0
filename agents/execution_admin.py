"""The page of an execution, whole: with its report, its costs, and the agent that can run again."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from pydantic import ValidationError

from agents.launching import launch_agent
from agents.models import AgentConfiguration
from agents.reports import Finding, Report
from costs.models import CostRecord
from executions.execution_admin import ExecutionAdmin, execution_url
from executions.models import Execution
from system.admin_posting import PostAction
from system.errors import DomainError
from system.roles import Role

SHOWN_COSTS = 200
GRAVEST_FIRST = ("critical", "warning", "info")


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
        )

    def page_context(self, request: HttpRequest, execution: Execution) -> dict[str, Any]:
        report = read_report(execution.ai_analysis)
        return {
            **super().page_context(request, execution),
            "report": report,
            "findings": by_severity(report.findings) if report else [],
            "costs": CostRecord.objects.filter(execution=execution).order_by("-pk")[:SHOWN_COSTS],
            "agent": AgentConfiguration.objects.filter(agent_type=execution.agent_type).first(),
        }


def launch_and_go(request: HttpRequest, agent_type: str, *, otherwise: str, **wanted: Any) -> HttpResponse:
    """To the new execution's page, or back to `otherwise` with the limit that refused it."""
    try:
        execution, _ = launch_agent(agent_type, actor=request.user.get_username(), **wanted)
    except DomainError as error:
        messages.error(request, f"{error.title}: {error.detail}")
        return HttpResponseRedirect(otherwise)
    return HttpResponseRedirect(execution_url(execution))


def read_report(analysis: Any) -> Report | None:
    """None where there is none, or where an agent that runs elsewhere has sent another shape."""
    try:
        return Report.model_validate(analysis)
    except ValidationError:
        return None


def by_severity(findings: list[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: GRAVEST_FIRST.index(finding.severity))
