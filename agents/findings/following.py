"""Runs that have ended, put to what is known of findings: seen again, new, back again, or gone.

In the transaction that moves the cursor behind those runs (agents.outcomes), in their order: exactly once,
whoever ran them. The rows are locked from the first look to the last word, so that what a person decides
meanwhile comes before all of it, or after.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from django.utils import timezone

from agents import reports
from agents.ended_runs import Ended
from agents.findings.fingerprints import about, fingerprint_of, without_figures
from agents.findings.storing import store
from agents.findings.telling import tell_found, tell_gone
from agents.models import Finding, FindingState

MOST_NEW = 200  # of one run, the gravest of them
DAYS_KEPT = 30
# Who judges by other limits says that something is gone only where it has not been found for longer than
# whoever opened it would rest: of two schedules, one strict and one not, each week.
OTHERS_WAIT = timedelta(days=8)
CHANGED = (
    "title", "severity", "evidence", "recommendation", "command", "last_seen", "last_execution", "count",
    "days", "judged_by", "regressions", "back_at", "state", "state_since", "state_by", "state_why",
    "snoozed_until", "silenced_severity", "told", "alert",
)  # fmt: skip
_NOTHING: frozenset[str] = frozenset()

Place = tuple[str, str]  # agent and node
Found = dict[str, reports.Finding]  # by fingerprint


class Sightings:
    """What is known of the findings of a batch of runs. Each run is taken in its turn; then all is saved.

    A batch without reports asks nothing of the database, and one that finds what is known already one query
    and one statement.
    """

    def __init__(self, runs: Iterable[Ended]) -> None:
        self._found = {run.pk: _found_by(run) for run in runs if run.report is not None}
        self._known: dict[str, Finding] = {}
        self._at: dict[Place, dict[str, Finding]] = defaultdict(dict)
        self._changed: dict[str, Finding] = {}
        if self._found:
            self._load({(run.agent_type, run.node_id) for run in runs if run.pk in self._found})

    def _load(self, places: set[Place]) -> None:
        """What is active there, and what comes back. One query more for what is not known to be active."""
        rows = Finding.objects.select_for_update()
        agents, nodes = zip(*places, strict=True)
        for row in rows.active().filter(agent_type__in=set(agents), node_id__in=set(nodes)):
            self._keep(row)
        others = {fingerprint for found in self._found.values() for fingerprint in found} - self._known.keys()
        for row in rows.in_bulk(others, field_name="fingerprint").values() if others else ():
            self._keep(row)

    def _keep(self, row: Finding) -> None:
        self._known[row.fingerprint] = row
        self._at[row.agent_type, row.node_id][row.fingerprint] = row

    def take(self, run: Ended) -> frozenset[str]:
        """The titles, without figures, of what was found here and is not to be spoken of."""
        if run.pk not in self._found:
            return _NOTHING
        here = self._at[run.agent_type, run.node_id]
        silenced = {fingerprint for fingerprint, row in here.items() if row.is_silenced}
        if not run.is_trial:
            self._follow(run, self._found[run.pk], here)
        still = (
            here[fingerprint] for fingerprint in silenced if here[fingerprint].state != FindingState.OPEN
        )
        return frozenset(without_figures(row.title) for row in still)

    def _follow(self, run: Ended, found: Found, here: dict[str, Finding]) -> None:
        new = _new_rows(run, {key: finding for key, finding in found.items() if key not in here})
        for row in Finding.objects.bulk_create(new) if new else ():
            self._keep(row)
        gone = [row for key, row in here.items() if key not in found and _is_gone(row, run)]
        fresh = {row.fingerprint for row in new}
        for key in found.keys() & here.keys() - fresh:
            _see_again(here[key], run, found[key])
        seen = [here[key] for key in found if key in here]
        tell_found(run, seen)
        tell_gone(run, gone)
        for row in gone:
            _resolve(row, run.ended_at)
        self._changed |= {row.fingerprint: row for row in (*seen, *gone)}

    def save(self) -> None:
        store(list(self._changed.values()), CHANGED)


def _found_by(run: Ended) -> Found:
    """The gravest first; of what is named twice in a report, the graver."""
    found: Found = {}
    for finding in reports.gravest_first(run.report.findings if run.report else ()):
        found.setdefault(fingerprint_of(run.agent_type, run.node_id, finding), finding)
    return found


def _new_rows(run: Ended, found: Mapping[str, reports.Finding]) -> list[Finding]:
    rows = []
    for fingerprint, finding in list(found.items())[:MOST_NEW]:
        row = Finding(
            fingerprint=fingerprint,
            agent_type=run.agent_type,
            node_id=run.node_id,
            about=about(finding),
            judged_by=run.judged_by,
            first_seen=run.ended_at,
            last_seen=run.ended_at,
            first_execution_id=run.pk,
            last_execution_id=run.pk,
            days={_day_of(run): 1},
            state_since=run.ended_at,
        )
        _describe(row, finding)
        rows.append(row)
    return rows


def _describe(row: Finding, finding: reports.Finding) -> None:
    row.title, row.severity = finding.title, finding.severity
    row.evidence, row.recommendation = finding.evidence, finding.recommendation
    row.command = finding.command or ""


def _see_again(row: Finding, run: Ended, finding: reports.Finding) -> None:
    _describe(row, finding)
    row.count += 1
    row.last_seen = max(row.last_seen, run.ended_at)
    row.last_execution_id = run.pk
    row.days = _counted(row.days, _day_of(run))
    if row.state == FindingState.RESOLVED:
        # One that looked before it was resolved proves nothing.
        if run.started_at >= row.state_since:
            _come_back(row, run)
    elif row.is_silenced and row.is_graver_than(row.silenced_severity):
        row.become(FindingState.OPEN, run.ended_at)
        row.told = ""


def _come_back(row: Finding, run: Ended) -> None:
    row.regressions += 1
    row.back_at, row.judged_by = run.ended_at, run.judged_by
    until = row.snoozed_until
    is_snoozed = until is not None and until > run.ended_at and not row.is_graver_than(row.silenced_severity)
    state = FindingState.SNOOZED if is_snoozed else FindingState.OPEN
    row.become(state, run.ended_at, until=until if is_snoozed else None)


def _is_gone(row: Finding, run: Ended) -> bool:
    """`run` has not found it: whether that says that it is no longer there.

    One that began before it was seen last may have looked before, too.
    """
    if not (run.is_complete and row.is_active and row.last_seen <= run.started_at):
        return False
    return row.judged_by == run.judged_by or run.started_at - row.last_seen > OTHERS_WAIT


def _resolve(row: Finding, at: datetime) -> None:
    row.become(FindingState.RESOLVED, at, until=row.snoozed_until)
    row.told, row.alert_id = "", None


def _day_of(run: Ended) -> str:
    return timezone.localdate(run.ended_at).isoformat()


def _counted(days: Mapping[str, int], day: str) -> dict[str, int]:
    """With one more on `day`; only the last days of all are kept."""
    counted = {**days, day: days.get(day, 0) + 1}
    oldest = (date.fromisoformat(max(counted)) - timedelta(days=DAYS_KEPT - 1)).isoformat()
    return {each: number for each, number in counted.items() if each >= oldest}


def seen_in(findings: Sequence[reports.Finding], agent_type: str, node_id: str) -> dict[str, Finding]:
    """The rows of `findings` of a report, by fingerprint. One query, and none without a finding."""
    fingerprints = {fingerprint_of(agent_type, node_id, finding) for finding in findings}
    rows = Finding.objects.defer("evidence", "recommendation", "command", "days", "note")
    return rows.in_bulk(fingerprints, field_name="fingerprint") if fingerprints else {}
