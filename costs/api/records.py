from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from costs.records import list_records
from costs.schemas.records import RecordFilters, RecordList
from system.authentication import require
from system.roles import Role
from system.wire import json_response

router = Router(tags=["costs"], auth=require(Role.VIEWER))


@router.get("", response=RecordList)
def records(request: HttpRequest, filters: Query[RecordFilters]) -> HttpResponse:
    """Billed requests, the newest first. `date_from` is included, `date_to` is not, unless a whole day.

    A `cursor` (the `next_cursor` of the page before) costs the same however deep it leads; `offset` counts.
    """
    return json_response(list_records(filters))
