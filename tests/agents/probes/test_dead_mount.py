"""A mount whose server is gone holds up nothing: shown with a real one, behind which nobody answers."""

import json
import os
import subprocess
import sys

import pytest

# In a mount namespace of its own: a FUSE file system whose daemon (this process) never answers a request.
# Touching it blocks in the kernel until the descriptor is closed.
SCRIPT = """
import ctypes, json, os, sys, tempfile, time
libc = ctypes.CDLL(None, use_errno=True)
place = tempfile.mkdtemp()
fd = os.open("/dev/fuse", os.O_RDWR)
options = f"fd={fd},rootmode=40000,user_id=0,group_id=0".encode()
if libc.mount(b"gone:/export", place.encode(), b"fuse", 0, options):
    sys.exit(os.strerror(ctypes.get_errno()))
try:
    from agents.probes import PROBES
    from tests.agents.probes.machine import on_this_machine
    outer = os.path.dirname(place)
    told = {"place": place}
    for name, params in {
        "disks": {"network_timeout_s": 0.5},
        "disk_growth": {"network_timeout_s": 0.5},
        "largest_directories": {"paths": [place, "/etc"]},
        "cleanup_candidates": {"max_entries": 5000},
        "log_patterns": {"files": [place + "/*.log"]},
    }.items():
        result = PROBES[name].collect(PROBES[name].params_model(**params), on_this_machine())
        told[name] = {"data": result.data, "skipped": result.skipped}
    walk = PROBES["largest_directories"]
    result = walk.collect(walk.params_model(paths=[outer], max_entries=20000), on_this_machine())
    told["around"] = {"data": result.data, "skipped": result.skipped}
    print(json.dumps(told))
finally:
    libc.umount2(place.encode(), 2)
    os.close(fd)
    os.rmdir(place)
"""


@pytest.mark.skipif(
    os.geteuid() != 0 or not os.path.exists("/dev/fuse"),  # noqa: PTH110
    reason="needs root and /dev/fuse to mount a file system that does not answer",
)
def test_a_dead_mount_holds_up_nothing() -> None:
    done = subprocess.run(
        ["unshare", "--mount", sys.executable, "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    place = told["place"]
    assert told["disks"]["data"]["silent"] == [place]
    assert any(disk["path"] == "/" for disk in told["disks"]["data"]["disks"])
    assert place not in [disk["path"] for disk in told["disk_growth"]["data"]["disks"]]
    assert told["largest_directories"]["data"]["paths"] == ["/etc"]
    assert told["largest_directories"]["data"]["silent"] == [place]
    assert told["cleanup_candidates"]["data"]["looked_at"] > 0
    assert "does not answer" in told["log_patterns"]["skipped"]
    assert told["around"]["data"]["entries"] > 0
