"""The console: how long its pages take, with 100,000 executions, and how late a change is on the screen."""

import http.client
import json
import math
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright

from tests.benchmarks.history import write_history
from tests.benchmarks.web_process import ROOT, WebProcess, manage, new_database, web_process
from tests.chromium import FLAGS

Row = tuple[str, str, str]
HISTORY = 100_000
REQUESTS = 60
STEPS = 60
LINES = 100_000

SIGN_IN = """
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.create_superuser("bench", password=None))
print(next(cookie.value for name, cookie in client.cookies.items() if "session" in name))
"""
LOG = f"""
from executions.services import create_execution, claim_execution
execution, _ = create_execution(agent_type="talks", node_id="bench")
tracker = claim_execution(execution.pk, owner="bench/1").tracker()
for first in range(0, {LINES}, 1000):
    with tracker.batch() as change:
        for number in range(first, first + 1000):
            change.add_log(f"line {{number}}: fetched 42 files from the server in 1.2 s")
print(execution.uid)
"""
UID = "from executions.models import Execution; print(Execution.objects.latest('pk').uid)"
# Notes of each step when the frame that shows it has been painted.
WATCH = """() => {
    window.painted = {};
    const note = () => {
        const words = document.querySelector("[data-active-rows] [data-field=step]")?.textContent;
        const number = words?.match(/number (\\d+)/)?.[1];
        if (number === undefined || number in window.painted) return;
        window.painted[number] = 0;
        requestAnimationFrame(() => {
            const channel = new MessageChannel();
            channel.port1.onmessage = () => {
                window.painted[number] = performance.timeOrigin + performance.now();
            };
            channel.port2.postMessage(0);
        });
    };
    new MutationObserver(note).observe(document.querySelector("[data-active-rows]"),
        {childList: true, subtree: true, characterData: true});
}"""

# Milliseconds between frames while the log is scrolled by 40 lines in each.
SCROLL = """() => new Promise(done => {
    const view = document.querySelector("[data-log-view]");
    const frames = [];
    let before = performance.now();
    const step = () => {
        const now = performance.now();
        frames.push(now - before);
        before = now;
        view.scrollTop -= 800;
        if (frames.length < 300) requestAnimationFrame(step); else done(frames.slice(1));
    };
    requestAnimationFrame(step);
})"""


def main() -> list[Row]:
    with new_database() as (environment, database):
        write_history(database, HISTORY)
        session = manage(environment, "shell", "-v0", "-c", SIGN_IN).split()[-1]
        uid = manage(environment, "shell", "-v0", "-c", UID).split()[-1]
        with web_process(environment, database) as web:
            cookie = {"Cookie": f"claudeops_session_{web.port}={session}"}
            pages = {
                "the front page": "/",
                "the list of executions": "/executions/execution/",
                "the page of one": f"/executions/execution/{uid}/change/",
            }
            rows = [
                (f"{name}, 100,000 executions: median, p95", _page(web, path, cookie), "150 ms (p95)")
                for name, path in pages.items()
            ]
            if shutil.which("chromium"):
                talking = manage(environment, "shell", "-v0", "-c", LOG).split()[-1]
                with _chromium(web, session) as page:
                    rows += [_painted(page, environment), *_scrolled(page, talking)]
    return rows


def _page(web: WebProcess, path: str, headers: dict[str, str]) -> str:
    """Milliseconds until the last byte, by one client on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", web.port)
    times = []
    for _ in range(REQUESTS):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise AssertionError(f"{path}: {answer.status}")
    return _spread(times[5:])


@contextmanager
def _chromium(web: WebProcess, session: str) -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        url = f"http://127.0.0.1:{web.port}"
        context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=url)
        context.add_cookies([{"name": f"claudeops_session_{web.port}", "value": session, "url": url}])
        yield context.new_page()
        browser.close()


def _painted(page: Page, environment: dict[str, str]) -> Row:
    page.goto("/")
    page.locator("[data-connection][data-state=live]").wait_for()
    late = _lateness(page, environment)
    name = f"commit → painted pixel on the front page, median and p95 of {len(late)}"
    return name, _spread(late), "100 ms (median)"


def _scrolled(page: Page, uid: str) -> list[Row]:
    began = time.perf_counter()
    page.goto(f"/executions/execution/{uid}/change/")
    page.get_by_text(f"line {LINES - 1}:").wait_for()
    opened = (time.perf_counter() - began) * 1000
    frames = page.evaluate(SCROLL)
    began = time.perf_counter()
    page.locator("[data-log-search]").fill("line 777:")
    page.locator("[data-log-status]", has_text="1 of").wait_for()
    searched = (time.perf_counter() - began) * 1000
    lines = f"{LINES:,} lines of log"
    return [
        (f"{lines}: until the last one is seen", f"{opened:.0f} ms", "—"),
        (f"{lines}: between frames while it scrolls, median and p95", _spread(frames), "17 ms (60 a second)"),
        (f"{lines}: found by a search, the first time", f"{searched:.0f} ms", "—"),
    ]


def _spread(times: list[float]) -> str:
    ordered = sorted(times)
    return f"{statistics.median(ordered):.0f} ms, {ordered[math.ceil(len(ordered) * 0.95) - 1]:.0f} ms"


def _lateness(page: Page, environment: dict[str, str]) -> list[float]:
    page.evaluate(WATCH)
    writing = {**environment, "DJANGO_SETTINGS_MODULE": "claudeops.settings"}
    command = [sys.executable, "-m", "tests.benchmarks.step_writer", str(STEPS)]
    with subprocess.Popen(command, cwd=ROOT, env=writing, stdout=subprocess.PIPE, text=True) as writer:
        while writer.poll() is None:
            page.wait_for_timeout(100)
        assert writer.stdout is not None
        committed = json.loads(writer.stdout.read())
    painted = page.evaluate("window.painted")
    return sorted(painted[number] - at for number, at in committed.items() if painted.get(number))


if __name__ == "__main__":
    for row in main():
        sys.stdout.write(" | ".join(row) + "\n")
