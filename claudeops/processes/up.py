"""`manage.py up`: everything of one machine under one parent."""

import os
import signal
import socket
from collections.abc import Callable
from importlib import import_module

from django.conf import settings

from agents.process_tree import become_subreaper
from claudeops import first_start
from claudeops.processes.data_lock import hold_data_directory
from claudeops.processes.forking import fork_child, reap
from claudeops.processes.greeting import greet
from claudeops.processes.keeper import Keeper
from claudeops.processes.listening import listen_on
from claudeops.processes.signals import STOPPING, SignalBox
from claudeops.processes.supervisor import Child, Supervisor
from claudeops.processes.web import serve
from scheduling.clock import node_lanes, run_clock

Say = Callable[[str], None]


def run_up(say: Say) -> int:
    """Run until a signal; the exit code. Raises AlreadyRunning and CannotListen before anything has begun."""
    hold_data_directory(settings.DATA_DIR)
    listener = listen_on(settings.HOST, settings.PORT)
    become_subreaper()
    box = SignalBox(*STOPPING, signal.SIGCHLD)
    if not _prepared(box, say):
        return 1
    supervisor = Supervisor(_children(listener, say), box, say)
    supervisor.run(settings.STOP_GRACE_SECONDS)
    say("Stopped.")
    return 0


def _children(listener: socket.socket, say: Say) -> list[Child]:
    def without_listener(run: Callable[[], int]) -> Callable[[], int]:
        def close_and_run() -> int:
            listener.close()  # whoever keeps it open keeps the port
            return run()

        return close_and_run

    node = settings.NODE_NAME
    return [
        Child("web", "claudeops-web", lambda: serve(listener)),
        Child("worker", "claudeops-work", without_listener(lambda: Keeper(node).run())),
        Child("clock", "claudeops-clock", without_listener(lambda: run_clock(node_lanes(node)))),
        Child("greeter", "claudeops-greet", without_listener(lambda: greet(say)), lasting=False),
    ]


def _prepared(box: SignalBox, say: Say) -> bool:
    """Migrate and seed in a process of its own, whose memory is given back; load the rest meanwhile."""
    pid = fork_child("claudeops-prep", lambda: first_start.prepare(say), death_signal=signal.SIGTERM)
    import_module(settings.ASGI_APPLICATION.rpartition(".")[0])
    while True:
        if pid in (ended := reap()):
            return ended[pid] == 0
        if box.wait(None) & STOPPING:
            os.kill(pid, signal.SIGKILL)  # it is not reaped yet, and may not lead a session yet
            os.waitpid(pid, 0)
            return False
