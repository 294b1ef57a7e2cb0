import contextlib
import sys
from argparse import ArgumentParser
from typing import Any

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.markup import escape

from agents.launching import launch_agent
from agents.report_text import report_lines
from executions.errors import ExecutionEnded
from executions.following import follow
from executions.models import EventName, Execution, ExecutionEvent, Status
from executions.services import cancel_execution
from system.errors import DomainError
from system.models import Node
from system.money import text_of

EXIT_CODES = {Status.COMPLETED: 0, Status.FAILED: 1, Status.CANCELLED: 130}
LEVEL_STYLES = {"warn": "yellow", "error": "red"}
MARKS = {"completed": "[green]✓[/]", "failed": "[red]✗[/]", "skipped": "[dim]–[/]"}


class Command(BaseCommand):
    help = (
        "Run an agent. With --wait: show it live and exit with 0 (completed), 1 (failed) or 130 (cancelled)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("agent_type", help="for example system-health")
        parser.add_argument("--wait", action="store_true", help="follow it to its end; Ctrl-C cancels it")
        parser.add_argument("--json", action="store_true", help="print one JSON document and nothing else")
        parser.add_argument("--node", default=settings.NODE_NAME, help="the node to run on")
        parser.add_argument("--dedupe-key", help="with a key that is known already, that execution is shown")
        parser.add_argument("--timeout", type=float, default=3600, help="seconds to wait at most (3600)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            execution, created = launch_agent(
                options["agent_type"],
                actor="command line",
                node_id=options["node"],
                dedupe_key=options["dedupe_key"],
            )
        except DomainError as error:
            raise CommandError(error.detail) from error
        console = Console(
            file=sys.stderr if options["json"] else sys.stdout, quiet=options["json"], highlight=False
        )
        console.print(
            f"{'Queued' if created else 'Known'} execution [bold]{execution.uid}[/] of {execution.agent_type}"
        )
        if options["wait"]:
            self._warn_without_worker(execution)
            self._wait(execution, console, options["timeout"])
        execution.refresh_from_db()
        if options["wait"] and execution.report:
            console.print("\n".join(report_lines(execution)), markup=False)
        if options["json"]:
            self.stdout.write(orjson.dumps(summary_of(execution), option=orjson.OPT_INDENT_2).decode())
        if options["wait"]:
            sys.exit(EXIT_CODES.get(Status(execution.status), 130))  # 130 too where it was left to itself

    def _warn_without_worker(self, execution: Execution) -> None:
        node = Node.objects.filter(name=execution.node_id).first()
        silent = node.seconds_silent() if node else None
        if silent is None or silent > settings.LEASE_SECONDS:
            self.stderr.write(
                f"No worker of node {execution.node_id} has been heard of lately: it waits until one is"
                " started (make run, or manage.py worker)."
            )

    def _wait(self, execution: Execution, console: Console, timeout_s: float) -> None:
        try:
            self._show(execution, console, timeout_s)
        except KeyboardInterrupt:
            self._cancel(execution, console, timeout_s)
        except TimeoutError as error:
            raise CommandError(
                f"Execution {execution.uid}: {error}; it goes on without being watched."
            ) from error

    def _cancel(self, execution: Execution, console: Console, timeout_s: float) -> None:
        console.print("[yellow]Cancelling; Ctrl-C again leaves it to itself.[/]")
        with contextlib.suppress(ExecutionEnded, KeyboardInterrupt, TimeoutError):
            cancel_execution(execution.pk, by="command line")
            self._show(execution, console, timeout_s, quiet_until=execution.event_count)

    def _show(self, execution: Execution, console: Console, timeout_s: float, quiet_until: int = 0) -> None:
        for event in follow(execution.pk, timeout_s=timeout_s):
            if event.seq > quiet_until:
                line = line_of(event)
                if line:
                    console.print(line)
            execution.event_count = event.seq


def line_of(event: ExecutionEvent) -> str:
    """One event as a line of rich markup; empty for what a person need not see."""
    data = event.decoded
    match event.event:
        case EventName.STEP_STARTED:
            return f"[bold]▸ {data['step_number']}. {escape(data['step_name'])}[/]"
        case EventName.STEP_COMPLETED:
            took = "" if data["duration_ms"] is None else f" [dim]{data['duration_ms'] / 1000:.1f} s[/]"
            why = f" {escape(data['error'])}" if data["error"] else ""
            return f"{MARKS[data['status']]} {data['step_number']}. {escape(data['step_name'])}{took}{why}"
        case EventName.LOG:
            style = LEVEL_STYLES.get(data["level"], "dim")
            return f"  [{style}]{escape(data['message'])}[/]"
        case EventName.COST_RECORDED:
            cost = "unpriced" if data["cost"] is None else f"${data['cost']}"
            return f"  [cyan]{cost} · {data['tokens']} tokens · {escape(data['model'])}[/]"
        case EventName.COMPLETED:
            return f"[{'green' if data['success'] else 'red'}]{escape(data['result_summary'])}[/]"
        case EventName.FAILED:
            return f"[red]Execution failed: {escape(data['error'])}[/]"
        case EventName.CANCELLED:
            return "[yellow]Execution cancelled[/]"
        case _:
            return ""


def summary_of(execution: Execution) -> dict[str, Any]:
    """What --json prints; money is a decimal string in USD."""
    return {
        "execution_id": str(execution.uid),
        "agent_type": execution.agent_type,
        "node_id": execution.node_id,
        "status": execution.status,
        "exit_code": execution.exit_code,
        "duration_ms": execution.duration_ms,
        "cost_usd": None if execution.cost_usd is None else text_of(execution.cost_usd),
        "tokens_used": execution.tokens_used,
        "result_summary": execution.result_summary,
        "error_message": execution.error_message,
        "analysis": execution.ai_analysis,
    }
