"""Thirteen months of cost records with all that is added up from them, written straight into the tables."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from costs.rates import shipped_prices
from system.money import text_of, units_of, usd_of
from tests.benchmarks.engines import Database
from tests.benchmarks.history import DAILY_EXECUTIONS, EXECUTION_TOTALS

DAYS = 395
RECORDS_EACH = 5  # of an execution
AT_ONCE = 20_000  # executions
AGENTS = [f"agent-{number}" for number in range(10)]
SCHEDULES = [f"nightly-{number}" for number in range(8)]  # of the first eight agents
NODES = ("localhost", "attic", "cellar")
MODELS = ("claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-2")
UNPRICED = "claude-unheard-of-1"  # one record in a hundred

EXECUTION = (
    "uid", "agent_type", "status", "started_at", "completed_at", "duration_ms", "cost_usd", "tokens_used",
    "node_id", "triggered_by", "trigger_source", "execution_context", "attempt", "event_count",
    "created_at", "updated_at",
)  # fmt: skip
RECORD = (
    "execution_id", "agent_type", "node_id", "triggered_by", "trigger_source", "is_first", "model_used",
    "input_tokens", "output_tokens", "cache_write_tokens", "cache_read_tokens", "input_cost_usd",
    "output_cost_usd", "cache_write_cost_usd", "cache_read_cost_usd", "web_search_cost_usd",
    "total_cost_usd", "cache_saved_usd", "batchable_usd", "request_id", "cache_hit", "usage", "timestamp",
    "year", "month", "day",
)  # fmt: skip
EVENTS = """
INSERT INTO executions_executionevent (execution_id, seq, event, at, data)
SELECT id, 1, 'execution:started', started_at, '{}' FROM executions_execution ORDER BY id
"""
DAILY_COSTS = """
INSERT INTO costs_dailycost
(day, agent_type, model_used, node_id, triggered_by, trigger_source, records, unpriced_records, executions,
 cost_usd, cache_saved_usd, batchable_usd, tokens_used, input_tokens, output_tokens, cache_write_tokens,
 cache_read_tokens)
SELECT date("timestamp"), agent_type, model_used, node_id, triggered_by, trigger_source, count(*),
       count(*) FILTER (WHERE total_cost_usd IS NULL), count(*) FILTER (WHERE is_first),
       coalesce(sum(total_cost_usd), 0), coalesce(sum(cache_saved_usd), 0), coalesce(sum(batchable_usd), 0),
       sum(input_tokens + output_tokens + cache_write_tokens + cache_read_tokens), sum(input_tokens),
       sum(output_tokens), sum(cache_write_tokens), sum(cache_read_tokens)
FROM costs_costrecord GROUP BY 1, 2, 3, 4, 5, 6
"""
MONTHS = """
SELECT year, month, agent_type, sum(coalesce(total_cost_usd, 0)), count(*) FILTER (WHERE is_first),
       sum(input_tokens + output_tokens + cache_write_tokens + cache_read_tokens)
FROM costs_costrecord GROUP BY 1, 2, 3
"""
SUMMARY = (
    "year", "month", "total_cost_usd", "total_executions", "total_tokens", "avg_cost_per_execution",
    "avg_tokens_per_execution", "cost_by_agent_type", "last_updated",
)  # fmt: skip


@dataclass(frozen=True)
class _Rates:
    """Units of 10⁻¹² USD a token: whole numbers, as all prices per token are."""

    input: int
    output: int
    write: int
    read: int


def _rates_of(model: str) -> _Rates:
    rates = shipped_prices().models[model][-1].standard
    return _Rates(*(units_of(rate) // 10**6 for rate in (rates.input, rates.output, rates.w5, rates.read)))


RATES = {model: _rates_of(model) for model in MODELS}


@dataclass(frozen=True)
class _Run:
    """What all records of an execution share."""

    id: int
    at: datetime
    agent_type: str
    node_id: str
    triggered_by: str
    trigger_source: str
    model: str


def write_money_history(database: Database, records: int, *, is_mixed: bool = False) -> None:
    """So many records up to now, in an empty database.

    Each agent has its own node, model and schedule, and now and then another. With `is_mixed` all of them
    come together in any way, so that the daily sums are as many as they can be.
    """
    count = records // RECORDS_EACH
    pause = timedelta(days=DAYS) / count
    begin = datetime.now(UTC) - timedelta(days=DAYS)
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, count))
        runs = [_run(number, begin + number * pause, is_mixed) for number in numbers]
        bills = [[_record(run, part) for part in range(RECORDS_EACH)] for run in runs]
        database.load("executions_execution", EXECUTION, map(_execution, runs, bills))
        database.load("costs_costrecord", RECORD, (record for bill in bills for record in bill))
    database.run(EVENTS, DAILY_EXECUTIONS, EXECUTION_TOTALS, DAILY_COSTS)
    database.load("costs_monthlycostsummary", SUMMARY, _summaries(database))
    database.settle()


def _scatter(number: int) -> int:
    """A number from 0 to 2³²-1 that looks like chance, and is always the same."""
    return (number * 2_654_435_761 ^ number >> 7) % 2**32


def _run(number: int, at: datetime, is_mixed: bool) -> _Run:
    chance = _scatter(number)
    agent = number % len(AGENTS)
    elsewhere = chance % 8 == 0
    node, model = (chance >> 3, chance >> 5) if is_mixed else (agent + elsewhere, agent + (chance % 9 == 0))
    occasion = chance >> 8 if is_mixed else min(chance >> 8 & 15, 2)
    schedule = chance >> 12 if is_mixed else agent
    trigger, source = _trigger(occasion % 10, SCHEDULES[schedule % len(SCHEDULES)])
    return _Run(
        number + 1, at, AGENTS[agent], NODES[node % len(NODES)], trigger, source, MODELS[model % len(MODELS)]
    )


def _trigger(occasion: int, schedule: str) -> tuple[str, str]:
    match occasion:
        case 0:
            return "manual", ""
        case 1:
            return "webhook", "deployed"
        case _:
            return "schedule", schedule


def _execution(run: _Run, bill: list[tuple[Any, ...]]) -> tuple[Any, ...]:
    cost = sum(record[RECORD.index("total_cost_usd")] or 0 for record in bill)
    tokens = sum(sum(record[7:11]) for record in bill)
    duration = 2000 + _scatter(run.id) % 60_000
    at, end = _text(run.at), _text(run.at + timedelta(milliseconds=duration))
    status = "failed" if run.id % 10 == 3 else "completed"
    uid = UUID(int=int(run.at.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62 | run.id).hex
    return (
        uid, run.agent_type, status, at, end, duration, cost, tokens, run.node_id, run.triggered_by,
        run.trigger_source, "{}", 1, 1, at, end,
    )  # fmt: skip


def _record(run: _Run, part: int) -> tuple[Any, ...]:
    number = (run.id - 1) * RECORDS_EACH + part
    chance = _scatter(number)
    tokens = (
        200 + chance % 9_000,
        50 + (chance >> 5) % 3_000,
        (chance >> 9) % 4_000,
        (chance >> 13) % 50_000,
    )
    model = UNPRICED if number % 100 == 42 else run.model
    at = run.at + timedelta(milliseconds=300 * part)
    names = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return (
        run.id, run.agent_type, run.node_id, run.triggered_by, run.trigger_source, int(part == 0), model,
        *tokens, *_amounts(model, tokens), f"bench-{number:09}", int(tokens[3] > 0),
        json.dumps(dict(zip(names, tokens, strict=True))), _text(at), at.year, at.month, at.day,
    )  # fmt: skip


def _amounts(model: str, tokens: tuple[int, int, int, int]) -> tuple[int | None, ...]:
    """The eight columns of a record's money, in units."""
    if model not in RATES:
        return (None,) * 8
    rates = RATES[model]
    parts = [count * rate for count, rate in zip(tokens, astuple(rates), strict=True)]
    uncached = (tokens[0] + tokens[2] + tokens[3]) * rates.input
    total = sum(parts)
    return (*parts, 0, total, uncached - (total - parts[1]), total)


def _summaries(database: Database) -> Iterator[tuple[Any, ...]]:
    months: dict[tuple[int, int], dict[str, tuple[int, int, int]]] = defaultdict(dict)
    for year, month, agent_type, *sums in database.query(MONTHS):
        units, executions, tokens = map(int, sums)
        months[year, month][agent_type] = (units, executions, tokens)
    for (year, month), agents in months.items():
        units, executions, tokens = map(sum, zip(*agents.values(), strict=True))
        shown = {agent: text_of(usd_of(sums[0])) for agent, sums in sorted(agents.items())}
        average = units // executions if executions else 0
        mean = tokens / executions if executions else 0.0
        yield (
            year, month, units, executions, tokens, average, mean, json.dumps(shown),
            _text(datetime.now(UTC)),
        )  # fmt: skip


def _text(at: datetime) -> str:
    """As Django writes times into SQLite."""
    return at.strftime("%Y-%m-%d %H:%M:%S.%f")
