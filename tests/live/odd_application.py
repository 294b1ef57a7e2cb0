"""A WSGI application that does what ours should never do, served as ours is: `python -m … PORT SECONDS`."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from django.conf import settings

from claudeops.bridge import ThreadedWsgi

THREADS = 2
PART = b"x" * 100_000
LONG_PARTS = 25


class Streamed:
    streaming = True

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts

    def __iter__(self) -> Iterator[bytes]:
        return self._parts


def breaking() -> Iterator[bytes]:
    yield PART
    raise RuntimeError("broken on purpose")


def long(parts: int, pause_s: float) -> Iterator[bytes]:
    for _ in range(parts):
        yield PART
        time.sleep(pause_s)


def endless(pause_s: float) -> Iterator[bytes]:
    while True:
        yield PART
        time.sleep(pause_s)


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/unchanged":  # as WhiteNoise says it: streamed, and without a length
        start_response("304 Not Modified", [])
        return Streamed(iter(()))
    start_response("200 OK", [("Content-Type", "text/plain")])
    match environ["PATH_INFO"]:
        case "/breaking":
            return Streamed(breaking())
        case "/long":
            return Streamed(long(LONG_PARTS, 0.2))
        case "/endless":
            return Streamed(endless(0.001))
        case "/dripping":
            return Streamed(endless(0.2))
        case _:
            body = environ["wsgi.input"].read()
            shown = {name: value for name, value in environ.items() if isinstance(value, str)}
            return [json.dumps({**shown, "body_bytes": len(body)}).encode()]


def serve(port: int, http_timeout_s: int) -> None:
    settings.configure(DATA_UPLOAD_MAX_MEMORY_SIZE=2**20, ARRIVAL_SECONDS=60)
    web_server: Any = import_module(
        "claudeops.server"
    )  # installs Twisted's reactor: not in the tests' process
    web_server.WebServer(
        ThreadedWsgi(application, threads=THREADS),
        endpoints=[f"tcp:port={port}:interface=127.0.0.1"],
        http_timeout=http_timeout_s,
        verbosity=0,
    ).run()


if __name__ == "__main__":
    serve(int(sys.argv[1]), int(sys.argv[2]))
