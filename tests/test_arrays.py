"""The rows of the table on arrays: the same values and slopes as on doubles, element by element.

The tests come from the table, so that a new row cannot be untested.
"""

from __future__ import annotations

import itertools
import math
import random
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from oracle import CONDITIONS, LEAVES, arguments, is_inside

from backprop_cli.graph import Graph
from backprop_cli.namespaces import arrays, blocks, floats
from backprop_cli.namespaces.gated import Gated
from backprop_cli.operations import OPERATIONS, Operation
from backprop_cli.operations.row import Pullback
from backprop_cli.run import backward, forward

ROWS = [
    row
    for row in OPERATIONS.values()
    if arrays.is_elementwise(row) and row.name not in (*LEAVES, *CONDITIONS)
]
every = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
TOLERANCE = {"gamma": 10, "factorial": 10, "step": 0}
# Rows that go through ball arithmetic for each element of several arrays.
COUNT = {"var": 60, "std": 60, "beta": 15, "lbeta": 30, "polygamma": 60}
SPECIAL = (
    -math.inf, -1.7976931348623157e308, -750.0, -37.5, -2.5, -2.0, -1.0, -0.5, -(2.0**-1022),
    -5e-324, -0.0, 0.0, 5e-324, 2.0**-1022, 1e-200, 0.5, 1.0, 2.0, 2.5, 40.0, 800.0, 1e200,
    1.7976931348623157e308, math.inf, math.nan,
)  # fmt: skip


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """Work as a run does, and fail if anything warns."""
    with arrays.quiet(), warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


# ------------------------------------------------------------------------------------------- points


def points(row: Operation, count: int) -> list[tuple[Any, ...]]:
    """Points of the row's domain, three arguments for rows of any number of them."""
    generator = random.Random(f"arrays {row.name}")
    found: list[tuple[Any, ...]] = []
    while len(found) < count:
        x = arguments(row, generator)
        if row.variadic:
            x = (x * 3)[:3] if generator.random() < 0.2 else tuple(x[:3])
            if len(x) < 3:
                continue
        if is_inside(row, x):
            found.append(x)
    return found


def special(row: Operation) -> list[tuple[Any, ...]]:
    """All combinations of special values, or a sample of them."""
    count = 3 if row.variadic else len(row.signature()[0])
    combinations = list(itertools.product(SPECIAL, repeat=count))
    if row.name == "where":
        combinations = [(c, *x[1:]) for c in (True, False) for x in combinations]
    most = COUNT.get(row.name, 700)
    if len(combinations) > most:
        combinations = random.Random(row.name).sample(combinations, most)
    return combinations


def columns(points: list[tuple[Any, ...]]) -> list[Any]:
    """The arguments of many points as arrays."""
    return [np.array(column) for column in zip(*points, strict=True)]


def on_doubles(row: Operation, x: tuple[Any, ...]) -> list[Any]:
    """The value and the slopes on doubles, as a run has them: NaN where NaN begins."""
    value = row.forward(floats, *x)
    slopes = row.slopes(floats, value, *x)
    if value != value and not any(u != u for u in x):
        slopes = tuple(None if slope is None else math.nan for slope in slopes)
    return [value, *slopes]


def on_arrays(row: Operation, x: list[Any], by_row: bool) -> list[Any]:
    """The same for arrays; by the row's own formulas, or those made for arrays."""
    value = (row.forward if by_row else arrays.forward(row))(arrays, *x)
    return [value, *arrays.slopes(row, 0)(arrays, value, *x)]


def element(result: Any, place: int) -> Any:
    """One element of a slope or value; None where no gradient passes."""
    if isinstance(result, Gated):
        return element(result.value, place) if result.condition[place] else None
    if result is None or np.ndim(result) == 0:
        return result
    return result[place].item()


def apart(found: Any, expected: Any) -> float:
    """The distance in ulp; 0 for equal infinities, for two NaN, and for None and None."""
    if found is None or expected is None:
        return 0.0 if found is expected else math.inf
    if found == expected or (found != found and expected != expected):
        return 0.0
    if math.isinf(expected):
        return 1.0 if abs(found) > 1.797693134862315e308 and found * expected > 0 else math.inf
    if math.isinf(found):
        return 1.0 if abs(expected) > 1.797693134862315e308 and found * expected > 0 else math.inf
    distance = abs(found - expected) / math.ulp(expected)
    return distance if distance == distance else math.inf


def compare(row: Operation, points: list[tuple[Any, ...]], by_row: bool) -> None:
    """Assert that arrays and doubles agree at all points."""
    results = on_arrays(row, columns(points), by_row)
    assert np.shape(results[0]) == (len(points),)
    for place, x in enumerate(points):
        for index, expected in enumerate(on_doubles(row, x)):
            found = element(results[index], place)
            limit = TOLERANCE.get(row.name, 4) if index == 0 else 4
            assert apart(found, expected) <= limit, (
                f"{row.name}{x}, {'slope' if index else 'value'} {index}: {found}, not {expected}: "
                f"{apart(found, expected):.3g} ulp"
            )


# --------------------------------------------------------------------------- the same as on doubles


@pytest.mark.parametrize("by_row", [False, True], ids=["made", "row"])
@every
def test_points_of_the_domain(row: Operation, by_row: bool) -> None:
    """In a row's domain values and slopes on arrays are within 4 ulp of those on doubles."""
    compare(row, points(row, COUNT.get(row.name, 1500)), by_row)


@pytest.mark.parametrize("by_row", [False, True], ids=["made", "row"])
@every
def test_special_values(row: Operation, by_row: bool) -> None:
    """At signed zeros, infinities, NaN and the ends of the range too; all quietly."""
    compare(row, special(row), by_row)


@every
def test_blocks(row: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    """In blocks the results are those of the whole array, of its shape."""
    monkeypatch.setattr(blocks, "BLOCK", 7)
    some = columns(points(row, 60))
    x = [u.reshape(5, 12) for u in some]
    value = arrays.forward(row)(arrays, *x)
    slopes = arrays.slopes(row, 0)(arrays, value, *x)
    expected = row.forward(arrays, *some)
    assert value.shape == (5, 12)
    np.testing.assert_array_max_ulp(value.astype(float).reshape(-1), expected.astype(float), 4)
    whole = row.slopes(arrays, expected, *some)
    for slope, right in zip(slopes, whole, strict=True):
        if right is None:
            assert slope is None
            continue
        settled = np.broadcast_to(arrays.settle(slope), (5, 12)).reshape(-1)
        right = np.broadcast_to(arrays.settle(right), 60)
        np.testing.assert_array_max_ulp(settled + 0.0, right + 0.0, 4)


@every
def test_single_precision(row: Operation) -> None:
    """Arrays of float32 stay float32, and so do the gradients; they are right to 1e-4."""
    generator = random.Random(row.name)
    some = [x for x in points(row, 400) if all(1e-3 < abs(u) < 20 for u in x)][:40]
    if row.name == "factorial":
        some = [(float(generator.randrange(20)),) for _ in range(40)]
    assert len(some) > 3
    x = [u if u.dtype == bool else u.astype(np.float32) for u in columns(some)]
    upstream = np.ones(len(some), np.float32)
    for forward_of in (row.forward, arrays.forward(row)):
        value = forward_of(arrays, *x)
        assert value.dtype in (np.float32, bool)
        received = row.vjp(arrays, upstream, value, *x)
        for gradient in received:
            assert gradient is None or arrays.settle(gradient).dtype == np.float32
        for place in range(len(some)):
            exact = [u[place].item() for u in x]
            if not is_inside(row, tuple(exact)):
                continue
            expected = on_doubles(row, tuple(exact))
            assert value[place] == pytest.approx(expected[0], rel=1e-4, abs=1e-4)


@every
def test_literals_keep_the_precision(row: Operation) -> None:
    """A literal among float32 arrays leaves them float32, and gets no gradient; plain numbers
    alone give what doubles give.
    """
    names = row.signature()[0]
    [point] = points(row, 1)
    plain = on_arrays(row, list(point), by_row=False)
    assert all(apart(a, b) == 0 for a, b in zip(plain, on_doubles(row, point), strict=True))
    if len(names) != 2 or row.name == "polygamma":
        return
    for literal in (0, 1):
        x: list[Any] = [np.array([0.25, 0.5], np.float32)] * 2
        x[literal] = 0.5
        value, *slopes = on_arrays(row, x, by_row=False)
        assert value.dtype in (np.float32, bool)
        assert slopes[literal] is None


# --------------------------------------------------------------------------------- gates and chains


def graph_of(text: Any) -> Graph:
    graph = Graph()
    text(graph)
    return graph


def test_unused_branch_is_not_differentiated() -> None:
    """if(x > 0, log(sqrt(x)), 0) has the gradient 0 where x <= 0, however steep the branch is."""
    graph = Graph()
    x = graph.input("x")
    root = graph.apply("log", graph.apply("sqrt", x))
    positive = graph.apply("less", graph.constant(0), x)
    graph.apply("where", positive, root, graph.constant(0))
    values = forward(graph, arrays, {"x": np.array([-1.0, 0.0, 4.0, math.nan])})
    assert values[-1].tolist() == [0, 0, math.log(2), 0]
    adjoints, _ = backward(graph, values, arrays)
    assert arrays.settle(adjoints[x]).tolist() == [0, 0, 0.125, 0]


def test_gates_add_up() -> None:
    """Gated gradients meet at a fork: each counts where it passes."""
    graph = Graph()
    x = graph.input("x")
    positive = graph.apply("less", graph.constant(0), x)
    root = graph.apply("where", positive, graph.apply("sqrt", x), graph.constant(0))
    other = graph.apply("relu", graph.apply("subtract", x, graph.constant(3)))
    graph.apply("add", graph.apply("add", root, other), x)
    values = forward(graph, arrays, {"x": np.array([-1.0, 0.0, 1.0, 4.0])})
    adjoints, _ = backward(graph, values, arrays)
    assert arrays.settle(adjoints[x]).tolist() == [1, 1, 1.5, 2.25]


def test_chain() -> None:
    """Slopes of 1 cost nothing, -1 flips the sign, a pullback pulls a settled gradient; nothing is
    changed in place, and the gradient's precision stays.
    """
    upstream = np.array([1.0, 2.0], np.float32)
    assert arrays.chain(upstream, 1) is upstream
    assert arrays.chain(upstream, -1).tolist() == [-1, -2]
    assert arrays.chain(upstream, np.array([2.0, 3.0])).dtype == np.float32
    gated = arrays.chain(upstream, arrays.gate(np.array([True, False]), np.array([2.0, math.inf])))
    assert isinstance(gated, Gated)
    assert arrays.settle(arrays.chain(gated, np.array([1.0, math.nan]))).tolist() == [2, 0]
    pulled = arrays.chain(gated, Pullback(lambda u: u.sum()))
    assert pulled == 2
    assert upstream.tolist() == [1, 2]
    assert arrays.gate(False, upstream) is None and arrays.gate(True, upstream) is upstream


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("shape", [(), (5,), (2, 3)])
def test_settle(dtype: Any, shape: tuple[int, ...]) -> None:
    """0 where the condition fails, whatever the value; the value's very bits elsewhere."""
    value = np.full(shape, -math.inf, dtype)
    mask = np.arange(value.size).reshape(shape) % 2 == 0
    for condition in (mask, ~mask):
        settled = arrays.settle(Gated(condition, value))
        assert settled.dtype == dtype and settled.shape == shape
        assert np.array_equal(settled, np.where(condition, value, 0))


def test_nan_begins() -> None:
    """Where a value is NaN and no input is, no slope exists; elsewhere the slopes stay."""
    x = np.array([-1.0, 2.0, math.nan])
    log = OPERATIONS["log"]
    [slope] = arrays.slopes(log, 0)(arrays, np.log(x), x)
    assert math.isnan(slope[0]) and slope[1] == 0.5


def test_empty_arrays() -> None:
    """An array without elements goes through every row of one parameter."""
    empty = np.zeros((0, 3))
    for row in ROWS:
        if len(row.signature()[0]) == 1:
            value = arrays.forward(row)(arrays, empty)
            assert np.shape(value) == (0, 3), row
            arrays.slopes(row, 0)(arrays, value, empty)


def test_inputs_are_not_changed() -> None:
    """No row writes into its arguments or into its value."""
    for row in ROWS:
        x = columns(points(row, 30))
        copies = [u.copy() for u in x]
        value = arrays.forward(row)(arrays, *x)
        kept = value.copy()
        arrays.slopes(row, 0)(arrays, value, *x)
        for u, copy in zip([*x, value], [*copies, kept], strict=True):
            np.testing.assert_array_equal(u, copy)
