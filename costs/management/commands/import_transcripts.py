from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

from costs.transcripts import Importer, NothingToImport, Summary, find_transcripts
from costs.transcripts.day_changes import SumsOverflow
from costs.transcripts.files import Transcripts
from costs.transcripts.ledger import Ledger, Rehearsal
from system.audit import record
from system.money import text_of
from system.terminal_text import clean
from system.writing import one_writer

LONGEST_NAME = 100


class Command(BaseCommand):
    help = (
        "Record what a person's own use of Claude Code cost, from its transcripts (~/.claude/projects)."
        " Importing the same again changes nothing; an interrupted import is completed by running it again."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a file or a directory")
        parser.add_argument("--node", default=settings.NODE_NAME, help="where it was used (this node)")
        parser.add_argument("--agent", default="claude-code", help="the name it is shown by (claude-code)")
        parser.add_argument("--dry-run", action="store_true", help="write nothing; show what would be done")

    def handle(self, *args: Any, **options: Any) -> None:
        ledger = Rehearsal if options["dry_run"] else Ledger
        names = (_checked("--agent", options["agent"]), _checked("--node", options["node"]))
        try:
            found = find_transcripts(options["paths"])
        except NothingToImport as error:
            raise CommandError(clean(str(error)), returncode=2) from error
        if not options["dry_run"]:
            with one_writer():
                where = ", ".join(map(str, options["paths"]))
                record("costs.import", where, {"agent": names[0], "node": names[1]})
        importer = Importer(ledger(*names))
        try:
            self._run(importer, found)
        except SumsOverflow as error:
            self._show(importer.summary, options["dry_run"])
            raise CommandError(f"{error}. What was imported before stays.") from error
        except KeyboardInterrupt:
            self._show(importer.summary, options["dry_run"])
            raise CommandError(
                "Interrupted. What was imported stays; run it again for the rest.", returncode=130
            ) from None
        self._show(importer.summary, options["dry_run"])
        if not importer.summary.files:
            raise CommandError("None of the files could be read.", returncode=2)

    def _run(self, importer: Importer, found: Transcripts) -> None:
        columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
        console = Console(stderr=True)
        with Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
            task = bar.add_task("", total=found.size)
            importer.advance = lambda size: bar.advance(task, size)
            importer.run(found)

    def _show(self, summary: Summary, is_rehearsal: bool) -> None:
        if is_rehearsal:
            self.stdout.write("Dry run: nothing was written.")
        for line in lines_of(summary):
            self.stdout.write(line)


def lines_of(summary: Summary) -> Iterator[str]:
    yield f"files               {summary.files:>12,}"
    yield f"lines               {summary.lines:>12,}"
    yield f"records added       {summary.added:>12,}"
    yield f"records updated     {summary.updated:>12,}"
    if summary.withdrawn:
        yield f"records withdrawn   {summary.withdrawn:>12,}  (recorded otherwise since)"
    yield f"duplicates          {summary.duplicates:>12,}"
    yield f"synthetic, skipped  {summary.synthetic:>12,}"
    yield f"malformed lines     {summary.malformed.count:>12,}"
    yield f"unpriced            {summary.unpriced.total():>12,}"
    for model, count in summary.unpriced.most_common():
        yield f"  {clean(model)}: {count:,}"
    yield f"total               {text_of(summary.total_usd):>12} USD"
    for complaint in summary.malformed.first:
        yield f"  {complaint}"
    if summary.malformed.count > len(summary.malformed.first):
        yield f"  and {summary.malformed.count - len(summary.malformed.first):,} more malformed lines"
    for complaint in summary.unreadable:
        yield f"  not read: {clean(complaint)}"


def _checked(option: str, name: str) -> str:
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise CommandError(f"{option} takes 1 to {LONGEST_NAME} printable characters.", returncode=2)
    return name
