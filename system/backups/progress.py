"""How long work says how far it is."""

from typing import Protocol


class Progress(Protocol):
    def __call__(self, step: str, done: int, total: int | None) -> None:
        """`step` is what is being done, `done` of `total` how far it is; None where that is not known."""


def silent(step: str, done: int, total: int | None) -> None:
    """For those whom nobody watches."""
