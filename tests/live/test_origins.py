"""A page of another site cannot open a socket, whatever its visitor's browser would send along."""

import pytest

from system.roles import Role
from tests.live.site import Site

TRUSTED = "https://console.example.com"


@pytest.fixture(scope="module")
def site(stopped_site: Site) -> Site:
    stopped_site.start(
        CSRF_TRUSTED_ORIGINS=f"{TRUSTED},https://*.example.org",
        ALLOWED_HOSTS="127.0.0.1,localhost",
    )
    return stopped_site


@pytest.fixture(scope="module")
def cookie(site: Site) -> str:
    return site.cookie_of(site.user("viewer", Role.VIEWER))


@pytest.fixture(scope="module")
def bearer(site: Site) -> str:
    return f"Bearer {site.token()[1]}"


@pytest.mark.parametrize("origin", ["{own}", TRUSTED, "https://any.example.org", "https://a.b.example.org"])
def test_ours(site: Site, cookie: str, bearer: str, origin: str) -> None:
    origin = origin.format(own=site.origin)
    assert site.knock(origin=origin, Cookie=cookie) == 101
    assert site.knock(origin=origin, Authorization=bearer) == 101


FOREIGN = [
    "http://evil.example",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "https://127.0.0.1:{port}",
    "http://localhost:{port}",
    "http://127.0.0.1.evil.example:{port}",
    "http://console.example.com",
    "https://console.example.com.evil.example",
    "https://console.example.com:444",
    "https://evilexample.org",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_foreign(site: Site, cookie: str, bearer: str, origin: str) -> None:
    origin = origin.format(port=site.port)
    assert site.knock(origin=origin, Cookie=cookie) == 403
    assert site.knock(origin=origin, Authorization=bearer) == 403


def test_a_cookie_without_an_origin_is_no_browser_of_ours(site: Site, cookie: str) -> None:
    assert site.knock(Cookie=cookie) == 403


def test_a_program_with_a_token_needs_no_origin(site: Site, bearer: str) -> None:
    assert site.knock(Authorization=bearer) == 101


@pytest.mark.parametrize("origin", ["null", "file:///etc/passwd", "http://[::1", "nonsense", "http://"])
def test_what_is_no_origin_at_all(site: Site, cookie: str, origin: str) -> None:
    assert site.knock(origin=origin, Cookie=cookie) in (400, 403)


def test_a_foreign_name_for_this_machine(site: Site, bearer: str, cookie: str) -> None:
    """DNS rebinding: the browser believes that it talks to evil.example, and origin and host agree."""
    host = f"evil.example:{site.port}"
    assert site.knock(Host=host, origin=f"http://{host}", Cookie=cookie) == 403
    assert site.knock(Host=host, Authorization=bearer) == 403
