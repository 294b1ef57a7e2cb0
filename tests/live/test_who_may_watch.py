"""A socket opens for a token or a signed-in user with a role; everybody else is refused at the handshake."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from websockets.sync.client import connect

from system.models import ApiToken, ConsoleSession
from system.roles import Role
from system.tokens import create_token, digest_of
from tests.live.site import Site


@pytest.fixture(autouse=True)
def nobody_left(site: Site) -> Iterator[None]:
    yield
    User.objects.all().delete()
    ApiToken.objects.all().delete()


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("path", ["/ws/executions/", "one"])
def test_a_token_of_any_role(site: Site, role: Role, path: str) -> None:
    path = f"/ws/executions/{site.pending().uid}/" if path == "one" else path
    token = site.token(role)[1]
    assert site.knock(path, Authorization=f"Bearer {token}") == 101


def test_the_pulse_tells_what_the_dashboard_does(site: Site) -> None:
    for area, status in (("executions", 403), ("costs", 403), ("dashboard", 101)):
        _, token = create_token(area, Role.VIEWER, areas=[area])
        assert site.knock("/ws/pulse/?with=sections", Authorization=f"Bearer {token}") == status


def test_a_token_that_does_not_open_executions(site: Site) -> None:
    _, elsewhere = create_token("elsewhere", Role.ADMIN, areas=["tracking"])
    _, here = create_token("here", Role.VIEWER, areas=["executions"])
    assert site.knock(Authorization=f"Bearer {elsewhere}") == 403
    assert site.knock(Authorization=f"Bearer {here}") == 101


@pytest.mark.parametrize("role", list(Role))
def test_a_signed_in_user_of_any_role(site: Site, role: Role) -> None:
    cookie = site.cookie_of(site.user("somebody", role))
    assert site.knock(origin=site.origin, Cookie=cookie) == 101


def test_the_owner_who_is_in_no_group(site: Site) -> None:
    owner = User.objects.create_superuser("owner", password="a password of tests")
    assert site.knock(origin=site.origin, Cookie=site.cookie_of(owner)) == 101


def test_an_outsider_who_has_no_role(site: Site) -> None:
    outsider = site.user("outsider", None)
    assert site.knock(origin=site.origin, Cookie=site.cookie_of(outsider)) == 403


def test_nobody(site: Site) -> None:
    assert site.knock() == 403
    assert site.knock(origin=site.origin) == 403
    assert site.knock(origin=site.origin, Cookie=f"claudeops_session_{site.port}=made-up") == 403
    assert site.knock(origin=site.origin, Cookie=f"claudeops_session_{site.port}=") == 403


def test_a_deactivated_user(site: Site) -> None:
    viewer = site.user("viewer", Role.VIEWER)
    cookie = site.cookie_of(viewer)
    User.objects.update(is_active=False)
    assert site.knock(origin=site.origin, Cookie=cookie) == 403


def test_a_session_that_has_expired(site: Site) -> None:
    cookie = site.cookie_of(site.user("viewer", Role.VIEWER))
    ConsoleSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert site.knock(origin=site.origin, Cookie=cookie) == 403


@pytest.mark.parametrize(
    "change",
    [
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
        {"digest": digest_of("another")},
    ],
)
def test_a_token_that_is_not_in_force(site: Site, change: dict[str, object]) -> None:
    token, raw = site.token()
    assert site.knock(Authorization=f"Bearer {raw}") == 101
    ApiToken.objects.filter(pk=token.pk).update(**change)
    assert site.knock(Authorization=f"Bearer {raw}") == 403


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer cops_", "Basic YTpi", "Bearer " + "x" * 5000])
def test_a_header_that_is_wrong_is_never_passed_over(site: Site, header: str) -> None:
    cookie = site.cookie_of(site.user("viewer", Role.VIEWER))
    assert site.knock(origin=site.origin, Cookie=cookie, Authorization=header) == 403


def test_a_token_in_the_subprotocol_for_browsers(site: Site) -> None:
    token = site.token()[1]
    with connect(site.url(), origin=site.origin, subprotocols=["bearer", token]) as connection:
        assert connection.subprotocol == "bearer"
    assert site.knock(origin=site.origin, subprotocols=["bearer", token[:-1] + "!"]) == 403


@pytest.mark.parametrize("path", ["/ws/", "/ws/executions", "/ws/executions/7/", "/", "/api/v1/executions"])
def test_there_is_no_socket_elsewhere(site: Site, path: str) -> None:
    token = site.token()[1]
    assert site.knock(path, Authorization=f"Bearer {token}") == 403
