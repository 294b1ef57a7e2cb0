"""Whether this code knows a database's migrations, and how an older one is brought up to date."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote, quote_plus, urlsplit

from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from system.backups.errors import BackupError
from system.backups.programs import run_program

LIMIT_SECONDS = 2 * 3600.0


def require_known(migrations: Iterable[str], claudeops: str) -> None:
    """Raises BackupError for a schema that is newer than this code; `claudeops` is the version it is of."""
    unknown = sorted(set(migrations) - known_migrations())
    if unknown:
        raise BackupError(
            f"This backup is of a newer schema, by ClaudeOps {claudeops}: {settings.VERSION} does not know"
            f" {', '.join(unknown[:3])}{' and others' if len(unknown) > 3 else ''}. Update ClaudeOps first."
        )


def known_migrations() -> set[str]:
    """All that this code has, and all that one of them stands for, as "app.name"."""
    found = MigrationLoader(None).disk_migrations
    replaced = (key for migration in found.values() for key in migration.replaces)
    return {f"{app}.{name}" for app, name in (*found, *replaced)}


def missing_migrations(migrations: Iterable[str]) -> list[str]:
    """What has yet to be applied to a database that has these."""
    graph = MigrationLoader(None).graph
    return sorted({f"{app}.{name}" for app, name in graph.nodes} - set(migrations))


def migrate(url: str) -> None:
    """Bring the database at `url` up to this code, in a process of its own: ours has another one."""
    run_program(
        [sys.executable, str(settings.BASE_DIR / "manage.py"), "migrate", "--no-input", "--verbosity=0"],
        environment={"DATABASE_URL": url},
        limit_s=LIMIT_SECONDS,
        keep=("",),
    )


def url_of_file(path: Path) -> str:
    return f"sqlite:///{quote_plus(str(path.absolute()), safe='/')}"


def url_of_database(name: str) -> str:
    """Our own DATABASE_URL, with another database of the same server."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return url._replace(path=f"{url.path.rpartition('/')[0]}/{quote(name)}").geturl()
