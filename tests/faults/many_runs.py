"""Runs in processes of their own, forked from one that has everything imported.

python -m tests.faults.many_runs together 1 2 3   # each execution in its process, all let go at once
python -m tests.faults.many_runs killed 100       # spenders one after the other, SIGKILL at random points
"""

import itertools
import os
import random
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import Any

import django

MOST_STATEMENTS = 120  # a request from launch to end takes about a third of it
LONGEST_DELAY_S = 0.005


def main() -> None:
    django.setup()
    kind, *arguments = sys.argv[1:]
    if kind == "together":
        together([int(pk) for pk in arguments])
    else:
        killed(int(arguments[0]))


def together(executions: list[int]) -> None:
    import anthropic  # noqa: F401, PLC0415 (the SDK takes a second: once, and not in each child)

    from agents.tasks import run_execution  # noqa: PLC0415 (after django.setup())

    gate, opener = os.pipe()
    children = []
    for pk in executions:
        if not (child := os.fork()):
            os.close(opener)
            os.read(gate, 1)  # returns when the parent closes the other end
            leave_after(lambda pk=pk: run_execution(pk))
        children.append(child)
    os.close(opener)
    failed = [child for child in children if os.waitpid(child, 0)[1] != 0]
    sys.exit(f"these processes failed: {failed}" if failed else 0)


def killed(times: int) -> None:
    from django.db import connections  # noqa: PLC0415 (after django.setup())

    from tests.faults.spending import spend  # noqa: PLC0415

    spend()  # once, so that no child has to warm up
    connections.close_all()
    choose = random.Random(1)
    for _ in range(times):
        statements, delay_s = choose.randrange(MOST_STATEMENTS), choose.uniform(0, LONGEST_DELAY_S)
        if not (child := os.fork()):
            leave_after(lambda after=statements, wait=delay_s: spend_until_killed(after, wait))
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL, status


def spend_until_killed(statements: int, delay_s: float) -> None:
    """Until SIGKILL, so long after so many statements, wherever it is by then.

    Counted and not timed alone: a busy machine would kill it before it had done anything.
    """
    from django.db import connection  # noqa: PLC0415 (after django.setup())

    from tests.faults.spending import spend  # noqa: PLC0415

    left = itertools.count(statements, -1)

    def count(execute: Any, *statement: Any) -> Any:
        if next(left) == 0:
            threading.Timer(delay_s, os.kill, [os.getpid(), signal.SIGKILL]).start()
        return execute(*statement)

    with connection.execute_wrapper(count):
        while True:
            spend()


def leave_after(work: Callable[[], None]) -> None:
    """Never returns: a child that went on would fork children of its own."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
        raise
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
