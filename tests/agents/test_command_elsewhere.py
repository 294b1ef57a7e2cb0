"""Where there is no subreaper (macOS), the command's process group is killed; no more is promised."""

import subprocess
import sys

# Ours ask sys.platform when they run; the standard library does when it is imported.
SCRIPT = """
import sys
from tests.agents.running_commands import python, run
sys.platform = "darwin"
CHILD = "import os, time; os.fork(); print(os.getpid(), flush=True); time.sleep(300)"
slow = run(python(CHILD, timeout_s=1))
deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + CHILD
deaf = run(python(deaf, timeout_s=1), kill_grace_s=0.5)
print(slow.ended, slow.signal, deaf.ended, deaf.signal, *slow.output.split(), *deaf.output.split())
"""


def test_the_group_is_gone_after_its_time() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    words = done.stdout.split()

    assert words[:4] == ["timed_out", "15", "timed_out", "9"]
    assert len(words[4:]) == 4
    assert subprocess.run(["kill", "-0", *words[4:]], capture_output=True, check=False).returncode != 0
