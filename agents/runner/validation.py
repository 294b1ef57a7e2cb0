import operator
from collections.abc import Callable, Mapping
from typing import Any

from agents.configuration import Requirement, ValidationStep
from agents.runner.outcome import Outcome

MISSING = object()
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "contains": operator.contains,
}


def run_validation(step: ValidationStep, earlier: Mapping[str, Outcome]) -> Outcome:
    """Check every requirement against what earlier steps measured; a skipped step has nothing to hold."""
    lines, broken = [], []
    for need in step.require:
        outcome = earlier[need.step]
        wanted = f"{need.step}: {need.path} {need.op}" + ("" if need.op == "present" else f" {need.value!r}")
        if outcome.skipped:
            lines.append(f"skipped  {wanted} ({outcome.skipped})")
            continue
        value = look_up(outcome, need.path)
        if _holds(need, value):
            lines.append(f"ok       {wanted}")
        else:
            found = "there is no such value" if value is MISSING else f"it is {value!r}"
            lines.append(f"broken   {wanted}: {found}")
            broken.append(f"{wanted} ({found})")
    return Outcome(output="\n".join(lines), error=f"Does not hold: {'; '.join(broken)}" if broken else "")


def look_up(outcome: Outcome, path: str) -> Any:
    """The value at `path` in the step's data, or its `status`, `output` or `error`; MISSING if none."""
    value: Any = {"status": outcome.status, "output": outcome.output, "error": outcome.error, **outcome.data}
    for part in path.split("."):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, Mapping) and part in value:
            value = value[part]
        else:
            return MISSING
    return value


def _holds(need: Requirement, value: Any) -> bool:
    if value is MISSING:
        return False
    if need.op == "present":
        return value is not None
    try:
        return bool(COMPARISONS[need.op](value, need.value))
    except TypeError:
        return False  # 3 < "x", or contains on a number: it does not hold, and the text says what it is
