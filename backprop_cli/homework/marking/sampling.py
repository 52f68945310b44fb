"""Where two formulas are compared: points that nobody foresees who does not know the key's seed.

Each coordinate is a decimal, most of them a short one, so that a point can be printed as it is, and
the inputs take every combination of signs, small and large.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import count
from typing import NamedTuple

from ..asking.draws import stream

LEAST_DECIMALS = 2
STEPS = 1_000  # numbers to choose from, at least
LONG = 4  # every fourth point has many decimals, since some formulas vanish at short ones
LONGER = 17
FINER = 3  # more decimals for a neighbour
PATTERNS = 4  # inputs whose signs go through all combinations

# Shares of the way from the middle of a range (0 where it has both signs) to one of its ends.
ANYWHERE = Fraction(0), Fraction(1)
NEAR_END = Fraction(19, 20), Fraction(1)
NEAR_MIDDLE = Fraction(0), Fraction(1, 100)
ZONES = (ANYWHERE, ANYWHERE, NEAR_END, NEAR_MIDDLE, ANYWHERE)


class Coordinate(NamedTuple):
    """The value of one input: `steps` times 10^-decimals. `inward` is a step to the middle, ±1."""

    name: str
    steps: int
    decimals: int
    inward: int

    @property
    def numeral(self) -> str:
        """The exact value as a decimal, with a plain minus sign."""
        digits = str(abs(self.steps)).rjust(self.decimals + 1, "0")
        whole, places = digits[: -self.decimals], digits[-self.decimals :].rstrip("0")
        sign = "-" if self.steps < 0 else ""
        return f"{sign}{whole}.{places}" if places else f"{sign}{whole}"

    def moved(self, decimals: int = FINER, by: int = 1) -> Coordinate:
        """A number next to this one, in the range too, with so many more decimals."""
        steps = self.steps * 10**decimals + self.inward * by
        return self._replace(steps=steps, decimals=self.decimals + decimals)


Point = tuple[Coordinate, ...]
Range = tuple[Fraction, Fraction]


def points(ranges: Mapping[str, Range], seed: str) -> Iterator[Point]:
    """Points inside the ranges, without end; the same ones for the same seed."""
    numbers = stream(seed)
    halves = [(name, (half(reach, 0), half(reach, 1))) for name, reach in ranges.items()]
    for place in count():
        point = []
        for index, (name, both) in enumerate(halves):
            number = next(numbers)
            upper = (place >> index if index < PATTERNS else number >> 63) & 1
            zone = both[upper][(place // 2 + index) % len(ZONES)]
            steps = zone.first + number % zone.choices
            point.append(Coordinate(name, steps, zone.decimals, -1 if upper else 1))
        if place % LONG == LONG - 1:
            digits = next(numbers) % 10**LONGER
            yield tuple(coordinate.moved(LONGER, digits) for coordinate in point)
        else:
            yield tuple(point)


class Zone(NamedTuple):
    """Neighbouring decimals: so many `choices`, from `first` times 10^-decimals upwards."""

    first: int
    choices: int
    decimals: int


def half(reach: Range, upper: int) -> list[Zone]:
    """The zones between the middle of a range and one of its ends, in the order of ZONES."""
    low, high = reach
    middle = Fraction(0) if low < 0 < high else Fraction(low + high) / 2
    width = (high if upper else low) - middle
    found = []
    for shares in ZONES:
        first, last = sorted(middle + width * share for share in shares)
        decimals = LEAST_DECIMALS
        while (last - first) * 10**decimals < STEPS:
            decimals += 1
        lowest, highest = -(-first * 10**decimals // 1), last * 10**decimals // 1
        found.append(Zone(lowest, highest - lowest + 1, decimals))
    return found


def neighbour(point: Point) -> Point:
    """A point close by."""
    return tuple(coordinate.moved() for coordinate in point)
