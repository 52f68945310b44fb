"""Doubles at the ends: signed zeros, infinities, NaN, the largest and the smallest numbers, domain
ends and kinks.

`special_values.txt` was written by this module and then read line by line against C (ISO 9899,
Annex F) and the limits. `python tests/test_special_values.py` writes it anew; whatever changes in
it wants to be read again.

The conventions at kinks are those of the design, each tested as a formula: by the run, and by the
derivative graph.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oracle import NUMERIC

from backprop_cli.graph import Graph
from backprop_cli.namespaces import floats
from backprop_cli.namespaces.graphs import differentiate
from backprop_cli.operations import Operation
from backprop_cli.run import forward, run

TABLE = Path(__file__).with_name("special_values.txt")
INF, NAN = math.inf, math.nan
MAX, MIN, TINY = 1.7976931348623157e308, 2.0**-1022, 5e-324
SHORT = {MAX: "max", MIN: "min", TINY: "tiny", -MAX: "-max", -MIN: "-min", -TINY: "-tiny"}

ONE = (
    -INF, -MAX, -2.5, -2.0, -1.0, -0.5, -MIN, -TINY, -0.0,
    0.0, TINY, MIN, 0.5, 1.0, 2.0, 2.5, MAX, INF, NAN,
)  # fmt: skip
TWO = (-INF, -2.0, -1.0, -0.0, 0.0, TINY, 0.5, 1.0, 2.0, MAX, INF, NAN)
MANY = (
    (0.0,), (-0.0,), (1.0,), (INF,), (NAN,), (1.0, 1.0), (0.0, 0.0), (-0.0, -0.0), (-0.0, 0.0),
    (1.0, NAN), (INF, 1.0), (-INF, 1.0), (INF, INF), (-INF, -INF), (INF, -INF), (0.0, INF),
    (MAX, MAX), (MAX, -MAX, MAX), (TINY, TINY), (TINY, MAX), (0.0, 2.0, 3.0), (0.0, 0.0, 3.0),
    (1.0, 2.0, 3.0), (1000.0, 1000.0), (-1000.0, 0.0),
)  # fmt: skip
THREE = {
    "clamp": [(x, 0.0, 1.0) for x in (-INF, -1.0, -0.0, 0.0, 0.5, 1.0, 2.0, INF, NAN)]
    + [(0.5, 1.0, 0.0), (1.0, 1.0, 1.0), (0.5, NAN, 1.0), (0.5, 0.0, NAN), (0.5, -INF, INF)],
    "where": [(c, a, b) for c in (True, False) for a, b in ((1.0, 2.0), (NAN, 2.0), (1.0, INF))],
}


def shown(value: Any) -> str:
    """A result with four digits, enough to tell values and the same on any C library."""
    if value is None:
        return "."
    if isinstance(value, bool):
        return str(value).lower()
    if value in SHORT:
        return SHORT[value]
    return f"{float(value):.4g}"


def results(row: Operation, x: tuple[Any, ...]) -> list[str]:
    """The value and the slopes in doubles; no slopes where NaN begins, as in a run."""
    value = row.forward(floats, *x)
    slopes = row.slopes(floats, value, *x)
    if value != value and not any(u != u for u in x):
        slopes = tuple(None if slope is None else NAN for slope in slopes)
    return [shown(value), *map(shown, slopes)]


def listed(row: Operation, points: Any) -> Iterator[str]:
    """A line for each point: the arguments, the value, the slopes."""
    yield f"{row.name}({row.parameters})  =  value  |  slopes"
    for x in points:
        value, *slopes = results(row, x)
        yield f"  {', '.join(map(shown, x)):<18} = {value:<13}| {', '.join(slopes)}"


def matrices(row: Operation) -> Iterator[str]:
    """For two parameters, matrices of the value and of both slopes: the first argument down, the
    second across.
    """
    grid = [[results(row, (x, y)) for y in TWO] for x in TWO]
    first, second = row.signature()[0]
    for index, what in enumerate(("value", f"slope along {first}", f"slope along {second}")):
        entries = {cell[index] for line in grid for cell in line}
        if len(entries) == 1:
            yield f"{row.name}({row.parameters}): {what} is {entries.pop()}"
            continue
        yield f"{row.name}({row.parameters}): {what}; {first} down, {second} across"
        yield f"  {'':>5}" + "".join(f"{shown(y):>11}" for y in TWO)
        for x, line in zip(TWO, grid, strict=True):
            yield f"  {shown(x):>5}" + "".join(f"{cell[index]:>11}" for cell in line)


def table() -> str:
    """The whole table as text."""
    lines: list[str] = []
    for row in NUMERIC:
        names = row.signature()[0]
        if row.variadic:
            lines += listed(row, MANY)
        elif len(names) == 1:
            lines += listed(row, [(x,) for x in ONE])
        elif len(names) == 2:
            lines += matrices(row)
        else:
            lines += listed(row, THREE[row.name])
        lines.append("")
    return "\n".join(lines)


def test_table() -> None:
    """Values and slopes at the special points are those that were reviewed."""
    assert table() == TABLE.read_text(encoding="utf-8")


# ------------------------------------------------------------------------- conventions, as formulas


class Formula:
    """A graph under construction: `formula.sqrt(x)` appends a node; numbers become constants."""

    def __init__(self) -> None:
        self.graph = Graph()

    def __getattr__(self, name: str) -> Any:
        def append(*arguments: Any) -> Node:
            nodes = [u if isinstance(u, Node) else Node(self.graph.constant(u)) for u in arguments]
            return Node(self.graph.apply(name.rstrip("_"), *nodes))

        return append


class Node(int):
    """The index of a node, to tell it from a number."""


def gradients(
    build: Any, point: dict[str, float]
) -> tuple[float, dict[str, float], dict[str, float]]:
    """The value of a formula, its gradient by a run, and its gradient by the derivative graph."""
    formula = Formula()
    inputs = [Node(formula.graph.input(name)) for name in point]
    build(formula, *inputs)
    done = run(formula.graph, floats, point)
    derived, nodes = differentiate(formula.graph)
    values = forward(derived, floats, point)
    return done.values[-1], done.gradient(0.0), {name: values[node] for name, node in nodes.items()}


def same(a: float, b: float) -> bool:
    return a == pytest.approx(b, rel=1e-12, abs=0, nan_ok=True)


# What, formula, point, value, gradient; and the gradient by the derivative graph where it differs:
# there a slope is the formula of the textbooks, in which a limit that the row knows is 0/0.
X, XY = {"x": 0.0}, {"x": 0.0, "y": 0.0}
CONVENTIONS = {
    "abs(0)": (lambda f, x: f.abs(x), X, 0, [0]),
    "relu(0)": (lambda f, x: f.relu(x), X, 0, [0]),
    "max(x, 0) at 0": (lambda f, x: f.max(x, 0), X, 0, [0.5]),
    "max(x, y) tied": (lambda f, x, y: f.max(x, y), {"x": 3.0, "y": 3.0}, 3, [0.5, 0.5]),
    "min(x, y, 1) tied": (lambda f, x, y: f.min(x, y, 1), {"x": 1.0, "y": 1.0}, 1, [1 / 3, 1 / 3]),
    "clamp at the lower bound": (lambda f, x: f.clamp(x, 0, 1), X, 0, [1]),
    "clamp at the upper bound": (lambda f, x: f.clamp(x, 0, 1), {"x": 1.0}, 1, [1]),
    "clamp outside": (lambda f, x: f.clamp(x, 0, 1), {"x": 2.0}, 1, [0]),
    "leaky_relu(0)": (lambda f, x: f.leaky_relu(x, "0.01"), X, 0, [0.01]),
    "hard_tanh(1)": (lambda f, x: f.hard_tanh(x), {"x": 1.0}, 1, [0]),
    "sqrt(0)": (lambda f, x: f.sqrt(x), X, 0, [INF]),
    "sqrt(-0)": (lambda f, x: f.sqrt(f.negate(x)), X, 0, [-INF], [INF]),
    "sqrt(x^2 + y^2) at 0": (
        lambda f, x, y: f.sqrt(f.add(f.square(x), f.square(y))), XY, 0, [NAN, NAN]
    ),
    "hypot(0, 0)": (lambda f, x, y: f.hypot(x, y), XY, 0, [0, 0]),
    "norm of the zero vector": (lambda f, x, y: f.norm(x, y), XY, 0, [0, 0], [NAN, NAN]),
    "x^0 at 0, a literal": (lambda f, x: f.whole_power(x, 0), X, 1, [0]),
    "x^y at (0, 0)": (lambda f, x, y: f.power(x, y), XY, 1, [0, 0], [NAN, -INF]),
    "x^y at (0, 2)": (lambda f, x, y: f.power(x, y), {"x": 0.0, "y": 2.0}, 0, [0, 0], [0, NAN]),
    "x^y at (0, -1)": (lambda f, x, y: f.power(x, y), {"x": 0.0, "y": -1.0}, INF, [-INF, -INF]),
    "x^y at (-2, 2)": (lambda f, x, y: f.power(x, y), {"x": -2.0, "y": 2.0}, 4, [-4, NAN]),
    "log(0)": (lambda f, x: f.log(x), X, -INF, [INF]),
    "log(-1)": (lambda f, x: f.log(x), {"x": -1.0}, NAN, [NAN], [-1]),
    "x*log(x) at 0": (lambda f, x: f.multiply(x, f.log(x)), X, NAN, [NAN]),
    "xlogy(x, x) at 0": (lambda f, x: f.xlogy(x, x), X, 0, [-INF]),
    "entropy(0)": (lambda f, x: f.entropy(x), X, 0, [INF]),
    "if(x > 0, log(x), 0) at 0": (
        lambda f, x: f.where(f.less(0, x), f.log(x), 0), X, 0, [0]
    ),
    "if(x > 0, sqrt(x), x) at 0": (
        lambda f, x: f.where(f.less(0, x), f.sqrt(x), x), X, 0, [1]
    ),
    "atan2(0, 0)": (lambda f, x, y: f.atan2(x, y), XY, 0, [NAN, NAN]),
    "std(1, 1)": (
        lambda f, x, y: f.std(x, y), {"x": 1.0, "y": 1.0}, 0, [0, 0], [NAN, NAN]
    ),
    "prod(0, 2, 3)": (lambda f, x, y: f.prod(x, y, 3), {"x": 0.0, "y": 2.0}, 0, [6, 0]),
    "prod(0, 0)": (lambda f, x, y: f.prod(x, y), XY, 0, [0, 0]),
    "sign(0)": (lambda f, x: f.sign(x), X, 0, [0]),
    "floor(2)": (lambda f, x: f.floor(x), {"x": 2.0}, 2, [0]),
    "ceil(2.5)": (lambda f, x: f.ceil(x), {"x": 2.5}, 3, [0]),
    "mod(-5, 3)": (lambda f, x, y: f.mod(x, y), {"x": -5.0, "y": 3.0}, 1, [1, 2]),
    "mod(6, 3)": (lambda f, x, y: f.mod(x, y), {"x": 6.0, "y": 3.0}, 0, [1, -2]),
    "round(0.5)": (lambda f, x: f.round(x), {"x": 0.5}, 0, [0]),
    "round(2.5)": (lambda f, x: f.round(x), {"x": 2.5}, 2, [0]),
    "sigmoid(1000)": (lambda f, x: f.sigmoid(x), {"x": 1000.0}, 1, [0]),
    "sigmoid(-1000)": (lambda f, x: f.sigmoid(x), {"x": -1000.0}, 0, [0]),
    "softplus(1000)": (lambda f, x: f.softplus(x), {"x": 1000.0}, 1000, [1]),
    "softplus(-1000)": (lambda f, x: f.softplus(x), {"x": -1000.0}, 0, [0]),
    "logsumexp(1000, 1000)": (
        lambda f, x, y: f.logsumexp(x, y), {"x": 1000.0, "y": 1000.0}, 1000.6931471805599453,
        [0.5, 0.5],
    ),
    "1/(1 + exp(-x)) at -1000": (
        lambda f, x: f.divide(1, f.add(1, f.exp(f.negate(x)))), {"x": -1000.0}, 0, [NAN]
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", CONVENTIONS)
def test_convention(what: str) -> None:
    """Value and gradient at a kink or an edge are ours, by the run and by the derivative graph."""
    build, point, value, gradient, *written = CONVENTIONS[what]
    found, by_run, by_graph = gradients(build, point)
    assert same(found, value)
    assert list(by_run) == list(point)
    assert all(map(same, by_run.values(), gradient)), by_run
    assert all(map(same, by_graph.values(), written[0] if written else gradient)), by_graph


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
