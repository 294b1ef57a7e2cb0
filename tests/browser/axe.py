"""axe-core in a tab: what keeps somebody out who does not see, hear or point like most."""

from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

# Handed over by the debugger, as the policy of our pages lets no script in: it stays as it is for everybody.
SOURCE = (files("axe_playwright_python") / "axe.min.js").read_text()
RUN = """([leftOut, only]) => axe.run(
    {exclude: leftOut.filter((selector) => document.querySelector(selector)).map((selector) => [selector])},
    {resultTypes: ["violations"], preload: false, ...(only.length ? {runOnly: only} : {})})"""


def violations(page: Page, *, leave_out: tuple[str, ...] = (), only: tuple[str, ...] = ()) -> list[str]:
    """One line for each element that breaks a rule; `only` names the rules, else all that axe has on."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(SOURCE)
    found = page.evaluate(RUN, [list(leave_out), list(only)])["violations"]
    return [_line(rule, node) for rule in found for node in rule["nodes"]]


def _line(rule: dict[str, Any], node: dict[str, Any]) -> str:
    why = next((check["message"] for kind in ("any", "all", "none") for check in node[kind]), rule["help"])
    return f"{rule['impact']} {rule['id']}: {' '.join(node['html'].split())[:150]}: {why}"
