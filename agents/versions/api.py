"""The versions of an agent: what there were, what differs, and the way back."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router

from agents.documents import ordered_settings
from agents.launching import find_agent
from agents.models import AgentConfiguration, AgentVersion
from agents.preconditions import IfMatch, seen_by, tag
from agents.schemas import AgentOut
from agents.versions.diff import pieces_between
from agents.versions.keeping import find_version
from agents.versions.restoring import restore_version
from agents.versions.schemas import (
    LARGEST,
    DiffFilters,
    DiffOut,
    RestoreIn,
    VersionDetail,
    VersionFilters,
    VersionList,
)
from system.authentication import require
from system.paging import page_of
from system.roles import Role
from system.wire import Problem, Slug

router = Router(tags=["agents"], auth=require(Role.VIEWER))
Number = Annotated[int, Path(ge=1, le=LARGEST)]


@router.get("/{agent_type}/versions", response={200: VersionList, 404: Problem})
def versions(request: HttpRequest, agent_type: Slug, filters: Query[VersionFilters]) -> dict[str, Any]:
    """All of them, the newest first; also of an agent that was deleted."""
    rows = AgentVersion.objects.filter(agent_type=agent_type).defer("settings")
    if not rows.exists():
        find_agent(agent_type)
    return page_of(rows, filters)


@router.get("/{agent_type}/versions/{number}", response={200: VersionDetail, 404: Problem})
def version(request: HttpRequest, agent_type: Slug, number: Number) -> dict[str, Any]:
    """One version, whole."""
    found = find_version(agent_type, number)
    shown = VersionDetail.model_validate(found).model_dump()
    return {**shown, "settings": ordered_settings(found.settings)}


@router.get("/{agent_type}/versions/{number}/diff", response={200: DiffOut, 404: Problem})
def diff(
    request: HttpRequest, agent_type: Slug, number: Number, filters: Query[DiffFilters]
) -> dict[str, Any]:
    """What it has otherwise than the version `against`, by default the one before."""
    after = find_version(agent_type, number)
    before = find_version(agent_type, filters.against or max(1, number - 1))
    return {
        "agent_type": agent_type,
        "against": before.number,
        "number": number,
        "pieces": [piece.as_json() for piece in pieces_between(before.settings, after.settings)],
    }


@router.post(
    "/{agent_type}/versions/{number}/restore",
    response={200: AgentOut, 404: Problem, 409: Problem, 412: Problem},
    auth=require(Role.ADMIN),
)
def restore(
    request: HttpRequest,
    response: HttpResponse,
    agent_type: Slug,
    number: Number,
    wanted: RestoreIn | None = None,
    if_match: IfMatch = None,
) -> AgentConfiguration:
    """Make the agent what it was, as a new version; one that was deleted comes back.

    409 where it is so already, 422 where the old version does not hold by the rules of today.
    """
    wanted = wanted or RestoreIn()
    seen = seen_by(if_match, wanted.revision)
    agent = restore_version(agent_type, number, seen=seen, comment=wanted.comment)
    tag(response, agent)
    return agent
