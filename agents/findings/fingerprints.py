"""What makes two findings the same: the agent, the node, and what they are about."""

import hashlib
import re

from agents.reports import Finding

LONGEST_ABOUT = 200  # characters, as a key and the column have

# None is taken out of a name: /data/1, eth0, backup-2 and /srv/2026-11-26 stay as they are.
_NO_NAME_BEFORE, _NO_NAME_BEHIND = r"(?<![\w/.-])", r"(?![\w/])"
_MOMENT = re.compile(
    rf"{_NO_NAME_BEFORE}\d{{4}}-\d\d-\d\d"
    rf"(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?{_NO_NAME_BEHIND}"
)
_UNIT = r"(?:%|°C|[KMGTP]i?B|ms|s|min|h|d)"
_FIGURE = re.compile(
    rf"{_NO_NAME_BEFORE}\d[\d.,]*(?:\s?{_UNIT}{_NO_NAME_BEHIND}|{_NO_NAME_BEHIND})", re.ASCII
)


def without_figures(title: str) -> str:
    """A disk at 96 % that was at 95 is the same thing; /data/1 and /data/2 are two."""
    return _FIGURE.sub("#", _MOMENT.sub("#", title))


def about(finding: Finding) -> str:
    """The key that a rule or an analyst gave it; else its title, however it is spaced and capitalised.

    So the title under which something was found first can be its key later on (agents.findings.known).
    """
    key = (finding.key or "").strip()
    return (key or " ".join(without_figures(finding.title).split()).lower())[:LONGEST_ABOUT]


def fingerprint_of(agent_type: str, node_id: str, finding: Finding) -> str:
    parts = "\0".join((agent_type, node_id, about(finding)))
    return hashlib.sha256(parts.encode(errors="replace")).hexdigest()
