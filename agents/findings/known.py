"""What is open of an agent on a node, as its analyst is told of it."""

import json
from dataclasses import asdict

from agents.analysts.base import Known
from agents.models import Finding
from system.redaction import Redactor

MOST = 50
MOST_BYTES = 10_000  # as they stand in the prompt: about 3,000 tokens of it


def known_findings(agent_type: str, node_id: str, redactor: Redactor) -> list[Known]:
    """The gravest of what is not resolved, as many as have room, by key. One query.

    In an order that stays from run to run while nothing comes or goes.
    """
    rows = Finding.objects.active().filter(agent_type=agent_type, node_id=node_id)
    known: list[Known] = []
    size = 0
    for about, title, severity in rows.gravest_first().values_list("about", "title", "severity")[:MOST]:
        each = Known(_sendable(about, redactor), _sendable(title, redactor), severity)
        size += len(json.dumps(asdict(each), ensure_ascii=False).encode()) + len(", ")
        if size > MOST_BYTES:
            break
        known.append(each)
    return sorted(known, key=lambda each: each.key)


def _sendable(text: str, redactor: Redactor) -> str:
    return redactor.redact(text).encode(errors="replace").decode()
