"""Webhooks in: the door that is open to whoever can sign, and the routes by which hooks are made."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from scheduling.hooks.checking import filter_problems, mapping_problems
from scheduling.hooks.editing import change_hook, create_hook, delete_hook, find_hook, rotate_secret
from scheduling.hooks.judging import judge
from scheduling.hooks.payloads import check_payload
from scheduling.hooks.receiving import receive, redactor_of
from scheduling.hooks.recipes import RECIPES
from scheduling.hooks.schemas import (
    AnswerOut,
    DeliveryFilters,
    DeliveryList,
    DeliveryOut,
    HookFilters,
    HookIn,
    HookList,
    HookMade,
    HookOut,
    HookPatch,
    RecipeList,
    RecipeOut,
    RotateIn,
    TrialIn,
    TrialOut,
)
from scheduling.hooks.signatures import Message
from scheduling.hooks.urls import url_of
from scheduling.models import DeliveryState, Hook, HookDelivery
from system.addresses import address_of
from system.authentication import require
from system.errors import Invalid
from system.paging import given, page_of
from system.roles import Role
from system.wire import Problem, Slug, json_response

router = Router(tags=["hooks"], auth=require(Role.VIEWER))
recipes_router = Router(tags=["hooks"], auth=require(Role.VIEWER))

REFUSALS = dict.fromkeys((401, 409, 413, 415, 429), Problem)
BODY = {
    "required": True,
    "description": "What the sender's tool sends.",
    "content": {
        "application/json": {"schema": {"anyOf": [{"type": "object"}, {"type": "array", "items": {}}]}}
    },
}


@router.post(
    "/{slug}",
    auth=None,
    response={200: AnswerOut, 202: AnswerOut, **REFUSALS},
    openapi_extra={"requestBody": BODY},
)
def receive_message(request: HttpRequest, slug: Slug) -> HttpResponse:
    """Launch the webhook's agent, with the body as untrusted data for it.

    No token: the sender proves to know the webhook's secret. By its scheme that is the signature of
    Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), GitHub's
    `X-Hub-Signature-256`, or `Authorization: Bearer SECRET` (or `Basic`, with the secret as password).

    202 has the execution's URL; it may have to wait for the limits of its agent, and is not lost. 200: a
    filter does not hold. The same id and body give the same execution again, another body 409. An unknown
    webhook and a wrong secret both give 401. 429 and 503 say when to send it again.
    """
    message = Message(request.headers, request.body, address_of(request))
    answer = receive(slug, message)
    # Beside the webhooks, wherever this API is mounted.
    url = request.build_absolute_uri(f"../executions/{answer.execution.uid}") if answer.execution else None
    shown = json_response(
        AnswerOut.of(answer, url).model_dump(), 202 if answer.state == DeliveryState.LAUNCHED else 200
    )
    if url is not None:
        shown.headers["Location"] = url
    return shown


receive_message.reads_raw_body = True  # type: ignore[attr-defined]  # nothing is parsed before it is proven


@router.get("", response=HookList)
def search(request: HttpRequest, filters: Query[HookFilters]) -> dict[str, Any]:
    """All webhooks, by slug."""
    chosen = given({"enabled": filters.enabled, "agent_id": filters.agent_type})
    page = page_of(Hook.objects.filter(**chosen).order_by("slug"), filters)
    return {**page, "items": [_shown(request, hook) for hook in page["items"]]}


@router.post("", response={201: HookMade, 404: Problem, 409: Problem}, auth=require(Role.ADMIN))
def create(request: HttpRequest, hook: HookIn) -> Status[HookMade]:
    """Its secret is shown now and never again. A `recipe` fills in what is left out."""
    made, secret = create_hook(hook.fields())
    return Status(201, HookMade.of(made, url_of(request, made.slug), secret=secret))


@router.get("/{slug}", response={200: HookOut, 404: Problem})
def detail(request: HttpRequest, slug: Slug) -> HookOut:
    """One webhook, without its secret."""
    return _shown(request, find_hook(slug))


@router.patch("/{slug}", response={200: HookOut, 404: Problem}, auth=require(Role.ADMIN))
def change(request: HttpRequest, slug: Slug, hook: HookPatch) -> HookOut:
    """Only what is given. Slug, scheme and recipe stay; a secret is rotated."""
    return _shown(request, change_hook(slug, hook.fields()))


@router.delete("/{slug}", response={204: None, 404: Problem}, auth=require(Role.ADMIN))
def delete(request: HttpRequest, slug: Slug) -> Status[None]:
    """Its executions stay; what became of its messages goes with it."""
    delete_hook(slug)
    return Status(204, None)


@router.post("/{slug}/rotate", response={200: HookMade, 404: Problem}, auth=require(Role.ADMIN))
def rotate(request: HttpRequest, slug: Slug, wanted: RotateIn | None = None) -> HookMade:
    """A new secret, shown now and never again. The one before stays good for a day, or until `keep_until`."""
    hook, secret = rotate_secret(slug, **(wanted or RotateIn()).model_dump())
    return HookMade.of(hook, url_of(request, hook.slug), secret=secret)


@router.get("/{slug}/deliveries", response={200: DeliveryList, 404: Problem})
def deliveries(request: HttpRequest, slug: Slug, filters: Query[DeliveryFilters]) -> dict[str, Any]:
    """What became of its messages, the last first. A message that nobody signed is none."""
    rows = HookDelivery.objects.filter(hook=find_hook(slug), **given({"state": filters.state}))
    page = page_of(rows.with_execution().order_by("-id"), filters)
    return {**page, "items": [DeliveryOut.of(delivery) for delivery in page["items"]]}


@router.post("/{slug}/test", response={200: TrialOut, 404: Problem}, auth=require(Role.ADMIN))
def test(request: HttpRequest, slug: Slug, trial: TrialIn) -> TrialOut:
    """What a payload would amount to: nothing is launched, and nothing kept."""
    hook = find_hook(slug)
    mapping = hook.mapping if trial.mapping is None else trial.mapping
    filters = hook.filters if trial.filters is None else trial.filters
    for field, problem in [*mapping_problems(mapping), *filter_problems(filters)]:
        raise Invalid(problem, field=field)
    check_payload(trial.payload, field="payload")
    found = judge(trial.payload, mapping, filters, redactor_of(hook))
    return TrialOut.model_validate(
        {
            "would_launch": not found.unmet,
            "reason": found.unmet,
            "values": found.values,
            "payload": found.payload,
        }
    )


@recipes_router.get("", response=RecipeList)
def search_recipes(request: HttpRequest) -> dict[str, Any]:
    """How the usual tools are set up, and what POST /hooks fills in for each."""
    return {"items": [RecipeOut.of(recipe) for recipe in RECIPES], "count": len(RECIPES)}


def _shown(request: HttpRequest, hook: Hook) -> HookOut:
    return HookOut.of(hook, url_of(request, hook.slug))
