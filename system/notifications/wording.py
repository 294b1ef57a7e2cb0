"""What people read of an alert, as plain text: nothing in it is markup, a mention, or a secret."""

import re
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from system.models import Alert, Severity
from system.readable import read_duration
from system.terminal_text import clean

LONGEST_DETAIL = 2000
LONGEST_DETAIL_IN_DIGEST = 200
MOST_IN_DIGEST = 20
# A mention (@everyone, <!channel>), a tag and a link's joint, where a service would see one.
_ACTIVE = re.compile(r"(?<=[@<])(?=\S)|(?<=\])(?=\()")
_NOTHING_SEEN = "\u200b"  # a space without width: it parts what is left and right of it for every parser


def inert(text: str) -> str:
    """`text` from outside so that no service it is sent to makes more of it than text.

    Apprise escapes what its targets take for markup; what calls people or hides an address remains.
    """
    return _ACTIVE.sub(_NOTHING_SEEN, clean(text))


def one_line(text: str) -> str:
    return " ".join(text.split())


def shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def heading_of(alert: Alert, begun: Alert | None) -> str:
    if begun is not None:
        return f"Recovered: {one_line(alert.title)}"
    if alert.severity == Severity.INFO:
        return one_line(alert.title)
    return f"{alert.severity.capitalize()}: {one_line(alert.title)}"


def body_of(alert: Alert, begun: Alert | None, link: str) -> str:
    """What, since when, which agent and node, how grave, and where to see it in the console."""
    facts = [
        ("Since", moment_text((begun or alert).at)),
        ("Until", _end_text(begun, alert.at) if begun else ""),
        ("Was", one_line(begun.title) if begun else ""),
        ("Agent", alert.agent_type),
        ("Node", alert.node_id),
        ("Severity", alert.severity),
        ("Console", link),
    ]
    detail = shortened(alert.detail.strip(), LONGEST_DETAIL)
    lines = "\n".join(f"{name}: {value}" for name, value in facts if value)
    return f"{detail}\n\n{lines}" if detail else lines


def _end_text(begun: Alert, end: datetime) -> str:
    took = (end - begun.at).total_seconds() * 1000
    return f"{moment_text(end)} ({read_duration(max(0, took))})"


def moment_text(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M %Z}"


def digest_heading(alerts: Sequence[Alert]) -> str:
    """As in "3 alerts: 1 critical, 2 warning"."""
    counts = [(severity, sum(alert.severity == severity for alert in alerts)) for severity in Severity.values]
    shares = ", ".join(f"{number} {severity}" for severity, number in reversed(counts) if number)
    return f"{len(alerts)} alerts: {shares}"


def digest_body(alerts: Sequence[Alert], headings: Sequence[str], link: str) -> str:
    """The first of them in order, each with when and where it was."""
    shown = [
        _entry(alert, heading)
        for alert, heading in zip(alerts[:MOST_IN_DIGEST], headings[:MOST_IN_DIGEST], strict=True)
    ]
    if len(alerts) > MOST_IN_DIGEST:
        shown.append(f"And {len(alerts) - MOST_IN_DIGEST} more.")
    return "\n\n".join([*shown, f"Console: {link}"] if link else shown)


def _entry(alert: Alert, heading: str) -> str:
    where = ", ".join(filter(None, (alert.agent_type, alert.node_id)))
    first = f"{moment_text(alert.at)}  {heading}{f' ({where})' if where else ''}"
    detail = shortened(one_line(alert.detail), LONGEST_DETAIL_IN_DIGEST)
    return f"{first}\n{detail}" if detail else first
