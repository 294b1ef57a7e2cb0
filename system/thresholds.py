"""When a reading is worth a word: the two limits of each quantity, shared by metrics and agents."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Health(StrEnum):
    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        return list(Health).index(self)

    @classmethod
    def worst(cls, *values: "Health") -> "Health":
        """The gravest of `values`; healthy when there is none."""
        return max(values, key=lambda value: value.rank, default=cls.HEALTHY)


class Limits(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    warning: Annotated[float, Field(ge=0)]
    critical: Annotated[float, Field(ge=0)]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.warning > self.critical:
            raise ValueError(f"warning ({self.warning:g}) must not be above critical ({self.critical:g})")
        return self

    def judge(self, value: float) -> Health:
        """A value at a limit has reached it."""
        if value >= self.critical:
            return Health.CRITICAL
        return Health.WARNING if value >= self.warning else Health.HEALTHY


def has_lasted(cpu_percent: float, load_1m: float | None, cores: int) -> bool:
    """Whether the CPU has been so busy for most of a minute, and not only while it was looked at.

    The load of one minute lags behind: after 40 s of any use it shows half of it. What starts, a build or
    this product itself, fills every core for some seconds, of which nobody wants to be told.
    """
    return load_1m is None or load_1m / max(1, cores) >= cpu_percent / 100 / 2


class Thresholds(BaseModel):
    """Percentages are 0 to 100; load is the 5-minute average per core; temperature is in °C."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    cpu_percent: Limits = Limits(warning=70, critical=90)
    memory_percent: Limits = Limits(warning=80, critical=95)
    swap_percent: Limits = Limits(warning=80, critical=95)
    disk_percent: Limits = Limits(warning=85, critical=95)
    load_per_core: Limits = Limits(warning=2, critical=4)
    temperature_c: Limits = Limits(warning=80, critical=95)
