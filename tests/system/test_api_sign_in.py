"""Who gets in: a token in force, or the console's session, which changes nothing without a CSRF token."""

import pytest
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client

from system.roles import Role
from system.tokens import create_token
from tests.api_clients import ApiClient

pytestmark = pytest.mark.django_db

READ, CANCEL = "/api/v1/executions", "/api/v1/executions/01890000-0000-7000-8000-000000000000/cancel"


def signed_in(role: Role | None, **fields: object) -> Client:
    """A browser with the console's session; the test client checks CSRF as a browser's requests are."""
    user = User.objects.create_user(f"{role} of the test", **fields)
    if role is not None:
        user.groups.add(Group.objects.get(name=role.value))
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(user)
    return browser


def csrf_of(browser: Client) -> str:
    """Give the browser the cookie that any form of the console sets; its token for the header."""
    request = HttpRequest()
    token = get_token(request)
    browser.cookies[settings.CSRF_COOKIE_NAME] = request.META["CSRF_COOKIE"]
    return token


def assert_problem(response: HttpResponse, status: int) -> None:
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"


def test_nobody_is_told_how_to_sign_in() -> None:
    response = ApiClient(None).get("/executions")
    assert_problem(response, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "cops_x", "bearer\tx"])
def test_a_header_without_a_good_token_is_refused(header: str) -> None:
    assert_problem(Client(headers={"Authorization": header}).get(READ), 401)


def test_a_bad_token_is_not_saved_by_a_good_session() -> None:
    browser = signed_in(Role.ADMIN)
    assert_problem(browser.get(READ, headers={"Authorization": "Bearer x"}), 401)


def test_the_scheme_may_be_written_in_any_case() -> None:
    _, raw = create_token("ci", Role.VIEWER)
    assert Client(headers={"Authorization": f"bearer {raw}"}).get(READ).status_code == 200


def test_a_token_needs_no_csrf() -> None:
    _, raw = create_token("ci", Role.OPERATOR)
    client = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {raw}"})
    assert_problem(client.post(CANCEL, content_type="application/json"), 404)


def test_a_session_reads() -> None:
    assert signed_in(Role.VIEWER).get(READ).status_code == 200


def test_a_post_with_the_cookie_alone_is_refused() -> None:
    assert_problem(signed_in(Role.OPERATOR).post(CANCEL), 403)


def test_a_post_with_the_cookie_and_a_wrong_csrf_token_is_refused() -> None:
    browser = signed_in(Role.OPERATOR)
    csrf_of(browser)
    assert_problem(browser.post(CANCEL, headers={"X-CSRFToken": "x" * 64}), 403)


def test_a_post_with_the_cookie_and_the_csrf_token_passes() -> None:
    browser = signed_in(Role.OPERATOR)
    headers = {"X-CSRFToken": csrf_of(browser)}
    assert_problem(browser.post(CANCEL, content_type="application/json", headers=headers), 404)


@pytest.mark.parametrize("content", [b"", b"--x", b"--x--", b"--x\r\n\r\n\r\n--x--"])
def test_a_form_is_read_for_its_csrf_token_and_refused_as_a_body(content: bytes) -> None:
    browser = signed_in(Role.OPERATOR)
    headers = {"X-CSRFToken": csrf_of(browser)}
    for path in ("/api/v1/executions", CANCEL):
        response = browser.generic("POST", path, content, "multipart/form-data; boundary=x", headers=headers)
        assert 400 <= response.status_code < 500
        assert_problem(response, response.status_code)


def test_a_sessions_role_is_that_of_its_groups() -> None:
    browser = signed_in(Role.VIEWER)
    response = browser.post(CANCEL, headers={"X-CSRFToken": csrf_of(browser)})
    assert_problem(response, 403)
    assert "operator" in response.json()["detail"]


def test_a_user_without_a_role_may_not_even_read() -> None:
    assert_problem(signed_in(None).get(READ), 403)


def test_a_superuser_is_an_admin() -> None:
    browser = signed_in(None, is_superuser=True)
    response = browser.post(
        "/api/v1/agents", {}, content_type="application/json", headers={"X-CSRFToken": csrf_of(browser)}
    )
    assert_problem(response, 422)


def test_a_user_who_was_switched_off_is_nobody() -> None:
    browser = signed_in(Role.ADMIN)
    User.objects.update(is_active=False)
    assert_problem(browser.get(READ), 401)
