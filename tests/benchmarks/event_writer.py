"""Writes events as a worker does, with the time before the insert: `python -m … singles|burst COUNT`."""

import sys
import time

import django

django.setup()

from executions.services import claim_execution, create_execution  # noqa: E402 (after setup)

AT_ONCE = 100


def main(manner: str, count: int) -> None:
    execution, _ = create_execution(agent_type="bench", node_id="bench")
    lease = claim_execution(execution.pk, owner="bench/1")
    assert lease is not None
    tracker = lease.tracker()
    began = time.monotonic()
    if manner == "singles":
        for _ in range(count):
            tracker.add_log(f"sent {time.monotonic()}")
            time.sleep(0.05)
    else:
        for _ in range(count // AT_ONCE):
            with tracker.batch() as change:
                for _ in range(AT_ONCE):
                    change.add_log("x" * 60)
    tracker.add_log("end")
    tracker.complete()
    sys.stdout.write(f"{began}\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
