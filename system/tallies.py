"""Counts that run out, for the doors: of all web processes where there is Redis, else of this one.

A Redis that does not answer is left alone for a while; meanwhile each process counts for itself.
"""

import time
from collections.abc import Callable
from functools import cache
from typing import TypeVar

from django.conf import settings
from django.core.cache import BaseCache, caches

T = TypeVar("T")

SHARED, HERE = "doors", "doors_here"
LEFT_ALONE_SECONDS = 10.0
away_until = 0.0  # of time.monotonic


def add_to(key: str, *, by: int = 1, for_seconds: float, from_last: bool = False) -> int:
    """Count, and say how many there are; forgotten `for_seconds` after the first, or after the last."""

    def add(counts: BaseCache) -> int:
        try:
            number = int(counts.incr(key, by))
        except ValueError:  # the first, or two of them at once
            number = by if counts.add(key, by, for_seconds) else int(counts.incr(key, by))
        if from_last and number > by:
            counts.touch(key, for_seconds)
        return number

    return _counted(add)


def count_of(key: str) -> int:
    return int(_counted(lambda counts: counts.get(key, 0)))


def seconds_closed(gate: str) -> float:
    """Until the gate opens; 0 while it is open."""
    until = _counted(lambda counts: counts.get(gate, 0.0))
    return max(0.0, float(until) - time.time())


def close(gate: str, *, for_seconds: float) -> bool:
    """Close an open gate behind oneself; False where somebody else was faster."""
    until = time.time() + for_seconds
    return _counted(lambda counts: bool(counts.add(gate, until, for_seconds)))


def forget(*keys: str) -> None:
    _counted(lambda counts: counts.delete_many(keys))


def _counted(use: Callable[[BaseCache], T]) -> T:
    global away_until
    if time.monotonic() >= away_until:
        try:
            return use(caches[SHARED])
        except _redis_errors():
            away_until = time.monotonic() + LEFT_ALONE_SECONDS
    return use(caches[HERE])


@cache
def _redis_errors() -> tuple[type[Exception], ...]:
    if not settings.REDIS_URL:
        return ()
    from redis.exceptions import RedisError  # noqa: PLC0415 (an extra that is only there with REDIS_URL)

    return (RedisError,)
