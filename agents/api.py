"""Agents: what they are, changing them, and running one."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from agents.editing import change_agent, create_agent, delete_agent
from agents.execution_api import LAUNCHED, launched
from agents.launching import find_agent
from agents.models import AgentConfiguration, LaunchRefusal
from agents.preconditions import IfMatch, seen_by, tag
from agents.schemas import (
    EDIT,
    AgentDetail,
    AgentFilters,
    AgentIn,
    AgentList,
    AgentOut,
    AgentPatch,
    AgentReplacement,
    Edit,
    RunIn,
)
from system.authentication import require
from system.paging import page_of
from system.roles import Role
from system.wire import Problem, Slug

router = Router(tags=["agents"], auth=require(Role.VIEWER))

REFUSALS_SHOWN = 10


@router.get("", response=AgentList)
def search(request: HttpRequest, filters: Query[AgentFilters]) -> dict[str, Any]:
    """All agents, by name."""
    rows = AgentConfiguration.objects.all()
    if filters.enabled is not None:
        rows = rows.filter(enabled=filters.enabled)
    return page_of(rows, filters)


@router.post("", response={201: AgentOut, 409: Problem}, auth=require(Role.ADMIN))
def create(request: HttpRequest, agent: AgentIn) -> Status[AgentConfiguration]:
    """Refused, with the path of each wrong field, if its configuration does not hold."""
    return Status(201, create_agent(agent.model_dump(exclude={"comment"}), comment=agent.comment))


@router.get("/{agent_type}", response={200: AgentDetail, 404: Problem})
def detail(request: HttpRequest, response: HttpResponse, agent_type: Slug) -> dict[str, Any]:
    """One agent, and the launches of it that were refused lately. Its ETag is the `revision`."""
    agent = find_agent(agent_type)
    tag(response, agent)
    refusals = LaunchRefusal.objects.filter(agent_type=agent_type)[:REFUSALS_SHOWN]
    shown = AgentOut.model_validate(agent).model_dump()
    return {**shown, "recent_refusals": list(refusals)}


CHANGED = {200: AgentOut, 404: Problem, 412: Problem}


@router.put("/{agent_type}", response=CHANGED, auth=require(Role.ADMIN))
def replace(
    request: HttpRequest,
    response: HttpResponse,
    agent_type: Slug,
    agent: AgentReplacement,
    if_match: IfMatch = None,
) -> AgentConfiguration:
    """All fields anew: what is left out takes its default. If-Match takes the ETag that was read."""
    return _changed(response, agent_type, agent, agent.model_dump(exclude=EDIT), if_match)


@router.patch("/{agent_type}", response=CHANGED, auth=require(Role.ADMIN))
def change(
    request: HttpRequest,
    response: HttpResponse,
    agent_type: Slug,
    agent: AgentPatch,
    if_match: IfMatch = None,
) -> AgentConfiguration:
    """Only what is given. If-Match takes the ETag that was read."""
    given = agent.model_dump(exclude=EDIT, exclude_unset=True)
    return _changed(response, agent_type, agent, given, if_match)


def _changed(
    response: HttpResponse, agent_type: str, edit: Edit, fields: dict[str, Any], if_match: str | None
) -> AgentConfiguration:
    seen = seen_by(if_match, edit.revision)
    agent = change_agent(agent_type, fields, seen=seen, comment=edit.comment)
    tag(response, agent)
    return agent


@router.delete("/{agent_type}", response={204: None, 404: Problem, 409: Problem}, auth=require(Role.ADMIN))
def delete(request: HttpRequest, agent_type: Slug) -> Status[None]:
    """Its executions stay. 409 while one of them waits or runs."""
    delete_agent(agent_type)
    return Status(204, None)


@router.post("/{agent_type}/run", response=LAUNCHED, auth=require(Role.OPERATOR))
def run(request: HttpRequest, agent_type: Slug, run: RunIn | None = None) -> HttpResponse:
    """Queue a run of it. 409 names the limit that refused it."""
    return launched(request, agent_type, **(run or RunIn()).model_dump())
