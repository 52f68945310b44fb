"""What to say when training runs away: where the numbers broke, and which rate would not."""

from __future__ import annotations

from math import floor, isfinite, log10

import numpy as np

from ..errors import EXIT_LIMIT, BackpropError, refuse
from .objective import Array, Objective
from .vector import ParameterVector

IN_A_ROW = 5  # rises of the loss before its growth counts
GROWTH = 10.0  # times the loss at the start
BOUNDED_GROWTH = 1e6  # for rules whose steps do not grow with the gradient
BOUNDED = ("rmsprop", "adam")
LARGEST = 1_000_000  # parameters for which the curvature is estimated
TURNS = 12  # of the power iteration


def has_grown(loss: float, first: float, rises: int, method: str) -> bool:
    """Whether a loss that rose so many times in a row has left the start far behind."""
    factor = BOUNDED_GROWTH if method in BOUNDED else GROWTH
    return rises >= IN_A_ROW and loss > first + factor * abs(first)


def diverged(
    objective: Objective,
    vector: ParameterVector,
    rows: Array | None,
    *,
    step: int,
    loss: float,
    first: float,
    rate: float | None,
    start: Array | None,
) -> BackpropError:
    """The error for a run whose loss or gradient is not finite, or grows without end.

    `vector` holds the parameters and the gradient there, `rows` the batch, `start` the parameters
    at the beginning where a rate can be suggested by the curvature there.
    """
    place = row_said(objective, vector, rows, loss) or element_said(vector)
    if step == 0:
        what = f"the loss at the start is {spoken(loss)}"
        if isfinite(loss):
            what = "the gradient at the start is not finite"
        return refuse(
            "diverged", f"{what}{place}", status=EXIT_LIMIT,
            help="start from other values (NAME=VALUE or --init), or look at the data there",
        )  # fmt: skip
    grown = f"from {first:.4g} to {spoken(loss)}" if isfinite(first) else f"to {spoken(loss)}"
    if isfinite(loss) and not bool(np.isfinite(vector.slopes).all()):
        grown += ", with a gradient that is not finite"
    return refuse(
        "diverged", f"training diverged: the loss went {grown} in {count(step)}{place}",
        help=advice(objective, vector, rate, start), status=EXIT_LIMIT,
    )  # fmt: skip


def count(step: int) -> str:
    return "1 step" if step == 1 else f"{step:,} steps"


def spoken(value: float) -> str:
    """A loss for a sentence."""
    if value != value:
        return "NaN"
    return f"{value:.4g}" if isfinite(value) else "infinite"


def element_said(vector: ParameterVector) -> str:
    """The parameter that broke first, or else the one with the largest gradient."""
    for array, what in ((vector.values, "is not finite"), (vector.slopes, "")):
        broken = np.flatnonzero(~np.isfinite(array))
        if len(broken):
            place = vector.place(int(broken[0]))
            return f"; {place} {what}" if what else f"; the gradient of {place} is not finite"
    if not vector.slopes.any():
        return ""
    largest = int(np.argmax(np.abs(vector.slopes)))
    slope = float(vector.slopes[largest])
    return f"; the largest gradient is {slope:.3g}, of {vector.place(largest)}"


def row_said(
    objective: Objective, vector: ParameterVector, rows: Array | None, loss: float
) -> str:
    """The one data point whose loss is not finite, if there is one: found by halving."""
    if isfinite(loss) or objective.rows is None or not np.isfinite(vector.values).all():
        return ""
    suspects = np.arange(objective.rows) if rows is None else rows
    while len(suspects) > 1:
        halves = suspects[: len(suspects) // 2], suspects[len(suspects) // 2 :]
        broken = [half for half in halves if not isfinite(objective.loss(vector.views, half))]
        if not broken:
            return ""
        suspects = broken[0]
    return f" in data point {int(suspects[0])} (counted from 0)" if len(suspects) else ""


def advice(
    objective: Objective, vector: ParameterVector, rate: float | None, start: Array | None
) -> str:
    """Which rate to try: the reciprocal of the steepest curvature at the start, where it can be
    had; otherwise a tenth.
    """
    if rate is None:
        return "start from other values (NAME=VALUE or --init)"
    smaller = rounded_down(rate / 10)
    bend = None if start is None else curvature(objective, vector, start)
    if bend is None or not bend > 1 / rate:
        return f"try a smaller rate: --lr {smaller}"
    said = f"the loss bends by {bend:.2g} at the start, so rates above {2 / bend:.2g} overshoot"
    return f"try a smaller rate: --lr {rounded_down(1 / bend)} ({said})"


def rounded_down(value: float) -> str:
    """A positive number with one significant digit, not rounded up."""
    if value < 1e-300:
        return "1e-300"
    power = floor(log10(value))
    return f"{floor(value / 10.0**power * (1 + 1e-12)) * 10.0**power:.1g}"


def curvature(objective: Objective, vector: ParameterVector, start: Array) -> float | None:
    """The largest second derivative of the loss at `start`, by power iteration on differences of
    gradients (as in LeCun, Simard & Pearlmutter 1993). None where it cannot be had.

    Overwrites the vector.
    """
    if len(start) > LARGEST:
        return None
    vector.values[:] = start
    vector.evaluate(objective, None)
    origin = vector.slopes.copy()
    direction = origin.astype(float)
    length = 1e-6 * max(1.0, float(np.abs(start).max(initial=0.0)))
    found = 0.0
    for _ in range(TURNS):
        size = float(np.sqrt(direction @ direction))
        if not isfinite(size) or size == 0:
            return None
        direction /= size
        vector.values[:] = start + length * direction
        vector.evaluate(objective, None)
        direction = (vector.slopes - origin).astype(float) / length
        found = float(np.sqrt(direction @ direction))
    return found if isfinite(found) else None
