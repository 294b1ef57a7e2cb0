"""What can be said about a schedule on a command line, and how it is read."""

import json
from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from scheduling.models import MissedPolicy, OverlapPolicy

NONE = "none"
# The options by the fields that they set.
FIELDS = (
    "name", "agent_type", "cron_expression", "timezone", "starts_at", "ends_at", "jitter_seconds",
    "missed_policy", "catch_up_limit", "overlap_policy", "max_executions", "node_ids", "execution_config",
)  # fmt: skip


def add_fields(parser: ArgumentParser, *, is_new: bool) -> None:
    """Each is None where it is not given, and the schedule's own None is NONE."""
    parser.add_argument("--agent", dest="agent_type", required=is_new, help="for example system-health")
    add_times(parser, needs_cron=is_new)
    parser.add_argument("--missed", dest="missed_policy", choices=MissedPolicy.values)
    parser.add_argument("--catch-up-limit", type=int, help="how many missed due times are caught up on")
    parser.add_argument("--overlap", dest="overlap_policy", choices=OverlapPolicy.values)
    parser.add_argument(
        "--config", dest="execution_config", type=_object,
        help="""JSON that runs have otherwise than the agent: '{"thresholds": {"disk_percent": 90}}'""",
    )  # fmt: skip


def add_times(parser: ArgumentParser, *, needs_cron: bool) -> None:
    parser.add_argument(
        "--cron", dest="cron_expression", required=needs_cron, help="'0 3 * * MON-FRI', or @daily"
    )
    parser.add_argument("--timezone", help="of the cron expression: Europe/Berlin (UTC)")
    parser.add_argument(
        "--starts-at", type=_moment, help="'2026-12-01 08:00' in TIME_ZONE, with an offset, or none"
    )
    parser.add_argument("--ends-at", type=_moment, help="nothing is due from then on")
    parser.add_argument("--jitter", dest="jitter_seconds", type=int, help="seconds at most (0)")
    parser.add_argument("--max-executions", type=_count, help="runs at most, or none")
    parser.add_argument(
        "--node", dest="node_ids", action="append", help="run on it; may be repeated; none: on one node"
    )


def given_fields(options: dict[str, Any]) -> dict[str, Any]:
    """What was said, as the editing functions take it."""
    found = {name: options[name] for name in FIELDS if options.get(name) is not None}
    if found.get("node_ids") == [NONE]:
        found["node_ids"] = []
    return {name: None if value == NONE else value for name, value in found.items()}


def _moment(text: str) -> datetime | str:
    if text == NONE:
        return NONE
    try:
        moment = datetime.fromisoformat(text)
        aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ArgumentTypeError(f"{text!r} is no time such as '2026-12-01 08:00'") from None


def _count(text: str) -> int | str:
    try:
        return NONE if text == NONE else int(text)
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no number, and not {NONE!r}") from None


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArgumentTypeError(f"this is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise ArgumentTypeError("it is a JSON object, with analysis or thresholds in it")
    return value
