"""The page on which a run is launched with changes: of an agent, or once more as an earlier run was.

Before the click it says what the run will probably cost, what it may cost at most, and what would refuse it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from agents.configuration import ConfigurationError
from agents.estimate import estimate_run
from agents.launching import launch_agent
from agents.limits import what_refuses
from agents.models import AgentConfiguration
from agents.overrides import OVERRIDABLE, check_overrides
from agents.run_form import RunForm, initial_of
from executions.execution_admin import execution_url
from executions.models import Execution
from system.errors import DomainError


@dataclass(frozen=True)
class Wanted:
    """How the form begins, where Back leads, and what the new run says of itself."""

    agent: AgentConfiguration
    back: str
    overrides: Any = None
    node_id: str = settings.NODE_NAME
    metadata: dict[str, Any] = field(default_factory=dict)
    is_again: bool = False


def run_page(request: HttpRequest, wanted: Wanted, context: dict[str, Any]) -> HttpResponse:
    """What does not hold is said at its field. With "estimate" in what is sent, nothing is launched."""
    form = RunForm(request.POST or None, initial=initial_of(wanted.overrides, wanted.node_id))
    asks = "estimate" in request.POST
    if form.is_valid() and not asks:
        run = _launched(request, wanted, form)
        if run is not None:
            return HttpResponseRedirect(execution_url(run))
    agent = wanted.agent
    shown = {**context, "agent": agent, "form": form, **_outlook(form, wanted)}
    if request.POST.get("estimate") == "piece":
        return TemplateResponse(request, "agents/run_outlook.html", shown)
    has = {name: agent.config.get(name, {}) for name in OVERRIDABLE}
    more = {"back": wanted.back, "has": has, "is_again": wanted.is_again}
    return TemplateResponse(request, "agents/run_with_changes.html", {**shown, **more})


def _outlook(form: RunForm, wanted: Wanted) -> dict[str, Any]:
    """For templates/agents/run_outlook.html; nothing where the form does not hold."""
    if form.is_bound and not form.is_valid():
        return {}
    overrides = form.overrides if form.is_bound else initial_of(wanted.overrides, "")
    overrides = {name: value for name, value in overrides.items() if name in OVERRIDABLE}
    node_id = form.cleaned_data["node_id"] if form.is_bound else wanted.node_id
    try:
        check_overrides(wanted.agent, overrides)
    except DomainError as error:
        if form.is_bound:
            form.tell(error)
        return {}
    return outlook_of(wanted.agent, node_id, overrides)


def outlook_of(agent: AgentConfiguration, node_id: str, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Of a run with `overrides` that hold; nothing of an agent that could not run, which launching says."""
    try:
        estimate = estimate_run(agent, overrides)
    except ConfigurationError:
        return {}
    return {"estimate": estimate, "refusals": what_refuses(agent, node_id, overrides)}


def _launched(request: HttpRequest, wanted: Wanted, form: RunForm) -> Execution | None:
    try:
        execution, _ = launch_agent(
            wanted.agent.agent_type,
            actor=request.user.get_username(),
            node_id=form.cleaned_data["node_id"],
            overrides=form.overrides,
            metadata=wanted.metadata,
        )
    except DomainError as error:
        form.tell(error)
        return None
    return execution
