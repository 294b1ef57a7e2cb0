"""A PostgreSQL server as backups see it: who may connect how, databases for a moment, and one for another."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql.client import DatabaseClient
from django.db.backends.utils import CursorWrapper

from system.backups.errors import BackupError
from system.backups.programs import require_program, run_program

# From which others can be made and renamed; one of them is on every server.
MAINTENANCE = ("postgres", "template1")
_SCRATCH = re.compile(r".+_scratch_[0-9a-f]{12}")
RIGHTS = (
    "The database user {user} may not {what}: {error}. It must own {name} and be allowed to create databases"
    " (ALTER DATABASE {name} OWNER TO {user}; ALTER ROLE {user} CREATEDB;)."
)


def live_name() -> str:
    return str(connection.settings_dict["NAME"])


def environment(database: str = "") -> dict[str, str]:
    """What libpq's programs need to connect as we do. It is never in an argv, which anyone may read."""
    settings = connection.settings_dict
    given = {
        "PGHOST": settings["HOST"],
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGDATABASE": database or settings["NAME"],
    }
    _, secret = DatabaseClient.settings_to_cmd_args_env(settings, [])
    return {**(secret or {}), **{name: str(value) for name, value in given.items() if value}}


def require_client(name: str) -> str:
    """The path of pg_dump or pg_restore. Raises BackupError where it is absent, or older than the server."""
    with cursor_of(live_name()) as cursor:
        server = int(cursor.connection.info.server_version) // 10_000
    package = f"postgresql-client-{server}"
    hint = f"install PostgreSQL's client programs of version {server} or newer (Debian: {package})"
    path = require_program(name, hint)
    said = run_program([path, "--version"], environment={}, limit_s=30)
    found = re.search(r"\) (\d+)", said)
    if found is None or int(found[1]) < server:
        raise BackupError(f"{name} is older than the server, which is {server} ({said.strip()}): {hint}.")
    return path


@contextmanager
def cursor_of(database: str) -> Iterator[CursorWrapper]:
    """On a connection of its own, in autocommit. Whoever uses ours meanwhile is not touched."""
    other = connection.copy(alias=NO_DB_ALIAS)  # under this alias it never comes from a pool
    other.settings_dict["NAME"] = database
    try:
        with other.cursor() as cursor:
            yield cursor
    finally:
        other.close()


@contextmanager
def maintenance_cursor() -> Iterator[CursorWrapper]:
    """Raises BackupError when neither of MAINTENANCE lets us in."""
    name = next(filter(_lets_us_in, MAINTENANCE), None)
    if name is None:
        raise BackupError(
            f"Neither of the databases {' and '.join(MAINTENANCE)} lets us in: from one of them databases are"
            " made and renamed."
        )
    with cursor_of(name) as cursor:
        yield cursor


def _lets_us_in(database: str) -> bool:
    try:
        with cursor_of(database) as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


@contextmanager
def scratch_database() -> Iterator[str]:
    """The name of a new, empty database like ours; it is dropped afterwards, unless it has another name then.

    Its owner holds an advisory lock, which ends with the connection: what has no lock, nobody needs.
    """
    name = f"{live_name()[:40]}_scratch_{secrets.token_hex(6)}"
    with maintenance_cursor() as cursor:
        _drop_abandoned(cursor)
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        try:
            cursor.execute(f"CREATE DATABASE {_quoted(name)}{_like_ours(cursor)}")
        except Error as error:
            raise _rights("create databases", error) from error
        try:
            yield name
        finally:
            cursor.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")


def _like_ours(cursor: CursorWrapper) -> str:
    """The same encoding and order of letters, or the server's where ours is not there or has no libc's."""
    cursor.execute(
        "SELECT pg_encoding_to_char(encoding), datcollate, datctype, to_jsonb(d) ->> 'datlocprovider'"
        " FROM pg_database d WHERE datname = %s",
        [live_name()],
    )
    found = cursor.fetchone()
    if found is None or found[3] not in (None, "c"):
        return ""
    encoding, collate, ctype = (_literal(cursor, text) for text in found[:3])
    return f" TEMPLATE template0 ENCODING {encoding} LC_COLLATE {collate} LC_CTYPE {ctype}"


def _drop_abandoned(cursor: CursorWrapper) -> None:
    prefix = f"{live_name()[:40]}_scratch_"
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname::text, %s)", [prefix])
    for name in [row[0] for row in cursor.fetchall() if _SCRATCH.fullmatch(row[0])]:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        if cursor.fetchone()[0]:
            cursor.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def require_unused(database: str) -> None:
    """Raises BackupError, with who is connected to it."""
    with maintenance_cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT coalesce(nullif(application_name, ''), 'a program') || ' from '"
            " || coalesce(host(client_addr), 'this host') FROM pg_stat_activity"
            " WHERE datname = %s AND backend_type = 'client backend'",
            [database],
        )
        others = sorted(row[0] for row in cursor.fetchall())
    if others:
        raise BackupError(
            f"The database {database} is in use ({', '.join(others)}): stop ClaudeOps on all hosts first."
        )


def exists(database: str) -> bool:
    with maintenance_cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        return cursor.fetchone() is not None


def swap_databases(live: str, new: str, replaced: str) -> None:
    """`new` becomes `live`, which becomes `replaced`: both in one transaction, or neither."""
    with maintenance_cursor() as cursor:
        try:
            cursor.execute("BEGIN")
            if replaced:
                cursor.execute(f"ALTER DATABASE {_quoted(live)} RENAME TO {_quoted(replaced)}")
            cursor.execute(f"ALTER DATABASE {_quoted(new)} RENAME TO {_quoted(live)}")
            cursor.execute("COMMIT")
        except Error as error:
            cursor.execute("ROLLBACK")
            raise _rights("rename databases", error) from error


def _rights(what: str, error: Error) -> BackupError:
    first = str(error).strip().partition("\n")[0]
    user = connection.settings_dict["USER"]
    if "permission denied" in first or "must be owner" in first:
        return BackupError(RIGHTS.format(user=user, what=what, error=first, name=live_name()))
    return BackupError(f"The server refuses to {what}: {first}.")


def _quoted(name: str) -> str:
    return str(connection.ops.quote_name(name))


def _literal(cursor: CursorWrapper, text: str) -> str:
    cursor.execute("SELECT quote_literal(%s)", [text])
    return str(cursor.fetchone()[0])
