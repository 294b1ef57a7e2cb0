"""The probes there are, by the name that a configuration's step gives."""

from typing import Any

from agents.probes.base import Probe
from agents.probes.cleanup_candidates import CleanupCandidates
from agents.probes.cpu import Cpu
from agents.probes.disk_growth import DiskGrowth
from agents.probes.disks import Disks
from agents.probes.failed_units import FailedUnits
from agents.probes.largest_directories import LargestDirectories
from agents.probes.log_patterns import LogPatterns
from agents.probes.memory import Memory
from agents.probes.network import Network
from agents.probes.package_updates import PackageUpdates
from agents.probes.recent_errors import RecentErrors
from agents.probes.temperatures import Temperatures
from agents.probes.top_processes import TopProcesses
from agents.probes.uptime import Uptime
from agents.probes.zombies import Zombies

PROBES: dict[str, Probe[Any]] = {
    probe.name: probe
    for probe in (
        CleanupCandidates(),
        Cpu(),
        DiskGrowth(),
        Disks(),
        FailedUnits(),
        LargestDirectories(),
        LogPatterns(),
        Memory(),
        Network(),
        PackageUpdates(),
        RecentErrors(),
        Temperatures(),
        TopProcesses(),
        Uptime(),
        Zombies(),
    )
}


def get_probe(name: str) -> Probe[Any]:
    """LookupError, naming those there are, when there is none of this name."""
    try:
        return PROBES[name]
    except KeyError:
        raise LookupError(f"no probe is called {name!r}; there are {', '.join(sorted(PROBES))}") from None
