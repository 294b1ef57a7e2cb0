"""Every page says what a browser may do with it."""

import re

import pytest
from django.contrib import admin
from django.test import Client

from claudeops.api import api
from system.roles import Role
from tests.api_clients import ApiClient
from tests.console import console_url, everything, registered, signed_in

pytestmark = pytest.mark.django_db

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-eval'",  # Alpine, which the theme stands on, evaluates its attributes
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "frame-ancestors": "'none'",
    "form-action": "'self'",
    "base-uri": "'self'",
    "object-src": "'none'",
}
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)[^>]*>", re.IGNORECASE)
OF_DJANGO = ("/", "/login/", "/password_change/", "/costs/overview/", "/no/such/page/", "/api/v1/docs")


def require_headers(url: str, response: object) -> None:
    found = response.headers  # type: ignore[attr-defined]
    policy = dict(part.strip().split(" ", 1) for part in found["Content-Security-Policy"].split(";"))
    assert policy == POLICY, url
    for name, value in HEADERS.items():
        assert found[name] == value, (url, name)


def test_of_the_console() -> None:
    things = everything()
    browser = signed_in(Role.ADMIN)
    pages = [
        *OF_DJANGO,
        *(console_url(model, "changelist") for model in registered()),
        *(console_url(model, "change", things.key(model)) for model in registered()),
        *(console_url(model, "add") for model in registered()),
    ]
    for url in pages:
        response = browser.get(url)
        require_headers(url, response)
        if response.status_code == 200 and url not in ("/api/v1/docs",):
            assert "no-store" in response.headers["Cache-Control"], url
            assert not SCRIPT.search(response.content.decode()), url


def test_of_a_stranger() -> None:
    for url in ("/", "/login/", "/agents/agentconfiguration/", "/api/v1/agents", "/no/such/page/"):
        require_headers(url, Client().get(url))


def test_of_the_api() -> None:
    client = ApiClient(Role.ADMIN)
    for path, operations in api.get_openapi_schema()["paths"].items():
        if "get" in operations and "{" not in path:
            url = path.removeprefix("/api/v1")
            response = client.get(url)
            require_headers(url, response)
            assert response.headers["Cache-Control"] == "no-store", url


def test_nothing_of_the_queue_has_a_page() -> None:
    browser = signed_in(Role.ADMIN)
    assert not [model for model in admin.site._registry if model._meta.app_label == "django_q"]
    for name in ("schedule", "success", "failure", "ormq"):
        assert browser.get(f"/django_q/{name}/").status_code == 404
