"""A clock that is killed before each statement of what it does about a due time, one after the other.

python -m tests.faults.fires_killed localhost 2026-11-23T12:00:00+00:00

For each point: a schedule of its own, and a process that fires it at that time and is killed there. Prints
how many points there are: the last process found nothing more to do, and ended by itself.
"""

import itertools
import os
import signal
import sys
from datetime import datetime
from typing import Any

import django

from tests.faults.many_runs import leave_after


def main() -> None:
    django.setup()
    from django.db import connections  # noqa: PLC0415 (after django.setup())

    from scheduling.firing import fire_due  # noqa: PLC0415
    from scheduling.models import Schedule  # noqa: PLC0415

    node, now = sys.argv[1], datetime.fromisoformat(sys.argv[2])
    schedules = Schedule.objects.order_by("pk")
    for point, schedule in enumerate(schedules):
        schedules.filter(pk=schedule.pk).update(enabled=True)
        connections.close_all()
        if not (child := os.fork()):
            leave_after(lambda left=point: killed_after(left, lambda: fire_due(node, now)))
        _, status = os.waitpid(child, 0)
        schedules.filter(pk=schedule.pk).update(enabled=False)
        if status == 0:
            sys.stdout.write(str(point))
            return
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    sys.exit("there are more points than schedules")


def killed_after(statements: int, work: Any) -> None:
    """Do `work` until so many statements have been run."""
    from django.db import connection  # noqa: PLC0415 (after django.setup())

    left = itertools.count(statements, -1)

    def count(execute: Any, *statement: Any) -> Any:
        if next(left) == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*statement)

    with connection.execute_wrapper(count):
        work()


if __name__ == "__main__":
    main()
