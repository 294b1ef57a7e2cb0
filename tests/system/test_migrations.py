from io import StringIO

import pytest
from django.core.management import call_command

from tests.databases import Database

# Backwards in the order of the arrows: what depends on another goes first.
APPS = ("scheduling", "agents", "costs", "executions", "system")
BACKWARDS = f"""
from django.core.management import call_command
for app in {APPS}:
    call_command("migrate", app, "zero", verbosity=0)
"""


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    report = StringIO()
    call_command("makemigrations", "--check", "--dry-run", stdout=report)
    assert "No changes detected" in report.getvalue()


def test_forwards_backwards_and_forwards_again(migrated: Database) -> None:
    before = schema(migrated)
    assert {row[0] for row in migrated.sql("SELECT name FROM auth_group")} == {"viewer", "operator", "admin"}
    require_success(migrated, "shell", "-c", BACKWARDS)
    assert not [name for name in schema(migrated) if name.split("_")[0] in APPS]
    require_success(migrated, "migrate")
    assert schema(migrated) == before


def require_success(database: Database, *arguments: str) -> None:
    done = database.manage(*arguments)
    assert done.returncode == 0, done.stderr


def schema(database: Database) -> set[str]:
    """The names of all tables, indexes and triggers, and of PostgreSQL's functions and constraints."""
    if not database.url:
        rows = database.sql("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'")
    else:
        rows = database.sql(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            " UNION SELECT tgname::text FROM pg_trigger WHERE NOT tgisinternal"
            " UNION SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
            " UNION SELECT conname::text FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        )
    return {row[0] for row in rows}
