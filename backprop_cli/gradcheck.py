"""The numerical gradient as a check of the analytic one. Uses the forward pass only, so it is
independent of every rule.

Central differences (f(x + h) - f(x - h))/(2h) at shrinking steps, extrapolated to h = 0 by Ridders'
method, which also says how far to trust the result (C. Ridders, Advances in Engineering Software 4,
1982; Richardson extrapolation).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from .graph import Graph
from .namespaces import floats
from .run import forward

TOLERANCE = 1e-6  # relative error that passes
FIRST_STEP = 0.05  # of the size of the variable
SHRINK = 1.6
STEPS = 18
ONE_SIDED = 1e-3  # relative difference of the one-sided slopes that makes a kink

PASSED, FAILED, KINK, JUMP, UNDEFINED = "passed", "failed", "kink", "jump", "undefined"


class Check(NamedTuple):
    """One variable's gradient, both ways.

    step      the step of the best central difference, in units of the variable.
    error     |analytic - numeric| relative to the larger of the two; 0 where both are 0.
    verdict   "passed", "failed", "kink" (the one-sided slopes differ, and the analytic gradient
              lies between them), "jump" (the function itself jumps, so that there is nothing to
              compare), or "undefined" (the function or its gradient is not finite there).
    left, right  the one-sided slopes, where they differ.
    """

    variable: str
    at: float
    analytic: float
    numeric: float
    step: float
    error: float
    verdict: str
    left: float | None = None
    right: float | None = None


def gradcheck(
    graph: Graph, output: int, bindings: Mapping[str, float], gradient: Mapping[str, float]
) -> list[Check]:
    """Check the analytic gradient of the node `output` at `bindings`, variable by variable."""
    return [
        check(section(graph, output, bindings, name), name, bindings[name], analytic)
        for name, analytic in gradient.items()
    ]


def section(
    graph: Graph, output: int, bindings: Mapping[str, float], name: str
) -> Callable[[float], float]:
    """The output as a function of one variable, the others held."""

    def function(x: float) -> float:
        return float(forward(graph, floats, {**bindings, name: x})[output])

    return function


def check(
    function: Callable[[float], float],
    variable: str,
    at: float,
    analytic: float,
    first_step: float = FIRST_STEP,
) -> Check:
    """Compare one analytic slope with the numeric one, whose steps begin at `first_step` times the
    size of the variable.
    """
    here = function(at)
    if not (math.isfinite(here) and math.isfinite(analytic)):
        return Check(variable, at, analytic, math.nan, 0.0, math.nan, UNDEFINED)
    numeric, step, doubt = central_slope(function, at, first_step)
    if not math.isfinite(numeric):
        return Check(variable, at, analytic, numeric, step, math.nan, UNDEFINED)
    size = max(abs(analytic), abs(numeric))
    difference = abs(analytic - numeric)
    noise = 8 * 2.0**-52 * abs(here) / step + 4 * doubt  # what rounding alone can do
    error = 0.0 if difference == 0 or difference <= noise * 1e-3 else difference / size
    sides = one_sided_slopes(function, at)
    if sides is not None and jumps(function, at):
        return Check(variable, at, analytic, math.nan, step, math.nan, JUMP)
    if sides is not None:
        between = min(sides) - TOLERANCE * size <= analytic <= max(sides) + TOLERANCE * size
        return Check(
            variable, at, analytic, numeric, step, error, KINK if between else FAILED, *sides
        )
    passed = difference <= max(TOLERANCE * size, noise)
    return Check(variable, at, analytic, numeric, step, error, PASSED if passed else FAILED)


def scale(at: float) -> float:
    """The size of a variable: its own, or 1 at 0."""
    return abs(at) if at else 1.0


def central_slope(
    function: Callable[[float], float], at: float, first_step: float = FIRST_STEP
) -> tuple[float, float, float]:
    """The slope by central differences: (slope, step, estimate of its error).

    Row by row of Ridders' tableau: each smaller step gives a plain difference, and with the row
    above it extrapolations of higher order. The entry that agrees best with its neighbours wins.
    """
    step = first_step * scale(at)
    best, best_step, doubt = math.nan, step, math.inf
    above: list[float] = []
    for _ in range(STEPS):
        high, low = at + step, at - step
        row = [(function(high) - function(low)) / (high - low)]
        factor = SHRINK * SHRINK
        for older in above:
            row.append((row[-1] * factor - older) / (factor - 1))
            factor *= SHRINK * SHRINK
            found = max(abs(row[-1] - row[-2]), abs(row[-1] - older))
            if found < doubt:
                best, best_step, doubt = row[-1], step, found
        if not math.isfinite(best) and math.isfinite(row[0]):
            best, best_step = row[0], step
        above = row
        step /= SHRINK
    return best, best_step, doubt


def one_sided_slopes(function: Callable[[float], float], at: float) -> tuple[float, float] | None:
    """The slopes to the left and to the right where they differ; None where the function is smooth
    there.

    At a smooth point the two approach each other as the step shrinks; at a kink they keep apart.
    """
    here = function(at)
    gaps, sides = [], (0.0, 0.0)
    for exponent in (12, 17, 22):
        step = scale(at) * 2.0**-exponent
        left = (here - function(at - step)) / (at - (at - step))
        right = (function(at + step) - here) / ((at + step) - at)
        if not (math.isfinite(left) and math.isfinite(right)):
            return None
        size = max(abs(left), abs(right))
        gaps.append(abs(right - left) / size if size else 0.0)
        sides = (left, right)
    return sides if min(gaps) > ONE_SIDED and gaps[2] > gaps[0] / 8 else None


def jumps(function: Callable[[float], float], at: float) -> bool:
    """Whether the function itself jumps: its change does not shrink with the step."""
    wide, narrow = (
        abs(function(at + scale(at) * 2.0**-k) - function(at - scale(at) * 2.0**-k))
        for k in (12, 22)
    )
    return narrow > wide / 4
