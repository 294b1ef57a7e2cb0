"""From a message that was posted to an execution: row, execution and queue message in one transaction."""

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from agents.launching import launch_agent
from agents.models import Hold
from executions.models import Execution, Trigger
from executions.services import writing
from scheduling.hooks.deliveries import Arrival, find_known, write_delivery
from scheduling.hooks.door import TooLarge, let_in
from scheduling.hooks.judging import Judgement, judge
from scheduling.hooks.knocks import say_full, say_taken
from scheduling.hooks.payloads import read_payload
from scheduling.hooks.signatures import Message
from scheduling.models import DeliveryState, Hook, HookDelivery
from system.counters import count
from system.errors import Conflict, DomainError, Invalid, NotFound
from system.redaction import Redactor, redactor_knowing
from system.secrets import SecretUnreadable

FULL_RETRY_SECONDS = 60
RATE_SECONDS = 60


class Full(DomainError):
    """So many of its runs wait that its sender had better keep what else there is."""

    status = 503
    title = "Unavailable"
    retry_after = FULL_RETRY_SECONDS


class TooMany(DomainError):
    status = 429
    title = "Too many requests"

    def __init__(self, detail: str, *, retry_after: int) -> None:
        super().__init__(detail)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Answer:
    """`reason` is what filtered it, or what its run waits for."""

    state: DeliveryState
    execution: Execution | None = None
    reason: str = ""
    is_repeated: bool = False


def receive(slug: str, message: Message) -> Answer:
    """Raises Unauthenticated and other errors in words; what a limit would refuse is queued instead."""
    hook, message_id = let_in(slug, message)
    digest = hashlib.sha256(message.body).hexdigest()
    arrival = Arrival(hook, message_id, digest, len(message.body), message.address)
    try:
        judgement = _judge(hook, message)
    except DomainError as error:
        with transaction.atomic():
            _note_refusal(arrival, error)
        raise
    outcome = _settle(arrival, judgement)
    if isinstance(outcome, DomainError):
        raise outcome
    return outcome


def _judge(hook: Hook, message: Message) -> Judgement:
    most = hook.max_body_bytes
    if most is not None and len(message.body) > most:
        raise TooLarge(f"The body may hold {most} bytes at most.", field="body")
    payload = read_payload(message.body, message.header("Content-Type"))
    return judge(payload, hook.mapping, hook.filters, redactor_of(hook))


def redactor_of(hook: Hook) -> Redactor:
    """It knows the hook's own secrets: some senders put them into what they send."""
    secrets = []
    for secret in (hook.secret, hook.previous_secret):
        try:
            secrets.append(secret.reveal())
        except SecretUnreadable:
            continue
    return redactor_knowing(secrets)


def _settle(arrival: Arrival, judgement: Judgement) -> Answer | DomainError:
    """An error is handed back, not raised: what is written of it is to stay."""
    slug = arrival.hook.slug
    with writing():
        try:
            known = find_known(arrival)
            if known is not None and (known.state == DeliveryState.LAUNCHED or judgement.unmet):
                count("webhooks", slug, "repeated")
                return Answer(DeliveryState(known.state), known.execution, known.detail, is_repeated=True)
            answer = _answer(arrival, judgement, known)
        except (Full, TooMany) as error:
            count("webhooks", slug, "full" if isinstance(error, Full) else "limited")
            return error
        except DomainError as error:
            return _note_refusal(arrival, error)
        count("webhooks", slug, answer.state.value)
        say_taken(slug)
        return answer


def _answer(arrival: Arrival, judgement: Judgement, filtered: HookDelivery | None) -> Answer:
    """`filtered` is the row of the same message where its filters did not hold before, and do now."""
    hook = arrival.hook
    if not hook.enabled:
        raise Conflict(f"The webhook {hook.slug} is disabled.")
    if judgement.unmet:
        write_delivery(arrival, DeliveryState.FILTERED, detail=judgement.unmet)
        return Answer(DeliveryState.FILTERED, reason=judgement.unmet)
    _check_rate(arrival)
    _check_room(hook)
    execution = _launch(arrival, judgement)
    reason = "" if execution.queued_at else _why_held(execution)
    if filtered is None:
        write_delivery(arrival, DeliveryState.LAUNCHED, execution=execution, detail=reason)
    else:
        filtered.state, filtered.execution, filtered.detail = DeliveryState.LAUNCHED, execution, reason
        filtered.save(update_fields=["state", "execution", "detail"])
    return Answer(DeliveryState.LAUNCHED, execution, reason)


def _check_rate(arrival: Arrival) -> None:
    most = arrival.hook.max_per_minute
    if most is None:
        return
    launched = arrival.hook.deliveries.filter(state=DeliveryState.LAUNCHED).order_by("-id")
    times = launched.values_list("received_at", flat=True)[most - 1 : most]
    for at in times:
        left = (at + timedelta(seconds=RATE_SECONDS) - arrival.at).total_seconds()
        if left > 0:
            detail = (
                f"The webhook {arrival.hook.slug} launches {most} runs a minute at most (max_per_minute)."
            )
            raise TooMany(detail, retry_after=math.ceil(left))


def _check_room(hook: Hook) -> None:
    held = Hold.objects.filter(
        execution__triggered_by=Trigger.WEBHOOK, execution__trigger_source=hook.slug
    ).count()
    if held >= settings.HOOK_MAX_HELD:
        say_full(hook.slug, held)
        raise Full(f"{held} runs of the webhook {hook.slug} wait already; send it again later.")


def _launch(arrival: Arrival, judgement: Judgement) -> Execution:
    hook = arrival.hook
    received: Mapping[str, Any] = {
        "hook": hook.slug,
        "message_id": arrival.message_id,
        "payload": judgement.payload,
        "values": judgement.values,
    }
    try:
        execution, _ = launch_agent(
            hook.agent_id,
            triggered_by=Trigger.WEBHOOK,
            trigger_source=hook.slug,
            actor=f"webhook {hook.slug}",
            node_id=hook.node_id or None,
            overrides=hook.execution_config or None,
            webhook=received,
            hold=True,
        )
    except (Invalid, NotFound) as error:  # it was checked when it was saved; its sender cannot help it
        raise Conflict(f"The webhook {hook.slug} cannot launch {hook.agent_id}: {error.detail}") from error
    return execution


def _why_held(execution: Execution) -> str:
    held = Hold.objects.filter(execution=execution).values_list("detail", flat=True).first()
    return f"It waits: {held}" if held else ""


def _note_refusal(arrival: Arrival, error: DomainError) -> DomainError:
    write_delivery(arrival, DeliveryState.REFUSED, detail=error.detail)
    count("webhooks", arrival.hook.slug, "conflict" if isinstance(error, Conflict) else "refused")
    return error
