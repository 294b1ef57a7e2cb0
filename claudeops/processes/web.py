"""The web process: daphne for HTTP and sockets, on a socket that is listening already."""

import ctypes
import socket
import sys
from importlib import import_module
from typing import Any

from django.conf import settings

HTTP_TIMEOUT_SECONDS = 120
PING_SECONDS = 20
PONG_SECONDS = 30
_M_ARENA_MAX = -8


def serve(listener: socket.socket) -> int:
    """Serve until SIGTERM. What is loaded here is loaded by this process alone."""
    _keep_arenas_few()
    web_server: Any = import_module("claudeops.server")  # installs Twisted's reactor: it must not pass a fork
    reactor: Any = import_module("twisted.internet.reactor")
    module, _, name = settings.ASGI_APPLICATION.rpartition(".")
    server: Any = web_server.WebServer(
        getattr(import_module(module), name),
        endpoints=["adopted"],
        http_timeout=HTTP_TIMEOUT_SECONDS,
        ping_interval=PING_SECONDS,
        ping_timeout=PONG_SECONDS,
        verbosity=0,
        ready_callable=lambda: reactor.adoptStreamPort(
            listener.fileno(), listener.family, server.http_factory
        ),
    )
    server.endpoints = []  # it would bind a port of its own; ours is adopted instead
    server.run()
    return 0


def _keep_arenas_few() -> None:
    """glibc gives each thread a heap of its own, and keeps what they free: two are enough for all of them."""
    if sys.platform == "linux":
        getattr(ctypes.CDLL(None), "mallopt", lambda *_: 0)(_M_ARENA_MAX, 2)
