"""What Docker says it could give back."""

import json
import re
from typing import Any

from agents.probes.base import ToolOutput

ARGV = ("docker", "system", "df", "--format", "{{json .}}")
TOOL_SECONDS = 20.0
AMOUNT = re.compile(r"(\d{1,9}(?:\.\d{1,9})?) ?([kMGTP]?B)", re.ASCII)
UNITS = {"B": 1, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12, "PB": 10**15}

ADVICE: dict[str, tuple[str, str]] = {
    "Images": (
        "No container uses these; they are pulled or built again when needed.",
        "docker image prune --all",
    ),
    "Containers": ("What stopped containers have written.", "docker container prune"),
    "Build Cache": ("Layers of earlier builds; the next build takes longer.", "docker builder prune"),
    # Data, not garbage: the command only lists them.
    "Local Volumes": (
        "Volumes that no container uses may hold data: look first.",
        "docker volume ls --filter dangling=true",
    ),
}


def parse_amount(text: str) -> int | None:
    """ "1.5GB (50%)" in bytes; Docker's units are decimal."""
    match = AMOUNT.match(text)
    if match is None or match[2] not in UNITS:
        return None
    return int(float(match[1]) * UNITS[match[2]])


def parse_usage(output: ToolOutput) -> list[dict[str, Any]]:
    """Rows of what can be reclaimed. OSError when Docker does not answer."""
    if output.exit_code:
        raise OSError(output.text.strip().splitlines()[-1] if output.text.strip() else "no answer")
    rows = []
    for line in output.text.splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            continue
        kind = record.get("Type") if isinstance(record, dict) else None
        amount = parse_amount(str(record.get("Reclaimable", ""))) if kind in ADVICE else None
        if kind and amount is not None:
            advice, command = ADVICE[kind]
            rows.append(
                {"what": f"Docker: {kind.lower()}", "bytes": amount, "advice": advice, "command": command}
            )
    return rows
