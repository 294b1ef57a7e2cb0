"""The page on which a run is launched once more, with changes."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from agents.launching import launch_agent
from agents.models import AgentConfiguration
from agents.overrides import OVERRIDABLE
from agents.run_form import RunForm, initial_of
from executions.execution_admin import execution_url
from executions.models import Execution
from system.errors import DomainError


def run_page(request: HttpRequest, before: Execution, context: dict[str, Any]) -> HttpResponse:
    """A form that begins as `before` ran; what does not hold is said at its field. To the new run's page."""
    agent = AgentConfiguration.objects.filter(agent_type=before.agent_type).first()
    if agent is None:
        raise Http404
    initial = initial_of(before.execution_context.get("overrides"), before.node_id)
    form = RunForm(request.POST or None, initial=initial)
    run = _launched(request, before, form) if form.is_valid() else None
    if run is not None:
        return HttpResponseRedirect(execution_url(run))
    has = {name: agent.config.get(name, {}) for name in OVERRIDABLE}
    more = {"agent": agent, "form": form, "back": execution_url(before), "has": has}
    return TemplateResponse(request, "agents/run_with_changes.html", {**context, **more})


def _launched(request: HttpRequest, before: Execution, form: RunForm) -> Execution | None:
    try:
        execution, _ = launch_agent(
            before.agent_type,
            actor=request.user.get_username(),
            node_id=form.cleaned_data["node_id"],
            overrides=form.overrides,
            metadata={"rerun_of": str(before.uid)},
        )
    except DomainError as error:
        form.tell(error)
        return None
    return execution
