"""How far the network goes: a TCP connection to somewhere, and to the server of the Claude API."""

import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 2.0
CLAUDE_URL = "https://api.anthropic.com"
REMOTE_EVERY_SECONDS = 300.0


def is_any_reachable(targets: Iterable[str], timeout: float = TIMEOUT_SECONDS) -> bool | None:
    """Whether one of `targets` ("host:port") takes a connection; None when there is none to ask."""
    asked = False
    for target in targets:
        asked = True
        host, _, port = target.rpartition(":")
        if connect_ms(host.strip("[]"), port, secure=False, timeout=timeout) is not None:
            return True
    return False if asked else None


def connect_ms(host: str, port: int | str, *, secure: bool, timeout: float = TIMEOUT_SECONDS) -> int | None:
    """Milliseconds until the connection stands (with TLS if `secure`); None when it does not."""
    began = time.perf_counter()
    try:
        with socket.create_connection((host, int(port)), timeout=timeout) as plain:
            if secure:
                ssl.create_default_context().wrap_socket(plain, server_hostname=host).close()
    except (OSError, ValueError):  # ssl.SSLError is an OSError; ValueError is a port that is no number
        return None
    return round((time.perf_counter() - began) * 1000)


@dataclass
class ClaudeLatency:
    """The time to connect to the Claude API, or to what ANTHROPIC_BASE_URL names in its place.

    A server of someone else's is asked every five minutes at most; in between, `measure` gives what it
    found last.
    """

    measured_url: str = ""
    measured_at: float = 0.0
    milliseconds: int | None = None

    def measure(self, *, api_key: str, base_url: str) -> int | None:
        """None when no endpoint is configured, or when it cannot be reached."""
        if not (api_key or base_url):
            return None
        url = base_url or CLAUDE_URL
        now = time.monotonic()
        fresh = self.measured_url == url and now - self.measured_at < REMOTE_EVERY_SECONDS
        if fresh and not _is_loopback(url):
            return self.milliseconds
        self.milliseconds = _latency_of(url)
        self.measured_url, self.measured_at = url, now
        return self.milliseconds


def _latency_of(url: str) -> int | None:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    try:
        port = parts.port or (443 if secure else 80)
    except ValueError:
        return None
    return connect_ms(parts.hostname, port, secure=secure) if parts.hostname else None


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
