from datetime import datetime, timedelta
from typing import Any

import orjson
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from agents.findings.deciding import Verdict, decide, find_finding
from agents.findings.printing import detail_lines, list_table
from agents.findings.schemas import FindingDetail, FindingOut
from agents.models import Finding, FindingState
from system.models import Severity
from system.printing import print_table
from system.verbs import VerbCommand, Verbs

BY = "command line"
ACTIVE, ALL = "active", "all"
USUAL_HOURS = 24.0


class Command(VerbCommand):
    help = (
        "Findings over all the runs that found them: list, show, acknowledge, snooze, resolve, reopen. Exit"
        " code 1 where something is refused, 2 where the command is not understood."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = Verbs(parser, "finding", type=int, nargs="+", help="its number, as `list` shows it")

        listed = verbs.add("list", "What is not resolved, the gravest first.", self._list)
        listed.add_argument("--state", choices=[*FindingState.values, ACTIVE, ALL], default=ACTIVE)
        listed.add_argument("--severity", choices=Severity.values)
        listed.add_argument("--agent", help="of this agent only")
        listed.add_argument("--node", help="on this node only")
        listed.add_argument("--limit", type=int, default=50, help="how many (50)")
        shown = verbs.add_of_one("show", "What shows it, and what to do about it.", self._show)
        for each in (listed, shown):
            each.add_argument("--json", action="store_true", help="print JSON, as the API has it")
        acknowledged = verbs.add_of_one("acknowledge", "Somebody sees to it.", self._decide)
        snoozed = verbs.add_of_one(
            "snooze", "Say nothing of it for a time, unless it gets graver.", self._decide
        )
        snoozed.add_argument("--hours", type=float, default=USUAL_HOURS, help="for how long (24)")
        resolved = verbs.add_of_one(
            "resolve", "It is mended; a run that finds it again opens it.", self._decide
        )
        for each in (acknowledged, snoozed, resolved):
            each.add_argument("--note", default="", help="why, or what is done about it")
        verbs.add_of_one("reopen", "It is nobody's any more.", self._decide)

    def _list(self, options: dict[str, Any]) -> None:
        rows = Finding.objects.select_related("first_execution", "last_execution")
        if options["state"] == ACTIVE:
            rows = rows.active()
        elif options["state"] != ALL:
            rows = rows.filter(state=options["state"])
        wanted = {"severity": options["severity"], "agent_type": options["agent"], "node_id": options["node"]}
        rows = rows.filter(**{name: value for name, value in wanted.items() if value})
        shown = list(rows.gravest_first()[: max(1, options["limit"])])
        if options["json"]:
            self._write_json([FindingOut.of(row).model_dump(mode="json") for row in shown])
        elif shown:
            print_table(self.stdout, list_table(shown, timezone.now()))
        else:
            self.stdout.write("There is none.")

    def _show(self, options: dict[str, Any]) -> None:
        found = [find_finding(number) for number in options["finding"]]
        if options["json"]:
            self._write_json([FindingDetail.of(row).model_dump(mode="json") for row in found])
            return
        for row in found:
            for line in detail_lines(row, timezone.now()):
                self.stdout.write(line)

    def _decide(self, options: dict[str, Any]) -> None:
        verdict = Verdict(options["verb"])
        until = _end_of_snooze(options["hours"]) if verdict == Verdict.SNOOZE else None
        for number in options["finding"]:
            row = decide(number, verdict, by=BY, note=options.get("note", ""), until=until)
            self.stdout.write(f"Finding {row.pk} is {row.state}: {row.where}: {row.title}")

    def _write_json(self, value: list[Any]) -> None:
        self.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())


def _end_of_snooze(hours: float) -> datetime:
    try:
        return timezone.now() + timedelta(hours=hours)
    except (OverflowError, ValueError) as error:
        raise CommandError(f"{hours} hours are no time to snooze.", returncode=2) from error
