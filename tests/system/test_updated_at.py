from datetime import UTC, datetime
from typing import Any

from tests.databases import Database

LONG_AGO = "2020-01-01 00:00:00+00:00"
# What a row of each table needs by SQL; every other column has its default in the database, or is given here.
ROWS = {
    "executions_execution": (
        "uid, agent_type, execution_context|'0198c0de00007000800000000000beef', 'a', '{}'"
    ),
    "executions_executionstep": "execution_id, step_number, step_name, metadata|1, 1, 'Look', '{}'",
    "agents_agentconfiguration": "agent_type, name, config|'a', 'A', '{}'",
    "agents_finding": (
        "fingerprint, agent_type, node_id, about, title, severity, first_seen, last_seen, days, state_since"
        "|'f', 'a', 'n', 'disk', 'Full', 'warning', '2026-11-26 00:00:00+00:00', '2026-11-26 00:00:00+00:00',"
        " '{}', '2026-11-26 00:00:00+00:00'"
    ),
    "scheduling_schedule": (
        "agent_type, name, cron_expression, node_ids, execution_config|'a', 'S', '0 3 * * *', '[]', '{}'"
    ),
    "scheduling_hook": (
        "agent_type, slug, name, secret, secret_since, mapping, filters, execution_config"
        "|'a', 'h', 'H', 'sealed', '2026-11-26 00:00:00+00:00', '{}', '[]', '{}'"
    ),
    "costs_modelprice": (
        "model, valid_from, input, output, w5, w1, read, web_search|'m', '2026-01-01', 1, 1, 1, 1, 1, 1"
    ),
    "costs_budget": "name, amount_usd|'b', 1",
    "system_notificationtarget": (
        "name, kind, url, scheme, signing_secret|'t', 'webhook', 'sealed', 'https', 'sealed'"
    ),
    "system_notificationrule": (
        "name, target_id, kinds, agent_types|'r', (SELECT min(id) FROM system_notificationtarget), '[]', '[]'"
    ),
    "system_node": "name, hostname, version, workers, restarts|'n', '', '', 0, 0",
    "system_appsetting": "key, value|'k', 'v'",
    "system_apitoken": "name, role, prefix, digest|'t', 'viewer', 'cops_abcd', 'd'",
}


def test_every_table_that_has_it_follows_raw_sql(migrated: Database) -> None:
    assert tables_with_updated_at(migrated) == set(ROWS)
    for table, row in ROWS.items():
        columns, _, values = row.partition("|")
        migrated.sql(
            f"INSERT INTO {table} ({columns}, created_at, updated_at)"
            f" VALUES ({values}, '{LONG_AGO}', '{LONG_AGO}')"
        )
        column = columns.split(",")[0]
        migrated.sql(f"UPDATE {table} SET {column} = {column}")
        age = datetime.now(UTC) - read_updated_at(migrated, table)
        assert abs(age.total_seconds()) < 60, f"{table}: {age}"


def test_a_statement_that_sets_it_is_left_alone(migrated: Database) -> None:
    migrated.sql("INSERT INTO system_appsetting (key, value) VALUES ('set', 'v')")
    migrated.sql(f"UPDATE system_appsetting SET value = 'w', updated_at = '{LONG_AGO}' WHERE key = 'set'")
    assert read_updated_at(migrated, "system_appsetting WHERE key = 'set'").year == 2020


def test_a_row_made_by_raw_sql_has_both_times(migrated: Database) -> None:
    migrated.sql("INSERT INTO system_appsetting (key, value) VALUES ('new', 'v')")
    age = datetime.now(UTC) - read_updated_at(migrated, "system_appsetting WHERE key = 'new'")
    assert abs(age.total_seconds()) < 60


def tables_with_updated_at(database: Database) -> set[str]:
    if database.url:
        rows = database.sql(
            "SELECT table_name FROM information_schema.columns WHERE column_name = 'updated_at'"
        )
    else:
        rows = database.sql(
            "SELECT m.name FROM sqlite_master m, pragma_table_info(m.name) c"
            " WHERE m.type = 'table' AND c.name = 'updated_at'"
        )
    return {row[0] for row in rows}


def read_updated_at(database: Database, source: str) -> datetime:
    """SQLite keeps a time as text, in UTC."""
    value: Any = database.sql(f"SELECT updated_at FROM {source}")[0][0]
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC)
