"""How deep JSON goes, found without going there: whatever walks it later by itself would run out of stack."""

from typing import Any


def is_deeper(value: Any, levels: int) -> bool:
    found = [value]
    for _ in range(levels):
        inside = [item for part in found for item in (part.values() if isinstance(part, dict) else part)]
        found = [item for item in inside if isinstance(item, dict | list)]
        if not found:
            return False
    return True
