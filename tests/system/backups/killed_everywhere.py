"""Backups and restores that are killed at each step, in processes forked from one that has all imported.

python -m tests.system.backups.killed_everywhere backup|restore   # prints the number of kills

A step is a file that is opened for writing, named, renamed, linked or removed, or a database that is opened:
what Python reports to its audit hooks. SIGKILL comes just before it.
"""

import os
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import django

STEPS = {
    "os.rename",
    "os.link",
    "os.remove",
    "os.rmdir",
    "os.mkdir",
    "os.chmod",
    "sqlite3.connect",
    "os.chown",
}
WRITING = os.O_WRONLY | os.O_RDWR


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "claudeops.settings")
    django.setup()
    from django.conf import settings  # noqa: PLC0415 (after django.setup())

    live = Path(settings.DATABASES["default"]["NAME"])
    model = live.with_suffix(".model")
    shutil.copy(live, model)
    work, check, check_end = {
        "backup": (back_up, check_backup, check_backups),
        "restore": (restore, check_restore, check_restored),
    }[sys.argv[1]]
    kills = 0
    while in_child(partial(kill_at, kills, work)):
        check(live)
        kills += 1
        reset(live, model)
    assert in_child(lambda: finish(work)) == 0
    check_end(live)
    sys.stdout.write(f"{kills}\n")


def reset(live: Path, model: Path) -> None:
    for suffix in ("-wal", "-shm"):
        Path(f"{live}{suffix}").unlink(missing_ok=True)
    shutil.copy(model, live)


def back_up() -> None:
    from django.core.management import call_command  # noqa: PLC0415

    call_command("backup", stdout=StringIO())


def restore() -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    (stored,) = settings.BACKUP_DIR.glob("backup-*.gz")
    call_command("restore", str(stored), stdout=StringIO())


def check_backup(live: Path) -> None:
    """What counts as a backup is one."""
    from django.conf import settings  # noqa: PLC0415

    from system.backups.store import stored_in  # noqa: PLC0415
    from system.backups.verifying import verify_stored  # noqa: PLC0415

    for stored in stored_in(settings.BACKUP_DIR):
        verify_stored(stored)


def check_backups(live: Path) -> None:
    """The run after them leaves nothing but backups, and what nobody but a kill in between could leave."""
    from django.conf import settings  # noqa: PLC0415

    from system.backups.store import remove_orphans, stored_in  # noqa: PLC0415

    long_ago = time.time() - 7200
    for manifest in settings.BACKUP_DIR.glob("backup-*.json"):
        os.utime(manifest, (long_ago, long_ago))
    remove_orphans(settings.BACKUP_DIR)
    whole = stored_in(settings.BACKUP_DIR)
    files = {path.name for path in settings.BACKUP_DIR.iterdir()}
    assert files == {file.name for stored in whole for file in (stored.file, stored.manifest_file)}, files


def check_restore(live: Path) -> None:
    """It is the old one or the new one, and it is sound."""
    assert value_in(live) in ("old", "new")
    for kept in live.parent.glob("*.replaced-*.db"):
        assert value_in(kept) in ("old", "new")
        kept.unlink()


def check_restored(live: Path) -> None:
    """The run after them works, and leaves nothing behind."""
    assert value_in(live) == "new"
    ours = (".claudeops-scratch", "test.db-")
    left = {path.name for path in live.parent.iterdir() if path.name.startswith(ours)}
    assert not left, left


def value_in(file: Path) -> Any:
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return database.execute("SELECT value FROM system_appsetting WHERE key = 'mine'").fetchone()[0]


def kill_at(number: int, work: Callable[[], None]) -> int:
    """0 when it ended before it came to that step."""
    left = number

    def look() -> None:
        nonlocal left
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1

    on_each_step(look)
    work()
    return 0


def finish(work: Callable[[], None]) -> int:
    work()
    return 0


def on_each_step(do: Callable[[], None]) -> None:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & WRITING
        if writes or event in STEPS:
            do()

    sys.addaudithook(hook)


def in_child(work: Callable[[], int]) -> int:
    """What `work` returns in a process of its own, or the negative of the signal that ended it."""
    if not (child := os.fork()):
        code = 255
        try:
            code = work()
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    main()
