"""Which package updates wait, by what the machine already knows: no network, no lock, no change."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agents.probes.base import NoParams, Probe, ProbeContext, ProbeResult, ToolOutput
from agents.probes.findings import make_finding
from agents.probes.wording import counted, duration, listed, printable
from agents.reports import Finding
from system.thresholds import Thresholds

TOOL_SECONDS = 25.0
STALE_DAYS = 14
MOST_LISTED = 100

APT_LINE = re.compile(r"([a-z0-9][a-z0-9+.-]*)/(\S+) (\S+) \S+ \[", re.ASCII)
DNF_LINE = re.compile(
    r"([\w+.-]+)\.(?:noarch|x86_64|i[3-6]86|aarch64|armv7hl|ppc64le|s390x)\s+(\S+)\s+\S+\s*", re.ASCII
)
PACMAN_LINE = re.compile(r"(\S+) \S+ -> (\S+)\s*")  # what is ignored says so at the end, and does not match
APK_LINE = re.compile(r"(\S+)-\d[^\s-]*(?:-r\d+)?\s+<\s+(\S+)\s*")


@dataclass(frozen=True)
class Update:
    name: str
    version: str
    security: bool = False


def parse_apt(text: str) -> list[Update]:
    """`apt list`: "bash/stable,stable-security 5.2-2 amd64 [upgradable from: …]", with the end translated."""
    found = filter(None, map(APT_LINE.match, text.splitlines()))
    return [Update(m[1], m[3], security=any("security" in suite for suite in m[2].split(","))) for m in found]


def _parse(line_pattern: re.Pattern[str]) -> Callable[[str], list[Update]]:
    def parse(text: str) -> list[Update]:
        found = filter(None, map(line_pattern.fullmatch, text.splitlines()))
        return [Update(m[1], m[2]) for m in found]

    return parse


parse_dnf, parse_pacman, parse_apk = _parse(DNF_LINE), _parse(PACMAN_LINE), _parse(APK_LINE)


@dataclass(frozen=True)
class Manager:
    """`lists` is where its knowledge of the world lies; without it nothing can be said."""

    name: str
    argv: tuple[str, ...]
    parse: Callable[[str], list[Update]]
    good_exits: tuple[int, ...]
    lists: tuple[str, ...]
    refresh: str
    upgrade: str
    knows_security: bool = False


MANAGERS = (
    Manager(
        "apt",
        # `apt-get -s upgrade` would write a log; a cache in memory only is for the same reason
        ("apt", "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "list", "--upgradable"),
        parse_apt,
        (0,),
        ("var/lib/apt/lists/*_Packages*", "var/lib/apt/lists/*InRelease"),
        "apt-get update",
        "apt-get update && apt-get upgrade",
        knows_security=True,
    ),
    Manager(
        "dnf",
        ("dnf", "--quiet", "--cacheonly", "check-update"),
        parse_dnf,
        (0, 100),
        ("var/cache/dnf/*", "var/cache/libdnf5/*"),
        "dnf makecache",
        "dnf upgrade",
    ),
    Manager(
        "pacman",
        ("pacman", "-Qu"),
        parse_pacman,
        (0, 1),
        ("var/lib/pacman/sync/*.db",),
        "pacman -Syu",  # refreshing alone leads to half an upgrade later
        "pacman -Syu",
    ),
    Manager(
        "apk",
        ("apk", "--no-network", "version", "-l", "<"),
        parse_apk,
        (0,),
        ("var/cache/apk/APKINDEX*", "etc/apk/cache/APKINDEX*"),
        "apk update",
        "apk upgrade",
    ),
)


class PackageUpdates(Probe[NoParams]):
    name = "package_updates"
    summary = "Package updates that wait, security updates apart where apt tells"
    params_model = NoParams

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root

    def collect(self, params: NoParams, context: ProbeContext) -> ProbeResult:
        for manager in MANAGERS:
            days = self._days_since_refresh(manager)
            if days is None:
                continue
            try:
                output = context.run_tool(manager.argv, TOOL_SECONDS)
            except FileNotFoundError:
                continue
            return _result(manager, output, days)
        return ProbeResult(
            skipped="no package manager with lists of packages (apt, dnf, pacman or apk) is here"
        )

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        return [*_judge_updates(data), *_judge_age(data)]

    def _days_since_refresh(self, manager: Manager) -> float | None:
        """None when the manager has no lists here."""
        found = [path for pattern in manager.lists for path in self._root.glob(pattern)]
        if not found:
            return None
        # the files carry the server's time; their directory carries ours
        newest = max(max(path.stat().st_mtime, path.parent.stat().st_mtime) for path in found)
        return max(0.0, (time.time() - newest) / 86400)


def _result(manager: Manager, output: ToolOutput, days: float) -> ProbeResult:
    if output.exit_code not in manager.good_exits:
        if "cache" in output.text.lower():  # dnf keeps one for each user
            return ProbeResult(skipped=f"{manager.name} has no lists that this user may read")
        raise OSError(f"{manager.name}: {printable(output.text) or output.exit_code}")
    updates = manager.parse(output.text)
    security = [update for update in updates if update.security]
    data = {
        "manager": manager.name,
        "count": len(updates),
        "security_count": len(security) if manager.knows_security else None,
        "packages": [f"{update.name} {update.version}" for update in updates[:MOST_LISTED]],
        "security_packages": [f"{update.name} {update.version}" for update in security[:MOST_LISTED]],
        "days_since_refresh": round(days, 3),
        "refresh": manager.refresh,
        "upgrade": manager.upgrade,
    }
    return ProbeResult(data=data, text=_describe(data))


def _describe(data: Mapping[str, Any]) -> str:
    age = duration(data["days_since_refresh"] * 86400)
    lines = [f"{data['manager']}: {counted(data['count'], 'update')} by lists that are {age} old"]
    if data["security_count"] is not None:
        lines.append(
            f"Security updates: {data['security_count']} {_names(data['security_packages'])}".rstrip()
        )
    if data["count"]:
        lines.append(f"All: {listed(data['packages'], 40)}")
    return "\n".join(lines)


def _names(packages: list[str]) -> str:
    return f"({listed(packages, 20)})" if packages else ""


def _judge_updates(data: Mapping[str, Any]) -> list[Finding]:
    security = data["security_count"] or 0
    if not data["count"]:
        return []
    return [
        make_finding(
            f"{counted(security, 'security update')} to install"
            if security
            else f"{counted(data['count'], 'update')} to install",
            "warning" if security else "info",
            key="security-updates" if security else "updates",
            evidence=_describe(data),
            recommendation=(
                "Install them soon, and see whether unattended-upgrades is meant to do it."
                if security
                else "Install them at the next quiet time."
            ),
            command=data["upgrade"],
        )
    ]


def _judge_age(data: Mapping[str, Any]) -> list[Finding]:
    if data["days_since_refresh"] < STALE_DAYS:
        return []
    return [
        make_finding(
            "The lists of packages are old",
            "info",
            evidence=f"{data['manager']} last refreshed them {data['days_since_refresh']:.0f} days ago.",
            recommendation="Newer updates are not known here. Refresh them; see why nothing does daily.",
            command=data["refresh"],
        )
    ]
