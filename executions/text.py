"""Text as both databases can hold it: PostgreSQL stores no NUL, neither in text nor in JSON."""

from typing import Any


def without_nul(value: Any) -> Any:
    """`value` (text, or JSON as Python has it) with every NUL taken out."""
    if isinstance(value, str):
        return value.replace("\x00", "") if "\x00" in value else value
    if isinstance(value, dict):
        return {without_nul(key): without_nul(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_nul(item) for item in value]
    return value
