"""Numbers on paper: what a person writes who rounds every step, and how they are written."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, NamedTuple

from backprop_cli.namespaces import floats
from backprop_cli.operations import Operation

LONGEST_EXACT = 4  # digits of a number that is written in full though the hand rounds to fewer
CALCULATOR = 12  # figures of somebody who does not round before the end
LARGEST_WHOLE = 10**6

# ------------------------------------------------------------------------------- numbers on paper


class Figure(float):
    """A number on paper. Arithmetic with it rounds; exact work stays as it is while it is short."""

    __slots__ = ("exact", "figures")
    exact: bool
    figures: int

    def _with(self, value: float, exact: bool) -> Figure:
        return on_paper(value, self.figures, exact)

    def __neg__(self) -> Figure:
        return self._with(-float(self), self.exact)

    def __abs__(self) -> Figure:
        return self._with(abs(float(self)), self.exact)


def on_paper(value: float, figures: int, exact: bool) -> Figure:
    """A result as it is written down: rounded half up; whole results of exact work in full."""
    rounded = value
    whole = exact and abs(value) < LARGEST_WHOLE and value == int(value)
    if not whole and value and math.isfinite(value):
        rounded = float(to_figures(value, figures))
    paper = Figure(rounded)
    paper.exact = exact and abs(rounded - value) <= 1e-13 * abs(value)
    paper.figures = figures
    return paper


def to_figures(value: float, figures: int) -> Decimal:
    """A number to significant figures, halves away from zero."""
    decimal = Decimal(f"{value:.14g}")  # the noise of doubles is not on paper
    return decimal.quantize(Decimal(1).scaleb(decimal.adjusted() + 1 - figures), ROUND_HALF_UP)


def is_exact(value: float) -> bool:
    return value.exact if isinstance(value, Figure) else value == value // 1


def rounding(name: str) -> Callable[[Figure, float], Figure]:
    """An operator of doubles, with its result on paper."""
    operator = getattr(float, name)

    def method(self: Figure, other: float) -> Figure:
        if name.endswith("truediv__") and not (self if name[2] == "r" else other):
            return self._with(math.nan, False)
        result = operator(float(self), float(other))
        return self._with(result, self.exact and is_exact(other))

    return method


for _operator in ("add", "radd", "sub", "rsub", "mul", "rmul", "truediv", "rtruediv"):
    setattr(Figure, f"__{_operator}__", rounding(f"__{_operator}__"))

# --------------------------------------------------------------------------------------- students


class Hand(NamedTuple):
    """How somebody works and writes.

    figures  of every step, and `written` of what is handed in; never more than those.
    slopes   "calculator": from the input, rounded once. "steps": the textbook's formula, rounded
             at every step. "output": with the rounded value of the node, as in s(1 - s).
    zeros    whether zeros behind the point are kept: 0.70.
    exponents  whether small numbers are written as 2e-3.
    minus    the sign.
    """

    figures: int
    written: int
    slopes: str
    zeros: bool = True
    exponents: bool = False
    minus: str = "-"


def some_hand(random: Random) -> Hand:
    """One of the hands that a class has."""
    figures = random.choice((2, 2, 3, 3, 3, 4, CALCULATOR, CALCULATOR))
    if figures == CALCULATOR:
        written = random.choice((2, 3, 4, 6))
    else:
        written = figures - (figures > 2 and random.random() < 0.25)  # one more kept than shown
    return Hand(
        figures,
        written,
        random.choice(("calculator", "steps", "output")),
        random.random() < 0.6,
        random.random() < 0.2,
        random.choice("---−–"),
    )


# Slopes by way of the node's own value.
BY_OUTPUT: dict[str, Callable[..., tuple[Any, ...]]] = {
    "sigmoid": lambda out, x: (out * (1 - out),),
    "tanh": lambda out, x: (1 - out * out,),
    "exp": lambda out, x: (out,),
    "sqrt": lambda out, x: (1 / (2 * out),),
    "reciprocal": lambda out, x: (-(out * out),),
    "divide": lambda out, x, y: (1 / y, -(out / y)),
}


LINEAR = frozenset({"multiply", "negate"})
NONLINEAR = frozenset({"square", "exp", "log", "sin", "cos", "tanh", "sigmoid", "sqrt"})
GATES = NONLINEAR | LINEAR | {"divide", "reciprocal", "whole_power"}

def slopes_of(hand: Hand, row: Operation, out: Figure, x: list[Figure]) -> list[Figure]:
    """The local slopes of a node, from what stands on paper."""
    if hand.slopes == "output" and row.name in BY_OUTPUT:
        found = BY_OUTPUT[row.name](out, *x)
    elif hand.slopes == "calculator" and row.name in GATES - LINEAR:
        plain = [float(u) for u in x]
        found = row.slopes(floats, row.forward(floats, *plain), *plain)
        exact = all(u.exact for u in x)
        return [on_paper(slope or 0.0, hand.figures, exact) for slope in found]
    else:
        found = row.textbook(floats, out, *x)
    return [paper(0.0 if slope is None else slope, hand) for slope in found]


def paper(value: float, hand: Hand) -> Figure:
    """A result as it is written down, if it is not yet."""
    if isinstance(value, Figure):
        return value
    return on_paper(float(value), hand.figures, is_exact(value))


class Written(NamedTuple):
    """A number as it is handed in; `half` a unit of its last digit, 0 for exact work."""

    text: str
    value: float
    half: float


def shown(value: Figure, hand: Hand) -> Decimal:
    """The decimal that this hand writes for a number: exact ones in full while they are short."""
    decimal = Decimal(f"{value:.12g}")
    whole = value.exact and value == int(value)
    if not value or whole or (value.exact and digits(decimal) <= max(hand.written, LONGEST_EXACT)):
        return decimal
    return to_figures(value, hand.written)


def digits(decimal: Decimal) -> int:
    """How many significant digits a number has."""
    return len(decimal.normalize().as_tuple().digits)


def written(value: Figure, hand: Hand) -> Written:
    """A number as this hand writes it."""
    decimal = shown(value, hand)
    whole = decimal == decimal.to_integral_value()
    if whole and (value.exact or not hand.zeros):
        text = f"{int(decimal)}"
    elif hand.exponents and abs(decimal) < Decimal("0.01"):
        text = f"{decimal.normalize():e}"
    else:
        text = f"{decimal if hand.zeros else decimal.normalize():f}"
    unit = decimal.adjusted() + 1 - hand.written
    if "." in text and "e" not in text:
        unit = -len(text.partition(".")[2])
    exact = value.exact and float(decimal) == float(value)
    return Written(text.replace("-", hand.minus), float(decimal), 0.0 if exact else 10.0**unit / 2)


def disturbed(kind: str, value: Figure, hand: Hand, chance: int) -> Any:
    """A number with a random slip in what is handed in."""
    decimal = shown(value, hand).normalize()
    figures = list(decimal.as_tuple().digits)
    unit = Decimal(1).scaleb(decimal.adjusted() - len(figures) + 1)
    if kind == "factor-ten":
        return value * 10 if chance % 2 else value / 10
    if kind == "off-by-one":
        return value + (1 if chance % 2 else -1) if value.exact else value + float(unit)
    if kind == "digit-changed":
        at = chance % len(figures)
        figures[at] = (figures[at] + 1 + chance // 7 % 8) % 10
    else:
        pairs = [i for i in range(len(figures) - 1) if figures[i] != figures[i + 1]]
        pairs = [i for i in pairs if figures[i] and figures[i + 1]]  # a 0 would be lost at an end
        if not pairs:
            return value
        at = pairs[chance % len(pairs)]
        figures[at], figures[at + 1] = figures[at + 1], figures[at]
    size = float(Decimal(int("".join(map(str, figures)))) * unit)
    found = on_paper(math.copysign(size, value), CALCULATOR, value.exact)
    found.figures = hand.figures
    return found
