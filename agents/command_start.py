"""Starting an agent's command: what it is, the program it names, and the environment it gets."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import IO

from agents.process_tree import RUNNER_VARIABLE, runner_mark

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class CommandError(OSError):
    """The command could not be started; the message says what is wrong with it."""


class ProgramNotFound(CommandError, FileNotFoundError):
    """There is no such program."""


@dataclass(frozen=True)
class Command:
    """`env` is added to a clean environment. Without `stdin` the command reads /dev/null."""

    argv: Sequence[str]
    env: Mapping[str, str]
    cwd: str | None
    timeout_s: float
    stdin: bytes | None = None


def start_command(command: Command) -> subprocess.Popen[bytes]:
    """In a session of its own, stdout and stderr in one pipe; raises CommandError."""
    env = _environment(command.env)
    try:
        argv = [*_tied_to_us(), _program(command, env["PATH"]), *command.argv[1:]]
        with ExitStack() as stack:
            return subprocess.Popen(  # noqa: S603 — an agent's argv is what this is for; no shell
                argv,
                stdin=DEVNULL if command.stdin is None else stack.enter_context(_file_of(command.stdin)),
                stdout=PIPE,
                stderr=STDOUT,
                cwd=command.cwd,
                env=env,
                start_new_session=True,
            )
    except CommandError:
        raise
    except (OSError, ValueError) as error:  # too long, a NUL in it, no memory …
        raise CommandError(f"{command.argv[0]!r} cannot be started: {error}") from error


def _file_of(data: bytes) -> IO[bytes]:
    # A file, not a pipe: nobody has to feed it while the output is read.
    file = tempfile.TemporaryFile()  # noqa: SIM115 — closed by the caller
    file.write(data)
    file.seek(0)
    return file


def _program(command: Command, path: str) -> str:
    """Where the program is. Checked before the start, for a message that names what is wrong."""
    cwd = Path(command.cwd or ".").absolute()
    if not cwd.is_dir():
        raise CommandError(f"the working directory {str(cwd)!r} is not there")
    if not command.argv or not command.argv[0]:
        raise CommandError("the command names no program")
    name = command.argv[0]
    if "/" not in name:
        if found := shutil.which(name, path=path):
            return str(Path(found).absolute())
        raise ProgramNotFound(f"there is no program {name!r} in {path}")
    program = cwd / name
    if not program.exists():
        raise ProgramNotFound(f"there is no program {str(program)!r}")
    if program.is_dir() or not os.access(program, os.X_OK):
        raise CommandError(f"{str(program)!r} cannot be executed")
    return str(program)


def _environment(extra: Mapping[str, str]) -> dict[str, str]:
    clean = {
        "PATH": os.environ.get("PATH") or _PATH,
        "HOME": str(Path.home()),
        "LANG": "C.UTF-8",
        "TERM": "dumb",
    }
    if zone := os.environ.get("TZ"):
        clean["TZ"] = zone
    return {**clean, **extra, RUNNER_VARIABLE: runner_mark()}


@cache
def _tied_to_us() -> tuple[str, ...]:
    """Makes the kernel kill the command's first process when the thread that started it dies.

    By util-linux' setpriv: 1 ms more for each start. The same in a preexec_fn takes fork instead of vfork,
    10 ms in a worker of 200 MB, and runs Python between fork and exec while other threads hold locks. Where
    there is no such setpriv, `end_strays` of agents/process_tree.py finds the command later.
    """
    if sys.platform != "linux" or not (setpriv := shutil.which("setpriv")):
        return ()
    prefix = (setpriv, "--pdeathsig", "KILL", "--")
    trial = subprocess.run(  # noqa: S603
        [*prefix, setpriv, "--version"], stdin=DEVNULL, capture_output=True, check=False
    )
    return prefix if trial.returncode == 0 else ()
