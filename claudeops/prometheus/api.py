from django.http import HttpRequest, HttpResponse
from ninja import Router

from claudeops.prometheus.exposition import OPENMETRICS, exposition
from system.authentication import require
from system.roles import Role

router = Router(tags=["system"], auth=require(Role.VIEWER))

TEXT = {"schema": {"type": "string"}}
ANSWERS = {"responses": {200: {"description": "OK", "content": {"text/plain": TEXT, OPENMETRICS: TEXT}}}}


@router.get("", openapi_extra=ANSWERS, url_name="prometheus")
def prometheus(request: HttpRequest) -> HttpResponse:
    """For Prometheus, which looks for it at `/metrics`: the same is there. Counters only grow, whatever is
    deleted; agents and models beyond the first hundred and fifty are told of together, as `other`.
    """
    text, content_type = exposition(request.headers.get("Accept", ""))
    return HttpResponse(text, content_type=content_type)
