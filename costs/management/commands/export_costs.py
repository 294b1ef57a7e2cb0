import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from pydantic import ValidationError

from costs.export_formats import FORMATS
from costs.exports import export
from costs.schemas.records import ExportFilters
from system.errors import DomainError

# The option of each filter, where it is not the filter's name.
OPTIONS = {"date_from": "from", "date_to": "to", "agent_type": "agent", "node_id": "node"}


class Command(BaseCommand):
    help = "Write cost records, or their sums by day or month, as CSV or JSON Lines."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--format", choices=list(FORMATS), default="csv")
        parser.add_argument("--kind", default="records", help="records, days or months")
        parser.add_argument("--from", metavar="TIME", help="a day in TIME_ZONE, or a time with its offset")
        parser.add_argument("--to", metavar="TIME", help="the same; a day is meant whole, a time excluded")
        for name in ("agent", "model", "node", "triggered-by", "trigger-source", "execution-id"):
            parser.add_argument(f"--{name}")
        parser.add_argument("--unpriced", choices=["true", "false"])
        parser.add_argument("--output", metavar="FILE", type=Path, help="it appears when it is whole")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            parts = export(_filters(options), options["format"])
        except DomainError as error:
            raise CommandError(error.detail) from error
        if options["output"] is None:
            _print(parts)
        else:
            _save(parts, options["output"])


def _filters(options: dict[str, Any]) -> ExportFilters:
    given = {name: options.get(OPTIONS.get(name, name)) for name in ExportFilters.model_fields}
    try:
        return ExportFilters.model_validate(
            {name: value for name, value in given.items() if value is not None}
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        option = OPTIONS.get(name, name).replace("_", "-")
        raise CommandError(f"--{option}: {first['msg'].removeprefix('Value error, ')}") from error


def _print(parts: Iterable[bytes]) -> None:
    try:
        for part in parts:
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # Who read it has enough, as `head` does. Python would try to flush once more, and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _save(parts: Iterable[bytes], target: Path) -> None:
    """Beside it first, so that nobody ever sees half a file, and one that was there stays until then."""
    draft: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=target.parent, prefix=f".{target.name[:100]}.", delete=False
        ) as file:
            draft = Path(file.name)
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    except OSError as error:
        raise CommandError(f"{target} cannot be written: {error.strerror}") from error
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)
