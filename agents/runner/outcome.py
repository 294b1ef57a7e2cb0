from dataclasses import dataclass, field
from typing import Any

from agents.analysts.base import Evidence
from agents.reports import Report


@dataclass(frozen=True)
class Outcome:
    """How a step went: `error` if it failed, `skipped` (the reason) if the machine has no such thing.

    `ends_run`: its error ends the run even where the step may fail (continue_on_error).
    """

    output: str = ""
    error: str = ""
    skipped: str = ""
    probe: str | None = None
    data: dict[str, Any] = field(default_factory=dict)
    report: Report | None = None
    note: str = ""
    ends_run: bool = False

    @property
    def status(self) -> str:
        if self.skipped:
            return "skipped"
        return "failed" if self.error else "completed"

    @property
    def metadata(self) -> dict[str, Any]:
        """What is kept in ExecutionStep.metadata."""
        if self.probe is None:
            return {}
        return {"probe": self.probe, "data": self.data}

    def as_evidence(self, number: int, name: str) -> Evidence:
        return Evidence(
            step_number=number,
            step_name=name,
            status=self.status,
            probe=None if "cut" in self.data else self.probe,  # nothing is left that rules could assess
            data=self.data,
            output=self.output,
            error=self.error or self.skipped,
        )
