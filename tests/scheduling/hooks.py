"""Hooks, and senders that sign as the tools do."""

import hashlib
import hmac
import json
import time
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client
from standardwebhooks import Webhook

from scheduling.hooks.editing import create_hook
from scheduling.models import Hook, Scheme
from tests.console import an_agent

# Secrets of these tests, which open nothing anywhere.
SECRETS: dict[str, str] = {
    Scheme.STANDARD: "whsec_" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoxMjM0NTY=",
    Scheme.GITHUB: "a secret of tests".replace(" ", "-"),
    Scheme.BEARER: "another-secret-of-tests",
}
FIRING: dict[str, Any] = {"alert": {"status": "firing", "labels": {"severity": "critical"}}}


def a_hook(slug: str = "alerts", scheme: str = Scheme.STANDARD, **more: Any) -> Hook:
    """Of an agent of its own, which may run a thousand times at once."""
    agent_type = more.pop("agent_type", f"{slug}-agent")
    an_agent(agent_type, **more.pop("agent", {"max_concurrent_executions": 1000}))
    fields = {
        "slug": slug,
        "name": slug,
        "agent_type": agent_type,
        "scheme": scheme,
        "secret": SECRETS[scheme],
    }
    return create_hook({**fields, **more})[0]


def as_bytes(payload: Any) -> bytes:
    return payload if isinstance(payload, bytes) else json.dumps(payload).encode()


def signed_headers(
    scheme: str,
    body: bytes,
    *,
    message_id: str = "msg_1",
    at: float | None = None,
    secret: str | None = None,
) -> dict[str, str]:
    """As a sender of `scheme` would send them; an empty `message_id` leaves it out where that is allowed."""
    secret = secret or SECRETS[scheme]
    match scheme:
        case Scheme.STANDARD:
            moment = datetime.fromtimestamp(time.time() if at is None else at, UTC)
            signature = Webhook(secret).sign(message_id, moment, body.decode())
            return {
                "webhook-id": message_id,
                "webhook-timestamp": str(int(moment.timestamp())),
                "webhook-signature": signature,
            }
        case Scheme.GITHUB:
            digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
            given = {"X-GitHub-Delivery": message_id} if message_id else {}
            return {"X-Hub-Signature-256": f"sha256={digest}", **given}
        case _:
            given = {"webhook-id": message_id} if message_id else {}
            return {"Authorization": f"Bearer {secret}", **given}


def post(
    slug: str, body: bytes, headers: dict[str, str], content_type: str = "application/json"
) -> HttpResponse | Any:
    """As it is, from nobody in particular."""
    return Client().post(f"/api/v1/hooks/{slug}", body, content_type, headers=headers)


def send(hook: Hook, payload: Any = FIRING, **how: Any) -> HttpResponse | Any:
    """Signed with the hook's secret of these tests."""
    body = as_bytes(payload)
    content_type = how.pop("content_type", "application/json")
    return post(hook.slug, body, signed_headers(hook.scheme, body, **how), content_type)
