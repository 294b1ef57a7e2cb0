"""One story told to the API from its beginning to its end, for test_api_on_both_engines.py."""

import json
import re
import sys
from typing import Any

from system.roles import Role
from tests.api_clients import ApiClient

AGENT = {
    "agent_type": "look",
    "name": "Look — “here”",
    "config": {"steps": [{"name": "Look", "type": "command", "argv": ["true"], "env": {"LANG": "C"}}]},
    "max_cost_per_execution": "0.250000000001",
}
USAGE = {"input_tokens": 1200, "output_tokens": 300, "cache_read_input_tokens": 7}
ENTRIES = [
    {"key": "1", "type": "step.add", "step_name": "Fetch", "metadata": {"k\x00": ["\x00", 2**62, 0.5]}},
    {"key": "2", "type": "step.start", "step_number": 1},
    {"key": "3", "type": "log", "message": "a\x00b — “ü”", "step_number": 1},
    {"key": "4", "type": "cost", "model": "claude-haiku-5-5", "request_id": "r1", "usage": USAGE},
    {"key": "5", "type": "cost", "model": "made-up", "usage": {"input_tokens": 2**40}},
    {"key": "6", "type": "step.complete", "step_number": 1, "output": "ok"},
]
TIMES = [{**entry, "at": f"2026-11-22T22:0{minute}:00.25Z"} for minute, entry in enumerate(ENTRIES, start=1)]
END = {"key": "7", "type": "complete", "result_summary": "fine", "at": "2026-11-22T22:09:00Z"}


def main() -> None:
    sys.stdout.write(json.dumps(list(told(ApiClient(Role.ADMIN)))) + "\n")


def told(admin: ApiClient) -> Any:
    """Each answer: its status, and its document without what differs from run to run."""

    def answer(method: str, path: str, body: Any = None) -> Any:
        response = admin.call(method, path, body)
        return response.json() if response.content else None

    def shown(method: str, path: str, body: Any = None) -> tuple[str, str, Any]:
        return method, _steady(path), json.loads(_steady(json.dumps(answer(method, path, body))))

    yield shown("POST", "/agents", AGENT)
    yield shown("PATCH", "/agents/look", {"cooldown_ms": 5, "description": "x"})
    launched = answer(
        "POST", "/executions", {"agent_type": "look", "dedupe_key": "k", "metadata": {"a": "\x00"}}
    )
    yield shown("POST", "/executions", {"agent_type": "look", "dedupe_key": "k"})
    yield shown("POST", "/agents/look/run")
    yield shown("POST", f"/executions/{launched['id']}/cancel")
    start = {
        "agent_type": "elsewhere",
        "at": "2026-11-22T22:00:00Z",
        "context": {"n\x00": None},
        "dedupe_key": "d",
    }
    run = answer("POST", "/tracking/executions", start)["id"]
    for entry in TIMES[:3]:
        yield shown("POST", f"/tracking/executions/{run}/batch", {"entries": [entry]})
    yield shown("POST", f"/tracking/executions/{run}/batch", {"entries": [*TIMES, END]})
    yield shown("POST", f"/tracking/executions/{run}/batch", {"entries": [END]})
    yield shown(
        "POST", f"/tracking/executions/{run}/batch", {"entries": [{"type": "log", "message": "late"}]}
    )
    yield shown("POST", "/tracking/executions", {**start, "entries": TIMES})
    yield shown(
        "POST", "/tracking/executions", {"agent_type": "b", "entries": [*TIMES, {**END, "success": False}]}
    )
    for path in (f"/executions/{run}?include=logs", f"/executions/{run}/events", "/executions/stats"):
        yield shown("GET", path)
    for query in (
        "",
        "?status=failed",
        "?agent_type=look",
        "?date_to=2026-11-22",
        "?triggered_by=manual&limit=1",
    ):
        yield shown("GET", f"/executions{query}")
    cursor = answer("GET", "/executions?limit=1")["next_cursor"]
    yield shown("GET", f"/executions?cursor={cursor}")
    for path in ("/dashboard/stats", "/dashboard/activity", "/dashboard/agents", "/agents", "/agents/look"):
        yield shown("GET", path)
    for path in ("/system/metrics", "/system/nodes", "/system/settings", "/executions?agent_type=a%00"):
        yield shown("GET", path)


def _steady(text: str) -> str:
    """Without ids, cursors, durations of this run and times of this day or later."""
    text = re.sub(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}", "<uid>", text)
    text = re.sub(r'cursor(=|": ")[\w-]{11}', r"cursor\1<cursor>", text)
    text = re.sub(r"20\d\d-(?!11-22T22)\d\d-\d\dT[\d:.]+(Z|\+00:00)", "<now>", text)
    return re.sub(r'"(duration_ms|average_duration|avg_duration|fastest|slowest)": [\d.]+', r'"\1": 0', text)
