"""How to read a gradient: what a small step of an input does to the output.

A forecast is checked by evaluating the formula again, so that none is made at a kink or beside a
jump.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..namespaces import named
from ..numerals import is_ball, is_finite, pretty, short
from ..reporting import Report
from ..run import forward

STEP = 0.01  # for an input of size 0.1 to 10; in proportion for others
SHORTER = 6  # how often a step is divided by 10 before the forecast is given up
CLOSE = 0.1  # how far a forecast may be off
ROUNDING = 64 * 2.0**-52

MOVES, STAYS, KINK, INFINITE, UNDEFINED = "moves", "stays", "kink", "infinite", "undefined"


class Reading(NamedTuple):
    """`name` up by `step` changes the output by about `change`.

    `kind` is "moves"; "stays" for a gradient of 0; "kink" where no step however small changes the
    output as the gradient says; "infinite" or "undefined" where the gradient or the value is no
    number. Only "moves" has a change.
    """

    name: str
    step: float
    change: Any
    kind: str


def readings(report: Report, most: int) -> list[Reading]:
    """The readings of the first `most` inputs."""
    forecast = Forecast(report)
    return [forecast.reading(name) for name in list(report.gradient)[:most]]


def step_for(value: Any) -> float:
    """A hundredth of the value's power of ten; 0.01 for 0, and from 0.1 to 10."""
    size = abs(float(value))
    if not 0 < size < math.inf or 0.1 <= size < 10:
        return STEP
    return float(f"1e{math.floor(math.log10(size)) - 2}") or STEP


class Forecast:
    """Checks forecasts against the formula itself: in balls where the report is, otherwise in
    doubles.
    """

    def __init__(self, report: Report) -> None:
        self.report = report
        self.in_balls = report.numbers == "balls"
        self.numbers = named("balls" if self.in_balls else "float64")
        self.point = {name: self.plain(value) for name, value in report.bindings.items()}
        self.base = self.plain(report.value)

    def plain(self, value: Any) -> Any:
        """A value in the numbers that forecasts are checked with."""
        return value if self.in_balls else float(value)

    def reading(self, name: str) -> Reading:
        """How one input's gradient reads."""
        gradient = self.report.gradient[name]
        step = step_for(self.report.bindings[name])
        if not is_finite(self.report.value):
            return Reading(name, step, None, UNDEFINED)
        if not is_finite(gradient):
            infinite = isinstance(gradient, float) and math.isinf(gradient)
            return Reading(name, step, None, INFINITE if infinite else UNDEFINED)
        for shorter in range(SHORTER + 1):
            tried = float(f"{step / 10**shorter:.0e}")
            change = self.plain(gradient) * tried
            if self.holds(name, tried, change):
                stays = gradient == 0
                return Reading(name, tried, None if stays else change, STAYS if stays else MOVES)
        return Reading(name, step, None, KINK)

    def holds(self, name: str, step: float, change: Any) -> bool:
        """Whether the formula changes by about `change`; true where the numbers cannot tell."""
        moved = self.point[name] + step
        if moved == self.point[name]:
            return True
        try:
            values = forward(self.report.graph, self.numbers, {**self.point, name: moved})
        except ArithmeticError:  # balls that cannot be told apart
            return True
        value = values[self.report.output]
        if not is_finite(value):
            return False
        error = abs(value - self.base - change)
        allowed = CLOSE * abs(change) if change != 0 else CLOSE * step * (1 + abs(self.base))
        return not error > allowed + ROUNDING * (abs(self.base) + abs(value)) * (not self.in_balls)


def two_digits(value: Any) -> str:
    """A change with two significant digits, without its sign."""
    size = abs(float(value))
    if is_ball(value) and not 1e-300 < size < 1e300:
        return short(abs(value), 2)
    if 100 <= size < 1e6:
        return str(int(float(f"{size:.1e}")))
    return pretty(f"{size:.2g}")
