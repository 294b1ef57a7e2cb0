"""The address that a request comes from, as far as it can be believed."""

import ipaddress
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    return client_address(request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_X_FORWARDED_FOR", ""))


def client_address(peer: str, forwarded: str) -> str:
    """`peer`, unless settings.PROXIES trusted proxies stand before us: then what the outermost one saw.

    Each proxy appends to X-Forwarded-For whom it spoke with; what stands further left, anyone can write.
    """
    if not settings.PROXIES or not forwarded:
        return peer
    seen = [part.strip() for part in forwarded.split(",")]
    address = seen[-min(settings.PROXIES, len(seen))]
    return address if _is_address(address) else peer


@lru_cache(maxsize=1024)
def network_of(address: str) -> str:
    """What one visitor has for themselves: an IPv4 address, but a whole /64 of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
