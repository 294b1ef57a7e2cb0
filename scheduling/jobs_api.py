"""The jobs that keep the house: which there are, what they did, and one of them now."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Status

from scheduling.job_overview import list_jobs
from scheduling.job_runs import ask_for_job
from scheduling.job_schemas import JobList, JobOut, JobRunFilters, JobRunList, JobRunOut
from scheduling.jobs import job_named
from scheduling.models import JobRun
from system.authentication import actor_of, require
from system.paging import given, page_of
from system.roles import Role
from system.wire import Problem

router = Router(tags=["jobs"], auth=require(Role.VIEWER))


@router.get("", response=JobList)
def jobs(request: HttpRequest) -> dict[str, Any]:
    """All there are, in the order of the code, each with its last run and when it is due next."""
    items = [JobOut.of(state) for state in list_jobs(timezone.now())]
    return {"items": items, "count": len(items)}


@router.get("/{name}/runs", response={200: JobRunList, 404: Problem})
def runs(request: HttpRequest, name: str, filters: Query[JobRunFilters]) -> dict[str, Any]:
    """What it did, the newest first."""
    rows = JobRun.objects.filter(name=job_named(name).name, **given({"state": filters.state}))
    found = page_of(rows.order_by("-id"), filters)
    return {**found, "items": [JobRunOut.of(run) for run in found["items"]]}


@router.post("/{name}/run", response={202: JobRunOut, 404: Problem, 409: Problem}, auth=require(Role.ADMIN))
def run(request: HttpRequest, name: str) -> Status[JobRunOut]:
    """Queue it on this node, whatever is due. 409 while it waits or runs."""
    return Status(202, JobRunOut.of(ask_for_job(name, by=actor_of(request), node=settings.NODE_NAME)))
