"""The rows that tell what became of messages, by which the second of two equal ones is known."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from scheduling.hooks.signatures import TOLERANCE_SECONDS
from scheduling.models import ACCEPTED, DeliveryState, Hook, HookDelivery, Scheme
from system.errors import Conflict

LONGEST_DETAIL = 1000


@dataclass(frozen=True)
class Arrival:
    """A message whose sender proved to know the secret. `message_id` is empty where none was given."""

    hook: Hook
    message_id: str
    body_digest: str
    size: int
    address: str
    at: datetime = field(default_factory=timezone.now)


class OtherBody(Conflict):
    """An id is the name of one message."""


def find_known(arrival: Arrival) -> HookDelivery | None:
    """The delivery of the same message. Raises OtherBody for another message of the same id.

    Inside `writing()`, so that it cannot come while we look. GitHub signs no id, so the body tells. Without
    an id and without a signature, the same body within five minutes is taken for the same message.
    """
    rows = HookDelivery.objects.filter(hook=arrival.hook, state__in=ACCEPTED).with_execution().order_by("-id")
    same_body = rows.filter(body_digest=arrival.body_digest)
    if arrival.hook.scheme == Scheme.GITHUB and (known := same_body.filter(scheme=Scheme.GITHUB).first()):
        return known
    if not arrival.message_id:
        recently = arrival.at - timedelta(seconds=TOLERANCE_SECONDS)
        return same_body.filter(message_id="", received_at__gt=recently).first()
    known = rows.filter(message_id=arrival.message_id).first()
    if known is not None and known.body_digest != arrival.body_digest:
        raise OtherBody(f"Another message came under the id {arrival.message_id} before.", field="webhook-id")
    return known


def write_delivery(arrival: Arrival, state: DeliveryState, **more: Any) -> HookDelivery:
    detail = str(more.pop("detail", ""))[:LONGEST_DETAIL]
    return HookDelivery.objects.create(
        hook=arrival.hook,
        message_id=arrival.message_id,
        body_digest=arrival.body_digest,
        scheme=arrival.hook.scheme,
        state=state,
        size=arrival.size,
        address=arrival.address[:100],
        received_at=arrival.at,
        detail=detail,
        **more,
    )


def forgettable(now: datetime) -> QuerySet[HookDelivery]:
    """All but those that a replay would be known by: GitHub's signatures have no time, and hold as long as
    the secret that made them.
    """
    secret_holds = Q(received_at__gte=F("hook__secret_since")) | Q(hook__previous_until__gt=now)
    guards = secret_holds & Q(scheme=Scheme.GITHUB, state__in=ACCEPTED)
    return HookDelivery.objects.exclude(pk__in=HookDelivery.objects.filter(guards).values("pk"))
