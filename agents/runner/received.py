"""What the sender of a webhook sent, for the analyst: evidence like any other, and nothing more."""

from collections.abc import Mapping
from typing import Any

from agents.analysts.base import RECEIVED, Evidence


def received_evidence(context: Mapping[str, Any]) -> list[Evidence]:
    """Of an Execution's `execution_context`; empty where no webhook set it off.

    It is bounded and redacted already (agents.launching). No step of the run sees it.
    """
    webhook = context.get("webhook")
    if not isinstance(webhook, Mapping):
        return []
    data = {name: webhook.get(name) for name in ("message_id", "values", "payload")}
    return [Evidence(0, f"webhook {webhook.get('hook', '')}", RECEIVED, data=data)]
