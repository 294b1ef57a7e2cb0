from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from system.audit_listing import list_audit
from system.audit_schemas import AuditFilters, AuditList
from system.authentication import require
from system.roles import Role
from system.wire import json_response

router = Router(tags=["system"], auth=require(Role.ADMIN))


@router.get("/audit", response=AuditList)
def audit(request: HttpRequest, filters: Query[AuditFilters]) -> HttpResponse:
    """Who did what, through which door and from where; the newest first.

    `manage.py verify_audit` says whether it still stands as it was written.
    """
    return json_response(list_audit(filters))
