"""What the steps found, cut to fit into one prompt: each step gets a fair share, and cuts are marked."""

import json
from collections.abc import Sequence
from typing import Any

from agents.analysts.base import Evidence

PROMPT_LIMIT = 200_000  # bytes of evidence; about 50,000 tokens of English, 100,000 of digits


def fit(evidence: Sequence[Evidence], limit: int = PROMPT_LIMIT) -> tuple[list[dict[str, Any]], int]:
    """The steps as JSON, and how many bytes of them were left out."""
    texts = [_texts(step) for step in evidence]
    sizes = [len(text.encode()) for step in texts for text in step.values()]
    shares = iter(fair_shares(sizes, limit))
    steps = [
        _step(step, {name: shorten(text, next(shares)) for name, text in parts.items()}, parts)
        for step, parts in zip(evidence, texts, strict=True)
    ]
    return steps, max(0, sum(sizes) - limit)


def fair_shares(sizes: Sequence[int], limit: int) -> list[int]:
    """What is small stays whole; what is left is shared equally among the large."""
    shares = [0] * len(sizes)
    for rank, index in enumerate(sorted(range(len(sizes)), key=sizes.__getitem__)):
        shares[index] = min(sizes[index], limit // (len(sizes) - rank))
        limit -= shares[index]
    return shares


def shorten(text: str, limit: int) -> str:
    """Beginning and end of `text`, `limit` bytes of it, with a note between them of what is missing."""
    raw = text.encode()
    if len(raw) <= limit:
        return text
    head, tail = raw[: limit - limit // 2], raw[len(raw) - limit // 2 :]
    note = f"\n[… {len(raw) - limit} bytes left out here …]\n"
    return head.decode(errors="ignore") + note + tail.decode(errors="ignore")


def _texts(step: Evidence) -> dict[str, str]:
    data = json.dumps(step.data, ensure_ascii=False, default=str) if step.data else ""
    texts = {"data": data, "output": step.output, "error": step.error}
    # File names that are no UTF-8 come as lone surrogates, which no request can carry.
    return {name: text.encode(errors="replace").decode() for name, text in texts.items()}


def _step(step: Evidence, shown: dict[str, str], whole: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {"step": step.step_number, "name": step.step_name, "status": step.status}
    if step.probe:
        told["probe"] = step.probe
    for name, text in shown.items():
        if text:
            told[name] = json.loads(text) if name == "data" and text == whole[name] else text
    return told
