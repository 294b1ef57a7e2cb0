"""Places where things lie that may usually go, and how a person lets them go."""

import pwd
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agents.probes.disk_walk import Found

ROTATED = re.compile(r".*(?:\.\d{1,4}|-\d{8}|\.old)(?:\.(?:gz|xz|bz2|zst))?|.*\.(?:gz|xz|bz2|zst)", re.ASCII)
# the same for find(1)
ROTATED_NAMES = r"\( -name '*.gz' -o -name '*.xz' -o -name '*.[0-9]' -o -name '*.old' \)"
DAY = 86400
ORDINARY_UIDS = range(1000, 60000)  # adduser(8)


def anything(found: Found) -> bool:
    return True


@dataclass(frozen=True)
class Place:
    """`path` is absolute. `takes` says which files of it may go; `command` is for the person who decides."""

    path: str
    what: str
    advice: str
    command: str | None
    takes: Callable[[Found], bool] = anything


def system_places(root: str, *, now: float, temporary_days: int, log_days: int) -> list[Place]:
    """`now` is in seconds since 1970; older than so many days is old."""
    temporary_before, logs_before = now - temporary_days * DAY, now - log_days * DAY
    return [
        *_package_caches(root),
        Place(
            f"{root}/var/log/journal",
            "Journal of systemd",
            "Old entries may go; keep as many as you read. SystemMaxUse= in journald.conf bounds it.",
            "journalctl --vacuum-size=500M",
        ),
        *(
            Place(
                f"{root}{path}",
                what,
                "Remove them when nobody will study them any more.",
                f"find {root}{path} -type f -mtime +3 -delete",
            )
            for path, what in (("/var/crash", "Crash reports"), ("/var/lib/systemd/coredump", "Core dumps"))
        ),
        _temporary(f"{root}/tmp", temporary_before, temporary_days),  # noqa: S108
        _temporary(f"{root}/var/tmp", temporary_before, temporary_days),  # noqa: S108
        Place(
            f"{root}/var/log",
            f"Rotated logs older than {log_days} days",
            "Remove them unless a rule says to keep them; rotate fewer in /etc/logrotate.d.",
            f"find {root}/var/log -xdev -type f -mtime +{log_days} {ROTATED_NAMES} -delete",
            lambda found: found.status.st_mtime < logs_before and ROTATED.fullmatch(found.path) is not None,
        ),
    ]


def _package_caches(root: str) -> list[Place]:
    advice = "Packages that are already installed; they are fetched again when needed."
    return [
        Place(f"{root}{path}", f"Package cache of {name}", advice, command)
        for path, name, command in (
            ("/var/cache/apt/archives", "apt", "apt-get clean"),
            ("/var/cache/dnf", "dnf", "dnf clean packages"),
            ("/var/cache/libdnf5", "dnf", "dnf clean packages"),
            ("/var/cache/pacman/pkg", "pacman", "paccache --remove --keep 2"),
            ("/var/lib/snapd/cache", "snap", None),
        )
    ]


def _temporary(path: str, before: float, days: int) -> Place:
    """What nobody has read, written or renamed for long."""

    def is_old(found: Found) -> bool:
        status = found.status
        return max(status.st_atime, status.st_mtime, status.st_ctime) < before

    return Place(
        path,
        f"Files in {path} that nobody has touched for {days} days",
        "Look at what they are; systemd-tmpfiles or tmpreaper can do this each day.",
        f"find {path} -xdev -type f -mtime +{days} -atime +{days} -ctime +{days} -delete",
        is_old,
    )


def home_places(home: str) -> Iterator[Place]:
    """Trash and caches of one person."""
    quoted = shlex.quote(f"{home}/.local/share/Trash")
    yield Place(
        f"{home}/.local/share/Trash",
        f"Trash of {home}",
        "Empty it, if its owner agrees.",
        f"find {quoted} -mindepth 2 -delete",
    )
    for path, what, command in (
        (".cache", "Caches", f"du -h --max-depth=1 -- {shlex.quote(home + '/.cache')} | sort -rh | head"),
        (".npm/_cacache", "npm's cache", "npm cache clean --force"),
        ("go/pkg/mod", "Go's modules", "go clean -modcache"),
        (".cargo/registry", "Cargo's packages", None),
        (".gradle/caches", "Gradle's cache", None),
    ):
        advice = "Programs make these anew, at the price of time and network. Its owner should do it."
        yield Place(f"{home}/{path}", f"{what} of {home}", advice, command)


def ordinary_homes() -> list[str]:
    """Home directories of people and of root."""
    homes = {entry.pw_dir for entry in pwd.getpwall() if entry.pw_uid == 0 or entry.pw_uid in ORDINARY_UIDS}
    return sorted(home for home in homes if home.startswith("/") and len(home) > 1)
