"""The console in Chromium: under its content security policy, on a desk and on a phone."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Response, sync_playwright

from tests.console import PASSWORD
from tests.databases import BASE_DIR, Database

pytestmark = pytest.mark.browser

# Prints the address of every page there is, of which nothing is empty.
SEED = f"""
import json
from django.contrib.auth.models import User
from executions.models import Execution
from tests.console import an_agent, console_url, everything, registered
User.objects.create_superuser("root", password="{PASSWORD}")
things = everything()
idle = an_agent("idle", name="Idle")
edited = an_agent("edited", name="Edited")
pages = ["/", "/costs/overview/", "/system/metrics/", "/system/"]
pages += ["/password_change/", "/auth/user/1/password/"]
for model in registered():
    pages += [console_url(model, "changelist"), console_url(model, "change", things.key(model))]
    pages += [console_url(model, "history", things.key(model))]
for execution in Execution.objects.all():
    pages.append(console_url(Execution, "change", execution.uid))
pages += [console_url(type(idle), "changes", idle.pk), "/agents/agentconfiguration/import/"]
for name in ("agents_agentconfiguration", "auth_user", "scheduling_schedule"):
    pages += ["/" + name.replace("_", "/", 1) + "/add/"]
pages.append(console_url(type(idle), "delete", idle.pk))
print(json.dumps(pages))
"""


@dataclass
class Site:
    url: str
    pages: list[str]


@dataclass
class Visitor:
    """A signed-in tab, and everything that went wrong in it."""

    site: Site
    page: Page
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("response", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def _look(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{response.status} {response.url}")

    def sign_in(self) -> None:
        self.page.goto(f"{self.site.url}/login/")
        self.page.fill("#id_username", "root")
        self.page.fill("#id_password", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_selector("text=Running and waiting")

    def go(self, path: str) -> None:
        self.page.goto(self.site.url + path)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    database = Database(tmp_path_factory.mktemp("data"))
    assert database.manage("migrate").returncode == 0
    seeded = database.manage("shell", "-v0", "-c", SEED)
    assert seeded.returncode == 0, seeded.stderr
    port = free_port()
    environment = {
        **os.environ,
        "CLAUDEOPS_ENV": "development",
        "CLAUDEOPS_DATA_DIR": str(database.data_dir),
        "PORT": str(port),
    }
    command = [sys.executable, "manage.py", "web"]
    with subprocess.Popen(command, cwd=BASE_DIR, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for(port)
            yield Site(f"http://127.0.0.1:{port}", json.loads(seeded.stdout))
        finally:
            server.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def wait_for(port: int) -> None:
    give_up = time.monotonic() + 30
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the web process does not listen")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(params=["desk", "phone"])
def visitor(request: pytest.FixtureRequest, site: Site, chromium: Browser) -> Iterator[Visitor]:
    is_phone = request.param == "phone"
    context = chromium.new_context(
        viewport={"width": 390 if is_phone else 1440, "height": 900},
        color_scheme="dark" if is_phone else "light",
    )
    visitor = Visitor(site, context.new_page())
    visitor.sign_in()
    yield visitor
    context.close()


def test_every_page_is_without_errors_and_nothing_in_it_runs(visitor: Visitor) -> None:
    dialogs: list[str] = []
    visitor.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    for path in visitor.site.pages:
        visitor.go(path)
        assert visitor.problems == [], path
        assert visitor.page.title() != "owned", path
        assert visitor.page.locator("img[src=x]").count() == 0, path
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert visitor.page.evaluate(wider) <= 0, f"{path} is wider than the screen"
    assert dialogs == []


def test_the_policy_stops_a_script_that_got_in_all_the_same(visitor: Visitor) -> None:
    visitor.go("/")
    visitor.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'owned'";
            document.body.append(script);
            const image = document.createElement("img");
            image.setAttribute("onerror", "document.title = 'owned'");
            image.src = "data:image/png,none";
            document.body.append(image);
            return new Promise(done => image.addEventListener("error", done));
        }"""
    )
    assert visitor.page.title() != "owned"
    assert any("Content Security Policy" in problem for problem in visitor.problems)


def test_run_now_and_cancel_are_a_click_each(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/agents/agentconfiguration/?q=idle")
    page.click("text=Run now")
    page.wait_for_url("**/executions/execution/*/change/")
    assert page.locator(".state-pending").is_visible()
    page.click("button:has-text('Cancel')")
    page.wait_for_selector(".state-cancelled")
    page.click("button:has-text('Run again')")
    page.wait_for_selector(".state-pending")
    page.click("button:has-text('Cancel')")
    page.wait_for_selector(".state-cancelled")
    assert visitor.problems == []


def test_filters_open_and_filter(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/executions/execution/")
    assert not page.locator("#changelist-filter").is_visible()
    page.locator("a:visible", has_text="Filters").click()
    page.locator("#changelist-filter a", has_text="Failed").click()
    page.wait_for_url("**status__exact=failed*")
    assert page.locator("#result_list tbody").count() == 1
    assert visitor.problems == []


def test_an_output_opens_without_a_script(visitor: Visitor) -> None:
    visitor.go(next(path for path in visitor.site.pages if "/executions/execution/0" in path))
    output = visitor.page.locator("#step-1 pre").first
    assert not output.is_visible()
    visitor.page.click("#step-1 summary >> text=Output")
    assert output.is_visible()
    assert "onerror" in output.inner_text()


def test_a_schedule_says_what_it_would_do_while_it_is_typed(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/scheduling/schedule/add/")
    panel = page.locator("#schedule-preview")
    assert "once there is a cron expression" in panel.inner_text()
    page.fill("#id_cron_expression", "0 0 3 * * *")
    panel.get_by_text("this one has six.").wait_for()
    page.fill("#id_cron_expression", "0 3 * * MON-FRI")
    panel.get_by_text("At 03:00, Monday through Friday").wait_for()
    assert panel.locator("tbody tr").count() == 5
    assert visitor.problems == []


def open_edited(visitor: Visitor) -> Page:
    visitor.go("/agents/agentconfiguration/?q=edited")
    visitor.page.click(".agent-card h2 a")
    visitor.page.wait_for_selector(".step-edit")
    return visitor.page


def names(page: Page) -> list[str]:
    return [field.input_value() for field in page.locator(".steps-list [data-path$='.name']").all()]


def test_steps_are_edited_as_fields_and_what_is_wrong_is_said_at_the_field(visitor: Visitor) -> None:
    page = open_edited(visitor)
    assert names(page) == ["CPU", "Analyse"]
    page.select_option(".steps-add select", "program")
    page.click("text=Add a step")
    page.keyboard.type("Look <b>")  # the name has the focus, and is selected
    page.fill("[data-path='steps.2.argv']", 'echo\n"two\\nlines"\n--all')
    page.fill("[data-path='steps.2.timeout_ms']", "soon")
    page.locator("button[aria-label^='Move up: step 3']").click()
    assert names(page) == ["CPU", "Look <b>", "Analyse"]
    assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Move up: step 2")
    page.click("[name=_save]")
    wrong = page.locator("[data-path='steps.1.timeout_ms'][aria-invalid=true]")
    wrong.wait_for()
    told = page.locator(f"#{wrong.get_attribute('id')}-wrong")
    assert "valid integer" in told.inner_text()
    assert page.locator(".step-problems").count() == 1
    assert names(page) == ["CPU", "Look <b>", "Analyse"], "nothing is lost"
    wrong.fill("5000")
    page.focus("[data-path='steps.1.name']")
    page.keyboard.press("Alt+ArrowUp")
    assert names(page) == ["Look <b>", "CPU", "Analyse"]
    page.click("[name=_continue]")
    page.wait_for_selector("text=was changed successfully")
    stored = json.loads(page.locator("#id_config").input_value())["steps"]
    assert stored[0]["argv"] == ["echo", "two\nlines", "--all"]
    assert (stored[0]["timeout_ms"], stored[0]["type"]) == (5000, "command")
    page.wait_for_selector(".step-edit")
    page.locator("button[aria-label^='Remove: step 1']").click()
    assert names(page) == ["CPU", "Analyse"]
    page.click("[name=_save]")
    page.wait_for_url("**/agents/agentconfiguration/**")
    assert visitor.problems == []


def test_the_text_and_the_fields_are_one(visitor: Visitor) -> None:
    page = open_edited(visitor)
    page.click("[data-tab=text]")
    text = page.locator("#id_config")
    config = json.loads(text.input_value())
    config["steps"][0]["surprise"] = 1
    config["steps"].append({"name": "Check", "type": "validation", "require": [
        {"step": "CPU", "path": "status", "op": "==", "value": "completed"}]})  # fmt: skip
    text.fill(json.dumps(config))
    page.click("[data-tab=fields]")
    assert names(page) == ["CPU", "Analyse", "Check"]
    page.fill("[data-path='steps.2.require.0.value']", "3")
    page.locator(".steps-rest summary").first.click()
    page.fill("[data-path='analysis.max_tokens']", "2048")
    page.click("[data-tab=text]")
    edited = json.loads(text.input_value())
    assert edited["steps"][2]["require"][0]["value"] == 3
    assert edited["analysis"] == {"max_tokens": 2048}
    assert edited["steps"][0]["surprise"] == 1, "what has no field stays"
    text.fill("steps: [")
    page.click("[data-tab=fields]")
    assert page.locator(".steps-note").is_visible()
    assert text.is_visible()
    assert visitor.problems == []
