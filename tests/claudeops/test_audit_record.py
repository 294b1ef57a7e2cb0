"""Whatever is changed, launched or stopped is on record once: by whom, through which door, and how."""

import io
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import get_commands
from django.test import Client

from agents.models import AgentConfiguration
from costs.models import Budget, ModelPrice
from executions.models import Execution
from manage import PROCESSES, asker_of, run
from scheduling.models import Hook, JobRun, Schedule
from system import app_settings
from system.askers import Door
from system.models import ApiToken, AppSetting, AuditEntry, NotificationRule, NotificationTarget
from system.roles import Role
from system.tokens import create_token
from tests.api_clients import ApiClient
from tests.console import CONFIG, PASSWORD, a_user, a_waiting_execution, an_agent, console_url, signed_in
from tests.system.audit_log import actions, last, last_changes

pytestmark = pytest.mark.django_db

PRICE = {
    "model": "claude-next-1", "valid_from": "2026-01-01T00:00:00Z", "input": "1", "output": "5", "w5": "1.25",
    "w1": "2", "read": "0.1", "web_search": "0.01",
}  # fmt: skip
AGENT = {"agent_type": "nightly", "name": "Nightly", "config": CONFIG}


@dataclass(frozen=True)
class Deed:
    do: Callable[[Any], object]
    action: str
    target: str
    changes: dict[str, Any]

    def __str__(self) -> str:
        return self.action


def became(before: Any, after: Any) -> dict[str, Any]:
    return {"before": before, "after": after}


@pytest.fixture
def api() -> ApiClient:
    """With an agent, a budget and an execution that waits; what was done until here is not looked at."""
    an_agent(max_concurrent_executions=5)
    Budget.objects.create(name="month", amount_usd="10")
    a_waiting_execution("other")
    return ApiClient(Role.ADMIN)


def patch(path: str, **fields: Any) -> Callable[[ApiClient], object]:
    return lambda api: api.call("PATCH", path, fields)


def cancel(api: ApiClient) -> object:
    return api.post(f"/executions/{Execution.objects.get().uid}/cancel")


def price(method: str, body: Any) -> Callable[[ApiClient], object]:
    def ask(api: ApiClient) -> object:
        api.post("/costs/prices", PRICE)
        return api.call(method, f"/costs/prices/{ModelPrice.objects.latest('pk').pk}", body)

    return ask


BY_API = [
    Deed(lambda api: api.post("/agents", AGENT), "agent.create", "nightly", {"name": "Nightly"}),
    Deed(
        patch("/agents/disk-space", enabled=False),
        "agent.change",
        "disk-space",
        {"enabled": became(True, False)},
    ),
    Deed(
        patch("/agents/disk-space", config={"steps": [{**CONFIG["steps"][0], "name": "CPUs"}]}),
        "agent.change",
        "disk-space",
        {"config.steps": became(CONFIG["steps"], [{**CONFIG["steps"][0], "name": "CPUs"}])},
    ),
    Deed(
        lambda api: api.call("DELETE", "/agents/disk-space"), "agent.delete", "disk-space", {"enabled": True}
    ),
    Deed(cancel, "execution.cancel", "", {"agent": "other", "outcome": "cancelled"}),
    Deed(
        lambda api: api.post("/costs/budgets", {"name": "day", "period": "day", "amount_usd": "2"}),
        "budget.create",
        "day",
        {"amount_usd": "2", "period": "day"},
    ),
    Deed(
        patch("/costs/budgets/month", amount_usd="20"),
        "budget.change",
        "month",
        {"amount_usd": became("10", "20")},
    ),
    Deed(lambda api: api.call("DELETE", "/costs/budgets/month"), "budget.delete", "month", {}),
    Deed(
        lambda api: api.post("/costs/prices", PRICE),
        "price.create",
        "claude-next-1 from 2026-01-01 00:00",
        {"input": "1"},
    ),
    Deed(
        price("PATCH", {"input": "2"}),
        "price.change",
        "claude-next-1 from 2026-01-01 00:00",
        {"input": became("1", "2")},
    ),
    Deed(price("DELETE", None), "price.delete", "claude-next-1 from 2026-01-01 00:00", {"input": "1"}),
]


@pytest.mark.parametrize("deed", BY_API, ids=str)
def test_what_is_done_through_the_api(api: ApiClient, deed: Deed) -> None:
    before = len(actions())
    response: Any = deed.do(api)
    assert response.status_code < 300, response.content
    new = actions()[before:]
    assert new.count(deed.action) == 1
    require(deed, "api", "admin of the test")
    assert last().token.startswith("cops_")


def require(deed: Deed, door: str, actor: str) -> None:
    entry, changes = last(), last_changes()
    assert (entry.action, entry.door, entry.actor) == (deed.action, door, actor)
    assert deed.target in entry.target
    assert deed.changes.items() <= changes.items(), changes


def test_a_launch_and_a_refusal_through_the_api(api: ApiClient) -> None:
    launched = api.post("/agents/disk-space/run", {}).json()
    assert (last().action, last().target) == ("execution.launch", launched["id"])
    assert last_changes() == {"agent": "disk-space", "node": "localhost", "trigger": "manual"}
    api.call("PATCH", "/agents/disk-space", {"enabled": False})
    assert api.post("/agents/disk-space/run", {}).status_code == 409
    assert (last().action, last().target) == ("execution.refuse", "disk-space")
    assert last_changes()["limit"] == "enabled"


def test_what_is_refused_changes_nothing_and_is_not_on_record(api: ApiClient) -> None:
    before = len(actions())
    assert api.call("PATCH", "/agents/disk-space", {"config": {"steps": []}}).status_code == 422
    assert api.call("PATCH", "/costs/budgets/month", {"amount_usd": "-1"}).status_code == 422
    assert api.post("/costs/budgets", {"name": "month", "amount_usd": "1"}).status_code in (409, 422)
    assert api.call("PATCH", "/agents/disk-space", {"enabled": True}).status_code == 200  # as it is
    assert len(actions()) == before


def test_reports_of_agents_elsewhere_are_not_on_record(api: ApiClient) -> None:
    before = len(actions())
    assert api.post("/tracking/executions", {"agent_type": "x", "entries": []}).status_code == 201
    assert len(actions()) == before


@pytest.fixture
def admin() -> Client:
    an_agent(max_concurrent_executions=5)
    a_waiting_execution("other")
    app_settings.ensure_defaults()
    a_user("somebody", Role.VIEWER)
    return signed_in(Role.ADMIN)


def form_of(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the form at `url`, with `changes`."""
    form = client.get(url).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    filled = {name: value for name, value in values.items() if value is not None and value is not False}
    return {**filled, **changes}


def changed(model: Any, key: Any, **changes: Any) -> Callable[[Client], object]:
    def post(client: Client) -> object:
        url = console_url(model, "change", key())
        return client.post(url, form_of(client, url, **changes))

    return post


def added(model: Any, **values: Any) -> Callable[[Client], object]:
    def post(client: Client) -> object:
        url = console_url(model, "add")
        return client.post(url, form_of(client, url, **values))

    return post


def deleted(model: Any, key: Any) -> Callable[[Client], object]:
    return lambda client: client.post(console_url(model, "delete", key()), {"post": "yes"})


def pressed(model: Any, name: str, key: Any) -> Callable[[Client], object]:
    return lambda client: client.post(console_url(model, name, key()))


def pk_of(model: Any, **which: Any) -> Callable[[], Any]:
    return lambda: model.objects.get(**which).pk


def a_token() -> int:
    return create_token("ci", Role.VIEWER)[0].pk


def a_job() -> int:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    job = JobRun.objects.create(name="verify-cost-sums", due_at=at, state="completed", ended_at=at)
    return job.pk


def a_budget() -> int:
    return Budget.objects.create(name="month", amount_usd="10").pk


def a_schedule() -> int:
    agent = AgentConfiguration.objects.get(agent_type="disk-space")
    return Schedule.objects.create(name="Nightly", agent=agent, cron_expression="0 3 * * *").pk


def a_hook() -> int:
    agent = AgentConfiguration.objects.get(agent_type="disk-space")
    return Hook.objects.create(slug="deploy", name="Deploy", agent=agent, secret="x" * 32).pk


def a_target() -> int:
    return NotificationTarget.objects.create(
        name="phone", kind="apprise", url="json://10.0.0.1", scheme="json"
    ).pk


def a_rule() -> int:
    return NotificationRule.objects.create(name="all", target_id=a_target()).pk


SOMEBODY, DISK = pk_of(User, username="somebody"), pk_of(AgentConfiguration, agent_type="disk-space")
BY_CONSOLE = [
    Deed(
        added(AgentConfiguration, agent_type="nightly", name="Nightly"),
        "agent.create",
        "nightly",
        {"name": "Nightly"},
    ),
    Deed(
        changed(AgentConfiguration, DISK, name="Disks"),
        "agent.change",
        "disk-space",
        {"name": became("Disk-Space", "Disks")},
    ),
    Deed(deleted(AgentConfiguration, DISK), "agent.delete", "disk-space", {"name": "Disk-Space"}),
    Deed(pressed(AgentConfiguration, "run", DISK), "execution.launch", "", {"agent": "disk-space"}),
    Deed(
        pressed(Execution, "cancel", lambda: Execution.objects.get().uid),
        "execution.cancel",
        "",
        {"outcome": "cancelled"},
    ),
    Deed(
        added(Budget, name="day", scope="all", period="day", amount_usd="2"),
        "budget.create",
        "day",
        {"amount_usd": "2"},
    ),
    Deed(
        changed(Budget, a_budget, amount_usd="20"),
        "budget.change",
        "month",
        {"amount_usd": became("10", "20")},
    ),
    Deed(deleted(Budget, a_budget), "budget.delete", "month", {"amount_usd": "10"}),
    Deed(
        changed(AppSetting, pk_of(AppSetting, key="executions.paused"), value="true"),
        "setting.change",
        "executions.paused",
        {"value": became(False, True)},
    ),
    Deed(pressed(ApiToken, "revoke", a_token), "token.revoke", "ci", {}),
    Deed(pressed(JobRun, "run", a_job), "job.run", "verify-cost-sums", {"node": "localhost"}),
    Deed(
        added(User, username="new", password1="correct horse 9", password2="correct horse 9"),
        "user.create",
        "new",
        {"username": "new", "password": "••••"},
    ),
    Deed(changed(User, SOMEBODY, groups=[]), "user.change", "somebody", {"groups": became(["viewer"], [])}),
    Deed(deleted(User, SOMEBODY), "user.delete", "somebody", {"groups": ["viewer"]}),
    Deed(
        changed(Schedule, a_schedule, name="Daily"),
        "schedule.change",
        "Daily",
        {"name": became("Nightly", "Daily")},
    ),
    Deed(deleted(Schedule, a_schedule), "schedule.delete", "Nightly", {"cron_expression": "0 3 * * *"}),
    Deed(
        changed(Hook, a_hook, name="Deployed"),
        "webhook.change",
        "deploy",
        {"name": became("Deploy", "Deployed")},
    ),
    Deed(deleted(Hook, a_hook), "webhook.delete", "deploy", {"name": "Deploy", "secret": "••••"}),
    Deed(
        changed(NotificationTarget, a_target, enabled=""),
        "notification-target.change",
        "phone",
        {"enabled": became(True, False)},
    ),
    Deed(deleted(NotificationTarget, a_target), "notification-target.delete", "phone", {"url": "••••"}),
    Deed(
        changed(NotificationRule, a_rule, digest_minutes=5),
        "notification-rule.change",
        "all",
        {"digest_minutes": became(0, 5)},
    ),
    Deed(deleted(NotificationRule, a_rule), "notification-rule.delete", "all", {}),
]


@pytest.mark.parametrize("deed", BY_CONSOLE, ids=str)
def test_what_is_done_in_the_console(admin: Client, deed: Deed) -> None:
    response: Any = deed.do(admin)
    assert response.status_code == 302, response.context["adminform"].form.errors
    require(deed, "console", "the admin")
    assert actions().count(deed.action) == 1
    assert last().address == "127.0.0.1"


def test_a_form_that_is_wrong_and_one_that_changes_nothing(admin: Client) -> None:
    url = console_url(AgentConfiguration, "change", DISK())
    assert admin.post(url, form_of(admin, url, timeout_ms=-1)).status_code == 200
    assert admin.post(url, form_of(admin, url)).status_code == 302
    assert actions() == []


def type_(*arguments: str) -> None:
    """At the shell: manage.py and `arguments`."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        run(["manage.py", *arguments])


@pytest.mark.django_db(transaction=True)
def test_what_is_typed_at_the_shell() -> None:
    an_agent()
    for arguments, action, target in (
        ("create_api_token ci --role viewer", "token.create", "ci"),
        ("run_agent disk-space", "execution.launch", ""),
        ("run_job verify-cost-sums", "job.run", "verify-cost-sums"),
        ("reprice --from 2026-11-01 --to 2026-11-02 --apply", "costs.reprice", "2026-11-01 to 2026-11-02"),
        ("rotate_keys", "keys.rotate", ""),
    ):
        type_(*arguments.split())
        entry = AuditEntry.objects.get(action=action)
        assert (entry.door, target in entry.target, entry.address != "") == ("command", True, True)
        assert entry.actor not in ("", "command line")
    before = len(actions())
    type_("reprice", "--from", "2026-11-01", "--to", "2026-11-02")
    type_("run_job")
    assert len(actions()) == before


@pytest.mark.django_db(transaction=True)
def test_accounts_that_are_made_at_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    type_("createsuperuser", "--noinput", "--username", "root", "--email", "root@example.org")
    entry = last()
    assert (entry.action, entry.target, entry.door) == ("user.create", "root", "command")
    assert last_changes()["password"] == "••••"
    browser = Client()
    assert browser.post("/login/", {"username": "root", "password": PASSWORD}).status_code == 302
    monkeypatch.setattr("getpass.getpass", lambda prompt: "another horse 9")
    type_("changepassword", "root")
    assert (last().action, last().target, last_changes()) == ("user.password", "root", {"sessions_ended": 1})
    assert browser.get("/").status_code == 302
    assert User.objects.get().check_password("another horse 9")


@pytest.mark.parametrize("command", PROCESSES)
def test_what_a_process_does_by_itself_nobody_has_typed(command: str) -> None:
    assert command == "runserver" or command in get_commands()
    assert asker_of(command).door == Door.HOUSE
    assert asker_of("run_job").door == Door.COMMAND
