"""What the tests of the Claude analyst share: a journal that remembers, a task, and little patience."""

import threading
import time
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from agents.analysts.base import AnalysisTask, BilledAttempt, Evidence
from agents.analysts.claude import Patience, analyse
from agents.reports import Report
from agents.stopping import Stop
from system.thresholds import Thresholds
from tests.messages_api import MessagesServer

KEY = "sk-ant-api03-not-a-real-key-0123456789"
QUICK = Patience(connect_s=2, read_s=5, backoff_s=0.01)
CPU = Evidence(1, "CPU", "completed", probe="cpu", data={"percent": 12.5}, output="12.5 % busy")


class Remembering:
    """A Journal; `logged` is set with each line, `at` has the time of each; `reserved` is held now."""

    def __init__(self) -> None:
        self.stop = Stop()
        self.lines: list[tuple[str, str]] = []
        self.at: list[float] = []
        self.logged = threading.Event()
        self.attempts: list[BilledAttempt] = []
        self.dearest: list[Decimal | None] = []
        self.reserved = 0

    def log(self, message: str, level: str = "info") -> None:
        self.lines.append((level, message))
        self.at.append(time.monotonic())
        self.logged.set()

    def record_attempt(self, attempt: BilledAttempt) -> None:
        self.attempts.append(attempt)

    def reserve(self, model: str, dearest_usd: Decimal | None, tokens: int) -> None:
        self.dearest.append(dearest_usd)
        self.reserved += 1

    def release(self) -> None:
        self.reserved -= 1

    def text(self, level: str | None = None) -> str:
        return "\n".join(message for at, message in self.lines if level in (None, at))


def a_task(evidence: Iterable[Evidence] = (CPU,), **changes: Any) -> AnalysisTask:
    given: dict[str, Any] = {
        "agent_name": "System Health Reporter",
        "instructions": "Judge the health of this machine.",
        "thresholds": Thresholds(),
        "model": "claude-haiku-5-5",
        "effort": None,
        "max_tokens": 4000,
        "timeout_s": 20.0,
    }
    return AnalysisTask(evidence=list(evidence), **given | changes)


def ask(
    server: MessagesServer,
    journal: Remembering | None = None,
    *,
    task: AnalysisTask | None = None,
    patience: Patience = QUICK,
) -> Report:
    return analyse(
        task or a_task(), journal or Remembering(), api_key=KEY, base_url=server.url, patience=patience
    )
