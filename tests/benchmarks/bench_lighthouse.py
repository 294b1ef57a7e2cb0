"""Lighthouse on the console, as on a desk and on a slow phone. Left out where node or Chromium is missing.

Its scores fall with what else the machine does: it watches how long a page keeps a processor busy.
"""

import json
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from tests.benchmarks.bench_console import SIGN_IN
from tests.benchmarks.history import write_history
from tests.benchmarks.web_process import WebProcess, free_port, manage, new_database, web_process
from tests.chromium import FLAGS

Row = tuple[str, str, str]
LIGHTHOUSE = "lighthouse@12"  # the major version: scores of another are not to be compared
GOAL = "95, 95"
HISTORY = 5_000
RUN_SECONDS = 180
ROUNDS, ATTEMPTS = 3, 3
CATEGORIES = ("performance", "accessibility")
PRESETS = {"desk": ["--preset=desktop"], "phone": []}
# What a working installation has: agents, a machine that was sampled all day, a run with a report; its uid.
SEED = """
from datetime import timedelta
from django.utils import timezone
from claudeops.first_start import _seed
from executions.services import claim_execution, create_execution
from system.models import Node, SystemMetric
_seed(lambda said: None)
now = timezone.now()
Node.objects.create(name="localhost", hostname="attic", workers=2, worker_seen_at=now)
SystemMetric.objects.bulk_create(
    SystemMetric(timestamp=now - timedelta(minutes=5 * ago), cpu_usage_percent=20 + ago % 30,
                 memory_usage_percent=40, disk_usage_percent=61, overall_health="healthy")
    for ago in range(288))
execution, _ = create_execution(agent_type="system-health", node_id="localhost")
tracker = claim_execution(execution.pk, owner="localhost/1").tracker()
finding = {"severity": "warning", "evidence": "91 % full", "recommendation": "Empty it.", "command": "du /"}
findings = [{**finding, "title": f"Disk {number}"} for number in range(4)]
with tracker.batch() as change:
    for name in ("CPU", "Memory", "Disks", "Network", "Processes", "Updates", "Analyse"):
        number = change.add_step(name)
        change.start_step(number)
        for line in range(40):
            change.add_log(f"{name}: line {line} of what was measured", step_number=number)
        change.complete_step(number, output="as it should be " * 20)
    change.complete(ai_analysis={"analyst": "rules", "model": None, "overall_health": "warning",
                                 "summary": "The disk fills.", "findings": findings})
print(execution.uid)
"""


def main() -> list[Row]:
    command, chromium = _lighthouse(), shutil.which("chromium")
    if not command or not chromium:
        return [("Lighthouse: performance, accessibility", "left out: node or Chromium is missing", GOAL)]
    with new_database() as (environment, database):
        write_history(database, HISTORY)
        session = manage(environment, "shell", "-v0", "-c", SIGN_IN).split()[-1]
        uid = manage(environment, "shell", "-v0", "-c", SEED).split()[-1]
        pages = {
            "the front page": "/",
            "an execution": f"/executions/execution/{uid}/change/",
            "the list of executions": "/executions/execution/",
            "the list of agents": "/agents/agentconfiguration/",
        }
        with (
            web_process(environment, database) as web,
            signed_in(chromium, web, session) as (browser, port),
        ):
            return [
                (
                    f"Lighthouse, {name} on a {screen}: performance, accessibility",
                    scores(command, port, browser, f"http://127.0.0.1:{web.port}{path}", screen),
                    GOAL,
                )
                for name, path in pages.items()
                for screen in PRESETS
            ]


def _lighthouse() -> list[str]:
    if found := shutil.which("lighthouse"):
        return [found]
    return ["npx", "--yes", LIGHTHOUSE] if shutil.which("npx") else []


@contextmanager
def signed_in(chromium: str, web: WebProcess, session: str) -> Iterator[tuple[BrowserContext, int]]:
    """A browser of somebody who is signed in, and the port where it takes orders.

    A cookie in Lighthouse's own `--extra-headers` would not go with sockets, nor with what scripts fetch.
    """
    port = free_port()
    flags = [*FLAGS, f"--remote-debugging-port={port}"]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory(prefix="claudeops-browser-") as home:
        browser = playwright.chromium.launch_persistent_context(home, executable_path=chromium, args=flags)
        name = f"claudeops_session_{web.port}"
        browser.add_cookies([{"name": name, "value": session, "url": f"http://127.0.0.1:{web.port}"}])
        yield browser, port
        browser.close()


def scores(command: list[str], port: int, browser: BrowserContext, url: str, screen: str) -> str:
    """Performance and accessibility, of 100: the medians of some runs, of a page shown before."""
    with browser.new_page() as page:
        page.goto(url)
    runs = [_run([*command, url, *PRESETS[screen], f"--port={port}"]) for _ in range(ROUNDS)]
    return ", ".join(f"{100 * statistics.median(of_one):.0f}" for of_one in zip(*runs, strict=True))


def _run(command: list[str]) -> tuple[float, ...]:
    """The scores of one run. Once in dozens of runs Lighthouse loses its tab; then there is another."""
    with tempfile.TemporaryDirectory(prefix="claudeops-lighthouse-") as directory:
        result = Path(directory) / "result.json"
        options = [f"--only-categories={','.join(CATEGORIES)}", "--output=json", f"--output-path={result}"]
        for _ in range(ATTEMPTS):
            done = subprocess.run(
                [*command, "--quiet", *options], timeout=RUN_SECONDS, capture_output=True, text=True
            )
            if done.returncode == 0:
                found = json.loads(result.read_text())["categories"]
                return tuple(found[name]["score"] for name in CATEGORIES)
    raise RuntimeError(done.stderr)
