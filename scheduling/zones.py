"""Time zones by their names in the IANA database."""

from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from scheduling.cron_complaints import quoted
from system.errors import Invalid

# The machine's own zone is another one on another node; the others are the database's inner directories.
NOT_BY_NAME = ("localtime", "posixrules", "Factory")
NOT_BELOW = ("right/", "posix/")


def find_zone(name: str, field: str = "timezone") -> ZoneInfo:
    """Raises Invalid, with what may have been meant."""
    try:
        if name in NOT_BY_NAME or name.startswith(NOT_BELOW):
            raise ValueError
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError) as error:  # OSError: a directory's name, such as "America"
        raise Invalid(f"There is no time zone {quoted(name)}{_hint(name)}.", field=field) from error


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Each by itself in small letters."""
    return {name.lower(): name for name in sorted(available_timezones()) if name not in NOT_BY_NAME}


def zone_names() -> list[str]:
    """All that a person may mean, in their order."""
    return list(_names().values())


def _hint(name: str) -> str:
    near = get_close_matches(name[:64].lower().replace(" ", "_"), _names(), n=3)
    return f"; close to it: {', '.join(_names()[each] for each in near)}" if near else ""
