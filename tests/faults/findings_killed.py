"""A clock that is killed before each statement of what it does about runs that have ended.

python -m tests.faults.findings_killed

Four runs have ended, of which all but the third found something. For each point a process follows them and is
killed there. Prints how many points there are: the last process ended by itself.
"""

import os
import signal
import sys

import django

from tests.faults.fires_killed import killed_after
from tests.faults.many_runs import leave_after

MOST_POINTS = 200


def main() -> None:
    django.setup()
    from django.db import connections  # noqa: PLC0415 (after django.setup())

    from agents.outcomes import follow_outcomes  # noqa: PLC0415
    from tests.agents.finding_runs import DISK, Begun  # noqa: PLC0415

    follow_outcomes()
    for found in ([DISK], [DISK], [], [DISK]):
        Begun().end(*found)
    for point in range(MOST_POINTS):
        connections.close_all()
        if not (child := os.fork()):
            leave_after(lambda left=point: killed_after(left, follow_outcomes))
        _, status = os.waitpid(child, 0)
        if status == 0:
            sys.stdout.write(str(point))
            return
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    sys.exit(f"there are more than {MOST_POINTS} points")


if __name__ == "__main__":
    main()
