"""How far a backup or a restore is, on a terminal or in a log."""

from types import TracebackType
from typing import Self, TextIO, cast

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class ShownProgress:
    """A bar on a terminal; elsewhere a line for each step. A system.backups.progress.Progress."""

    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._step = ""
        self._bar: Progress | None = None
        if out.isatty():
            columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
            self._bar = Progress(*columns, console=Console(file=cast(TextIO, out)), transient=True)
            self._task = self._bar.add_task("")

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, step: str, done: int, total: int | None) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=step, completed=done, total=total)
        elif step != self._step:
            self._out.write(f"{step} …")
            self._out.flush()
        self._step = step
