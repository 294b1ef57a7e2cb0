"""Log lines that are JSON: which of their keys say when, how grave, and what."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agents.probes.logs.stamps import find_stamp, from_number

TIME_KEYS = ("time", "timestamp", "ts", "@timestamp", "datetime", "date", "__REALTIME_TIMESTAMP")
LEVEL_KEYS = ("level", "severity", "lvl", "levelname", "log.level", "loglevel", "PRIORITY")
MESSAGE_KEYS = ("message", "msg", "MESSAGE", "event", "log", "error", "err")


def parse_record(text: str) -> dict[str, Any] | None:
    """None when `text` is no JSON object."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):  # the latter on thousands of open braces
        return None
    return record if isinstance(record, dict) else None


def _first(record: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    return next((record[key] for key in keys if record.get(key) not in (None, "", {}, [])), None)


def time_of(record: Mapping[str, Any], now: datetime) -> datetime | None:
    value = _first(record, TIME_KEYS)
    if isinstance(value, str) and not value.isdecimal():
        stamp = find_stamp(value, now)
        return stamp.at if stamp else None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return from_number(float(value)) if len(str(value)) <= 30 else None


def level_name_of(record: Mapping[str, Any]) -> str | None:
    """In words; numbers are syslog's (0 to 7) or those of Bunyan and Pino (10 to 60)."""
    value = _first(record, LEVEL_KEYS)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    if isinstance(value, str) and not value.isdecimal():
        return value.lower()
    number = int(str(value)[:4])
    if number < 8:
        return "critical" if number <= 2 else {3: "error", 4: "warning"}.get(number, "info")
    return "critical" if number >= 60 else "error" if number >= 50 else "warning" if number >= 40 else "info"


def message_of(record: Mapping[str, Any]) -> str:
    """The whole record where no key is known for it."""
    value = _first(record, MESSAGE_KEYS)
    return (
        value
        if isinstance(value, str)
        else json.dumps(record if value is None else value, ensure_ascii=False)
    )
