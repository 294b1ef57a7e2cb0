"""Settings are edited as what they are; a secret is shown to nobody."""

import json

import pytest
from django.test import Client

from system import app_settings
from system.models import ApiToken, AppSetting, AuditEntry
from system.roles import Role
from system.tokens import create_token
from tests.console import console_url, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin() -> Client:
    app_settings.ensure_defaults()
    return signed_in(Role.ADMIN)


def page_of(key: str) -> str:
    return console_url(AppSetting, "change", AppSetting.objects.get(key=key).pk)


def test_they_stand_by_category_with_what_was_changed_and_by_whom(admin: Client) -> None:
    url = console_url(AppSetting, "changelist")
    assert 'id="retention"' in admin.get(url).content.decode()
    admin.post(page_of("retention.jobs_days"), {"value": "30"})
    page = admin.get(url)
    lines = {line["row"].key: line for _, lines in page.context["categories"] for line in lines}
    assert set(app_settings.SETTINGS) <= set(lines)
    changed = [key for key, line in lines.items() if not line["is_default"]]
    assert changed == ["retention.jobs_days"]
    assert [name for name, _ in page.context["categories"]] == sorted(
        {setting.category for setting in app_settings.SETTINGS.values()}
    )
    audit = f"{console_url(AuditEntry, 'changelist')}?target=retention.jobs_days"
    assert f'href="{audit}"' in page.content.decode()
    assert [entry.action for entry in admin.get(audit).context["cl"].result_list] == ["setting.change"]
    assert 'id="retention"' not in admin.get(f"{url}?category=backup").content.decode()
    for role in (Role.VIEWER, Role.OPERATOR):
        assert "?target=" not in signed_in(role).get(url).content.decode()


def test_the_pause_is_a_choice_of_two(admin: Client) -> None:
    page = admin.get(page_of("executions.paused")).content.decode()
    assert '<option value="true">true</option>' in page
    assert admin.post(page_of("executions.paused"), {"value": "true"}).status_code == 302
    assert app_settings.get("executions.paused") is True


def test_thresholds_are_shown_indented_and_checked(admin: Client) -> None:
    url = page_of("health.thresholds")
    shown = admin.get(url).context["adminform"].form["value"].value()
    limits = json.loads(shown)
    assert "\n  " in shown
    limits["disk_percent"] = {"warning": 99, "critical": 50}
    response = admin.post(url, {"value": json.dumps(limits)})
    assert "disk_percent: warning (99) must not be above critical (50)" in response.content.decode()
    assert app_settings.get("health.thresholds").disk_percent.warning == 85
    limits["disk_percent"] = {"warning": 40, "critical": float("inf")}
    assert admin.post(url, {"value": json.dumps(limits)}).status_code == 200
    limits["disk_percent"] = {"warning": 40, "critical": 50}
    assert admin.post(url, {"value": json.dumps(limits)}).status_code == 302
    assert app_settings.get("health.thresholds").disk_percent.warning == 40


@pytest.mark.parametrize("text", ["", "yes", "1", "{", "null"])
def test_what_is_no_boolean_is_refused(admin: Client, text: str) -> None:
    assert admin.post(page_of("executions.paused"), {"value": text}).status_code == 200
    assert app_settings.get("executions.paused") is False


def test_a_row_that_no_code_knows_cannot_be_edited_into_one(admin: Client) -> None:
    row = AppSetting.objects.create(key="left.over", value="x")
    response = admin.post(console_url(AppSetting, "change", row.pk), {"value": "y"})
    assert "There is no setting" in response.content.decode()


def test_a_read_only_setting_has_no_form(admin: Client) -> None:
    AppSetting.objects.update(is_readonly=True)
    assert "<textarea" not in admin.get(page_of("health.thresholds")).content.decode()
    assert admin.post(page_of("executions.paused"), {"value": "true"}).status_code == 403


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("is_readonly", [True, False])
def test_a_secret_is_on_no_page(role: Role, is_readonly: bool) -> None:
    row = AppSetting.objects.create(
        key="mail.password", sealed="hunter2-hunter2", is_secret=True, is_readonly=is_readonly
    )
    client = signed_in(role)
    for url in (console_url(AppSetting, "changelist"), console_url(AppSetting, "change", row.pk)):
        page = client.get(url).content.decode()
        assert "mail.password" in page
        assert "hunter2" not in page


def test_a_secret_left_empty_stays(admin: Client) -> None:
    row = AppSetting.objects.create(key="mail.password", sealed="hunter2", is_secret=True)
    admin.post(console_url(AppSetting, "change", row.pk), {"value": ""})
    row.refresh_from_db()
    assert row.text == "hunter2"


def test_a_tokens_digest_is_on_no_page() -> None:
    token, raw = create_token("ci", Role.VIEWER)
    admin = signed_in(Role.ADMIN)
    listed = admin.get(console_url(ApiToken, "changelist")).content.decode()
    shown = admin.get(console_url(ApiToken, "change", token.pk)).content.decode()
    for page in (listed, shown):
        assert token.prefix in page
        assert token.digest not in page
        assert raw not in page
    assert "create_api_token NAME --role" in listed
