"""Every page there is: no error, nothing of what agents said runs, none too wide, none shuts people out."""

from collections.abc import Iterator

from system.roles import Role
from tests.browser.axe import violations
from tests.browser.conftest import Visit
from tests.browser.pages import NOWHERE, every_page
from tests.browser.tabs import Tab
from tests.live.site import Site
from tests.theme.styles import missing_for

# Both widths and both colours: every page fits, and the first of a template is looked at with axe in each.
WHOLE = ("desk-light", "phone-dark")
# What a page of a known template can still get wrong by what is in it. Measuring colours takes longest.
CONTENT = ("cat.aria", "cat.name-role-value", "cat.forms", "cat.text-alternatives", "cat.tables")
# The same on every page.
NAVIGATION = ("#nav-sidebar",)
CLASSES = "[...document.querySelectorAll('[class]')].flatMap((element) => [...element.classList])"


def test_every_page(site: Site, visit: Visit) -> None:
    tab = visit(Role.ADMIN)
    dialogs: list[str] = []
    tab.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    found: list[str] = []
    kinds, classes = set[str](), set[str]()
    for address in every_page():
        tab.look(WHOLE[0]).go(address.path)
        assert tab.page.title() != "owned", address.path
        assert tab.page.locator("img[src=x]").count() == 0, address.path
        classes.update(tab.page.evaluate(CLASSES))
        found += [f"{address.path}: {line}" for line in _problems(tab, is_new=address.kind not in kinds)]
        kinds.add(address.kind)
    found = [problem for problem in found if not (problem.startswith(NOWHERE) and "404" in problem)]
    assert found == [], "\n".join(found)
    assert dialogs == []
    assert missing_for(classes) == set()


def _problems(tab: Tab, *, is_new: bool) -> Iterator[str]:
    for look in WHOLE:
        tab.look(look)
        if tab.too_wide:
            yield f"{look}: {tab.too_wide} px wider than the screen"
        if is_new:
            yield from (f"{look}: {line}" for line in violations(tab.page))
    if not is_new:
        yield from violations(tab.page, leave_out=NAVIGATION, only=CONTENT)
    yield from tab.problems
    tab.problems.clear()
