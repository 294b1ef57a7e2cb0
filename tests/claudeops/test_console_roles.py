"""Every page of the console, as each role, as somebody without one, and as nobody."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern

from agents.models import AgentConfiguration, AgentVersion, Finding
from costs.models import Budget, ModelPrice, MonthlyCostSummary
from executions.models import Execution
from scheduling.models import Hook, JobRun, Schedule
from system.admin_posting import PostingAdmin
from system.models import (
    ApiToken,
    AppSetting,
    AuditEntry,
    Backup,
    ConsoleSession,
    Notification,
    NotificationRule,
    NotificationTarget,
)
from system.roles import Role
from tests.console import Everything, console_url, everything, registered, signed_in

pytestmark = pytest.mark.django_db

FOR_ADMINS: set[type[Model]] = {User, Group, ApiToken, AuditEntry}
ADDED_HERE: set[type[Model]] = {
    AgentConfiguration, Budget, Hook, ModelPrice, NotificationRule, NotificationTarget, Schedule, User
}  # fmt: skip
CHANGED_HERE: set[type[Model]] = {*ADDED_HERE, AppSetting}
NEVER_DELETED: set[type[Model]] = {ApiToken}  # it is added, and then revoked
POSTS = {
    (Execution, "cancel"): Role.OPERATOR,
    (Execution, "rerun"): Role.OPERATOR,
    (AgentConfiguration, "run"): Role.OPERATOR,
    (AgentVersion, "restore"): Role.ADMIN,
    **{(Finding, verdict): Role.OPERATOR for verdict in ("acknowledge", "snooze", "resolve", "reopen")},
    (ApiToken, "revoke"): Role.ADMIN,
    (MonthlyCostSummary, "recompute"): Role.OPERATOR,
    (JobRun, "run"): Role.ADMIN,
    (NotificationTarget, "test"): Role.ADMIN,
    (Notification, "replay"): Role.OPERATOR,
    (NotificationTarget, "replay"): Role.OPERATOR,
    (Backup, "verify"): Role.ADMIN,
    (ConsoleSession, "end"): Role.ADMIN,  # of others; one's own: test_sessions.py
    (Backup, "download"): Role.ADMIN,
    (Hook, "rotate"): Role.ADMIN,
    (Schedule, "run"): Role.OPERATOR,
    (Schedule, "pause"): Role.OPERATOR,
    (Schedule, "resume"): Role.OPERATOR,
}
# What it answers is seen once: it must not be kept for another page.
ANSWERS_WITH_A_PAGE = {(Hook, "rotate")}
# Whose rows are somebody's own: who may not see one is told that there is none.
SOMEBODYS_OWN = {ConsoleSession}
# Tested where they belong: tests/scheduling/test_schedule_console.py, and below.
PAGES_OF_THEIR_OWN = {
    "auth_user_password_change",
    "scheduling_jobrun_start",
    "scheduling_schedule_preview",
    "system_backup_now",
}
FORMS: dict[tuple[type[Model], str], Role] = {
    (Execution, "changes"): Role.OPERATOR,
    (AgentConfiguration, "changes"): Role.OPERATOR,
}
# Pages of a model that are about none of its rows.
LIST_FORMS: dict[tuple[type[Model], str], Role] = {(AgentConfiguration, "import"): Role.ADMIN}
ASKERS = [None, *Role]


@pytest.fixture
def things() -> Everything:
    return everything()


def allows(asker: Role | None, needed: Role | None) -> bool:
    return asker is not None and needed is not None and asker.includes(needed)


def pages(things: Everything) -> Iterator[tuple[str, Role | None]]:
    """Each page with the role it needs; None is a page for nobody."""
    for model in registered():
        view = Role.ADMIN if model in FOR_ADMINS else Role.VIEWER
        key = things.key(model)
        yield console_url(model, "changelist"), view
        yield console_url(model, "change", key), view
        yield console_url(model, "history", key), view
        yield console_url(model, "add"), Role.ADMIN if model in ADDED_HERE | NEVER_DELETED else None
        yield console_url(model, "delete", key), Role.ADMIN if model in ADDED_HERE else None
    for (model, name), needed in FORMS.items():
        yield console_url(model, name, things.key(model)), needed
    for (model, name), needed in LIST_FORMS.items():
        yield console_url(model, name), needed


@pytest.mark.parametrize("asker", ASKERS)
def test_a_page_opens_for_whom_it_should(things: Everything, asker: Role | None) -> None:
    client = signed_in(asker)
    for url, needed in pages(things):
        status = client.get(url).status_code
        if asker is None:
            assert status == 302, url  # to the sign-in
        elif allows(asker, needed):
            assert status in (200, 302), url  # a step is shown on its execution's page
        else:
            assert status == 403, url


def test_nobody_sees_anything(things: Everything) -> None:
    for url, _ in pages(things):
        response = Client().get(url)
        assert response.status_code == 302
        assert response["Location"].startswith("/login/")


def test_the_table_of_posts_is_whole() -> None:
    found = {
        (model, action.name)
        for model in registered()
        if isinstance(page := admin.site.get_model_admin(model), PostingAdmin)
        for action in page.post_actions()
    }
    assert found == set(POSTS)


def test_there_is_no_page_that_the_tables_leave_out() -> None:
    known = {"changelist", "change", "add", "delete", "history", None}
    for model in registered():
        posts = {name for asked, name in (*POSTS, *FORMS, *LIST_FORMS) if asked is model}
        for route in admin.site.get_model_admin(model).get_urls():
            assert isinstance(route, URLPattern)
            page = route.name and route.name.rsplit("_", 1)[-1]
            assert page in known | posts or route.name in PAGES_OF_THEIR_OWN, route


# The pages of the site itself, which need a role, whichever it is; and those that are for all.
SITE_PAGES = {
    "index": "/", "costs_overview": "/costs/overview/", "costs_export": "/costs/overview/days.csv",
    "scheduling_calendar": "/scheduling/calendar/",
    "metrics": "/system/metrics/",
    "search": "/search/", "app_list": "/system/",
    "password_change": "/password_change/", "password_change_done": "/password_change/done/",
    "autocomplete": "/autocomplete/", "jsi18n": "/jsi18n/", "view_on_site": "/r/1/1/",
}  # fmt: skip
FOR_ALL = {"login", "logout"}


def test_the_table_of_the_sites_own_pages_is_whole() -> None:
    named = {route.name for route in admin.site.get_urls() if isinstance(route, URLPattern) and route.name}
    assert named == SITE_PAGES.keys() | FOR_ALL


@pytest.mark.parametrize("asker", ASKERS)
def test_a_page_of_the_site_opens_for_any_role(things: Everything, asker: Role | None) -> None:
    client = signed_in(asker)
    for url in SITE_PAGES.values():
        for who in (client, Client()):
            location = who.get(url).headers.get("Location", "")
            assert location.startswith("/login/") == (asker is None or who is not client), url


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize(("model", "name"), list(POSTS))
def test_a_button_works_for_whom_it_should(
    things: Everything, model: type[Model], name: str, asker: Role | None
) -> None:
    url = console_url(model, name, things.key(model))
    response = signed_in(asker).post(url)
    if asker is None:
        assert response["Location"].startswith("/login/")
    else:
        done = 200 if (model, name) in ANSWERS_WITH_A_PAGE else 302
        refused = 404 if model in SOMEBODYS_OWN else 403
        assert response.status_code == (done if allows(asker, POSTS[model, name]) else refused)


@pytest.mark.parametrize("asker", [Role.VIEWER, Role.OPERATOR])
def test_who_may_only_look_cannot_save(things: Everything, asker: Role) -> None:
    client = signed_in(asker)
    for model in CHANGED_HERE:
        assert client.post(console_url(model, "change", things.key(model)), {"name": "x"}).status_code == 403
    things.agent.refresh_from_db()
    assert things.agent.name == "Disk-Space"


def test_buttons_are_offered_to_those_who_may_press_them(things: Everything) -> None:
    page = console_url(Execution, "change", things.waiting.uid)
    assert "/cancel/" not in signed_in(Role.VIEWER).get(page).content.decode()
    assert "/cancel/" in signed_in(Role.OPERATOR).get(page).content.decode()
    agents = console_url(AgentConfiguration, "changelist")
    assert "Run now" not in Client().get(agents).content.decode()


def test_nobody_deletes_themself() -> None:
    client = signed_in(Role.ADMIN)
    me = User.objects.get(username="the admin")
    assert client.get(console_url(User, "delete", me.pk)).status_code == 403


def test_only_admins_set_passwords(things: Everything) -> None:
    url = f"/auth/user/{things.key(User)}/password/"
    assert signed_in(Role.OPERATOR).get(url).status_code == 403
    assert signed_in(Role.ADMIN).get(url).status_code == 200
