"""Two conversations as Claude Code writes them, the second resumed from the first, and a subagent's."""

from decimal import Decimal
from pathlib import Path

import pytest

from costs.models import CostRecord
from system.models import Alert
from tests.costs.transcript_files import assert_sums_hold, import_paths

pytestmark = pytest.mark.django_db

SAMPLE = Path(__file__).with_name("transcripts")

# By hand, from prices.json: USD per million tokens times tokens.
OPUS, ADVISED, SUBAGENT, FAST, GATEWAY = (
    "transcript:msg_01AAAAAAAAAAAAAAAAAAAAAA:req_011AAAAAAAAAAAAAAAAAAAAA",
    "transcript:msg_01BBBBBBBBBBBBBBBBBBBBBB:req_011BBBBBBBBBBBBBBBBBBBBB",
    "transcript:msg_01CCCCCCCCCCCCCCCCCCCCCC:req_011CCCCCCCCCCCCCCCCCCCCC",
    "transcript:msg_01DDDDDDDDDDDDDDDDDDDDDD:req_011DDDDDDDDDDDDDDDDDDDDD",
    "transcript:chatcmpl-1:@3f2a9c10-5b6e-4a51-9d0c-000000000002",
)
COSTS = {
    OPUS: Decimal("0.028012"),  # 3 × 4 + 500 × 20 + 2000 × 8 (for an hour) + 10000 × 0.2
    ADVISED: Decimal("0.02216"),  # 100 × 0.1 + 1000 × 0.125 + 50 × 0.5; its advisor 4000 × 4 + 300 × 20
    SUBAGENT: Decimal("0.0002"),  # 1000 × 0.1 + 200 × 0.5
    FAST: Decimal("0.04008"),  # 10 × 8 + 1000 × 40
    GATEWAY: None,
}

SAID = """\
files                          3
lines                         19
records added                  5
records updated                0
duplicates                     5
synthetic, skipped             1
malformed lines                1
unpriced                       1
  gateway-model-1: 1
total                   0.090452 USD
"""


def test_what_the_sample_costs() -> None:
    said = import_paths(SAMPLE)
    assert said.startswith(SAID)
    assert "3f2a9c10-5b6e-4a51-9d0c-000000000002.jsonl:7: is no JSON" in said
    costs = dict(CostRecord.objects.values_list("request_id", "total_cost_usd"))
    assert costs == COSTS
    assert_sums_hold()


def test_a_record_has_the_time_and_the_usage_of_its_line() -> None:
    import_paths(SAMPLE, node="desk")
    record = CostRecord.objects.get(request_id=OPUS)
    assert record.timestamp.isoformat() == "2026-11-19T09:00:07.300000+00:00"
    assert record.usage["cache_creation"] == {
        "ephemeral_5m_input_tokens": 0,
        "ephemeral_1h_input_tokens": 2000,
    }
    assert (record.input_tokens, record.output_tokens, record.cache_hit) == (3, 500, True)
    assert (record.agent_type, record.node_id, record.execution) == ("claude-code", "desk", None)


def test_a_model_without_price_is_said_once() -> None:
    import_paths(SAMPLE, dry_run=True)
    assert not Alert.objects.exists()
    import_paths(SAMPLE)
    import_paths(SAMPLE)
    assert [alert.data["model"] for alert in Alert.objects.all()] == ["gateway-model-1"]
