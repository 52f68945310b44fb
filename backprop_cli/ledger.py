"""What the digits of fractions cost: a bill for an exact run, and its limit."""

from __future__ import annotations

from typing import Any

from .limits import over_limit
from .numerals import length

SQUARE = 10_000  # bits at which a number's square costs as much as its length


class Ledger(list[Any]):
    """The values of an exact run, with a limit on the work that their digits make.

    Sums and products of fractions take the square of their length, and so does writing them.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.work = 0

    def charged(self, value: Any) -> Any:
        """`value`, on the bill; raises BackpropError where that grows too long."""
        bits = length(value)
        self.work += bits + bits * bits // SQUARE
        if self.work > self.limit:
            raise over_limit("work", self.limit, "steps on the digits of fractions")
        return value

    def append(self, value: Any) -> None:
        super().append(self.charged(value))


class Charging:
    """A namespace whose gradients are charged to a ledger, too."""

    def __init__(self, xp: Any, ledger: Ledger) -> None:
        self.xp = xp
        self.ledger = ledger

    def __getattr__(self, name: str) -> Any:
        return getattr(self.xp, name)

    def chain(self, upstream: Any, slope: Any) -> Any:
        return self.ledger.charged(self.xp.chain(upstream, slope))

    def accumulate(self, a: Any, b: Any) -> Any:
        return self.ledger.charged(self.xp.accumulate(a, b))
