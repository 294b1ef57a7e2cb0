"""What a start refuses, each with what to type instead. Run by every command that starts a process."""

import ipaddress
import os
import re
from collections.abc import Iterator, Sequence
from typing import Any

import environ
from cryptography.fernet import Fernet
from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Warning, register

TAG = "claudeops"


@register(TAG)
def check_engine(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The numbers between which django-q2 and the leases work (docs/decisions/0003-engine.md)."""
    return [*_queue_problems(settings.Q_CLUSTER), *_lease_problems()]


def _queue_problems(queue: dict[str, Any]) -> Iterator[CheckMessage]:
    if queue["workers"] < 1:
        yield Error("There must be a worker at least.", hint="CLAUDEOPS_WORKERS=2", id="claudeops.E001")
        return
    if queue["guard_cycle"] not in (0.5, 1):
        yield Error(
            f"guard_cycle is {queue['guard_cycle']}: with that, django-q2 never times out.",
            hint='"guard_cycle": 0.5 in Q_CLUSTER',
            id="claudeops.E002",
        )
    rounds = 1 + -(-(queue["queue_limit"] + queue["bulk"]) // queue["workers"])
    if queue["retry"] <= queue["timeout"] * rounds + 60:
        yield Error(
            f"retry is {queue['retry']} s: a message that waits behind others would be delivered twice.",
            hint=f'"retry" above timeout × {rounds} + 60 = {queue["timeout"] * rounds + 60} in Q_CLUSTER',
            id="claudeops.E003",
        )
    if queue["poll"] <= 0:
        yield Error("The queue must be polled.", hint="CLAUDEOPS_QUEUE_POLL_SECONDS=1", id="claudeops.E004")


def _lease_problems() -> Iterator[CheckMessage]:
    if settings.LEASE_SECONDS < 2 * settings.HEARTBEAT_SECONDS:
        yield Error(
            f"A lease of {settings.LEASE_SECONDS:g} s with a heartbeat each {settings.HEARTBEAT_SECONDS:g} s"
            " is lost when one heartbeat is late.",
            hint=f"CLAUDEOPS_LEASE_SECONDS={6 * settings.HEARTBEAT_SECONDS:g}",
            id="claudeops.E005",
        )
    for name in ("ARRIVAL", "HEARTBEAT", "CANCEL_POLL", "RECONCILE", "METRICS", "STALL", "STOP_GRACE"):
        if getattr(settings, f"{name}_SECONDS") <= 0:
            yield Error(
                f"CLAUDEOPS_{name}_SECONDS must be above 0.",
                hint="leave it out: its default is right",
                id="claudeops.E006",
            )


@register(TAG)
def check_exposure(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """Nothing that only suits one's own machine may be reached from others, or run in production."""
    if settings.ENVIRONMENT == "production":
        return [*_production_problems()]
    if settings.DEBUG and not _is_loopback(settings.HOST):
        return [
            Error(
                f"DEBUG shows settings and source to whoever reaches HOST={settings.HOST}.",
                hint="DEBUG=false, or HOST=127.0.0.1",
                id="claudeops.E010",
            )
        ]
    if not _is_loopback(settings.HOST):
        return [
            Warning(
                f"HOST={settings.HOST} can be reached from other machines, and this is not production.",
                hint="CLAUDEOPS_ENV=production behind a proxy with TLS, or HOST=127.0.0.1",
                id="claudeops.W011",
            )
        ]
    return []


def _production_problems() -> Iterator[CheckMessage]:
    if environ.Env().bool("DEBUG", default=False):
        yield Error("DEBUG is set in production.", hint="unset DEBUG", id="claudeops.E012")
    if "ALLOWED_HOSTS" not in os.environ or not settings.ALLOWED_HOSTS:
        yield Error(
            "Production must say under which names it is reached.",
            hint="ALLOWED_HOSTS=ops.example.org,localhost",
            id="claudeops.E013",
        )
    if "*" in settings.ALLOWED_HOSTS:
        yield Error(
            "ALLOWED_HOSTS=* lets any site speak for this one.",
            hint="ALLOWED_HOSTS=ops.example.org,localhost",
            id="claudeops.E014",
        )
    if not settings.BEHIND_TLS and not _is_loopback(settings.HOST):
        yield Error(
            f"HOST={settings.HOST} without TLS sends passwords and tokens in clear.",
            hint="BEHIND_TLS=true behind a proxy that ends TLS and sets X-Forwarded-Proto, or HOST=127.0.0.1",
            id="claudeops.E015",
        )
    if "SECRET_KEY" in os.environ and (len(settings.SECRET_KEY) < 50 or len(set(settings.SECRET_KEY)) < 5):
        yield Error(
            "SECRET_KEY can be guessed.",
            hint="leave it out: a key is made and kept in CLAUDEOPS_DATA_DIR/secret_key",
            id="claudeops.E016",
        )


@register(TAG)
def check_doors(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """The keys, who else can read them, and what is believed of a client."""
    return [*_key_problems(), *_file_problems(), *_proxy_problems()]


def _key_problems() -> Iterator[CheckMessage]:
    for number, key in enumerate([*settings.ENCRYPTION_KEYS] or [""], start=1):
        try:
            Fernet(key)
        except ValueError:
            yield Error(
                f"Encryption key {number} is none: 32 bytes in URL-safe base64 are.",
                hint="put back what was in CLAUDEOPS_ENCRYPTION_KEYS, or in encryption_key in the data"
                " directory; where nothing was sealed yet, leave both out: a key is made",
                id="claudeops.E017",
            )


def _file_problems() -> Iterator[CheckMessage]:
    for name in ("secret_key", "encryption_key"):
        path = settings.DATA_DIR / name
        if path.exists() and path.stat().st_mode & 0o077:
            yield _grave(f"Others than its owner can read {path}.", f"chmod 600 {path}", "018")
    if settings.DATA_DIR.stat().st_mode & 0o022:
        yield _grave(
            f"Others than its owner can write into {settings.DATA_DIR}.",
            f"chmod 700 {settings.DATA_DIR}",
            "019",
        )


def _grave(what: str, hint: str, number: str) -> CheckMessage:
    """What stops production, and is said on one's own machine."""
    if settings.ENVIRONMENT == "production":
        return Error(what, hint=hint, id=f"claudeops.E{number}")
    return Warning(what, hint=hint, id=f"claudeops.W{number}")


def _proxy_problems() -> Iterator[CheckMessage]:
    for name, value in (
        ("PROXIES", settings.PROXIES),
        ("RATE_PER_TOKEN", settings.RATE_PER_TOKEN),
        ("RATE_PER_ADDRESS", settings.RATE_PER_ADDRESS),
        ("SOCKETS_PER_CALLER", settings.SOCKETS_PER_CALLER),
    ):
        if value < 0:
            yield Error(
                f"CLAUDEOPS_{name} is {value}: it must be 0 or more.",
                hint="leave it out",
                id="claudeops.E020",
            )
    for origin in settings.CSRF_TRUSTED_ORIGINS:
        if not re.fullmatch(r"https?://(\*\.)?[^/*]+(:\d+)?", origin):
            yield Error(
                f"CSRF_TRUSTED_ORIGINS names {origin!r}: which pages may send forms must be said exactly.",
                hint="CSRF_TRUSTED_ORIGINS=https://ops.example.org",
                id="claudeops.E021",
            )
    if settings.BEHIND_TLS and not settings.PROXIES:
        yield Info(
            "Behind a proxy all clients have its address, and share one limit.",
            hint="CLAUDEOPS_PROXIES=1, if it appends whom it spoke with to X-Forwarded-For",
            id="claudeops.I022",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
