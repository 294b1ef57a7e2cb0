"""Export and import over the API."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, ConfigDict

from agents.schemas import Comment
from agents.transfer.exporting import export_agents
from agents.transfer.importing import Imported, import_agents
from agents.versions.schemas import PieceOut
from system.authentication import require
from system.errors import DomainError
from system.roles import Role
from system.wire import Out, Problem, Slug

router = Router(tags=["agents"], auth=require(Role.VIEWER))

YAML = "application/yaml"
TAKEN = (YAML, "application/x-yaml", "text/yaml", "text/x-yaml", "text/plain", "application/json", "")
TEXT = {"content": {YAML: {"schema": {"type": "object", "required": ["agents"]}}}}
BODY = {
    "required": True,
    "description": "A document as the export gives it (UTF-8, at most 1 MiB; JSON is YAML too). Anchors,"
    " aliases and tags are refused.",
    "content": {YAML: {"schema": {"type": "object", "required": ["agents"]}}},
}


class WrongType(DomainError):
    status = 415
    title = "Unsupported media type"


class ImportFilters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    dry_run: bool = False
    comment: Comment = ""


class ImportedOut(Out):
    """`revision` is its newest version, 0 for one that would be made; `pieces` are as in a diff."""

    agent_type: str
    name: str
    outcome: Literal["created", "changed", "unchanged"]
    revision: int
    pieces: list[PieceOut]


class ImportOut(Out):
    dry_run: bool
    agents: list[ImportedOut]


@router.get("/export.yaml", response={200: str}, openapi_extra={"responses": {200: TEXT}})
def export_all(request: HttpRequest) -> HttpResponse:
    """All agents as one YAML document, which the import takes."""
    return _download(export_agents(), "agents")


@router.get(
    "/{agent_type}/export.yaml",
    response={200: str, 404: Problem},
    openapi_extra={"responses": {200: TEXT}},
)
def export_one(request: HttpRequest, agent_type: Slug) -> HttpResponse:
    """One agent as such a document."""
    return _download(export_agents([agent_type]), agent_type)


def _download(text: str, name: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type=f"{YAML}; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.yaml"'},
    )


@router.post(
    "/import",
    response={200: ImportOut, 413: Problem, 415: Problem},
    auth=require(Role.ADMIN),
    openapi_extra={"requestBody": BODY},
)
def import_all(request: HttpRequest, filters: Query[ImportFilters]) -> dict[str, Any]:
    """Create and change agents from a YAML document: all or none. 422 names each fault with path and line.

    With `dry_run` nothing is written, and the answer is what would be. Agents that it does not name stay.
    """
    if request.content_type not in TAKEN:
        raise WrongType(f"The body must be {YAML}, not {request.content_type}.", field="body")
    agents = import_agents(request.body, dry_run=filters.dry_run, comment=filters.comment)
    return {"dry_run": filters.dry_run, "agents": [_shown(agent) for agent in agents]}


import_all.reads_raw_body = True  # type: ignore[attr-defined]  # YAML is no business of the JSON parser


def _shown(agent: Imported) -> dict[str, Any]:
    return {
        "agent_type": agent.agent_type,
        "name": agent.name,
        "outcome": agent.outcome,
        "revision": agent.revision,
        "pieces": [piece.as_json() for piece in agent.pieces],
    }
