"""Every row of the table: its accuracy in doubles, its mathematics, its derivative as a graph.

The tests come from the table, so that a new row cannot be untested; only its definition in mpmath
has to be written.
"""

from __future__ import annotations

import math
from typing import Any

import oracle
import pytest
from definitions import DEFINITIONS
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from oracle import CONDITIONS, DRAWN, LEAVES, NUMERIC, check, lift, moderate

from backprop_cli.graph import Graph
from backprop_cli.namespaces import balls, floats
from backprop_cli.namespaces.graphs import differentiate
from backprop_cli.operations import FUNCTIONS, OPERATIONS, Operation
from backprop_cli.run import forward

TOLERANCE = {"gamma": 10, "factorial": 10}  # the C library's or Python's own gamma function
RELATIONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
EVERY = [row for row in OPERATIONS.values() if row.name not in LEAVES]
# stop_gradient hides its derivative, and a relation has none.
DIFFERENTIABLE = [row for row in NUMERIC if row.name not in (*RELATIONS, "stop_gradient")]

every = pytest.mark.parametrize("row", EVERY, ids=lambda row: row.name)
differentiable = pytest.mark.parametrize("row", DIFFERENTIABLE, ids=lambda row: row.name)


# ----------------------------------------------------------------------------------------- accuracy


@every
def test_accuracy(row: Operation, points: int) -> None:
    """Value and slopes in doubles are within 4 ulp of 60 digits (gamma's values within 10)."""
    worst = check(row, points, TOLERANCE.get(row.name, 4))
    for finding in worst:
        assert finding.result == "value" or finding.ulp <= 4, str(finding)


def scaled(row: Operation, result: int, factor: Any) -> Operation:
    """The row with its value (0) or a slope (1, 2, …) off by a factor in doubles."""

    def off(xp: Any, value: Any) -> Any:
        return value * factor if xp is floats and value is not None else value

    def slopes(xp: Any, out: Any, *x: Any) -> tuple[Any, ...]:
        return tuple(
            off(xp, slope) if place == result else slope
            for place, slope in enumerate(row.slopes(xp, out, *x), start=1)
        )

    def value(xp: Any, *x: Any) -> Any:
        return off(xp, row.forward(xp, *x)) if result == 0 else row.forward(xp, *x)

    return Operation(
        row.name, row.parameters, value, slopes, row.pattern, domain=row.domain, kink=row.kink
    )


@pytest.mark.parametrize("factor", [1.001, 0.999, -1.0, math.nan, 1 + 2.0**-48])
@pytest.mark.parametrize(
    ("name", "result", "says"),
    [
        ("tanh", 0, "value"),
        ("tanh", 1, "slope along x"),
        ("atan2", 1, "slope along y"),
        ("atan2", 2, "slope along x"),
        ("polygamma", 2, "slope along x"),
        ("logsumexp", 1, "slope along x1"),
    ],
)
def test_checker_catches_a_wrong_rule(name: str, result: int, says: str, factor: float) -> None:
    """A rule off by 0.1 % (or 16 ulp) fails; the failure names operation, result, argument."""
    wrong = scaled(OPERATIONS[name], result, factor)
    with pytest.raises(AssertionError) as caught:
        check(wrong, 200, TOLERANCE.get(name, 4))
    message = str(caught.value)
    assert message.startswith(f"{name}(")
    assert f": {says} is " in message
    point = message.split("(", 1)[1].split(")", 1)[0]
    assert all(isinstance(float(u), float) for u in point.split(", "))


def test_checker_catches_a_textbook_rule() -> None:
    """1 - tanh^2 loses all digits in doubles: the checker says so."""
    row = OPERATIONS["tanh"]
    textbook = Operation("tanh", "x", row.forward, row.textbook, row.pattern)
    with pytest.raises(AssertionError, match="slope along x"):
        check(textbook, 2000)


@pytest.mark.parametrize(
    ("found", "expected", "ulp"),
    [
        (1.0, "1", 0),
        (math.nextafter(1, 2), "1", 1),
        (0.0, "0", 0),
        (5e-324, "0", 1),
        (0.0, "1e-400", 0),
        (math.inf, "1e400", 0),
        (math.inf, "1.7976931348623157e308", 1),
        (1.7976931348623157e308, "1e400", 1e100),
        (-math.inf, "1e400", 1e100),
        (math.nan, "1", math.inf),
        (None, "1", math.inf),
        (1e-310, "1.5e-310", 1e13),
    ],
)
def test_distance(found: Any, expected: str, ulp: float) -> None:
    """Distances count units in the last place of the reference, also at both ends of the range."""
    with ctx.workprec(256):
        distance = oracle.distance(found, arb(expected))
    assert distance >= ulp if ulp > 1 else distance == pytest.approx(ulp, abs=0.1)


# -------------------------------------------------------------------------------------- definitions


def test_every_row_has_a_definition() -> None:
    """The hand-written definitions cover the table, no more and no less."""
    assert set(DEFINITIONS) == {row.name for row in EVERY}


@every
def test_definition(row: Operation) -> None:
    """The value in balls is the one of the definition, to 40 digits, and the ball holds it."""
    with mp.workdps(70), ctx.workprec(256):
        for x in moderate(row, 50):
            value = row.forward(balls, *lift(x))
            expected = DEFINITIONS[row.name](*[u if isinstance(u, bool) else mpf(u) for u in x])
            if isinstance(value, bool):
                assert value == expected, x
                continue
            found = mpf(value.str(60, radius=False))
            assert abs(found - expected) <= mpf(10) ** -40 * max(abs(expected), mpf(10) ** -10), x
            radius = mpf(value.rad().str(10, radius=False)) + abs(expected) * mpf(10) ** -58
            assert abs(found - expected) <= radius, x


# -------------------------------------------------------------------------------------- mathematics

STEP = arb(2) ** -110  # a central difference is then right to about 60 digits


def numeric(row: Operation, x: list[Any], place: int) -> Any:
    """The central difference of the row's own value along one argument."""
    up, down = list(x), list(x)
    up[place], down[place] = x[place] + STEP, x[place] - STEP
    return (row.forward(balls, *up) - row.forward(balls, *down)) / (2 * STEP)


def varying(row: Operation, count: int) -> list[int]:
    """The places of the arguments that a derivative is taken along."""
    if row.variadic:
        return list(range(count))
    names = row.signature()[0]
    return [place for place in range(count) if names[place] not in DRAWN.get(row.name, {})]


def close(found: Any, expected: Any, digits: int = 40) -> bool:
    """Whether two balls agree to so many digits, relative to numbers above 1e-10."""
    found, expected = arb(0 if found is None else found), arb(expected)
    return bool(abs(found - expected) < arb(10) ** -digits * (abs(expected) + arb(10) ** -10))


@pytest.mark.parametrize("form", ["slopes", "textbook"])
@differentiable
def test_mathematics(row: Operation, form: str) -> None:
    """Each slope, also in its textbook form, is the central difference of the value."""
    with ctx.workprec(700):
        for x in moderate(row, 40):
            inputs = lift(x)
            slopes = getattr(row, form)(balls, row.forward(balls, *inputs), *inputs)
            assert len(slopes) == len(x)
            for place in varying(row, len(x)):
                expected = numeric(row, inputs, place)
                assert close(slopes[place], expected), f"{row.name}{x}: {form} along {place}"


@every
def test_vjp(row: Operation) -> None:
    """What an input receives is upstream times slope, and nothing where none passes."""
    for x in moderate(row, 20):
        out = row.forward(floats, *x)
        received = row.vjp(floats, 0.75, out, *x)
        for gradient, slope in zip(received, row.slopes(floats, out, *x), strict=True):
            assert gradient == (None if slope is None else 0.75 * slope)


# -------------------------------------------------------------------------------- derivative graphs


def graph_of(row: Operation, x: tuple[Any, ...]) -> tuple[Graph, list[str]]:
    """A graph with one node for the row (and its conditions), and its inputs' names by place."""
    graph = Graph()
    nodes, names = [], []
    for place, value in enumerate(x):
        name = f"x{place}"
        if isinstance(value, bool):
            nodes.append(graph.apply("less", graph.constant(0), graph.constant(int(value))))
        elif place in varying(row, len(x)):
            nodes.append(graph.input(name))
        else:
            nodes.append(graph.constant(int(value)))
        names.append(name)
    graph.apply(row.name, *nodes)
    return graph, names


@differentiable
def test_derivative_graph(row: Operation) -> None:
    """The derivative graph gives the slopes; its own derivative gives their difference."""
    with ctx.workprec(700):
        for x in moderate(row, 6):
            inputs = lift(x)
            graph, names = graph_of(row, x)
            places = varying(row, len(x))
            bindings = {names[place]: inputs[place] for place in places}
            first, gradient = differentiate(graph)
            values = forward(first, balls, bindings)
            slopes = row.slopes(balls, row.forward(balls, *inputs), *inputs)
            for place in places:
                node = gradient[names[place]]
                assert close(values[node], slopes[place] or 0), f"{row.name}{x} along {place}"
                second, curvature = differentiate(first, node)
                values_2 = forward(second, balls, bindings)
                for other in places:
                    expected = difference_of_slopes(row, inputs, place, other)
                    found = values_2[curvature[names[other]]]
                    assert close(found, expected), f"{row.name}{x} along {place} and {other}"


def difference_of_slopes(row: Operation, x: list[Any], place: int, other: int) -> Any:
    """The central difference of one slope along another argument."""

    def slope(step: Any) -> Any:
        moved = list(x)
        moved[other] = x[other] + step
        slopes = row.slopes(balls, row.forward(balls, *moved), *moved)
        return arb(slopes[place] or 0)

    return (slope(STEP) - slope(-STEP)) / (2 * STEP)


# -------------------------------------------------------------------------------------- any doubles


@every
@settings(max_examples=120, deadline=None, derandomize=True)
@given(data=st.data())
def test_doubles_never_raise(row: Operation, data: st.DataObject) -> None:
    """No doubles whatever make value, slopes, domain or kink raise, or give a complex number."""
    number = st.one_of(
        st.floats(),
        st.sampled_from([0.0, -0.0, math.inf, -math.inf, math.nan, 1.7976931348623157e308, 5e-324]),
        st.integers(-200, 200).map(float),
    )
    kinds = DRAWN.get(row.name, {})
    names = row.signature()[0]
    if row.variadic:
        x = tuple(data.draw(st.lists(number, min_size=1, max_size=4)))
    else:
        x = tuple(
            data.draw(st.booleans() if kinds.get(name) == "condition" else number) for name in names
        )
    out = row.forward(floats, *x)
    slopes = row.slopes(floats, out, *x)
    assert isinstance(out, (float, bool))
    assert len(slopes) == len(x)
    assert all(slope is None or isinstance(slope, (float, int)) for slope in slopes)
    assert row.domain.holds(*x) in (True, False)
    assert row.kink is None or row.kink.holds(*x) in (True, False)


# ------------------------------------------------------------------------------------ what rows say


@pytest.mark.parametrize("row", OPERATIONS.values(), ids=lambda row: row.name)
def test_row_says_everything(row: Operation) -> None:
    """A row has a pattern in one line, parameters that parse, and words for its domain and its
    kink.
    """
    assert row.pattern and "\n" not in row.pattern
    names, defaults = row.signature()
    assert len(names) == len(set(names)) and len(defaults) <= len(names)
    assert all(name.lstrip("*").isidentifier() for name in names)
    assert all(math.isfinite(float(default)) for default in defaults)
    assert row.domain.text
    assert row.kink is None or (row.kink.text and row.kink.says)
    assert row.flat in ("", "dead", "saturated", "flat")
    assert repr(row) == f"<operation {row.name}({row.parameters})>"


def test_names_are_unique() -> None:
    """No two rows share a name or an alias."""
    names = [name for row in OPERATIONS.values() for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert all(row is OPERATIONS[row.name] for row in FUNCTIONS.values())
    assert not set(FUNCTIONS) & {*LEAVES, *CONDITIONS, *RELATIONS}
