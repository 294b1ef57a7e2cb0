"""The names of backups: the time at which each began, in UTC, as the seed writes it."""

import re
from datetime import UTC, datetime

PATTERN = r"backup-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-\d{3}Z"
MANIFEST_SUFFIX = ".json"


def name_of(moment: datetime) -> str:
    """ "backup-2026-11-23T02-30-00-125Z"."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00")
    return f"backup-{re.sub('[:.]', '-', text)}Z"


def stamp_of(moment: datetime) -> str:
    """The same time as a part of other names: "2026-11-23T02-30-00-125Z"."""
    return name_of(moment).removeprefix("backup-")
