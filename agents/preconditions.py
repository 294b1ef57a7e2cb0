"""Which version of an agent who changes it has seen: an ETag on what is read, If-Match on what is sent."""

import re
from typing import Annotated

from django.http import HttpResponse
from ninja import Header

from agents.editing import ChangedMeanwhile
from agents.models import AgentConfiguration

IfMatch = Annotated[str | None, Header(alias="If-Match")]
_TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?', re.ASCII)


def tag(response: HttpResponse, agent: AgentConfiguration) -> None:
    response.headers["ETag"] = f'"{agent.revision}"'


def seen_by(if_match: str | None, revision: int | None) -> int | None:
    """The number that the header or the body names; None where any will do. Raises ChangedMeanwhile."""
    if if_match is None or if_match.strip() == "*":
        return revision
    found = _TAG.fullmatch(if_match.strip())
    if found is None:
        raise ChangedMeanwhile('If-Match names no version; give the ETag as it was read, like "3".')
    number = int(found[1])
    if revision not in (None, number):
        raise ChangedMeanwhile(f"If-Match names version {number}, and the body version {revision}.")
    return number
