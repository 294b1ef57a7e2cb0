"""What takes long to find, kept for who looks next: the newest few answers, in this process."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

MINUTE = 60.0
MOST = 16  # answers of a kind: whoever asks for ever more days must not fill the memory

Answer = TypeVar("Answer")


class Kept(Generic[Answer]):
    """Answers by what was asked, each for so many seconds. Nobody may change what is handed out."""

    def __init__(self, seconds: float = MINUTE) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()  # two that come at once find once
        self._answers: OrderedDict[Hashable, tuple[float, Answer]] = OrderedDict()
        _all.append(self)

    def get(self, asked: Hashable, find: Callable[[], Answer]) -> Answer:
        with self._lock:
            found = self._answers.get(asked)
            if found is None or time.monotonic() - found[0] >= self._seconds:
                found = (time.monotonic(), find())
                self._answers[asked] = found
            self._answers.move_to_end(asked)
            if len(self._answers) > MOST:
                self._answers.popitem(last=False)
            return found[1]

    def forget(self) -> None:
        with self._lock:
            self._answers.clear()


_all: list[Kept[Any]] = []


def forget_all() -> None:
    for kept in _all:
        kept.forget()
