from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

SHOWN = 20


@dataclass
class Complaints:
    """The first few, and how many there were."""

    first: list[str] = field(default_factory=list)
    count: int = 0

    def add(self, complaint: str) -> None:
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(complaint)


@dataclass
class Summary:
    """`duplicates` are lines with usage that changed nothing; `total_usd` is what the ledger grew by.

    `withdrawn` are records of a former import of what has since been recorded otherwise.
    """

    files: int = 0
    lines: int = 0
    added: int = 0
    updated: int = 0
    duplicates: int = 0
    withdrawn: int = 0
    synthetic: int = 0
    total_usd: Decimal = Decimal(0)
    unpriced: Counter[str] = field(default_factory=Counter)
    malformed: Complaints = field(default_factory=Complaints)
    unreadable: list[str] = field(default_factory=list)
