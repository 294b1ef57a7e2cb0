"""Which mounts count, and how one is measured that may not answer."""

import pytest

from agents.probes.base import ToolOutput
from agents.probes.mounts import Mount, NoAnswer, choose_mounts, list_mounts, measure, parse_stat
from tests.agents.probes.machine import answering, run_tool


def chosen(*mounts: Mount) -> list[str]:
    return [mount.path for mount in choose_mounts(mounts)]


def test_a_device_counts_once_under_its_shortest_path() -> None:
    root = Mount("/", "/dev/sda2", "ext4")
    assert chosen(Mount("/srv/bind/of/root", "/dev/sda2", "ext4"), root) == ["/"]
    subvolumes = [Mount(path, "/dev/sdb1", "btrfs") for path in ("/data/snapshots", "/data")]
    assert chosen(root, *subvolumes) == ["/", "/data"]


def test_what_holds_nobodys_data_does_not_count() -> None:
    pseudo = [
        Mount("/proc", "proc", "proc"),
        Mount("/run", "tmpfs", "tmpfs"),
        Mount("/snap/core/1", "/dev/loop3", "squashfs"),
        Mount("/var/lib/docker/overlay2/x/merged", "overlay", "overlay"),
        Mount("/net", "/etc/auto.net", "autofs"),
    ]
    assert chosen(*pseudo, Mount("/", "/dev/sda2", "ext4"), Mount("/mnt/nas", "nas:/x", "nfs4")) == [
        "/",
        "/mnt/nas",
    ]


def test_in_a_container_the_overlay_is_the_root() -> None:
    assert chosen(Mount("/", "overlay", "overlay"), Mount("/proc", "proc", "proc")) == ["/"]


def test_of_two_mounts_on_one_path_the_later_is_seen() -> None:
    assert choose_mounts([Mount("/", "rootfs", "rootfs"), Mount("/", "/dev/vda", "ext4")]) == [
        Mount("/", "/dev/vda", "ext4")
    ]


def test_a_child_measures_as_the_kernel_does() -> None:
    root = next(mount for mount in list_mounts() if mount.path == "/")
    direct = measure(root, run_tool, 5)
    by_child = measure(Mount("/", "server:/export", "nfs4"), run_tool, 5)
    assert by_child.total == direct.total
    assert by_child.inodes_total == direct.inodes_total
    assert by_child.percent == pytest.approx(direct.percent, abs=0.5)


def test_no_answer_is_told_from_a_refusal() -> None:
    nas = Mount("/mnt/nas", "nas:/x", "nfs4")
    with pytest.raises(NoAnswer, match="/mnt/nas did not answer within"):
        measure(nas, lambda argv, timeout_s: run_tool(["sleep", "30"], 0.05), 0.05)
    refusal = answering(1, "stat: cannot read file system information for '/mnt/nas': Permission denied\n")
    with pytest.raises(OSError, match="Permission denied") as refused:
        measure(nas, refusal, 1)
    assert not isinstance(refused.value, NoAnswer)


def test_percent_is_what_df_says() -> None:
    """Root's reserve is neither used nor free."""
    usage = parse_stat(ToolOutput(0, "1000 300 200 4096 100 25\n"))
    assert (usage.total, usage.used, usage.free) == (4096000, 700 * 4096, 200 * 4096)
    assert usage.percent == 77.8
    assert usage.inodes_percent == 75.0
    assert parse_stat(ToolOutput(0, "0 0 0 4096 0 0")).percent == 0
