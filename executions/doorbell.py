"""The bell that a writer rings after commit, so that whoever tails the event rows need not poll fast.

A ring carries nothing: the rows are the truth, and a lost ring costs the tail's slow poll, no event.
Local listeners each bind a Unix datagram socket in one directory; other hosts hear it through Redis.
"""

import contextlib
import functools
import os
import socket
import tempfile
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction

CHANNEL = "claudeops:events"


LONGEST_DIRECTORY = 70  # a socket's whole path has 108 bytes at most


@functools.cache
def socket_directory() -> Path:
    """Where listeners bind: in the data directory, or, if its path is too long for a socket, elsewhere."""
    directory = settings.DATA_DIR / "bells"
    if len(os.fsencode(directory)) > LONGEST_DIRECTORY:
        digest = sha256(os.fsencode(settings.DATA_DIR)).hexdigest()[:16]
        directory = Path(tempfile.gettempdir()) / f"claudeops-{digest}"
    directory.mkdir(mode=0o700, exist_ok=True)
    return directory


@functools.cache
def _local_socket() -> socket.socket:
    bell = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bell.setblocking(False)
    return bell


def ring() -> None:
    """Wake every listener; never blocks a writer, never fails one."""
    directory = socket_directory()
    for name in os.listdir(directory):  # noqa: PTH208 (several times as fast as a glob, after every commit)
        if not name.endswith(".bell"):
            continue
        try:
            _local_socket().sendto(b"1", f"{directory}/{name}")
        except BlockingIOError:
            pass  # its buffer is full of rings already
        except (ConnectionRefusedError, FileNotFoundError):
            (directory / name).unlink(missing_ok=True)  # its owner was killed
    if settings.REDIS_URL:
        _ring_redis()


def ring_on_commit() -> None:
    transaction.on_commit(ring, robust=True)


@functools.cache
def _redis():  # type: ignore[no-untyped-def]
    from redis import Redis  # noqa: PLC0415 (an extra that is only there with REDIS_URL)

    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def _ring_redis() -> None:
    from redis.exceptions import RedisError  # noqa: PLC0415 (as above)

    with contextlib.suppress(RedisError):
        _redis().publish(CHANNEL, b"1")
