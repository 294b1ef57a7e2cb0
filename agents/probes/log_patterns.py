"""Errors and warnings of the journal or of log files, grouped by what they have in common."""

import zlib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from agents.probes.base import Probe, ProbeContext, ProbeResult
from agents.probes.findings import make_finding
from agents.probes.logs.alarms import judge_groups
from agents.probes.logs.groups import Group, describe_groups
from agents.probes.logs.lines import RANK, Level
from agents.probes.logs.reading import Bounds, LogReading, Wanted, read_from_files
from agents.probes.recent_errors import read_system_log
from agents.probes.wording import counted
from agents.reports import Finding
from system.thresholds import Thresholds

MOST_KNOWN = 500  # they travel with the data, also into prompts
MIB = 1 << 20


def _absolute(pattern: str) -> str:
    if not pattern.startswith("/") or "\x00" in pattern:
        raise ValueError(f"{pattern!r} is not an absolute path")
    return pattern


FilePattern = Annotated[str, Field(max_length=1000), AfterValidator(_absolute)]
Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=50)]


class LogPatternsParams(BaseModel):
    """Without `files`, the journal or the system's log. `contains` and `ignore` are words, not expressions:
    an expression that backtracks could hold up its worker on a hostile line."""

    model_config = ConfigDict(extra="forbid")

    files: Annotated[list[FilePattern], Field(max_length=50)] = []
    exclude: Annotated[list[FilePattern], Field(max_length=50)] = []
    since_hours: Annotated[float, Field(ge=0.01, le=24 * 366)] = 24
    levels: Annotated[list[Level], Field(min_length=1, max_length=3)] = ["critical", "error", "warning"]
    contains: Words = []
    ignore: Words = []
    count: Annotated[int, Field(ge=1, le=200)] = 25
    max_bytes_per_file: Annotated[int, Field(ge=1024, le=64 * MIB)] = 8 * MIB
    max_files: Annotated[int, Field(ge=1, le=200)] = 50
    max_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 30


class LogPatterns(Probe[LogPatternsParams]):
    name = "log_patterns"
    summary = "Errors and warnings of the journal or of log files, grouped by pattern"
    params_model = LogPatternsParams

    def collect(self, params: LogPatternsParams, context: ProbeContext) -> ProbeResult:
        reading, reason = _read(params, context)
        if not reading.sources:
            return ProbeResult(skipped=reason)
        groups = reading.digest.groups()
        news = _News(groups, params, context.previous)
        data = {
            "count": sum(reading.digest.totals.values()),
            "levels": reading.digest.totals,
            "patterns": len(groups) + reading.digest.forgotten,
            "since_hours": params.since_hours,
            "lines": reading.lines,
            "groups": [group.as_row() | {"new": news.is_new(group)} for group in groups[: params.count]],
            "new_patterns": sum(map(news.is_new, groups)),
            "sources": reading.sources,
            "notes": reading.notes,
            "files": params.files,
            "known": news.known,
        }
        return ProbeResult(data=data, text=_describe(data))

    def assess(self, data: Mapping[str, Any], thresholds: Thresholds) -> list[Finding]:
        if not data["count"]:
            return []
        return [
            *judge_groups(data["groups"]),
            make_finding(
                _headline(data),
                "info",
                key="log-patterns",
                evidence=_describe({**data, "groups": data["groups"][:5]}),
                recommendation=(
                    "Begin with what is new and with what is most frequent; name what is harmless in the"
                    " step's `ignore`, so that the rest stands out."
                ),
            ),
        ]


class _News:
    """Which patterns no earlier run of the same question has seen. The first run knows of no news."""

    def __init__(
        self, groups: list[Group], params: LogPatternsParams, previous: Mapping[str, Any] | None
    ) -> None:
        same = previous is not None and previous.get("files") == params.files
        self._before = set(previous["known"]) if previous and same else None
        now = [_mark(group) for group in groups]
        self.known = list(dict.fromkeys([*now, *(self._before or ())]))[:MOST_KNOWN]

    def is_new(self, group: Group) -> bool:
        return self._before is not None and _mark(group) not in self._before


def _mark(group: Group) -> int:
    return zlib.crc32(group.pattern.encode())


def _read(params: LogPatternsParams, context: ProbeContext) -> tuple[LogReading, str]:
    levels = sorted(set(params.levels), key=lambda level: RANK[level])
    wanted = Wanted.last_hours(params.since_hours, levels, params.contains, params.ignore)
    bounds = Bounds(params.max_bytes_per_file, params.max_files, params.max_seconds)
    if not params.files:
        return read_system_log(wanted, context, bounds)
    reading = read_from_files(params.files, wanted, context, bounds, params.exclude)
    return reading, f"none of the files can be read: {'; '.join(reading.notes)}"


def _headline(data: Mapping[str, Any]) -> str:
    totals = [counted(data["levels"]["error"], "error"), counted(data["levels"]["warning"], "warning")]
    if data["levels"]["critical"]:
        totals.insert(0, f"{data['levels']['critical']} critical")
    return f"{', '.join(totals)} in {counted(data['patterns'], 'pattern')}"


def _describe(data: Mapping[str, Any]) -> str:
    head = (
        f"{_headline(data)} in the last {data['since_hours']:g} h; {counted(data['lines'], 'line')} read of"
        f" {', '.join(data['sources'])}; {data['new_patterns']} not seen before"
    )
    return "\n".join([head, describe_groups(data["groups"]), *data["notes"]]).strip()
