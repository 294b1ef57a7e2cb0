"""How amounts lie around their middle. Decimal throughout; the mean alone may be rounded."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

NOTHING = Decimal(0)
FEW = 4  # fewer values than this have no quartiles worth the name


@dataclass(frozen=True)
class Spread:
    """Of `count` amounts. Without any, all is 0; of fewer than four, the quartiles are least and most."""

    count: int = 0
    mean: Decimal = NOTHING
    median: Decimal = NOTHING
    lower: Decimal = NOTHING
    upper: Decimal = NOTHING

    @classmethod
    def of(cls, amounts: Sequence[Decimal]) -> Self:
        if not amounts:
            return cls()
        if len(amounts) < FEW:
            lower, upper = min(amounts), max(amounts)
        else:
            lower, _, upper = statistics.quantiles(amounts, n=4, method="inclusive")
        mean = sum(amounts, NOTHING) / len(amounts)
        return cls(len(amounts), mean, statistics.median(amounts), lower, upper)

    @property
    def low(self) -> Decimal:
        """The lower quartile, or the mean where a few very small amounts drew it below that."""
        return min(self.lower, self.median, self.mean)

    @property
    def high(self) -> Decimal:
        """The upper quartile, or the mean where a few large amounts drew it above that."""
        return max(self.upper, self.median, self.mean)
