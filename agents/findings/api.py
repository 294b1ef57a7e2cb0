"""Findings over the runs that found them: read, and seen to."""

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Path, Query, Router

from agents.findings.deciding import Verdict, decide, find_finding
from agents.findings.listing import list_findings
from agents.findings.schemas import FindingDetail, FindingFilters, FindingList, NoteIn, SnoozeIn
from system.authentication import actor_of, require
from system.errors import Invalid
from system.roles import Role
from system.wire import BIGGEST, Problem

FindingId = Annotated[int, Path(ge=1, le=BIGGEST)]
DECIDED = {200: FindingDetail, 404: Problem, 409: Problem}

router = Router(tags=["findings"], auth=require(Role.VIEWER))


@router.get("", response=FindingList)
def search(request: HttpRequest, filters: Query[FindingFilters]) -> dict[str, Any]:
    """Findings, the newest first. `date_from` is included, `date_to` is not, unless it is a whole day."""
    return list_findings(filters)


@router.get("/{finding_id}", response={200: FindingDetail, 404: Problem})
def detail(request: HttpRequest, finding_id: FindingId) -> FindingDetail:
    """One finding: what shows it, what to do about it, and on which days it was found."""
    return FindingDetail.of(find_finding(finding_id))


@router.post("/{finding_id}/acknowledge", response=DECIDED, auth=require(Role.OPERATOR))
def acknowledge(request: HttpRequest, finding_id: FindingId, wanted: NoteIn | None = None) -> FindingDetail:
    """Somebody sees to it: nothing more is said of it, unless it gets graver. 409 unless open or snoozed."""
    note = (wanted or NoteIn()).note
    return FindingDetail.of(decide(finding_id, Verdict.ACKNOWLEDGE, by=actor_of(request), note=note))


@router.post("/{finding_id}/snooze", response=DECIDED, auth=require(Role.OPERATOR))
def snooze(request: HttpRequest, finding_id: FindingId, wanted: SnoozeIn) -> FindingDetail:
    """Nothing is said of it until then, unless it gets graver. It holds while it goes and comes back, too."""
    if (wanted.hours is None) == (wanted.until is None):
        raise Invalid("Give `hours` or `until`, and not both.", field="hours")
    until = wanted.until or timezone.now() + timedelta(hours=wanted.hours or 0)
    by = actor_of(request)
    return FindingDetail.of(decide(finding_id, Verdict.SNOOZE, by=by, note=wanted.note, until=until))


@router.post("/{finding_id}/resolve", response=DECIDED, auth=require(Role.OPERATOR))
def resolve(request: HttpRequest, finding_id: FindingId, wanted: NoteIn | None = None) -> FindingDetail:
    """It is mended. The next run that finds it all the same opens it again, as one that came back."""
    note = (wanted or NoteIn()).note
    return FindingDetail.of(decide(finding_id, Verdict.RESOLVE, by=actor_of(request), note=note))


@router.post("/{finding_id}/reopen", response=DECIDED, auth=require(Role.OPERATOR))
def reopen(request: HttpRequest, finding_id: FindingId, wanted: NoteIn | None = None) -> FindingDetail:
    """It is nobody's any more. 409 if it is open."""
    note = (wanted or NoteIn()).note
    return FindingDetail.of(decide(finding_id, Verdict.REOPEN, by=actor_of(request), note=note))
