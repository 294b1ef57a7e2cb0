"""Takes a run from step to step, as a worker does: `python -m … COUNT`. Prints when each was committed."""

import json
import sys
import time

import django

django.setup()

from executions.services import claim_execution, create_execution  # noqa: E402 (after setup)

PAUSE_SECONDS = 0.1


def main(count: int) -> None:
    execution, _ = create_execution(agent_type="bench", node_id="bench")
    lease = claim_execution(execution.pk, owner="bench/1")
    assert lease is not None
    committed = {}
    for number in range(count):
        with lease.tracker().batch() as change:
            step = change.add_step(f"number {number}")
            change.start_step(step)
        committed[number] = time.time() * 1000
        time.sleep(PAUSE_SECONDS)
        lease.tracker().complete_step(step)
    lease.tracker().complete()
    sys.stdout.write(json.dumps(committed))


if __name__ == "__main__":
    main(int(sys.argv[1]))
