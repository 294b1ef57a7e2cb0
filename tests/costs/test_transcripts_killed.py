"""An import that is killed in its middle is completed by the next one, as if nothing had been."""

import time
from pathlib import Path

import pytest
from django.core.management import call_command

from costs.models import CostRecord, DailyCost
from tests.costs.transcript_files import answer, write
from tests.faults.home import Home

ANSWERS = 2500


def everything() -> list[list[tuple[object, ...]]]:
    records = CostRecord.objects.values_list(
        "request_id", "model_used", "output_tokens", "total_cost_usd", "timestamp"
    )
    days = DailyCost.objects.values_list(
        "day", "model_used", "records", "cost_usd", "batchable_usd", "tokens_used"
    )
    return [sorted(records), sorted(days)]


def kill_once_there_are_records(home: Home, path: Path) -> int:
    """How many there were when it was dead."""
    process = home.manage("import_transcripts", str(path))
    while not CostRecord.objects.exists():
        assert process.poll() is None, "it ended before it could be killed"
        time.sleep(0.005)  # leaves it the processor
    process.kill()
    process.wait()
    return CostRecord.objects.count()


@pytest.mark.processes
def test_killed_and_run_again(any_home: Home) -> None:
    days = [f"2026-11-{n % 20 + 1:02}T10:00:00Z" for n in range(ANSWERS)]
    whole = [answer(f"msg_{n}", output=n + k, timestamp=days[n]) for n in range(ANSWERS) for k in (1, 2)]
    better = [answer(f"msg_{n}", output=20_000) for n in range(0, ANSWERS, 7)]
    path = write(any_home.directory / "a.jsonl", *whole, *better)
    assert 0 < kill_once_there_are_records(any_home, path) < ANSWERS
    call_command("import_transcripts", str(path), verbosity=0)
    completed = everything()
    assert CostRecord.objects.count() == ANSWERS
    CostRecord.objects.all().delete()
    DailyCost.objects.all().delete()
    call_command("import_transcripts", str(path), verbosity=0)
    assert everything() == completed
