"""A tab of Chromium, and what goes wrong in it."""

from typing import Any, Literal
from uuid import UUID

from playwright.sync_api import Browser, ConsoleMessage, Locator, Request, Response, ViewportSize

DESK: ViewportSize = {"width": 1440, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}
Theme = Literal["light", "dark"]
LOOKS: dict[str, tuple[Theme, ViewportSize]] = {
    "desk-light": ("light", DESK),
    "phone-dark": ("dark", PHONE),
    "desk-dark": ("dark", DESK),
    "phone-light": ("light", PHONE),
}
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# A page that is left, or a download, is given up by the browser itself.
GIVEN_UP = "net::ERR_ABORTED"


class Tab:
    def __init__(self, origin: str, browser: Browser, *, cookie: str = "", **options: Any) -> None:
        """`cookie` is NAME=VALUE of somebody's session; without it nobody is signed in."""
        self.origin = origin
        self.problems: list[str] = []
        self._forgiven: list[str] = []
        self.context = browser.new_context(**{"viewport": DESK, **options})
        if cookie:
            name, _, value = cookie.partition("=")
            self.context.add_cookies([{"name": name, "value": value, "url": origin}])
        self.page = self.context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("response", self._judge)
        self.page.on("requestfailed", self._miss)

    def _note(self, problem: str) -> None:
        if not any(words in problem for words in self._forgiven):
            self.problems.append(problem)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._note(message.text)

    def _judge(self, response: Response) -> None:
        if response.status >= 400:
            self._note(f"{response.status} {response.url}")

    def _miss(self, request: Request) -> None:
        if request.failure != GIVEN_UP:
            self._note(f"{request.failure} {request.url}")

    def look(self, name: str) -> "Tab":
        """The same page for other eyes: nothing is loaded again."""
        theme, size = LOOKS[name]
        self.page.set_viewport_size(size)
        self.page.emulate_media(color_scheme=theme)
        return self

    @property
    def too_wide(self) -> int:
        """By how many pixels the page is wider than the screen."""
        return max(0, int(self.page.evaluate(WIDER)))

    def go(self, path: str = "/") -> "Tab":
        self.page.goto(self.origin + path)
        return self

    def go_to_run(self, uid: UUID) -> "Tab":
        return self.go(f"/executions/execution/{uid}/change/")

    def find(self, selector: str, text: str = "") -> Locator:
        return self.page.locator(selector, has_text=text) if text else self.page.locator(selector)

    def see(self, selector: str, text: str = "") -> Locator:
        """Wait until it is seen; the first one."""
        found = self.find(selector, text).first
        found.wait_for(timeout=30_000)
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

    def forgive_the_wire(self) -> None:
        """What Chromium says of a server that a test took away, now or while the tab is closed."""
        for words in ("net::ERR_", "WebSocket connection to"):
            self.forgive(words)
            self._forgiven.append(words)

    def close(self) -> None:
        self.context.close()
