"""Trying TCP connections, all at once, within one time-out for all of them."""

import queue
import re
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from agents.probes.wording import printable
from agents.stopping import Stop

TARGET = re.compile(r"(?:\[([0-9A-Fa-f:.]{2,45}(?:%[\w.-]{1,16})?)\]|([\w.-]{1,253})):(\d{1,5})", re.ASCII)
STOP_CHECK_SECONDS = 0.1


@dataclass(frozen=True)
class Attempt:
    target: str
    milliseconds: float | None = None
    error: str = ""


def parse_target(target: str) -> tuple[str, int]:
    """ "host:port" or "[IPv6]:port"; ValueError otherwise."""
    match = TARGET.fullmatch(target)
    if match is None or not 1 <= int(match[3]) <= 65535:
        raise ValueError(f"{target!r} is not host:port")
    return match[1] or match[2], int(match[3])


def try_all(targets: Sequence[str], timeout_s: float, stop: Stop) -> list[Attempt]:
    """One attempt each, in the order of `targets`."""
    answers: queue.SimpleQueue[Attempt] = queue.SimpleQueue()
    for target in targets:
        # A thread each that nobody waits for: a resolver that is dead holds its caller for half a minute.
        threading.Thread(target=_attempt, args=(target, timeout_s, answers), daemon=True).start()
    done: dict[str, Attempt] = {}
    deadline = time.monotonic() + timeout_s + 0.5
    while len(done) < len(set(targets)) and time.monotonic() < deadline and not stop.is_set():
        try:
            attempt = answers.get(timeout=STOP_CHECK_SECONDS)
        except queue.Empty:
            continue
        done[attempt.target] = attempt
    return [done.get(target, Attempt(target, error="no answer in time")) for target in targets]


def _attempt(target: str, timeout_s: float, answers: "queue.SimpleQueue[Attempt]") -> None:
    started = time.monotonic()
    try:
        with socket.create_connection(parse_target(target), timeout=timeout_s):
            answers.put(Attempt(target, round((time.monotonic() - started) * 1000, 1)))
    except socket.gaierror as error:
        # EAI_AGAIN: no resolver answered; anything else is an answer
        unresolved = "no resolver answers" if error.errno == socket.EAI_AGAIN else "there is no such name"
        answers.put(Attempt(target, error=f"{unresolved} ({error.strerror})"))
    except TimeoutError:
        answers.put(Attempt(target, error="no answer in time"))
    except (OSError, UnicodeError) as error:
        answers.put(Attempt(target, error=printable(str(error), 100)))
