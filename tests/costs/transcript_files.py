"""Transcripts for tests, and the ledger as it is after an import."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db.models import Sum

from costs.models import CostRecord, DailyCost
from costs.models.daily import AMOUNTS, COUNTS, KEY
from costs.services import day_key, day_totals

MODEL = "claude-haiku-5-5"
Row = dict[str, Any]


def usage(output: int = 100, **more: Any) -> Row:
    return {"input_tokens": 10, "output_tokens": output, **more}


def answer(
    message_id: str | None = "msg_1", request_id: str | None = "req_1", output: int = 100, **more: Any
) -> Row:
    """A line about one answer; `usage`, `model` and what a line has beside its message by name."""
    message = {"id": message_id, "model": more.pop("model", MODEL), "role": "assistant", "content": []}
    message["usage"] = more.pop("usage", usage(output))
    line = {
        "type": "assistant",
        "sessionId": "one",
        "uuid": "7c0e",
        "timestamp": "2026-11-20T10:00:00.000Z",
        "requestId": request_id,
        "message": message,
        **more,
    }
    return {name: value for name, value in line.items() if value is not None}


def write(path: Path, *lines: Row | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(as_bytes(line) + b"\n" for line in lines))
    return path


def as_bytes(line: Row | bytes) -> bytes:
    return line if isinstance(line, bytes) else json.dumps(line).encode()


def import_paths(*paths: Path, **options: Any) -> str:
    """What the command printed."""
    out = StringIO()
    call_command("import_transcripts", *map(str, paths), stdout=out, **options)
    return out.getvalue()


def count_in(output: str, heading: str) -> str:
    """The figure that stands behind `heading`."""
    return next(line for line in output.splitlines() if line.startswith(heading)).split()[-1]


def ledger() -> tuple[list[Row], list[Row]]:
    """Every column of every record and of every sum but the keys that a database gives out."""
    records = CostRecord.objects.order_by("request_id").values()
    days = DailyCost.objects.order_by(*KEY).values()
    return [_without_id(row) for row in records], [_without_id(row) for row in days]


def _without_id(row: Row) -> Row:
    return {name: value for name, value in row.items() if name != "id"}


def assert_sums_hold() -> None:
    """The sums of days are those of the records, exactly, and there is no sum of nothing."""
    expected: dict[tuple[Any, ...], Row] = {}
    for record in CostRecord.objects.all():
        key = tuple(day_key(record)[name] for name in KEY)
        totals = day_totals(record)
        before = expected.get(key, dict.fromkeys(totals, 0))
        expected[key] = {name: before[name] + value for name, value in totals.items()}
    found = {
        tuple(day[name] for name in KEY): {name: day[name] for name in (*COUNTS, *AMOUNTS)}
        for day in DailyCost.objects.values()
    }
    assert found == expected
    sums = CostRecord.objects.aggregate(usd=Sum("total_cost_usd"))["usd"]
    assert (sums or 0) == (DailyCost.objects.aggregate(usd=Sum("cost_usd"))["usd"] or 0)
