"""The two settings of telling: where the console is, and what is called while ClaudeOps lives."""

import pytest
from django.test import Client

from system import app_settings
from system.errors import Invalid
from system.models import AppSetting
from system.roles import Role
from tests.console import console_url, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    app_settings.ensure_defaults()
    return signed_in(Role.ADMIN)


def page_of(key: str) -> str:
    return console_url(AppSetting, "change", AppSetting.objects.get(key=key).pk)


@pytest.mark.parametrize("key", ["console.url", "deadman.url"])
def test_a_url_or_nothing(key: str) -> None:
    assert app_settings.get(key) == ""
    app_settings.set_value(key, "https://ops.example.org")
    assert app_settings.get(key) == "https://ops.example.org"
    with pytest.raises(Invalid, match="A URL begins with"):
        app_settings.set_value(key, "ops.example.org")
    with pytest.raises(Invalid, match="nothing is sent there"):
        app_settings.set_value(key, "http://169.254.169.254/")
    app_settings.set_value(key, "")
    assert app_settings.get(key) == ""


def test_a_secret_is_set_kept_and_forgotten_in_the_console(admin: Client) -> None:
    url = page_of("deadman.url")
    assert admin.post(url, {"value": "https://hc.example/token"}).status_code == 302
    assert "hc.example" not in admin.get(url).content.decode()
    assert admin.post(url, {"value": ""}).status_code == 302
    assert app_settings.get("deadman.url") == "https://hc.example/token"
    assert admin.post(url, {"value": "", "forget": "on"}).status_code == 302
    assert app_settings.get("deadman.url") == ""


def test_what_is_no_secret_has_nothing_to_forget(admin: Client) -> None:
    assert 'name="forget"' not in admin.get(page_of("console.url")).content.decode()
