"""Whether the page that opens a socket is one of ours (Django's own CSRF check knows no sockets)."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain


def is_own_origin(origin: str, host: str) -> bool:
    """`origin` and `host` as the headers give them.

    Ours is the very host and port that was asked, if ALLOWED_HOSTS names it, or one of CSRF_TRUSTED_ORIGINS.
    """
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    if not parts.netloc:  # "null" too
        return False
    scheme = "https" if settings.BEHIND_TLS else "http"
    if parts.scheme == scheme and parts.netloc.lower() == host.lower():
        return is_allowed_host(host)
    return any(
        _is_trusted(parts.scheme, parts.netloc.lower(), trusted) for trusted in settings.CSRF_TRUSTED_ORIGINS
    )


def is_allowed_host(host: str) -> bool:
    """By ALLOWED_HOSTS, so that no foreign name that resolves to this machine is taken for ours."""
    domain, _ = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def _is_trusted(scheme: str, netloc: str, trusted: str) -> bool:
    parts = urlsplit(trusted)
    return parts.scheme == scheme and is_same_domain(netloc, parts.netloc.lower().lstrip("*"))
