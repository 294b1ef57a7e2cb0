"""Records costs as a worker does: `python -m … COUNT AT_ONCE` prints records and CPU seconds."""

import sys
import time

import django

django.setup()

from costs.price_book import ensure_prices  # noqa: E402 (after setup)
from costs.services import record_cost  # noqa: E402
from executions.services import Tracker, claim_execution, create_execution  # noqa: E402

RECORDS_EACH = 5  # of an execution
USAGE = {
    "input_tokens": 1200,
    "output_tokens": 300,
    "cache_creation_input_tokens": 400,
    "cache_read_input_tokens": 20_000,
    "cache_creation": {"ephemeral_5m_input_tokens": 400, "ephemeral_1h_input_tokens": 0},
    "service_tier": "standard",
}


def main(count: int, at_once: int) -> None:
    """`at_once` of them in a transaction, all of one execution."""
    ensure_prices()
    trackers = [_tracker() for _ in range(count // RECORDS_EACH)]
    run = time.time_ns()
    began, used = time.perf_counter(), time.process_time()
    for number in range(0, count, at_once):
        with trackers[number // RECORDS_EACH].batch() as change:
            for part in range(number, number + at_once):
                record_cost(change, model="claude-sonnet-5-5", usage=USAGE, request_id=f"{run}-{part}")
    took, used = time.perf_counter() - began, time.process_time() - used
    sys.stdout.write(f"{count / took} {used / count}\n")


def _tracker() -> Tracker:
    execution, _ = create_execution(agent_type="agent-1", node_id="bench")
    lease = claim_execution(execution.pk, owner="bench/1")
    assert lease is not None
    return lease.tracker()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
