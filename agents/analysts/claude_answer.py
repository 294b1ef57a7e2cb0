"""An answer of the Messages API while it comes in: its text, what it is billed for, and the report in it."""

from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from agents.analysts.base import AnalystError
from agents.analysts.claude_prompt import Draft
from agents.reports import Finding, Report
from system.terminal_text import clean

TEXT_LIMIT = 1_000_000  # characters; max_tokens allows less on every model
NAME_LIMIT = 100


class Answer:
    """`model` is the one asked until the API says which one serves. `usage` is None until it counts, and
    `stop_reason` until the end is known.
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self.message_id: str | None = None
        self.usage: dict[str, Any] | None = None
        self.stop_reason: str | None = None
        self.refusal: str | None = None
        self.text = ""

    def take(self, event: dict[str, Any]) -> str:
        """Note what `event` says; gives the text it adds. What is not known or malformed adds nothing."""
        match event:
            case {"type": "message_start", "message": {**message}}:
                self._start(message)
            case {"type": "content_block_start", "content_block": {"type": "text", "text": str(text)}}:
                return self._add(text)
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": str(text)}}:
                return self._add(text)
            case {"type": "message_delta", "delta": {**delta}, **rest}:
                self._count(rest.get("usage"))
                self._end(delta)
        return ""

    def _start(self, message: dict[Any, Any]) -> None:
        if isinstance(message.get("model"), str):
            self.model = clean(message["model"])[:NAME_LIMIT]
        if isinstance(message.get("id"), str):
            self.message_id = clean(message["id"])[:NAME_LIMIT]
        self._count(message.get("usage"))

    def _count(self, usage: Any) -> None:
        """Counts are cumulative, so later ones replace; what only the start knows (TTLs, tier, geo) stays."""
        if isinstance(usage, dict):
            self.usage = {**(self.usage or {}), **{k: v for k, v in usage.items() if v is not None}}

    def _end(self, delta: dict[Any, Any]) -> None:
        if isinstance(delta.get("stop_reason"), str):
            self.stop_reason = delta["stop_reason"]
        match delta.get("stop_details"):
            case {"category": str(category)}:
                self.refusal = category

    def _add(self, text: str) -> str:
        self.text += text
        if len(self.text) > TEXT_LIMIT:
            raise AnalystError("The answer is longer than any report. Check ANTHROPIC_BASE_URL.")
        return text

    def report(self, max_tokens: int) -> Report:
        """Raises AnalystError where the answer is no report."""
        match self.stop_reason:
            case "end_turn" | "stop_sequence":
                return self._parsed()
            case "max_tokens":
                raise AnalystError(
                    f"The report was cut off at max_tokens ({max_tokens}). Raise max_tokens in the agent's"
                    " configuration, or lower the effort."
                )
            case "model_context_window_exceeded":
                raise AnalystError(
                    "The model's context was full before the report was written. Let the agent's steps print"
                    " less, or choose a model with a larger context."
                )
            case "refusal":
                why = f" ({self.refusal})" if self.refusal else ""
                raise AnalystError(
                    f"Claude refused to write this report{why}. Look at the agent's instructions and at what"
                    " its steps print; another model may accept them."
                )
            case other:
                raise AnalystError(f"The answer ended with “{other}” instead of a report.")

    def _parsed(self) -> Report:
        try:
            draft = Draft.model_validate(_cleaned(from_json(self.text)))
            return Report(analyst="claude", model=self.model, **dict(draft))
        except ValidationError as error:
            what = "; ".join(f"{_path(e['loc'])}: {e['msg']}" for e in error.errors()[:3])
        except ValueError as error:
            what = f"no JSON: {error}"
        raise AnalystError(
            f"The answer does not have the shape of a report ({what}). Try again, or choose a model that"
            " supports structured outputs."
        )


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(map(str, location)) or "report"


def _cleaned(draft: Any) -> Any:
    """Without control characters; too long prose is cut rather than the whole report lost. A command is
    never cut: half a command is another command.
    """
    if not isinstance(draft, dict):
        return draft
    findings = draft.get("findings")
    if isinstance(findings, list):
        findings = [_cut(item, Finding, "title", "evidence", "recommendation", "key") for item in findings]
        draft = {**draft, "findings": findings}
    return _cut(draft, Draft, "summary")


def _cut(item: Any, model: type[BaseModel], *names: str) -> Any:
    if not isinstance(item, dict):
        return item
    texts = {name: clean(value) for name, value in item.items() if isinstance(value, str)}
    for name in names:
        limit = next(m.max_length for m in model.model_fields[name].metadata if hasattr(m, "max_length"))
        if len(texts.get(name, "")) > limit:
            texts[name] = texts[name][: limit - 1] + "…"
    return {**item, **texts}
