"""What each kind of number promises: certified balls, exact fractions, graphs that mean what they
say.
"""

from __future__ import annotations

import math
import random
import time
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx
from hypothesis import given, settings
from hypothesis import strategies as st
from oracle import CONDITIONS, DRAWN, LEAVES, moderate

from backprop_cli.graph import Graph
from backprop_cli.namespaces import balls, exact, floats, intervals
from backprop_cli.namespaces.balls import Undecided, nearest_double
from backprop_cli.namespaces.exact import NotFraction
from backprop_cli.namespaces.graphs import differentiate
from backprop_cli.operations import OPERATIONS, Operation
from backprop_cli.run import forward, run

ROWS = [row for row in OPERATIONS.values() if row.name not in LEAVES]
NUMBERS = [row for row in ROWS if row.name not in CONDITIONS]
each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
each_numeric = pytest.mark.parametrize("row", NUMBERS, ids=lambda row: row.name)

F = Fraction
LARGEST = 1.7976931348623157e308


# ------------------------------------------------------------------------------------------- floats


@pytest.mark.parametrize("name", ["pi", "e", "tau", "inf", "-inf"])
def test_named_constants(name: str) -> None:
    """A named constant is the nearest double of the ball of the same name."""
    assert floats.constant(name) == float(balls.constant(name).mid())


def test_rows_are_functions_of_every_namespace() -> None:
    """`xp.sigmoid` is the row's forward wherever a namespace has no function of its own; others do
    not exist.
    """
    assert floats.sigmoid(0.0) == 0.5
    assert exact.sigmoid(F(0)) == F(1, 2)
    with pytest.raises(AttributeError, match="no 'sigmoids'"):
        floats.sigmoids(0.0)


def test_in_range() -> None:
    """A step on the way that leaves the range of doubles does no harm; zeros and infinities keep
    IEEE's results.
    """

    def formula(b: Any, x: Any) -> Any:
        return b.divide(x * x, x)

    assert floats.in_range(formula(floats, 1e200), formula, 1e200) == 1e200
    assert floats.in_range(formula(floats, 1e-200), formula, 1e-200) == 1e-200
    assert floats.in_range(formula(floats, 3.0), formula, 3.0) == 3.0
    assert math.isnan(floats.in_range(formula(floats, 0.0), formula, 0.0))


def test_long_products_and_sums() -> None:
    """A product or sum does not overflow on the way; each slope of a long product is right, in
    linear time.
    """
    x = [1e-3] * 500 + [1e3] * 500
    assert floats.prod(*x) == pytest.approx(1.0)
    assert floats.sum(LARGEST, LARGEST, -LARGEST) == LARGEST
    row = OPERATIONS["prod"]
    assert row.slopes(floats, 1.0, *x)[0] == pytest.approx(1e3)
    assert row.slopes(floats, 0.0, 0.0, *x)[0] == pytest.approx(1.0)
    before = time.perf_counter()
    many = [1.0001] * 50_000
    for name in ("prod", "var", "std", "norm", "logsumexp", "mean", "max"):
        operation = OPERATIONS[name]
        operation.slopes(floats, operation.forward(floats, *many), *many)
    assert time.perf_counter() - before < 10


# -------------------------------------------------------------------------------------------- balls


@pytest.mark.parametrize(
    "number",
    [
        F(1, 3), F(2, 7) * 10**300, F(1, 10**310), F(1, 10**323),
        F(1, 2**1075), F(1, 2**1075) + F(1, 10**340),
        F(3, 2**1075), F(1, 10**400), F(10) ** 400, F(2**1024 - 2**970), F(2**1024 - 2**970 - 1),
        F(2**1024 - 2**969), 1 + F(1, 2**53), 1 + F(3, 2**53), F(0), F(-1, 3), -F(10) ** 309,
    ],
    ids=str,
)  # fmt: skip
def test_nearest_double(number: Fraction) -> None:
    """The double nearest to a fraction, from subnormals to overflow, halves to even."""
    try:
        expected = number.numerator / number.denominator
    except OverflowError:
        expected = math.inf if number > 0 else -math.inf
    quotient = nearest_double(lambda b: b.divide(arb(number.numerator), arb(number.denominator)))
    assert quotient == expected


def test_nearest_double_of_random_fractions() -> None:
    """Random fractions of all sizes round like Python's own true division, which is exact."""
    generator = random.Random(1)
    for _ in range(2000):
        a, b = generator.getrandbits(100) + 1, generator.getrandbits(100) + 1
        shift = generator.randrange(-1200, 1100)
        a, b = (a << shift, b) if shift > 0 else (a, b << -shift)
        try:
            expected = a / b
        except OverflowError:
            expected = math.inf
        assert nearest_double(lambda x, a=a, b=b: x.divide(arb(a), arb(b))) == expected


def test_nearest_double_far_out() -> None:
    """Numbers beyond any exponent round to 0 and infinity; what has no value is NaN."""
    assert nearest_double(lambda b, x: b.exp(-b.exp(x)), 800.0) == 0
    assert nearest_double(lambda b, x: b.exp(b.exp(x)), 20.0) == math.inf
    assert math.isnan(nearest_double(lambda b, x: b.log(x), -1.0))
    assert math.isnan(nearest_double(lambda b, x: b.divide(1, x), 0.0))
    # Whether exp(log(3)) is below 3 stays open at any precision.
    assert math.isnan(nearest_double(lambda b, x: b.floor(b.exp(b.log(x))), 3.0))


@each_row
@pytest.mark.parametrize("xp", [balls, intervals], ids=["balls", "intervals"])
@settings(max_examples=40, deadline=None, derandomize=True)
@given(data=st.data())
def test_balls_never_raise(row: Operation, xp: Any, data: st.DataObject) -> None:
    """Any balls, also infinite, undefined and wide ones, raise nothing but Undecided."""
    radius = st.sampled_from([0.0, 0.0, 1e-20, 1e-5, 1.0, 100.0])
    number = st.builds(arb, st.one_of(st.floats(), st.integers(-20, 20)), radius)
    kinds = DRAWN.get(row.name, {})
    count = data.draw(st.integers(1, 4)) if row.variadic else len(row.signature()[0])
    names = ["x"] * count if row.variadic else row.signature()[0]
    x = [data.draw(st.booleans() if kinds.get(name) == "condition" else number) for name in names]
    with ctx.workprec(96):
        try:
            out = row.forward(xp, *x)
            slopes = row.slopes(xp, out, *x)
        except Undecided:
            return
    open_condition = xp is intervals and out is None
    assert isinstance(out, (arb, bool)) or open_condition
    assert all(slope is None or isinstance(slope, (arb, int)) for slope in slopes)


@each_numeric
@pytest.mark.parametrize("xp", [balls, intervals], ids=["balls", "intervals"])
def test_balls_contain(row: Operation, xp: Any) -> None:
    """Balls of inputs give balls that hold the results of inner points: value and slopes."""
    for x in moderate(row, 15):
        kinds = DRAWN.get(row.name, {})
        names = row.signature()[0]
        wide, inner = [], []
        for place, u in enumerate(x):
            fixed = not row.variadic and names[place] in kinds
            wide.append(u if isinstance(u, bool) else arb(u) if fixed else arb(u, 1e-4))
            inner.append(u if isinstance(u, bool) else arb(u) if fixed else arb(u) + arb(0.7e-4))
        with ctx.workprec(128):
            try:
                around = row.forward(xp, *wide)
                slopes = row.slopes(xp, around, *wide)
            except Undecided:
                continue
            value = row.forward(balls, *inner)
            results = [(around, value), *zip(slopes, row.slopes(balls, value, *inner), strict=True)]
        for outer, inside in results:
            if isinstance(outer, arb) and outer.is_finite():
                assert outer.overlaps(arb(inside)), (row.name, x)
            elif not isinstance(outer, arb):
                assert outer == inside or (outer is None and inside is None)


WIDE = arb(0, 1)  # from -1 to 1


@pytest.mark.parametrize(
    ("name", "arguments", "low", "high"),
    [
        ("max", (WIDE, arb(0.5, 1)), -0.5, 1.5),
        ("min", (WIDE, arb(0.5, 1)), -1, 1),
        ("relu", (WIDE,), 0, 1),
        ("abs", (WIDE,), 0, 1),
        ("sign", (WIDE,), -1, 1),
        ("where", (None, arb(3), arb(5)), 3, 5),
        ("clamp", (arb(0, 10), arb(-2), arb(2)), -2, 2),
    ],
)
def test_an_open_choice_has_both_outcomes(
    name: str, arguments: tuple[Any, ...], low: float, high: float
) -> None:
    """Where an interval leaves a choice open, the result is a ball around both outcomes."""
    found = OPERATIONS[name].forward(intervals, *arguments)
    assert found.contains(low) and found.contains(high)
    assert found.upper() - found.lower() <= 2.1 * (high - low)


def test_open_conditions() -> None:
    """Conditions on intervals are true, false or open, and open ones combine as they must."""
    assert intervals.less(WIDE, arb(0)) is None
    assert intervals.less(WIDE, arb(2)) is True and intervals.greater(WIDE, arb(2)) is False
    assert intervals.both(None, False) is False and intervals.both(None, True) is None
    assert intervals.either(None, True) is True and intervals.either(None, False) is None
    assert intervals.no(None) is None
    slope = intervals.gate(None, arb(3))
    assert slope.contains(0) and slope.contains(3)


# -------------------------------------------------------------------------------------------- exact


fractions = st.one_of(
    st.integers(-12, 12).map(F),
    st.sampled_from([F(1, 2), F(-1, 2), F(1, 4), F(9, 4), F(8, 27), F(3, 5), F(5, 3)]),
    st.sampled_from([F(1, 1000), F(10**9), F(-(10**9))]),
    st.fractions(min_value=-10, max_value=10, max_denominator=50),
    st.fractions(),
)


def agrees(found: Any, ball: Any) -> bool:
    """Whether a fraction is in a ball of 30 digits or more."""
    if isinstance(found, (bool, type(None))) or isinstance(ball, (bool, type(None))):
        return bool(found == ball)
    found = Fraction(found)
    ball = arb(ball)
    return bool(ball.is_finite() and ball.overlaps(arb(found.numerator) / found.denominator))


@each_row
@settings(max_examples=100, deadline=2000, derandomize=True)
@given(data=st.data())
def test_exact(row: Operation, data: st.DataObject) -> None:
    """No fractions raise or take long; whatever is a fraction is right to 30 digits, the rest says
    why not.
    """
    kinds = DRAWN.get(row.name, {})
    count = data.draw(st.integers(1, 4)) if row.variadic else len(row.signature()[0])
    names = ["x"] * count if row.variadic else row.signature()[0]
    x = [
        data.draw(st.booleans() if kinds.get(name) == "condition" else fractions) for name in names
    ]
    out = row.forward(exact, *x)
    slopes = row.slopes(exact, out, *x)
    assert len(slopes) == len(x)
    for result in (out, *slopes):
        assert result is None or isinstance(result, (bool, int, Fraction, NotFraction))
        assert not isinstance(result, NotFraction) or result.reason
    plain = [u if isinstance(u, bool) else float(u) if abs(u) < 1e300 else math.inf for u in x]
    if not row.domain.holds(*plain) or (row.kink is not None and row.kink.holds(*plain)):
        return
    with ctx.workprec(400):
        lifted = [u if isinstance(u, bool) else arb(u.numerator) / u.denominator for u in x]
        try:
            value = row.forward(balls, *lifted)
            around = row.slopes(balls, value, *lifted)
        except Undecided:
            return
        if not isinstance(out, NotFraction):
            assert agrees(out, value), (row.name, x)
        for slope, ball in zip(slopes, around, strict=True):
            if not isinstance(slope, NotFraction):
                assert agrees(slope, ball), (row.name, x)


@pytest.mark.parametrize(
    ("name", "x", "value", "slopes"),
    [
        ("divide", (F(1), F(3)), F(1, 3), (F(1, 3), F(-1, 9))),
        ("power", (F(2, 3), F(3)), F(8, 27), (F(4, 3), None)),
        ("power", (F(8, 27), F(2, 3)), F(4, 9), (F(1), None)),
        ("power", (F(0), F(0)), F(1), (F(0), F(0))),
        ("power", (F(1), F(5)), F(1), (F(5), F(0))),
        ("whole_power", (F(1, 2), F(-2)), F(4), (F(-16), None)),
        ("square", (F(1, 3),), F(1, 9), (F(2, 3),)),
        ("sqrt", (F(9, 4),), F(3, 2), (F(1, 3),)),
        ("cbrt", (F(-8, 27),), F(-2, 3), (F(3, 4),)),
        ("hypot", (F(3), F(4)), F(5), (F(3, 5), F(4, 5))),
        ("hypot", (F(0), F(0)), F(0), (F(0), F(0))),
        ("exp", (F(0),), F(1), (F(1),)),
        ("log", (F(1),), F(0), (F(1),)),
        ("log2", (F(1, 8),), F(-3), None),
        ("log10", (F(1000),), F(3), None),
        ("log_base", (F(8), F(4)), F(3, 2), None),
        ("log_base", (F(4, 9), F(2, 3)), F(2), None),
        ("sin", (F(0),), F(0), (F(1),)),
        ("sinc", (F(0),), F(1), (F(0),)),
        ("asin", (F(3, 5),), None, (F(5, 4),)),
        ("asec", (F(1),), F(0), None),
        ("acosh", (F(5, 3),), None, (F(3, 4),)),
        ("tanh", (F(0),), F(0), (F(1),)),
        ("sigmoid", (F(0),), F(1, 2), (F(1, 4),)),
        ("mod", (F(-5), F(3)), F(1), (F(1), F(2))),
        ("factorial", (F(5),), F(120), None),
        ("gamma", (F(5),), F(24), None),
        ("beta", (F(2), F(3)), F(1, 12), None),
        ("lgamma", (F(2),), F(0), None),
        ("round", (F(5, 2),), F(2), (None,)),
        ("softsign", (F(-3),), F(-3, 4), (F(1, 16),)),
        ("huber", (F(3), F(1)), F(5, 2), (F(1), F(2))),
        ("mean", (F(1), F(2)), F(3, 2), (F(1, 2), F(1, 2))),
        ("var", (F(1), F(2), F(6)), F(14, 3), (F(-4, 3), F(-2, 3), F(2))),
        ("std", (F(1), F(3)), F(1), (F(-1, 2), F(1, 2))),
        ("std", (F(2), F(2)), F(0), (F(0), F(0))),
        ("norm", (F(1), F(2), F(2)), F(3), (F(1, 3), F(2, 3), F(2, 3))),
        ("prod", (F(0), F(2), F(3)), F(0), (F(6), F(0), F(0))),
        ("max", (F(1, 3), F(1, 3)), F(1, 3), (F(1, 2), F(1, 2))),
        ("logsumexp", (F(7),), F(7), (F(1),)),
    ],
)  # fmt: skip
def test_fractions_stay(name: str, x: tuple[Fraction, ...], value: Any, slopes: Any) -> None:
    """Values and slopes that are fractions stay fractions; None stands for one that is none."""
    row = OPERATIONS[name]
    out = row.forward(exact, *x)
    assert isinstance(out, NotFraction) if value is None else out == value
    if slopes is not None:
        for found, expected in zip(row.slopes(exact, out, *x), slopes, strict=True):
            assert (
                isinstance(found, NotFraction | None) if expected is None else found == expected
            ), (found, expected)


@pytest.mark.parametrize(
    ("name", "x"),
    [
        ("power", (F(10), F(10**9))),
        ("power", (F(10), F(1, 10**9))),
        ("power", (F(2), F(10**9 + 1, 10**9))),
        ("power", (F(3**600), F(1, 599))),
        ("whole_power", (F(10), F(-(10**12)))),
        ("exp2", (F(10**30),)),
        ("factorial", (F(10**9),)),
        ("gamma", (F(10**9),)),
        ("log_base", (F(2), 1 + F(1, 10**20))),
        ("log_base", (F(10**4000), 1 + F(1, 10**12))),
        ("sqrt", (F(-4),)),
        ("divide", (F(1), F(0))),
        ("mod", (F(1), F(0))),
        ("logsumexp", (F(1), F(2))),
        ("sqrt", (F(2),)),
        ("digamma", (F(1),)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_no_fraction(name: str, x: tuple[Fraction, ...]) -> None:
    """What is no fraction, or too long to write, is refused at once with a reason of one line."""
    before = time.perf_counter()
    row = OPERATIONS[name]
    out = row.forward(exact, *x)
    row.slopes(exact, out, *x)
    assert isinstance(out, NotFraction)
    assert 3 < len(out.reason) < 120 and "\n" not in out.reason
    assert time.perf_counter() - before < 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.1", F(1, 10)), ("1/3", F(1, 3)), ("1e3", F(1000)), ("2.5E-1", F(1, 4)), ("-7", F(-7)),
     ("5.", F(5)), ("pi", None), ("e", None), ("inf", None), ("-inf", None), ("nan", None),
     ("1e999999999", None), ("1e-999999999", None)],
)  # fmt: skip
def test_literals(text: str, value: Fraction | None) -> None:
    """A literal is the fraction that it says, in all its digits; an irrational or endless one is
    none.
    """
    found = exact.constant(text)
    assert isinstance(found, NotFraction) if value is None else found == value


def test_reason_travels() -> None:
    """What depends on an irrational number says where it went wrong; what does not stays exact."""
    graph = Graph()
    x = graph.input("x")
    root = graph.apply("sqrt", x)
    total = graph.apply("add", root, x)
    values = forward(graph, exact, {"x": F(2)})
    assert values[x] == 2
    assert values[total].reason == values[root].reason == "an irrational root"


# ------------------------------------------------------------------------------------------- graphs


@pytest.mark.parametrize("literal", ["pi", "e", "tau", "2", "-2", "0.5", "1e-3", "inf"])
def test_negated_literals(literal: str) -> None:
    """The derivative of c - c*x is -c for each kind of literal."""
    graph = Graph()
    c, x = graph.constant(literal), graph.input("x")
    graph.apply("subtract", c, graph.apply("multiply", c, x))
    derived, gradient = differentiate(graph)
    values = forward(derived, floats, {"x": 2.0})
    assert values[gradient["x"]] == -floats.constant(literal)


def test_graph_is_shared() -> None:
    """Equal nodes of a derivative are made once, and 0 and 1 are simplified away."""
    graph = Graph()
    x = graph.input("x")
    graph.apply("multiply", graph.apply("exp", x), graph.apply("exp", x))
    derived, gradient = differentiate(graph)
    names = [node.operation.name for node in derived]
    assert names.count("exp") == 2  # those of the formula
    assert names.count("constant") <= 1
    assert forward(derived, floats, {"x": 1.0})[gradient["x"]] == pytest.approx(2 * math.exp(2))


def test_second_derivative_of_a_chain() -> None:
    """Differentiating twice through forks and choices gives the number that calculus gives."""
    graph = Graph()
    x = graph.input("x")
    positive = graph.apply("less", graph.constant(0), x)
    cube = graph.apply("whole_power", x, graph.constant(3))
    graph.apply("where", positive, cube, graph.apply("negate", x))
    first, gradient = differentiate(graph)
    second, curvature = differentiate(first, gradient["x"])
    for point, expected in ((2.0, 12.0), (-1.0, 0.0)):
        assert forward(second, floats, {"x": point})[curvature["x"]] == expected
        assert run(graph, floats, {"x": point}).gradient()["x"] == (12.0 if point > 0 else -1.0)
