"""Tables on a command's standard output."""

from typing import TextIO, cast

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.table import Table

WIDTH_OF_A_FILE = 200  # a pipe has none of its own


def print_table(out: OutputWrapper, table: Table) -> None:
    width = None if out.isatty() else WIDTH_OF_A_FILE
    Console(file=cast(TextIO, out), highlight=False, width=width).print(table)
