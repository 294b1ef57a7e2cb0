"""A tab of Chromium in which somebody is signed in, and what goes wrong in it."""

from typing import Any
from uuid import UUID

from playwright.sync_api import Browser, ConsoleMessage, Locator, Response

from tests.live.site import Site


class Tab:
    def __init__(self, site: Site, browser: Browser, cookie: str, options: dict[str, Any]) -> None:
        self.site = site
        self.problems: list[str] = []
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        name, _, value = cookie.partition("=")
        self.context.add_cookies([{"name": name, "value": value, "url": site.origin}])
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("response", self._look)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(message.text)

    def _look(self, response: Response) -> None:
        if response.status >= 400:
            self.problems.append(f"{response.status} {response.url}")

    def go(self, path: str = "/") -> "Tab":
        self.page.goto(self.site.origin + path)
        return self

    def go_to_run(self, uid: UUID) -> "Tab":
        return self.go(f"/executions/execution/{uid}/change/")

    def find(self, selector: str, text: str = "") -> Locator:
        return self.page.locator(selector, has_text=text) if text else self.page.locator(selector)

    def see(self, selector: str, text: str = "") -> Locator:
        """Wait until it is seen; the first one."""
        found = self.find(selector, text).first
        found.wait_for(timeout=15_000)
        return found

    def see_no(self, selector: str, text: str = "") -> None:
        """Wait until there is none."""
        self.find(selector, text).first.wait_for(state="detached")

    def wait_until_live(self) -> "Tab":
        self.see("[data-connection][data-state=live]")
        return self

    def run(self, uid: UUID) -> str:
        """The selector of its row on the front page."""
        return f'[data-run="{uid}"]'

    def mark(self) -> None:
        """What only a page that is never loaded again keeps."""
        self.page.evaluate("window.marked = true")

    @property
    def is_marked(self) -> bool:
        return bool(self.page.evaluate("window.marked === true"))

    def forgive(self, words: str) -> None:
        """What a test has brought about itself."""
        self.problems = [problem for problem in self.problems if words not in problem]

    def close(self) -> None:
        self.context.close()
