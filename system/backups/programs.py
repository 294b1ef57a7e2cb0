"""Other programs that backups need: pg_dump, pg_restore, rclone. An argv, never a shell; a time limit."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

from system.backups.errors import BackupError
from system.redaction import redactor_for

LOOK_SECONDS = 0.5
LONGEST_WORDS = 800
# What every program may see of our environment. Keys of ours are not among it.
PASSED_ON = ("PATH", "HOME", "TMPDIR", "USER", "LOGNAME")


def require_program(name: str, hint: str) -> str:
    """The path of a program. Raises BackupError with `hint`, which says what to install."""
    path = shutil.which(name)
    if path is None:
        raise BackupError(f"The program {name} is not installed here: {hint}.")
    return path


def run_program(
    argv: Sequence[str], *, environment: Mapping[str, str], limit_s: float, keep: Sequence[str] = ()
) -> str:
    """Its standard output. Raises BackupError with what it said last, or when it took too long.

    It sees PASSED_ON, the variables that begin with one of `keep`, and `environment`.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 (an argv of ours)
            [*argv],
            env={**_passed_on(keep), "LC_ALL": "C.UTF-8", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        raise BackupError(f"{argv[0]} cannot be started: {error.strerror}.") from error
    try:
        said, complaint = _wait(process, limit_s)
    finally:
        _end(process)
    if process.returncode != 0:
        words = redactor_for(environment).redact(complaint.strip()[-LONGEST_WORDS:])
        raise BackupError(f"{_name(argv)} failed with exit code {process.returncode}: {words or 'no words'}")
    return said


def _passed_on(keep: Sequence[str]) -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or any(name.startswith(prefix) for prefix in keep)
    }


def _wait(process: subprocess.Popen[str], limit_s: float) -> tuple[str, str]:
    give_up = time.monotonic() + limit_s
    while True:
        try:
            return process.communicate(timeout=LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if time.monotonic() >= give_up:
                _end(process)
                raise BackupError(
                    f"{_name(process.args)} was ended after {limit_s:g} s, which is its limit."
                ) from None


def _end(process: subprocess.Popen[str]) -> None:
    """All of it is gone afterwards; nothing happens to one that has ended."""
    if process.poll() is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _name(argv: object) -> str:
    return os.path.basename(argv[0]) if isinstance(argv, list | tuple) else str(argv)  # noqa: PTH119
