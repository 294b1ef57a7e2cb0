"""The API as one object: its routers, its JSON, and what holds for every route."""

from collections.abc import Callable
from functools import cached_property, wraps
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Router, Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

import agents.api
import agents.findings.api
import agents.tracking_api
import agents.transfer.api
import agents.versions.api
import claudeops.dashboard_api
import claudeops.prometheus.api
import costs.api
import executions.api
import scheduling.api
import scheduling.backups_api
import scheduling.calendar.api
import scheduling.forecast_api
import scheduling.hooks.api
import scheduling.jobs_api
import system.api
import system.audit_api
import system.notifications.api
import system.series_api
from claudeops.openapi import completed
from claudeops.problems import handle_problems, method_not_allowed
from system.authentication import require
from system.errors import DomainError, Invalid
from system.exact_json import check_whole_numbers
from system.nesting import is_deeper
from system.roles import Role
from system.wire import dumps

DEEPEST = 64
DESCRIPTION = """Runs of agents, what they cost, and the machine they run on.

Sign in with a token (`manage.py create_api_token NAME --role viewer|operator|admin`) as
`Authorization: Bearer cops_…`, or with the console's session and its CSRF token in `X-CSRFToken`.
Errors are `application/problem+json`. Money is USD as a decimal string. Times are RFC 3339 in UTC."""


class TooDeep(DomainError):
    """Deeper than anything here needs; whatever walks it later would run out of stack."""


class WrongType(DomainError):
    status = 415
    title = "Unsupported media type"


class JsonParser(Parser):
    def parse_body(self, request: HttpRequest) -> Any:
        if request.content_type not in ("application/json", ""):
            raise WrongType(f"The body must be application/json, not {request.content_type}.", field="body")
        body = request.body
        value = orjson.loads(body)
        if body.count(b"{") + body.count(b"[") > DEEPEST and is_deeper(value, DEEPEST):
            raise TooDeep(f"The body is nested more than {DEEPEST} levels deep.", field="body")
        check_whole_numbers(body)
        return value


class JsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return dumps(data)


def refusing_unknown_input(view: Callable[..., Any]) -> Callable[..., Any]:
    """ninja drops query parameters that a route does not know, and bodies where none is read."""
    models = view._ninja_operation.models  # type: ignore[attr-defined]
    known: set[str] = set()
    takes_body = getattr(view._ninja_operation.view_func, "reads_raw_body", False)  # type: ignore[attr-defined]
    for model in models:
        takes_body = takes_body or model.__ninja_param_source__ == "body"
        if model.__ninja_param_source__ == "query":
            known.update(model.__ninja_flatten_map__)

    @wraps(view)
    def checked(request: HttpRequest, **values: Any) -> Any:
        if request.META.get("QUERY_STRING"):
            _check_query(request, known)
        if not takes_body and request.method != "GET" and request.body.strip() not in (b"", b"{}"):
            raise Invalid("This takes no body.", field="body")
        return view(request, **values)

    return checked


def _check_query(request: HttpRequest, known: set[str]) -> None:
    for name, values in request.GET.lists():
        if name not in known:
            among = f"known are: {', '.join(sorted(known))}" if known else "this takes none"
            raise Invalid(f"There is no parameter {name!r} here; {among}.", field=name)
        if len(values) > 1:
            raise Invalid(f"{name} is given {len(values)} times.", field=name)


class Api(NinjaAPI):
    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _with_problem_for_method(pattern.callback)
        return patterns, app, namespace

    def get_content_type(self) -> str:
        return JsonRenderer.media_type

    def get_openapi_schema(self, **_where: Any) -> OpenAPISchema:
        """Made once, as there is one place where it is mounted: it takes 50 ms, and anyone may ask for it."""
        return self._document

    @cached_property
    def _document(self) -> OpenAPISchema:
        return completed(super().get_openapi_schema())

    def get_openapi_operation_id(self, operation: Any) -> str:
        """As in agents_create: what it is about, and what it does."""
        area = (operation.tags or ["api"])[0]
        return f"{area}_{operation.view_func.__name__}"


def _with_problem_for_method(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        if isinstance(response, HttpResponseNotAllowed):
            return method_not_allowed(request, response.headers["Allow"])
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined]  # authentication checks CSRF where it matters
    return answered


api = Api(
    title="ClaudeOps",
    version=settings.VERSION,
    description=DESCRIPTION,
    urls_namespace="api",
    auth=require(Role.ADMIN),  # of a route that says nothing else
    docs=Swagger(settings={"validatorUrl": None}),
    parser=JsonParser(),
    renderer=JsonRenderer(),
)
api.add_decorator(refusing_unknown_input)
handle_problems(api)

ROUTERS: list[tuple[str, Router]] = [
    ("/executions", executions.api.router),
    ("/tracking", agents.tracking_api.router),
    ("/agents", agents.transfer.api.router),  # before /agents/{agent_type}, which would take its names
    ("/agents", agents.versions.api.router),
    ("/agents", agents.api.router),
    ("/findings", agents.findings.api.router),
    *(("/costs", router) for router in costs.api.ROUTERS),
    ("/costs", scheduling.forecast_api.router),
    ("/schedules", scheduling.calendar.api.router),
    ("/schedules", scheduling.api.router),
    ("/jobs", scheduling.jobs_api.router),
    ("/hooks", scheduling.hooks.api.router),
    ("/hook-recipes", scheduling.hooks.api.recipes_router),
    ("/dashboard", claudeops.dashboard_api.router),
    ("/metrics", claudeops.prometheus.api.router),
    ("/system", system.api.router),
    ("/system", system.series_api.router),
    ("/notifications", system.notifications.api.router),
    ("/system", scheduling.backups_api.router),
    ("/system", system.audit_api.router),
]
for prefix, router in ROUTERS:
    api.add_router(prefix, router)
