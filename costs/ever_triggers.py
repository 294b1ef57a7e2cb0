"""The triggers that add up what is recorded in CostTotal, for migrations. It never gets less."""

from collections.abc import Iterable

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from system.database_work import DatabaseWork

SOURCE = "costs_costrecord"
TOTAL = "costs_costtotal"
TOKENS = ("input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens")
COLUMNS = ("records", "cost_usd", *TOKENS)
CHANGED = ", ".join(("total_cost_usd", *TOKENS))
SQLITE = "CREATE TRIGGER {name} {when} ON {source} FOR EACH ROW BEGIN {body} END"
POSTGRESQL = (
    "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$",
    "CREATE TRIGGER {name} {when} ON {source} FOR EACH ROW EXECUTE FUNCTION {name}()",
)


def keep_cost_totals() -> DatabaseWork:
    """The operation: the triggers, and what they would have made of the days that are summed up already.

    SQLite makes a table anew, without its triggers, when a column or constraint changes: a migration that
    does this to CostRecord needs this operation again behind it.
    """
    return DatabaseWork(_create, _drop)


def _create(editor: BaseDatabaseSchemaEditor) -> None:
    _drop(editor)
    templates = POSTGRESQL if editor.connection.vendor == "postgresql" else (SQLITE,)
    for event, when, body in (
        ("insert", "AFTER INSERT", _add()),
        ("update", f"AFTER UPDATE OF {CHANGED}", _add_difference()),
    ):
        for template in templates:
            name = f"{TOTAL}_{event}"
            editor.execute(template.format(name=name, when=when, source=SOURCE, body=body), params=None)
    editor.execute(_backfill(), params=None)


def _drop(editor: BaseDatabaseSchemaEditor) -> None:
    postgresql = editor.connection.vendor == "postgresql"
    for event in ("insert", "update"):
        name = f"{TOTAL}_{event}"
        editor.execute(
            f"DROP FUNCTION IF EXISTS {name}() CASCADE" if postgresql else f"DROP TRIGGER IF EXISTS {name}"
        )


def _add() -> str:
    news = ", ".join(f"NEW.{name}" for name in TOKENS)
    sums = ", ".join(f"{name} = {TOTAL}.{name} + excluded.{name}" for name in COLUMNS)
    return (
        f"INSERT INTO {TOTAL} (agent_type, model_used, {', '.join(COLUMNS)})"  # noqa: S608
        f" VALUES (NEW.agent_type, NEW.model_used, 1, COALESCE(NEW.total_cost_usd, 0), {news})"
        f" ON CONFLICT (agent_type, model_used) DO UPDATE SET {sums};"
    )


def _add_difference() -> str:
    pairs: Iterable[tuple[str, str]] = (("cost_usd", "total_cost_usd"), *zip(TOKENS, TOKENS, strict=True))
    sums = ", ".join(f"{name} = {name} + {_more(column)}" for name, column in pairs)
    return (
        f"UPDATE {TOTAL} SET {sums}"  # noqa: S608
        " WHERE agent_type = NEW.agent_type AND model_used = NEW.model_used;"
    )


def _more(column: str) -> str:
    new, old = f"COALESCE(NEW.{column}, 0)", f"COALESCE(OLD.{column}, 0)"
    return f"CASE WHEN {new} > {old} THEN {new} - {old} ELSE 0 END"


def _backfill() -> str:
    """Only into an empty table: what is there may be more than the days know."""
    names, sums = ", ".join(COLUMNS), ", ".join(f"SUM({name})" for name in COLUMNS)
    return (
        f"INSERT INTO {TOTAL} (agent_type, model_used, {names})"  # noqa: S608
        f" SELECT agent_type, model_used, {sums} FROM costs_dailycost"
        f" WHERE NOT EXISTS (SELECT 1 FROM {TOTAL}) GROUP BY agent_type, model_used"
    )
