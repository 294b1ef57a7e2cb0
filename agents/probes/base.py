"""What a probe is: a read-only look at the machine that an agent's step names."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from agents.reports import Finding
from agents.stopping import Stop
from system.thresholds import Thresholds


class NoParams(BaseModel):
    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class ToolOutput:
    """What a helper program printed: stdout and stderr together, decoded, bounded and redacted."""

    exit_code: int
    text: str


@dataclass(frozen=True)
class ProbeContext:
    """What a probe may use beside psutil and the file system.

    `run_tool(argv, timeout_s)` runs a read-only helper program (journalctl, apt-get -s …) in the run's
    own process tree; it raises FileNotFoundError when there is no such program and TimeoutError when it
    takes too long. `previous` is the `data` that the same step gave in this agent's last completed run on
    this node, or None. A probe that takes long looks at `stop.is_set()` and calls `log` about progress.
    """

    run_tool: Callable[[Sequence[str], float], ToolOutput]
    log: Callable[[str], None]
    stop: Stop = field(default_factory=Stop)
    previous: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class ProbeResult:
    """`data` is JSON for rules and for the next run; `text` is what a person or a model reads.

    A machine that has not what the probe looks at gives `skipped`, the reason in words; that is no failure.
    """

    data: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    skipped: str = ""


P = TypeVar("P", bound=BaseModel)


class Probe(ABC, Generic[P]):
    """One kind of look. `name` is what a configuration's step says in `probe`."""

    name: ClassVar[str]
    summary: ClassVar[str]
    params_model: type[P]

    @abstractmethod
    def collect(self, params: P, context: ProbeContext) -> ProbeResult:
        """Look at the machine. OSError and TimeoutError fail the step; everything else is a defect."""

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        """What the rules say of `data`, as `collect` gave it. No look at the machine here."""
        return []
