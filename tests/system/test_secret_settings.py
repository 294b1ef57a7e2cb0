"""A setting that is a secret is stored sealed, whoever stores it; what was stored plain before is sealed."""

import pytest
from django.db import connection
from django.test import Client

from system import app_settings
from system.app_settings import Setting
from system.models import AppSetting
from system.roles import Role
from tests.console import console_url, signed_in
from tests.faults.home import Home
from tests.system.audit_log import actions, last_changes, stored_text

KEY = "mail.password"


@pytest.fixture
def secret(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    password = Setting(KEY, str, AppSetting.ValueType.STRING, "", "mail", "of the account", is_secret=True)
    monkeypatch.setattr(app_settings, "SETTINGS", {**app_settings.SETTINGS, KEY: password})


def stored() -> dict[str, object]:
    return AppSetting.objects.filter(key=KEY).values("value", "sealed", "is_secret").get()


def test_what_is_set_is_sealed_and_comes_back(secret: None) -> None:
    app_settings.set_value(KEY, "hunter2")
    assert "hunter2" not in str(stored())
    assert stored()["value"] == ""
    assert app_settings.get(KEY) == "hunter2"
    assert actions() == ["setting.change"]
    assert last_changes() == {"value": {"before": "", "after": "••••"}}
    assert "hunter2" not in stored_text()


def test_what_an_earlier_version_stored_plain_is_sealed_at_the_start(secret: None) -> None:
    AppSetting.objects.create(key=KEY, value="hunter2")
    app_settings.ensure_defaults()
    assert stored()["is_secret"] is True
    assert "hunter2" not in str(stored())
    assert app_settings.get(KEY) == "hunter2"


def test_the_console_seals_what_it_is_given_and_shows_nothing(secret: None) -> None:
    app_settings.ensure_defaults()
    url = console_url(AppSetting, "change", AppSetting.objects.get(key=KEY).pk)
    admin: Client = signed_in(Role.ADMIN)
    assert admin.post(url, {"value": "hunter2"}).status_code == 302
    assert app_settings.get(KEY) == "hunter2"
    assert "hunter2" not in str(stored())
    assert "hunter2" not in admin.get(url).content.decode()
    admin.post(url, {"value": ""})
    assert app_settings.get(KEY) == "hunter2"


def test_the_migration_seals_and_opens_again(any_home: Home) -> None:
    any_home.migrate("system", "0007")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO system_appsetting (key, value, is_secret)"
            f" VALUES ('{KEY}', 'hunter2', true), ('plain', 'v', false)"
        )
    any_home.migrate("system", "0008")
    rows = {key: (value, sealed) for key, value, sealed in settings_with("sealed")}
    assert rows["plain"] == ("v", "")
    assert rows[KEY][0] == ""
    assert rows[KEY][1].startswith("gAAAA")
    any_home.migrate("system", "0007")
    opened = {key: value for key, value, _ in settings_with("key")}
    assert opened == {KEY: "hunter2", "plain": "v"}
    any_home.migrate()


def settings_with(column: str) -> list[tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, value, {column} FROM system_appsetting")
        return cursor.fetchall()
