"""Every page there is: no error, nothing of what agents said runs, none too wide, none shuts people out."""

from collections.abc import Collection, Iterator

from system.roles import Role
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.pages import NOWHERE, every_page
from tests.browser.tabs import LOOKS, Tab
from tests.live.site import Site

# One of these for each page; for the first of a template both, and the colours of the other two.
WHOLE = ("desk-light", "phone-dark")
COLOURS = ("color-contrast",)
# The same on every page.
NAVIGATION = ("#nav-sidebar",)


def test_every_page(site: Site, visit: Visit) -> None:
    tab = visit(Role.ADMIN)
    dialogs: list[str] = []
    tab.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    found: list[str] = []
    kinds: set[str] = set()
    for number, address in enumerate(every_page()):
        tab.look(WHOLE[0]).go(address.path)
        assert tab.page.title() != "owned", address.path
        assert tab.page.locator("img[src=x]").count() == 0, address.path
        looks = LOOKS if address.kind not in kinds else (WHOLE[number % 2],)
        kinds.add(address.kind)
        found += [f"{address.path}: {problem}" for problem in _problems(tab, looks)]
    found = [problem for problem in found if not (problem.startswith(NOWHERE) and "404" in problem)]
    assert found == [], "\n".join(found)
    assert dialogs == []


def _problems(tab: Tab, looks: Collection[str]) -> Iterator[str]:
    """The widths always; what axe finds in `looks`."""
    for look in dict.fromkeys((*WHOLE, *looks)):
        tab.look(look)
        if tab.too_wide:
            yield f"{look}: {tab.too_wide} px wider than the screen"
        if look in looks:
            leave_out = () if len(looks) > 1 else NAVIGATION
            only = () if look in WHOLE else COLOURS
            found = violations(tab.page, leave_out=leave_out, only=only)
            yield from (f"{look}: {line}" for line in found)
    yield from tab.problems
    tab.problems.clear()
