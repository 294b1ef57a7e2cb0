"""Cron expressions that most schedules begin with."""

from collections.abc import Sequence
from typing import NamedTuple


class Preset(NamedTuple):
    name: str
    cron_expression: str


PRESETS: Sequence[Preset] = (
    Preset("Every 15 minutes", "*/15 * * * *"),
    Preset("Hourly", "0 * * * *"),
    Preset("Every 6 hours", "0 */6 * * *"),
    Preset("Daily at 03:00", "0 3 * * *"),
    Preset("Working days at 08:00", "0 8 * * MON-FRI"),
    Preset("Sundays at 04:00", "0 4 * * SUN"),
    Preset("First of the month", "0 5 1 * *"),
    Preset("Last Friday of the month", "0 17 * * 5L"),
)
