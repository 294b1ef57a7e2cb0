from executions.models import Execution
from system.money import text_of


def report_lines(execution: Execution) -> list[str]:
    """How an ended execution came out, in short lines for a terminal."""
    report = execution.report
    if not report:
        return [f"It ended {execution.status}: {execution.error_message or execution.result_summary}"]
    findings = report["findings"]
    writer, took_s = report["model"] or report["analyst"], execution.elapsed_ms() / 1000
    cost = "unpriced" if execution.cost_usd is None else f"{text_of(execution.cost_usd)} USD"
    return [
        f"Health: {report['overall_health']}. {report['summary']}",
        *(f"  [{finding['severity']}] {finding['title']}" for finding in findings),
        *([] if findings else ["  no findings"]),
        *([report["note"]] if report.get("note") else []),
        f"Cost: {cost}, written by {writer}, in {took_s:.1f} s",
    ]
