"""What must be there before anything runs: tables, built-in agents, settings, an administrator."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from agents.catalogue import BUILT_IN
from agents.editing import seed_agents
from agents.models import AgentConfiguration
from costs.price_book import ensure_prices
from executions.models import Execution
from system import app_settings
from system.audit import record
from system.writing import one_writer

Say = Callable[[str], None]

# Any number that no other code of this database uses.
_START_LOCK = 0x0C1A_0DE1


def prepare(say: Say) -> int:
    """Do what is missing, and say it; 0, or 1 when it cannot be done."""
    try:
        with _one_at_a_time():
            _migrate(say)
            _seed(say)
            _create_first_admin(say)
    except Error as error:
        say(f"The database cannot be used: {str(error).strip()}")
        return 1
    except ValidationError as error:
        say(f"CLAUDEOPS_ADMIN_PASSWORD is refused: {' '.join(error.messages)}")
        return 1
    return 0


def require_tables() -> None:
    """For a process that is started alone. Raises CommandError."""
    try:
        if Execution._meta.db_table in connection.introspection.table_names():
            return
    except Error as error:
        raise CommandError(f"The database cannot be used: {str(error).strip()}") from error
    raise CommandError("The database has no tables yet: type manage.py migrate, or manage.py up.")


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hosts that share a PostgreSQL may start at the same moment; an SQLite file has one parent (up.lock)."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [_START_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_START_LOCK])


def _migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    started = time.monotonic()
    call_command("migrate", interactive=False, verbosity=0)
    say(f"Database ready: {len(plan)} migrations in {time.monotonic() - started:.1f} s")


def _seed(say: Say) -> None:
    """Only what is missing: whatever a person has changed or disabled stays so."""
    app_settings.ensure_defaults()
    ensure_prices()
    known = set(AgentConfiguration.objects.values_list("agent_type", flat=True))
    missing = [agent for agent in BUILT_IN if agent.agent_type not in known]
    seed_agents(AgentConfiguration(**asdict(agent)) for agent in missing)
    if missing:
        say(f"Agents added: {', '.join(agent.agent_type for agent in missing)}")


def _create_first_admin(say: Say) -> None:
    """Raises ValidationError for a password from the environment that is too weak."""
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return
    name = settings.FIRST_ADMIN_USER
    if User.objects.filter(username=name).exists():
        say(
            f"There is no active administrator, and the name {name!r} is taken by a user who is none:"
            " set CLAUDEOPS_ADMIN_USER to another name."
        )
        return
    password = settings.FIRST_ADMIN_PASSWORD or secrets.token_urlsafe(12)
    user = User(username=name, is_staff=True, is_superuser=True)
    if settings.FIRST_ADMIN_PASSWORD:
        validate_password(password, user)
    user.set_password(password)
    with one_writer():
        user.save()
        record("user.create", name, {"is_superuser": True})
    shown = "from CLAUDEOPS_ADMIN_PASSWORD" if settings.FIRST_ADMIN_PASSWORD else f"{password} (shown once)"
    say(f"First administrator: {name}, password {shown}")
