"""Every kind of alert that the code raises is one that a rule can choose."""

import re
from pathlib import Path

from django.conf import settings

from system.notifications.kinds import KINDS

APPS = ("system", "executions", "costs", "agents", "scheduling", "claudeops")
RAISED = re.compile(r"raise_alert\(\s*kind=(?:\"([^\"]+)\"|(\w+))")


def kinds_in(path: Path) -> list[str]:
    source = path.read_text()
    found = []
    for literal, name in RAISED.findall(source):
        defined = re.search(rf"^{name} = \"([^\"]+)\"", source, re.MULTILINE) if name else None
        found += [literal] if literal else [defined[1]] if defined else []
    return found


def test_a_rule_can_choose_every_kind_that_is_raised() -> None:
    files = [path for app in APPS for path in (Path(settings.BASE_DIR) / app).rglob("*.py")]
    raised = {kind for path in files for kind in kinds_in(path)}
    assert len(raised) >= 8
    assert raised - set(KINDS) == set()
