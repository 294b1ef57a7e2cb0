"""Somebody who meets ClaudeOps for the first time, and what they do: all of it in the console, by hand."""

import json
import re
import time
from pathlib import Path

from playwright.sync_api import Locator

from tests.browser.tabs import Tab

# The longest a due time is away, and what a busy machine takes to run it.
FIRE_SECONDS = 120


class Newcomer:
    """`name` is part of what they make, as two share one ClaudeOps; agent `due` runs by their schedule."""

    def __init__(self, name: str, look: str, due: tuple[str, str], tab: Tab, pictures: Path) -> None:
        self.name = name
        self.due_name, self.due_type = due
        self.look = look
        self.tab = tab
        self.pictures = pictures
        self.agent = f"slow-{name}"
        tab.page.set_default_timeout(30_000)
        tab.look(look)

    def sign_in(self, password: str) -> None:
        self.tab.go()
        self.show("1-sign-in")
        self.tab.page.get_by_label("Username").fill("admin")
        self.tab.page.get_by_label("Password").fill(password)
        self.tab.page.get_by_role("button", name="Log in").click()
        self.tab.wait_until_live()

    def see_the_first_report(self) -> None:
        """The start has asked for it; it is seen when it is there, without a reload."""
        self.tab.see("[data-section=recent] tr", "system-health")
        self.show("2-overview")
        self.tab.find("[data-section=recent] tr", "system-health").get_by_role("link").first.click()
        self.tab.see("[data-section=report] h2")
        self.tab.see(".facts dd")
        self.show("3-first-report")

    def make_a_schedule(self) -> None:
        self.choose("Schedules")
        self.add()
        self.field("name").fill(f"Each minute {self.name}")
        self.field("agent").select_option(label=self.due_name)
        self.field("cron_expression").fill("* * * * *")
        self.tab.see("#schedule-preview tbody tr")
        self.show("4-schedule")
        self.save()
        self.tab.see("#result_list", f"Each minute {self.name}")

    def watch_a_run(self) -> None:
        """From the click to the report on one page that is never loaded again."""
        self.choose("Agents")
        self.run_now("System Health Reporter")
        self.tab.wait_until_live().mark()
        self.tab.see(".step-running, .step-completed")
        self.tab.see("[data-log-view] .line")
        self.show("5-live")
        self.tab.see("[data-section=header] .state-completed")
        self.tab.see("[data-section=report] h2")
        assert self.tab.is_marked, "it was loaded again"

    def cancel_another(self) -> None:
        """One of their own, which would take a minute."""
        self.choose("Agents")
        self.add()
        step = {"name": "Wait", "type": "command", "argv": ["sleep", "60"]}
        self.field("name").fill(f"Slow {self.name}")
        self.field("agent_type").fill(self.agent)
        if (as_text := self.tab.find("[data-tab=text]")).count():
            as_text.click()
        self.field("config").fill(json.dumps({"steps": [step]}))
        self.save()
        self.run_now(f"Slow {self.name}")
        self.tab.see("#step-1.step-running")
        self.tab.page.get_by_role("button", name="Cancel").click()
        self.tab.see("[data-section=header] .state-cancelled")
        self.show("6-cancelled")

    def set_a_budget_and_see_it_refuse(self) -> None:
        """One run a day of the agent that has run already."""
        self.choose("Budgets")
        self.add()
        self.field("name").fill(f"one-{self.name}")
        self.field("scope").select_option("agent")
        self.field("scope_value").fill(self.agent)
        self.field("period").select_option(label="Day")
        self.field("max_runs").fill("1")
        self.show("7-budget")
        self.save()
        self.choose("Agents")
        self.run_now(f"Slow {self.name}")
        self.tab.see("main, [role=main]", f"one-{self.name}")
        self.show("8-refused")
        self.choose("Overview")
        self.tab.see("[data-section=refused]", self.agent)

    def see_the_schedule_fire(self) -> None:
        """On the overview, where its run comes by itself; and among the due times, where its row stays."""
        self.tab.wait_until_live()
        run = self.tab.find("[data-run], [data-section=recent] tr", self.due_type).first
        run.wait_for(timeout=FIRE_SECONDS * 1000)
        self.show("9-fired")
        self.choose("Due times")
        give_up = time.monotonic() + FIRE_SECONDS
        row = self.tab.find("#result_list tbody", f"Each minute {self.name}")
        while not row.get_by_text("Launched").count():
            assert time.monotonic() < give_up, "no due time of the schedule"
            self.tab.page.wait_for_timeout(500)  # a list is no live page: one looks again
            self.tab.page.reload()
        self.show("10-due-times")

    # What hands do.

    def choose(self, title: str) -> None:
        """By the navigation, which a phone shows when it is asked to."""
        page = self.tab.page
        navigation = page.locator("#nav-sidebar-apps")
        if not navigation.is_visible():
            page.get_by_role("button", name="Show or hide the navigation").locator("visible=true").click()
        navigation.get_by_role("link", name=title, exact=True).click()
        page.locator("#nav-sidebar-apps a.active", has_text=title).wait_for(state="attached")

    def add(self) -> None:
        self.tab.page.locator("a[href$='/add/']").locator("visible=true").first.click()
        self.tab.see("[name=_save]")

    def field(self, name: str) -> Locator:
        return self.tab.page.locator(f"#id_{name}")

    def save(self) -> None:
        self.tab.page.locator("[name=_save]").locator("visible=true").first.click()
        self.tab.page.wait_for_url(re.compile(r"/(\?.*)?$"))
        self.tab.see("#changelist, #content")

    def run_now(self, agent: str) -> None:
        of_agent = self.tab.find(".agent-card, #result_list tbody", agent)
        of_agent.get_by_role("button", name="Run now").click()

    def show(self, what: str) -> None:
        """A picture in the look of who sits there; the other looks of each page are test_every_page's."""
        assert self.tab.too_wide == 0, f"{what} is wider than the screen"
        self.tab.page.screenshot(path=self.pictures / f"{what}-{self.name}-{self.look}.png", full_page=True)
