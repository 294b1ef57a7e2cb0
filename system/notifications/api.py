"""Who is told what, and what is on its way to them."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from system.authentication import require
from system.models import Notification, NotificationRule, NotificationTarget
from system.notifications.outbox import replay, replay_dead
from system.notifications.rules import change_rule, create_rule, delete_rule, find_rule
from system.notifications.schemas import (
    NotificationList,
    NotificationOut,
    OutboxFilters,
    Replayed,
    RuleIn,
    RuleList,
    RuleOut,
    RulePatch,
    TargetCreated,
    TargetIn,
    TargetList,
    TargetOut,
    TargetPatch,
    TestOut,
)
from system.notifications.sending import send_test
from system.notifications.targets import change_target, create_target, delete_target, find_target
from system.paging import Page, given, page_of
from system.roles import Role
from system.wire import BIGGEST, Problem, Slug

NotificationId = Annotated[int, Path(ge=1, le=BIGGEST)]

router = Router(tags=["notifications"], auth=require(Role.VIEWER))


@router.get("/targets", response=TargetList)
def targets(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """Where alerts are told, by name. Neither a URL nor a secret is ever given back."""
    return page_of(NotificationTarget.objects.all(), page)


@router.post("/targets", response={201: TargetCreated, 409: Problem}, auth=require(Role.ADMIN))
def add_target(request: HttpRequest, target: TargetIn) -> Status[dict[str, Any]]:
    """The URL is checked first: one of Apprise's by Apprise, which takes a second or two."""
    made, signing_secret = create_target(target.model_dump())
    return Status(201, {**_shown(made), "signing_secret": signing_secret or None})


@router.get("/targets/{name}", response={200: TargetOut, 404: Problem})
def target(request: HttpRequest, name: Slug) -> NotificationTarget:
    """One target."""
    return find_target(name)


@router.patch("/targets/{name}", response={200: TargetOut, 404: Problem}, auth=require(Role.ADMIN))
def edit_target(request: HttpRequest, name: Slug, target: TargetPatch) -> NotificationTarget:
    """Only what is given. What waits goes to the new URL."""
    return change_target(name, target.model_dump(exclude_unset=True))


@router.delete("/targets/{name}", response={204: None, 404: Problem}, auth=require(Role.ADMIN))
def remove_target(request: HttpRequest, name: Slug) -> Status[None]:
    """Its rules go with it, and what waits for it."""
    delete_target(name)
    return Status(204, None)


@router.post("/targets/{name}/test", response={200: TestOut, 404: Problem}, auth=require(Role.ADMIN))
def test_target(request: HttpRequest, name: Slug) -> dict[str, Any]:
    """Send it a message now, enabled or not, and say what came back. Takes half a minute at most."""
    outcome, took_ms = send_test(find_target(name))
    return {"delivered": outcome.is_delivered, "said": outcome.said, "took_ms": took_ms}


@router.get("/rules", response=RuleList)
def rules(request: HttpRequest, page: Query[Page]) -> dict[str, Any]:
    """What is told to whom, by name."""
    found = page_of(NotificationRule.objects.select_related("target"), page)
    return {**found, "items": [RuleOut.of(rule) for rule in found["items"]]}


@router.post("/rules", response={201: RuleOut, 404: Problem, 409: Problem}, auth=require(Role.ADMIN))
def add_rule(request: HttpRequest, rule: RuleIn) -> Status[RuleOut]:
    """It tells of what is raised from now on."""
    return Status(201, RuleOut.of(create_rule(rule.model_dump())))


@router.get("/rules/{name}", response={200: RuleOut, 404: Problem})
def rule(request: HttpRequest, name: Slug) -> RuleOut:
    """One rule."""
    return RuleOut.of(find_rule(name))


@router.patch("/rules/{name}", response={200: RuleOut, 404: Problem}, auth=require(Role.ADMIN))
def edit_rule(request: HttpRequest, name: Slug, rule: RulePatch) -> RuleOut:
    """Only what is given. What waits already goes as it was."""
    return RuleOut.of(change_rule(name, rule.model_dump(exclude_unset=True)))


@router.delete("/rules/{name}", response={204: None, 404: Problem}, auth=require(Role.ADMIN))
def remove_rule(request: HttpRequest, name: Slug) -> Status[None]:
    """What it has put into the outbox goes all the same."""
    delete_rule(name)
    return Status(204, None)


@router.get("/outbox", response=NotificationList)
def outbox(request: HttpRequest, filters: Query[OutboxFilters]) -> dict[str, Any]:
    """What is on its way, was delivered, or was given up (`dead`), the newest first."""
    wanted = given({"state": filters.state, "target__name": filters.target})
    rows = Notification.objects.filter(**wanted).select_related("target", "alert", "rule")
    found = page_of(rows, filters)
    return {**found, "items": [NotificationOut.of(row) for row in found["items"]]}


@router.post(
    "/outbox/{notification_id}/replay",
    response={200: list[NotificationOut], 404: Problem, 409: Problem},
    auth=require(Role.OPERATOR),
)
def replay_notification(request: HttpRequest, notification_id: NotificationId) -> list[NotificationOut]:
    """Send what is dead once more, under its old message id; with it all that were one message."""
    return [NotificationOut.of(row) for row in replay(notification_id)]


@router.post("/targets/{name}/replay", response={200: Replayed, 404: Problem}, auth=require(Role.OPERATOR))
def replay_target(request: HttpRequest, name: Slug) -> dict[str, int]:
    """Send all that is dead of a target once more: for when what was wrong with it is mended."""
    return {"replayed": replay_dead(find_target(name))}


def _shown(target: NotificationTarget) -> dict[str, Any]:
    return {name: getattr(target, name) for name in TargetOut.model_fields}
