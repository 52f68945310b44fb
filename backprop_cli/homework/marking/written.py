"""What a written number says: 0.73 is every number between 0.725 and 0.735, or a little beyond
for those who rounded 0.7249 to 0.725 first and then to 0.73.

Zeros at the end of a whole number are ambiguous: 130 may be 126 to two figures. They count as
written, unless the sheet's other numbers show that the student works with fewer figures.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq

from ...errors import refuse
from ...graph import Graph
from ...lowering import lower
from ...namespaces import intervals
from ...namespaces.balls import constant
from ...run import forward
from ...syntax.tree import Expression, Number, Operator, Program, Result
from ..asking.parts import children_of
from ..limits import LIMITS

TWICE = Fraction(11, 10)  # half a unit, and half of the next one
# Two figures are never coarser than this; what says less is right only if it is exact.
COARSEST = Fraction(1, 20)
LARGEST_EXPONENT = 400
# Nobody writes so many figures by hand: they come from a program, which rounds in its own way.
PRINTED = 8  # figures
FLOAT32 = Fraction(1, 10**6)  # relative error of a few steps in single precision
NOISE = Fraction(1, 10**12)  # what is left of 0 in double precision
PRECISIONS = (96, 512, 2048)  # bits for a constant formula
FIXED = 3  # decimals that must have the same number of places before that is a habit
NARROW = 40  # bits of it that must be certain


class Numeral(NamedTuple):
    """A decimal number as written.

    value   exactly.
    digits  from the first that is not 0 to the last, and `least` without a whole number's zeros
            at the end.
    unit    the place of the last digit, as a power of ten: -2 for 0.73.
    whole   whether it has no decimal point.
    """

    value: Fraction
    digits: int
    least: int
    unit: int
    whole: bool

    def half_unit(self, figures: int) -> Fraction:
        """Half a unit of the last digit that counts, for somebody who works with that many
        figures.
        """
        counted = min(max(figures, self.least), self.digits)
        half = TWICE * Fraction(10) ** (self.unit + self.digits - counted) / 2
        if self.digits < PRINTED:
            return half
        return max(half, abs(self.value) * FLOAT32, NOISE)


class Reading(NamedTuple):
    """A written number or constant formula.

    numeral  None for a formula such as 1/3.
    middle   its value: a point, or for a formula a ball.
    ball     all numbers that it can stand for.
    loose    the same without the bound on coarse numbers.
    """

    numeral: Numeral | None
    middle: Any
    ball: Any
    loose: Any

    @property
    def whole(self) -> bool:
        """Whether it is a whole number."""
        return self.numeral is not None and self.numeral.whole


def numeral(text: str) -> Numeral | None:
    """The number that a numeral says; None for one beyond all bounds."""
    mantissa, _, exponent = text.lower().partition("e")
    sign = -1 if mantissa.startswith("-") else 1
    before, point, behind = mantissa.lstrip("-").partition(".")
    power = int(exponent.replace("−", "-").replace("–", "-") or 0)
    if abs(power) > LARGEST_EXPONENT or len(before) + len(behind) > LARGEST_EXPONENT:
        return None
    figures = (before + behind).lstrip("0")
    unit = power - len(behind)
    value = sign * int(before + behind or 0) * Fraction(10) ** unit
    whole = not point and not exponent
    least = len(figures.rstrip("0")) if whole else len(figures)
    return Numeral(value, len(figures), max(least, 1), unit, whole)


def signed_numeral(expression: Expression) -> Numeral | None:
    """The numeral that an expression is, with its signs; None for anything else."""
    negative = False
    while isinstance(expression, Operator) and expression.operation == "negate":
        negative, expression = not negative, expression.operands[0]
    if not isinstance(expression, Number):
        return None
    found = numeral(expression.text)
    return found and found._replace(value=-found.value if negative else found.value)


class Figures(NamedTuple):
    """With how many figures somebody works.

    number    of figures, at least 2.
    shown     whether decimals on the sheet show it.
    decimals  the number of places that all of them have, where somebody rounds to fixed places.
    """

    number: int
    shown: bool
    decimals: int | None = None


def figures_of(numerals: Iterable[Numeral], exact: Iterable[Fraction]) -> Figures:
    """The figures that somebody works with, from the numbers on a sheet: at least 2.

    Numbers that are exact as they stand say nothing about rounding.
    """
    known = set(exact)
    found = list(numerals)
    rounded = [number for number in found if number.value not in known]
    decimal = [number.least for number in rounded if not number.whole]
    places = {-number.unit for number in rounded if not number.whole}
    fixed = len(places) == 1 and len(decimal) >= FIXED and len(set(decimal)) > 1
    counts = decimal or [number.least for number in rounded or found] or [3]
    return Figures(min(max(2, *counts), PRINTED - 1), bool(decimal), max(places) if fixed else None)


def read_number(expression: Expression, source: str, figures: Figures) -> Reading | None:
    """What a written number or constant formula says; None for a formula with names.

    Raises BackpropError for one that cannot be computed.
    """
    found = signed_numeral(expression)
    if found is not None:
        half = found.half_unit(figures.number)
        middle = exactly(found.value)
        fine = figures.decimals is not None and found.unit == -figures.decimals and found.value
        bound = max(abs(found.value) * COARSEST, NOISE if found.digits >= PRINTED else Fraction(0))
        ball = widened(middle, half if fine else min(half, bound))
        # A 1 beside 0.731 is no rough number: whoever writes three figures means it.
        meant = found.whole and figures.shown
        return Reading(found, middle, ball, ball if meant else widened(middle, half))
    refuse_factorial(expression)
    program = Program((Result(expression, False, expression.span),), source)
    graph = lower(program, (), LIMITS).graph
    if graph.input_nodes():
        return None
    middle = certain(graph)
    ball = forward(graph, Rounded(figures.number), {})[-1]
    if not ball.is_finite() or ball.rad() > abs(middle.mid()) * exactly(COARSEST):
        ball = middle.union(middle + arb(0, 1) * abs(middle.mid()) * exactly(COARSEST))
    return Reading(None, middle, ball, ball)


def certain(graph: Graph) -> Any:
    """The value of a constant formula, with as many bits as make it a point.

    Raises ArithmeticError where none do.
    """
    for bits in PRECISIONS:
        with ctx.workprec(bits):
            found = arb(forward(graph, intervals, {})[-1])
        if found.is_exact() or not found.is_finite() or found.rel_accuracy_bits() >= NARROW:
            return found
    raise ArithmeticError("it cannot be computed")


def refuse_factorial(root: Expression) -> None:
    """Behind a number on a sheet, '!' may be a factorial or no part of it."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Operator) and node.operation == "factorial":
            raise refuse("factorial", "is '!' a factorial, or only an exclamation mark?", node.span)
        waiting.extend(children_of(node))


class Rounded:
    """The namespace `intervals`, where a decimal stands for all numbers that round to it."""

    def __init__(self, figures: int) -> None:
        self.figures = figures

    def __getattr__(self, name: str) -> Any:
        return getattr(intervals, name)

    def constant(self, literal: str) -> Any:
        """A ball around a literal: a point for a whole number."""
        found = numeral(literal) if literal[-1:].isdigit() or literal[-1:] == "." else None
        if found is None or found.whole:
            return constant(literal)
        return widened(exactly(found.value), found.half_unit(self.figures))


def exactly(value: Fraction) -> Any:
    """A fraction as a ball, as narrow as the working precision allows."""
    return arb(fmpq(value.numerator, value.denominator))


def widened(ball: Any, radius: Fraction) -> Any:
    """A ball with a radius added to its own."""
    return ball + arb(0, 1) * exactly(radius) if radius else ball
