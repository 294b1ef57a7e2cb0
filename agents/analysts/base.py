"""What an analyst is given, what it gives back, and how it fails."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from agents.stopping import Stop
from costs.rates import PriceList, shipped_prices
from executions.services.change import LogLevel
from system.thresholds import Thresholds

# The status of evidence that no step found: what the sender of a webhook sent, which set the run off.
RECEIVED = "received"


@dataclass(frozen=True)
class Evidence:
    """One earlier step of this run, as the analyst sees it. `output` is already bounded and redacted."""

    step_number: int
    step_name: str
    status: str  # completed, failed or skipped; or RECEIVED, of step 0
    probe: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    output: str = ""
    error: str = ""  # why it failed, or why it was skipped


@dataclass(frozen=True)
class Known:
    """What an earlier run found here and is not resolved: no more to be trusted than what it was made of."""

    key: str
    title: str
    severity: str


@dataclass(frozen=True)
class AnalysisTask:
    agent_name: str
    instructions: str
    evidence: list[Evidence]
    thresholds: Thresholds
    model: str
    effort: str | None
    max_tokens: int
    timeout_s: float
    prices: PriceList = field(default_factory=shipped_prices)
    known: Sequence[Known] = ()


@dataclass(frozen=True)
class BilledAttempt:
    """One answer that carried usage, raw as received; `complete` is False where its stream was cut."""

    model: str
    usage: dict[str, Any]
    request_id: str | None
    response_time_ms: int
    complete: bool


class Journal(Protocol):
    """What an analyst tells the run while it works."""

    stop: Stop

    def log(self, message: str, level: LogLevel = "info") -> None: ...

    def record_attempt(self, attempt: BilledAttempt) -> None: ...

    def reserve(self, model: str, dearest_usd: Decimal | None, tokens: int) -> None:
        """Set the dearest outcome of the next request aside, or raise what says why it may not be sent.

        `dearest_usd` is None where the model has no known price; `tokens` are those of prompt and answer.
        """

    def release(self) -> None:
        """The request is over, however it ended: nothing is set aside for it any more."""


class AnalystError(Exception):
    """The analysis could not be had; the message is for the person who reads the execution."""


class AnalysisStopped(Exception):
    """`stop` was set while the analyst worked; no report."""
