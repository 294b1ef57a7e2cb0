"""The analysis step: Claude or the rules, and the rules in Claude's place when that cannot be had."""

from decimal import Decimal

from django.conf import settings

from agents.analysts import claude, rules
from agents.analysts.base import AnalysisStopped, AnalysisTask, AnalystError, BilledAttempt, Evidence
from agents.configuration import Analysis, Configuration
from agents.models import AgentConfiguration
from agents.reports import Report
from agents.runner.log import LogBuffer
from agents.runner.outcome import Outcome
from agents.stopping import Stop
from costs.price_book import current_prices
from costs.services import record_cost
from executions.errors import ExecutionEnded, ExecutionNotRunning, LeaseLost
from executions.models import Execution
from executions.services import Tracker, changing_totals
from executions.services.change import LogLevel
from system import app_settings
from system.money import text_of
from system.redaction import Redactor


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

    def log(self, message: str, level: LogLevel = "info") -> None:
        self._log.add(self._redactor.redact(message), level, self._number)
        self._log.flush_if_due()

    def record_attempt(self, attempt: BilledAttempt) -> None:
        """The money is spent, so it is recorded even if the run has been taken from us meanwhile."""
        self._log.flush()
        try:
            with self._tracker.batch() as change:
                self._record(change, attempt)
        except (LeaseLost, ExecutionEnded, ExecutionNotRunning):
            with changing_totals(self._tracker.execution_id) as change:
                self._record(change, attempt)
            raise

    @staticmethod
    def _record(change, attempt: BilledAttempt) -> None:  # type: ignore[no-untyped-def]
        record_cost(
            change,
            model=attempt.model,
            usage=attempt.usage,
            request_id=attempt.request_id,
            response_time_ms=attempt.response_time_ms,
            is_complete=attempt.complete,
        )

    def check_budget(self, dearest_usd: Decimal) -> None:
        cap = self._agent.max_cost_per_execution
        if cap is None:
            return
        totals = Execution.objects.filter(pk=self._tracker.execution_id).values_list("cost_usd", flat=True)
        spent = totals.get() or Decimal(0)
        if not dearest_usd.is_finite():
            raise AnalystError(
                "The request was not sent: its model has no known price, and under max_cost_per_execution"
                f" ({text_of(cap)} USD) nothing is spent that cannot be counted."
            )
        if spent + dearest_usd > cap:
            raise AnalystError(
                f"The request was not sent: {text_of(spent)} USD are spent and it could cost up to"
                f" {text_of(dearest_usd)} USD,"
                f" which would pass max_cost_per_execution ({text_of(cap)} USD)."
            )


def run_analysis(
    agent: AgentConfiguration,
    configuration: Configuration,
    evidence: list[Evidence],
    journal: RunJournal,
    timeout_s: float,
) -> Outcome:
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
    )
    if not _wants_claude(analysis):
        return _reported(rules.analyse(task))
    try:
        _require_credentials(analysis)
        report = claude.analyse(
            task, journal, api_key=settings.ANTHROPIC_API_KEY, base_url=settings.ANTHROPIC_BASE_URL or None
        )
    except AnalysisStopped:
        return Outcome(error="The analysis was stopped.")
    except AnalystError as error:
        return _without_claude(task, analysis, journal, str(error))
    return _reported(report)


def _wants_claude(analysis: Analysis) -> bool:
    if analysis.analyst == "auto":
        return bool(settings.ANTHROPIC_API_KEY or settings.ANTHROPIC_BASE_URL)
    return analysis.analyst == "claude"


def _require_credentials(analysis: Analysis) -> None:
    if not (settings.ANTHROPIC_API_KEY or settings.ANTHROPIC_BASE_URL):
        raise AnalystError(
            "There is no key: set ANTHROPIC_API_KEY, or ANTHROPIC_BASE_URL for a compatible server."
        )


def _without_claude(task: AnalysisTask, analysis: Analysis, journal: RunJournal, why: str) -> Outcome:
    journal.log(why, "error")
    if not analysis.fallback_to_rules:
        return Outcome(error=why)
    journal.log("The rules write the report instead (fallback_to_rules).", "warn")
    return _reported(rules.analyse(task).model_copy(update={"note": f"Written by the rules: {why}"[:4000]}))


def _reported(report: Report) -> Outcome:
    lines = [f"{report.overall_health.value}: {report.summary}"]
    lines += [f"[{finding.severity}] {finding.title}: {finding.evidence}" for finding in report.findings]
    return Outcome(output="\n".join(lines), report=report)
