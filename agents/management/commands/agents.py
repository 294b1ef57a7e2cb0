import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agents.transfer.exporting import export_agents
from agents.transfer.importing import DocumentRefused, Imported, import_agents
from agents.transfer.reading import MAX_BYTES
from system.errors import DomainError
from system.verbs import Verbs


class Command(BaseCommand):
    help = "Agents as YAML: export them, or import a document, all of it or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = Verbs(parser)

        exported = verbs.add("export", "Write agents as YAML: all, or those that are named.", self._export)
        exported.add_argument("agent_types", nargs="*", metavar="AGENT")
        exported.add_argument("--output", "-o", metavar="FILE", help="by default the screen")
        imported = verbs.add("import", "Create and change agents from such a document.", self._import)
        imported.add_argument("file", help="- is the standard input")
        imported.add_argument(
            "--dry-run", action="store_true", help="only say what would be, with what differs"
        )
        imported.add_argument("--comment", default="", help="stands beside the versions that this makes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            options["run"](options)
        except DocumentRefused as error:
            raise CommandError("\n".join(map(str, error.faults))) from error
        except DomainError as error:
            raise CommandError(error.detail) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}") from error

    def _export(self, options: dict[str, Any]) -> None:
        text = export_agents(options["agent_types"])
        if options["output"]:
            Path(options["output"]).write_text(text, encoding="utf-8")
        else:
            self.stdout.write(text, ending="")

    def _import(self, options: dict[str, Any]) -> None:
        found = import_agents(
            _read(options["file"]), dry_run=options["dry_run"], comment=options["comment"][:200]
        )
        for agent in found:
            self._say(agent, dry_run=options["dry_run"])
        if options["dry_run"]:
            self.stdout.write("Nothing was written (--dry-run).")

    def _say(self, agent: Imported, *, dry_run: bool) -> None:
        self.stdout.write(f"{agent.outcome:<9} {agent.agent_type}")
        for piece in agent.pieces if dry_run else ():
            self.stdout.write(f"  {piece.title}: {piece.state} {piece.note}".rstrip())
            for line in piece.lines:
                self.stdout.write(f"    {line}")


def _read(name: str) -> bytes:
    """A little more than is taken, so that what is too large is refused and not cut."""
    if name == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    with Path(name).open("rb") as file:
        return file.read(MAX_BYTES + 1)
