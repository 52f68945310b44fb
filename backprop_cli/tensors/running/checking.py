"""The gradient of a program over arrays against central differences: along a random direction and
for single elements. Uses values alone, in double precision, so it is independent of every rule.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...errors import BackpropError, refuse
from ...gradcheck import FAILED, PASSED, Check, check
from ...limits import DEFAULT_LIMITS, Limits
from ...run import active_nodes
from ...syntax.tree import Program
from .evaluation import ArrayRun, evaluate_arrays
from .execution import compute, steps

Array = Any

FEW = 8  # elements of an array that are all checked
ELEMENTS = 2  # elements of a larger one that are: the one with the steepest slope, and another one
MANY = 1_000_000  # elements of all inputs beyond which only a random direction of each is checked
SMALLER_STEPS = (1e-4, 1e-6)  # first steps, relative to the size of the variable


class ArrayChecks(NamedTuple):
    """The checks of a program's inputs; those of one array follow each other.

    skipped  inputs that no gradient reaches, such as subscripts.
    """

    value: float
    checks: list[Check]
    skipped: list[str]


def check_arrays(
    program: Program, inputs: Mapping[str, Array], limits: Limits = DEFAULT_LIMITS
) -> ArrayChecks:
    """Check the gradient of every parameter; of every input, if the program declares none.

    Raises BackpropError where the output is no single number.
    """
    wide = {name: np.asarray(value, np.float64) if np.asarray(value).dtype.kind == "f" else value
            for name, value in inputs.items()}  # fmt: skip
    run = evaluate_arrays(program, wide, limits=limits)
    if np.shape(run.value):
        raise refuse(
            "not-scalar",
            f"the result is an array of {'×'.join(map(str, np.shape(run.value)))} numbers, which"
            " has no gradient to check",
            help="a gradient is that of a single number: sum(…), mean(…), or an element",
        )
    roles = run.lowered.roles
    names = [name for name in inputs if roles.get(name) == "param"] or list(inputs)
    nodes = {name: value.node for name, value in run.lowered.inputs.items()}
    reached = [name for name in names if name in nodes and run.adjoints[nodes[name]] is not None]
    large = sum(np.size(run.inputs[name]) for name in reached) > MANY
    checks = [one for name in reached for one in checks_of(run, name, large)]
    return ArrayChecks(float(run.value), checks, [name for name in names if name not in reached])


def checks_of(run: ArrayRun, name: str, large: bool) -> Iterator[Check]:
    """The checks of one input; fewer of them where the arrays are `large`."""
    at = np.asarray(run.inputs[name])
    output = along(run, name)
    gradient = run.gradient[name]
    if not at.ndim:
        yield settled(output(np.ones(()), float(at)), name, float(at), float(gradient))
        return
    for place in [] if large else places(gradient, name):
        unit = np.zeros(at.shape)
        unit[place] = 1.0
        title = f"{name}[{', '.join(map(str, place))}]"
        moved = output(unit, float(at[place]))
        yield settled(moved, title, float(at[place]), float(gradient[place]))
    if at.size == 1:
        return
    direction = np.random.default_rng(zlib.crc32(name.encode("utf-8"))).standard_normal(at.shape)
    direction *= (np.linalg.norm(at) or 1.0) / np.linalg.norm(direction)
    slope = float(np.vdot(gradient, direction))
    yield settled(output(direction, 0.0), f"{name} (a direction)", 0.0, slope)


def settled(
    function: Callable[[float], float], title: str, at: float, analytic: float
) -> Check:
    """The check with steps small enough that they cross no kink: a network has thousands of them,
    and few are far away.
    """
    first = check(function, title, at, analytic)
    if first.verdict != FAILED:
        return first
    for step in SMALLER_STEPS:
        found = check(function, title, at, analytic, step)
        if found.verdict == PASSED:
            return found
    return first


def places(gradient: Array, name: str) -> list[tuple[int, ...]]:
    """The elements to check one by one."""
    if gradient.size <= FEW:
        return list(np.ndindex(gradient.shape))
    flat = np.abs(gradient).reshape(-1)
    steepest = int(np.argmax(np.where(np.isfinite(flat), flat, np.inf)))
    random = np.random.default_rng(zlib.crc32(name.encode("utf-8")))
    chosen = {steepest: None, **dict.fromkeys(map(int, random.permutation(flat.size)[:ELEMENTS]))}
    found = [np.unravel_index(place, gradient.shape) for place in list(chosen)[:ELEMENTS]]
    return [tuple(map(int, place)) for place in found]


def along(run: ArrayRun, name: str) -> Callable[[Array, float], Callable[[float], float]]:
    """From a direction and a number to start at, the output as a function of that number, while one
    input moves along the direction. Only what depends on that input is computed again.
    """
    graph, kind = run.lowered.graph, run.lowered.dtype
    node, output = run.lowered.inputs[name].node, run.lowered.output.node
    active = active_nodes(graph, [node])
    moving = steps(graph, [k for k in range(output + 1) if active[k]])
    at = np.asarray(run.inputs[name])

    def begin(direction: Array, start: float) -> Callable[[float], float]:
        def function(x: float) -> float:
            values = list(run.values)
            values[node] = at + (x - start) * direction
            try:
                with np.errstate(all="ignore"):
                    compute(moving, values, kind)
            except BackpropError as error:
                raise error.located(run.program.source) from None
            return float(values[output])

        return function

    return begin
