"""What an agent does, as data: the steps it takes and how its findings are judged.

Stored in `AgentConfiguration.config`, edited without code, refused when it is saved if it does not hold.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any, Literal, Self

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agents.probes import PROBES
from system.exact_json import misfits_in
from system.thresholds import Limits, Thresholds

LONGEST_MS = settings.MAX_DURATION_LIMIT_SECONDS * 1000
LONGEST_REST_MS = 366 * 24 * 3600 * 1000
MAX_STEPS = 100
MOST_MISFITS = 20

NO_NUL = r"^[^\x00]*$"
Text = Annotated[str, Field(min_length=1, max_length=4096, pattern=NO_NUL)]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00\n]*\S[^\x00\n]*$")]
Milliseconds = Annotated[int, Field(ge=1, le=LONGEST_MS)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WorkStep(Part):
    """A program (`argv`, never a shell) or a named probe. A cleanup step runs however the others ended.

    `read_only` says that a program changes nothing, so that a run cut off after it may begin again.
    """

    name: Name
    type: Literal["command", "cleanup"]
    argv: Annotated[list[Text], Field(min_length=1, max_length=256)] | None = None
    probe: str | None = None
    params: dict[str, Any] = {}
    env: dict[
        Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], Annotated[str, Field(max_length=4096)]
    ] = {}
    cwd: Annotated[str, Field(pattern=r"^/[^\x00]*$")] | None = None
    timeout_ms: Milliseconds | None = None
    exit_codes: Annotated[list[int], Field(min_length=1)] = [0]
    read_only: bool = False
    continue_on_error: bool = False

    @model_validator(mode="after")
    def _one_kind_of_work(self) -> Self:
        if (self.argv is None) == (self.probe is None):
            raise ValueError("give exactly one of 'argv' (a program and its arguments) and 'probe'")
        if self.probe is None and self.params:
            raise ValueError("'params' belong to a probe; a program's arguments stand in 'argv'")
        if self.probe is not None and (self.env or self.cwd):
            raise ValueError("'env' and 'cwd' belong to 'argv'; a probe has neither")
        if self.probe is not None and self.probe not in PROBES:
            raise ValueError(f"there is no probe {self.probe!r}; known are: {', '.join(sorted(PROBES))}")
        return self

    @property
    def may_change_something(self) -> bool:
        return self.probe is None and not self.read_only


class AnalysisStep(Part):
    name: Name
    type: Literal["analysis"]
    timeout_ms: Milliseconds | None = None
    continue_on_error: bool = False


class Requirement(Part):
    """What must hold of an earlier step: `path` leads into what it measured, by dots."""

    step: Name
    path: Annotated[str, Field(min_length=1, max_length=200)]
    op: Literal["present", "==", "!=", "<", "<=", ">", ">=", "contains"]
    value: Any = None


class ValidationStep(Part):
    name: Name
    type: Literal["validation"]
    require: Annotated[list[Requirement], Field(min_length=1)]
    continue_on_error: bool = False


Step = Annotated[WorkStep | AnalysisStep | ValidationStep, Field(discriminator="type")]


class Analysis(Part):
    """Who writes the report: `auto` is Claude where a key or an endpoint is set, else the rules.

    `over_budget`: what becomes of a run that reaches its cap. It fails before the next request, or the rules
    write the report in its place.
    """

    analyst: Literal["auto", "rules", "claude"] = "auto"
    model: Annotated[str, Field(min_length=1, max_length=100, pattern=NO_NUL)] = "claude-haiku-5-5"
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    max_tokens: Annotated[int, Field(ge=256, le=128_000)] = 4096
    fallback_to_rules: bool = True
    over_budget: Literal["fail", "rules"] = "fail"
    instructions: Annotated[str, Field(max_length=20_000, pattern=NO_NUL)] = ""

    @property
    def asks_claude(self) -> bool:
        return self.analyst == "claude" or (self.analyst == "auto" and has_claude())


def has_claude() -> bool:
    return bool(settings.ANTHROPIC_API_KEY or settings.ANTHROPIC_BASE_URL)


class LimitsGiven(Part):
    """Thresholds that differ from the settings' own; what is left out stays as it is there."""

    cpu_percent: Limits | None = None
    memory_percent: Limits | None = None
    swap_percent: Limits | None = None
    disk_percent: Limits | None = None
    load_per_core: Limits | None = None
    temperature_c: Limits | None = None

    def over(self, defaults: Thresholds) -> Thresholds:
        given = {name: value for name, value in self if value is not None}
        return defaults.model_copy(update=given)


class Configuration(Part):
    steps: Annotated[list[Step], Field(min_length=1, max_length=MAX_STEPS)]
    thresholds: LimitsGiven = LimitsGiven()
    analysis: Analysis = Analysis()

    @property
    def needs_model(self) -> str:
        """The model that a run will ask and cannot go on without; empty where it can."""
        analysis = self.analysis
        asks = any(step.type == "analysis" for step in self.steps) and analysis.asks_claude and has_claude()
        return analysis.model if asks and analysis.over_budget == "fail" else ""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong; `path` is like `steps.2.argv.0`."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


class ConfigurationError(Exception):
    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


def problems_of(error: ValidationError, prefix: str = "") -> list[Problem]:
    """Pydantic's complaints with the path as the writer of the JSON sees it."""
    kinds = {"command", "cleanup", "analysis", "validation"}
    problems = []
    for item in error.errors(include_url=False):
        where = [str(part) for i, part in enumerate(item["loc"]) if not (i == 2 and part in kinds)]
        message = item["msg"].removeprefix("Value error, ")
        problems.append(Problem(".".join([*([prefix] if prefix else []), *where]), message))
    return problems


def parse_configuration(raw: object) -> Configuration:
    """Raise ConfigurationError naming every problem with its path."""
    if not isinstance(raw, Mapping):
        raise ConfigurationError([Problem("", 'a configuration is a JSON object with a list "steps"')])
    if misfits := [Problem(*found) for found in islice(misfits_in(raw), MOST_MISFITS)]:
        raise ConfigurationError(misfits)
    try:
        configuration = Configuration.model_validate(raw, strict=True)
    except ValidationError as error:
        raise ConfigurationError(problems_of(error)) from error
    problems = [*_params_problems(configuration), *_order_problems(configuration)]
    if problems:
        raise ConfigurationError(problems)
    return configuration


def _params_problems(configuration: Configuration) -> list[Problem]:
    problems: list[Problem] = []
    for index, step in enumerate(configuration.steps):
        if isinstance(step, WorkStep) and step.probe is not None:
            try:
                PROBES[step.probe].params_model.model_validate(step.params)
            except ValidationError as error:
                problems += problems_of(error, prefix=f"steps.{index}.params")
    return problems


def _order_problems(configuration: Configuration) -> list[Problem]:
    problems: list[Problem] = []
    seen: set[str] = set()
    cleaning = False
    for index, step in enumerate(configuration.steps):
        if step.name in seen:
            problems.append(Problem(f"steps.{index}.name", f"{step.name!r} is the name of an earlier step"))
        if cleaning and step.type != "cleanup":
            problems.append(Problem(f"steps.{index}.type", "cleanup steps come last"))
        if isinstance(step, ValidationStep):
            problems += [
                Problem(f"steps.{index}.require.{number}.step", f"there is no earlier step {need.step!r}")
                for number, need in enumerate(step.require)
                if need.step not in seen
            ]
        seen.add(step.name)
        cleaning = step.type == "cleanup"
    return problems
