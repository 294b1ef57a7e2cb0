"""`manage.py up` on an empty data directory of a test's own."""

import subprocess
import sys
from pathlib import Path

from claudeops.processes.kernel import children_of
from tests.faults.home import ROOT, Home

TITLES = {"web": "claudeops-web", "worker": "claudeops-work", "clock": "claudeops-clock"}


class Up(Home):
    root = ROOT
    command = (sys.executable, "manage.py", "up")

    def environment(self, **more: str) -> dict[str, str]:
        inherited = super().environment()
        del inherited["CLAUDEOPS_ADMIN_PASSWORD"]
        return inherited | more

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        return self.manage("up", **more)

    def output(self) -> str:
        return self.log.read_text()

    def stop(self) -> str:
        """End it in order; all that it has printed."""
        self._started[-1].terminate()
        assert self._started[-1].wait(12) == 0
        return self.output()

    @staticmethod
    def child(parent: int, name: str) -> int:
        """The pid of a child by the name of its process; 0 while there is none."""
        for pid in children_of(parent):
            comm = Path(f"/proc/{pid}/comm")
            if comm.exists() and comm.read_text().strip() == TITLES[name]:
                return pid
        return 0
