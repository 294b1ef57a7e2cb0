"""The analysis step: Claude or the rules, and the rules in Claude's place when that cannot be had."""

import logging
from collections.abc import Sequence
from decimal import Decimal

from django.conf import settings

from agents.analysts import claude, rules
from agents.analysts.base import AnalysisStopped, AnalysisTask, AnalystError, BilledAttempt, Evidence, Known
from agents.configuration import Analysis, Configuration, has_claude
from agents.models import AgentConfiguration
from agents.reports import Report
from agents.runner.log import LogBuffer
from agents.runner.outcome import Outcome
from agents.stopping import Stop
from costs.budgets.alerts import check_budget_alerts
from costs.budgets.errors import BudgetExceeded
from costs.budgets.reserving import Request, release_reservation, reserve_request
from costs.models import Budget, Period
from costs.price_book import current_prices
from costs.services import record_cost
from executions.errors import ExecutionEnded, ExecutionNotRunning, LeaseLost
from executions.services import Change, Tracker, changing_totals
from executions.services.change import LogLevel
from system import app_settings
from system.redaction import Redactor

logger = logging.getLogger(__name__)


class RunJournal:
    """agents.analysts.base.Journal for a run: its log, its ledger, its budget."""

    def __init__(
        self,
        agent: AgentConfiguration,
        tracker: Tracker,
        log: LogBuffer,
        stop: Stop,
        number: int,
        redactor: Redactor,
    ) -> None:
        self.stop = stop
        self._agent = agent
        self._tracker = tracker
        self._log = log
        self._number = number
        self._redactor = redactor
        self._reservation: int | None = None

    def log(self, message: str, level: LogLevel = "info") -> None:
        self._log.add(self._redactor.redact(message), level, self._number)
        self._log.flush_if_due()

    def record_attempt(self, attempt: BilledAttempt) -> None:
        """The money is spent, so it is recorded even if the run has been taken from us meanwhile."""
        try:
            self._log.flush()
            with self._tracker.batch() as change:
                self._record(change, attempt)
        except (LeaseLost, ExecutionEnded, ExecutionNotRunning):
            with changing_totals(self._tracker.execution_id) as change:
                self._record(change, attempt)
            self._reservation = None
            raise
        self._reservation = None
        self._say_what_is_used_up()

    def _record(self, change: Change, attempt: BilledAttempt) -> None:
        """What was promised becomes what was spent: at no moment are both counted, or neither."""
        record_cost(
            change,
            model=attempt.model,
            usage=attempt.usage,
            request_id=attempt.request_id,
            response_time_ms=attempt.response_time_ms,
            is_complete=attempt.complete,
        )
        if self._reservation is not None:
            release_reservation(self._reservation)

    def reserve(self, model: str, dearest_usd: Decimal | None, tokens: int) -> None:
        """Raises BudgetExceeded, and as Tracker.batch() does."""
        self._log.flush()
        self._reservation = reserve_request(
            self._tracker.execution_id,
            self._tracker.lease_token,
            Request(model, dearest_usd, tokens),
            also=self._own_cap(),
        )

    def release(self) -> None:
        if self._reservation is not None:
            release_reservation(self._reservation)
            self._reservation = None

    def _own_cap(self) -> list[Budget]:
        cap = self._agent.max_cost_per_execution
        if cap is None:
            return []
        return [Budget(name="max_cost_per_execution", period=Period.EXECUTION, amount_usd=cap)]

    def _say_what_is_used_up(self) -> None:
        try:
            check_budget_alerts(execution_id=self._tracker.execution_id)
        except Exception:
            # The answer is paid for and recorded: that nobody could be told of it must not cost the run.
            logger.exception("budgets could not be looked at; the clock does it again")


def run_analysis(
    agent: AgentConfiguration,
    configuration: Configuration,
    evidence: list[Evidence],
    journal: RunJournal,
    timeout_s: float,
    known: Sequence[Known],
) -> Outcome:
    """`known` is what earlier runs found that is not resolved; the rules need it not, as they give keys."""
    analysis = configuration.analysis
    task = AnalysisTask(
        agent_name=agent.name,
        instructions=analysis.instructions,
        evidence=evidence,
        thresholds=configuration.thresholds.over(app_settings.get("health.thresholds")),
        model=analysis.model,
        effort=analysis.effort,
        max_tokens=analysis.max_tokens,
        timeout_s=timeout_s,
        prices=current_prices(),
        known=known,
    )
    if not analysis.asks_claude:
        return _reported(rules.analyse(task))
    try:
        _require_credentials()
        report = claude.analyse(
            task, journal, api_key=settings.ANTHROPIC_API_KEY, base_url=settings.ANTHROPIC_BASE_URL or None
        )
    except AnalysisStopped:
        return Outcome(error="The analysis was stopped.")
    except BudgetExceeded as error:
        return _over_budget(task, analysis, journal, error.detail)
    except AnalystError as error:
        return _without_claude(task, analysis, journal, str(error))
    return _reported(report)


def _require_credentials() -> None:
    if not has_claude():
        raise AnalystError(
            "There is no key: set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a compatible server."
        )


def _without_claude(task: AnalysisTask, analysis: Analysis, journal: RunJournal, why: str) -> Outcome:
    journal.log(why, "error")
    if not analysis.fallback_to_rules:
        return Outcome(error=why)
    return _written_by_rules(task, journal, why, "fallback_to_rules")


def _over_budget(task: AnalysisTask, analysis: Analysis, journal: RunJournal, why: str) -> Outcome:
    why = f"The request was not sent. {why}"
    journal.log(why, "error")
    if analysis.over_budget == "fail":
        return Outcome(error=why, ends_run=True)
    return _written_by_rules(task, journal, why, "over_budget")


def _written_by_rules(task: AnalysisTask, journal: RunJournal, why: str, setting: str) -> Outcome:
    journal.log(f"The rules write the report instead ({setting}).", "warn")
    return _reported(rules.analyse(task).model_copy(update={"note": f"Written by the rules: {why}"[:4000]}))


def _reported(report: Report) -> Outcome:
    lines = [f"{report.overall_health.value}: {report.summary}"]
    lines += [f"[{finding.severity}] {finding.title}: {finding.evidence}" for finding in report.findings]
    return Outcome(output="\n".join(lines), report=report)
