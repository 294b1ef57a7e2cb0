"""A second copy elsewhere: in another directory (a mounted disk or share), or on any remote of rclone."""

import shutil
from pathlib import Path

from system.backups.errors import BackupError
from system.backups.programs import require_program, run_program
from system.backups.scratch import scratch_directory
from system.backups.store import Stored, put_in_place, remove_orphans, require_space, sum_of, usable_directory

LIMIT_SECONDS = 3 * 3600.0
RCLONE = (
    "install rclone, set its remote up with `rclone config` as the user of ClaudeOps, or empty backup.copy_to"
)


def copy_stored(stored: Stored, destination: str) -> None:
    """Copy it to `destination` (policy.Destination), and compare. Raises BackupError and OSError."""
    if destination.startswith("/"):
        _copy_to_directory(stored, Path(destination))
    else:
        _copy_to_remote(stored, destination)


def remove_copy(stored: Stored, destination: str) -> None:
    """What has been removed here goes there as well. Nothing but what this backup is called is touched."""
    if destination.startswith("/"):
        copy = Stored(Path(destination), stored.manifest)
        copy.remove()
        return
    program = require_program("rclone", RCLONE)
    for file in (stored.file, stored.manifest_file):
        _rclone(program, "deletefile", "--", _in_remote(destination, file.name))


def _copy_to_directory(stored: Stored, directory: Path) -> None:
    """It must be there: what is mounted there may be missing, and its place is on the wrong disk."""
    if not directory.is_dir():
        raise BackupError(f"The directory {directory} is not there: is its disk mounted?")
    directory = usable_directory(directory)
    if directory == stored.directory:
        raise BackupError(f"backup.copy_to is {directory}, where the backups lie already.")
    require_space(directory, stored.manifest.size, "The copy")
    remove_orphans(directory)
    with scratch_directory(directory) as scratch:
        draft = scratch / stored.file.name
        shutil.copyfile(stored.file, draft)
        copy = put_in_place(draft, stored.manifest, directory)
    if sum_of(copy.file) != stored.manifest.sha256:
        copy.remove()
        raise BackupError(f"The copy in {directory} is not what was written: its disk is at fault.")


def _copy_to_remote(stored: Stored, remote: str) -> None:
    """The manifest last: it is there only when the file is. rclone compares sizes, and sums where it can."""
    program = require_program("rclone", RCLONE)
    for file in (stored.file, stored.manifest_file):
        _rclone(program, "copyto", "--", str(file), _in_remote(remote, file.name))
    _rclone(
        program, "check", "--one-way",
        f"--include=/{stored.file.name}", f"--include=/{stored.manifest_file.name}",
        "--", str(stored.directory), remote,
    )  # fmt: skip


def _rclone(program: str, *arguments: str) -> None:
    run_program(
        [program, *arguments],
        environment={},
        limit_s=LIMIT_SECONDS,
        keep=(
            "RCLONE_",
            "XDG_",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "no_proxy",
        ),
    )


def _in_remote(remote: str, name: str) -> str:
    """ "nas:" and "nas:/srv/" take a name as they are."""
    return f"{remote}{name}" if remote.endswith((":", "/")) else f"{remote}/{name}"
