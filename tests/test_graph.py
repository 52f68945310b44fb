"""The graph: an append-only list, run forward and backward, and differentiated into another."""

from __future__ import annotations

import math
import subprocess
import sys
from typing import Any

import hypothesis.strategies as st
import mpmath
import pytest
from commandline import ROOT
from hypothesis import HealthCheck, given, settings

from backprop_cli import Graph, Span, backward, differentiate, forward, lower, parse
from backprop_cli.graph import CONSTANT, INPUT
from backprop_cli.namespaces import exact, floats
from backprop_cli.run import run


def graph_of(text: str) -> tuple[Graph, int]:
    """The graph of a formula and its output node."""
    lowered = lower(parse(text))
    return lowered.graph, lowered.output


# --------------------------------------------------------------------------------------- the list


def test_nodes_are_appended_in_order() -> None:
    """A node's index is its place, and it refers to earlier nodes only."""
    graph = Graph()
    x, y = graph.input("x"), graph.input("y")
    total = graph.apply("add", x, y, span=Span(0, 3))
    assert (x, y, total) == (0, 1, 2) and len(graph) == 3
    node = graph[total]
    assert node.operation.name == "add" and node.inputs == (0, 1) and node.span == Span(0, 3)
    assert [node.index for node in graph] == [0, 1, 2]
    assert graph.input_nodes() == {"x": 0, "y": 1}


def test_apply_refuses_what_cannot_be() -> None:
    """Unknown operations, inputs that are no earlier node, and a wrong number of inputs."""
    graph = Graph()
    x = graph.input("x")
    with pytest.raises(KeyError):
        graph.apply("no_such_operation", x)
    for inputs in ((x, 1), (x, -1), (7, x)):
        with pytest.raises(ValueError, match="refers to node"):
            graph.apply("add", *inputs)
    for inputs in ((), (x,), (x, x, x)):
        with pytest.raises(ValueError, match="cannot take"):
            graph.apply("add", *inputs)
    assert len(graph) == 1
    assert graph.apply("max", x, x, x) == 1


def test_inputs_and_constants_are_shared_and_nothing_else() -> None:
    """One node for each input and each literal; each operation is a node of its own."""
    graph = Graph()
    assert graph.input("x") == graph.input("x") == 0
    assert graph.constant("2") == graph.constant(2) == 1
    assert graph.constant("2.0") == 2
    assert graph.apply("add", 0, 1) != graph.apply("add", 0, 1)
    assert graph[0].operation is INPUT and graph[1].operation is CONSTANT
    found, _ = graph_of("sin(x)*sin(x) + 2*2")
    names = [node.operation.name for node in found]
    assert names.count("sin") == 2 and names.count("input") == 1 and names.count("constant") == 1


def test_a_copy_grows_alone() -> None:
    """Appending to a copy leaves the graph as it was, and its leaves are shared on."""
    graph, _ = graph_of("q = x + y; q*z")
    before = [tuple(node) for node in graph]
    other = graph.copy()
    assert other.input("x") == graph.input_nodes()["x"]
    other.apply("multiply", 0, other.input("new"))
    assert [tuple(node) for node in graph] == before and len(other) == len(graph) + 2
    assert "new" not in graph.input_nodes()


def test_running_changes_nothing() -> None:
    """Two runs of one graph have the same results, and the graph stays as it was."""
    graph, output = graph_of("x*y + sin(x)")
    before = [tuple(node) for node in graph]
    first = run(graph, floats, {"x": 2.0, "y": 3.0}, output)
    second = run(graph, floats, {"x": 2.0, "y": 3.0}, output)
    assert first.values == second.values and first.adjoints == second.adjoints
    assert [tuple(node) for node in graph] == before


def test_spans_are_those_of_the_text() -> None:
    """Each node of a formula has the place where it is written."""
    text = "q = x + y; q*z"
    graph, output = graph_of(text)
    found = {text[slice(*node.span)] for node in graph if node.span}
    assert found == {"x", "y", "x + y", "z", "q*z"}
    assert graph.names[2] == "q" and text[slice(*graph.spans[output])] == "q*z"


# ---------------------------------------------------------------------------- forward and backward

BY_HAND = [
    # formula, point, value, gradient: worked out by hand
    ("(x+y)*z", {"x": 1, "y": 3, "z": -3}, -12, {"x": -3, "y": -3, "z": 4}),
    ("x*x*x", {"x": 2}, 8, {"x": 12}),
    ("x/y", {"x": 3, "y": 4}, 0.75, {"x": 0.25, "y": -0.1875}),
    ("x + x", {"x": 5}, 10, {"x": 2}),
    ("max(x, y)", {"x": 2, "y": 1}, 2, {"x": 1, "y": 0}),
    ("max(x, y)", {"x": 2, "y": 2}, 2, {"x": 0.5, "y": 0.5}),
    ("if(x > 0, x*y, y^2)", {"x": 2, "y": 3}, 6, {"x": 3, "y": 2}),
    ("if(x > 0, x*y, y^2)", {"x": -2, "y": 3}, 9, {"x": 0, "y": 6}),
    ("if(x > 0, 1/x, 5)", {"x": 0}, 5, {"x": 0}),
    ("relu(w*x + b)", {"w": 2, "x": 3, "b": -1}, 5, {"w": 3, "x": 2, "b": 1}),
    ("relu(w*x + b)", {"w": 2, "x": 3, "b": -9}, 0, {"w": 0, "x": 0, "b": 0}),
    ("floor(x) + y", {"x": 2.5, "y": 1}, 3, {"x": 0, "y": 1}),
    ("stop_gradient(x)*x", {"x": 3}, 9, {"x": 3}),
    ("y^3/3 - y", {"y": 2}, 2 / 3, {"y": 3}),
    ("prod(x, y, z)", {"x": 0, "y": 2, "z": 3}, 0, {"x": 6, "y": 0, "z": 0}),
]


@pytest.mark.parametrize(("text", "point", "value", "gradient"), BY_HAND)
def test_values_and_gradients_by_hand(
    text: str, point: dict[str, float], value: float, gradient: dict[str, float]
) -> None:
    """Forward and backward give what the hand gives, in doubles and in fractions."""
    graph, output = graph_of(text)
    for xp, number in ((floats, float), (exact, exact.Fraction)):
        found = run(graph, xp, {name: number(x) for name, x in point.items()}, output)
        assert float(found.values[output]) == pytest.approx(value, rel=1e-15)
        for name, slope in found.gradient().items():
            assert float(slope) == pytest.approx(gradient[name], rel=1e-15), name


def test_backward_from_an_inner_node() -> None:
    """The gradient of any node; what comes after it has none."""
    graph, output = graph_of("q = x*y; q + z")
    values = forward(graph, floats, {"x": 2.0, "y": 3.0, "z": 1.0})
    adjoints, kept = backward(graph, values, floats, output - 2)
    assert adjoints[:2] == [3.0, 2.0] and adjoints[output] is None and not kept


def test_a_missing_value_is_an_error() -> None:
    """Running without a value for an input raises KeyError with its name."""
    graph, output = graph_of("x + y")
    with pytest.raises(KeyError, match="y"):
        run(graph, floats, {"x": 1.0}, output)


# ---------------------------------------------------------------------------- derivatives as graphs

NAMES = ("x", "y", "z")
SMOOTH = (
    "sin",
    "cos",
    "exp",
    "tanh",
    "sigmoid",
    "softplus",
    "atan",
    "asinh",
    "erf",
    "square",
    "gelu",
)
LEAVES = st.sampled_from([*NAMES, "2", "0.5", "3"])
FORMULAS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from("+-*"), inner),
        st.builds("{}({})".format, st.sampled_from(SMOOTH), inner),
        st.builds("({} / (1 + ({})^2))".format, inner, inner),
        st.builds("hypot(1, {})".format, inner),
        st.builds("log(2 + sin({}))".format, inner),
        st.builds("(2 + cos({}))^({}/10)".format, inner, inner),
        st.builds("logsumexp({}, {})".format, inner, inner),
        st.builds("if({} > {}, {}, {})".format, inner, st.sampled_from(NAMES), inner, inner),
    ),
    max_leaves=8,
)
POINTS = st.fixed_dictionaries(
    {name: st.floats(-2, 2).map(lambda x: round(x, 3)) for name in NAMES}
)


def settled(values: list[Any]) -> bool:
    return all(isinstance(v, bool) or (math.isfinite(v) and abs(v) < 1e8) for v in values)


@given(FORMULAS, POINTS)
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_derivative_graph_has_the_gradient(text: str, point: dict[str, float]) -> None:
    """Running the differentiated graph gives what backward gives on numbers."""
    graph, output = graph_of(text)
    numbers = run(graph, floats, point, output)
    derived, nodes = differentiate(graph, output)
    values = forward(derived, floats, point)
    if not settled(values):
        return
    for name, expected in numbers.gradient(0.0).items():
        assert values[nodes[name]] == pytest.approx(expected, rel=1e-7, abs=1e-7), name


@given(FORMULAS, POINTS)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_second_derivatives_are_symmetric(text: str, point: dict[str, float]) -> None:
    """Differentiating twice gives a Hessian that is its own transpose."""
    graph, output = graph_of(text)
    first, gradient = differentiate(graph, output)
    second = {}
    for one in gradient:
        derived, nodes = differentiate(first, gradient[one])
        values = forward(derived, floats, point)
        if not settled(values):
            return
        second.update({(one, other): values[nodes[other]] for other in nodes})
    for (one, other), value in second.items():
        assert value == pytest.approx(second[other, one], rel=1e-6, abs=1e-6)


SECOND = [
    ("x^3*y", ("x", "x"), "6*x*y"),
    ("x^3*y", ("x", "y"), "3*x^2"),
    ("sin(x*y)", ("x", "y"), "cos(x*y) - x*y*sin(x*y)"),
    ("exp(-x^2)", ("x", "x"), "(4*x^2 - 2)*exp(-x^2)"),
    ("tanh(x)", ("x", "x"), "-2*tanh(x)*(1 - tanh(x)^2)"),
    ("log(x)", ("x", "x"), "-1/x^2"),
    ("x^y", ("x", "y"), "x^(y-1)*(1 + y*log(x))"),
    ("1/(1+exp(-x))", ("x", "x"), "sigmoid(x)*(1-sigmoid(x))*(1-2*sigmoid(x))"),
    ("hypot(x, y)", ("x", "x"), "y^2/hypot(x, y)^3"),
    ("if(x > y, x^3, y)", ("x", "x"), "if(x > y, 6*x, 0)"),
]


@pytest.mark.parametrize(("text", "along", "expected"), SECOND)
def test_second_derivatives_in_closed_form(
    text: str, along: tuple[str, str], expected: str
) -> None:
    """A derivative's derivative is the one of the textbooks."""
    graph, output = graph_of(text)
    first, gradient = differentiate(graph, output)
    second, nodes = differentiate(first, gradient[along[0]])
    for point in ({"x": 1.3, "y": 0.7}, {"x": 0.4, "y": 2.1}):
        wanted, last = graph_of(expected)
        there = forward(wanted, floats, point)[last]
        assert forward(second, floats, point)[nodes[along[1]]] == pytest.approx(there, rel=1e-12)


def test_third_derivative_against_mpmath() -> None:
    """Three times differentiated, against mpmath's differences at 40 digits."""
    graph, node = graph_of("exp(sin(x))*log(2+x)")
    for _ in range(3):
        graph, nodes = differentiate(graph, node)
        node = nodes["x"]
    with mpmath.workdps(40):
        expected = mpmath.diff(lambda x: mpmath.exp(mpmath.sin(x)) * mpmath.log(2 + x), 0.7, 3)
    assert forward(graph, floats, {"x": 0.7})[node] == pytest.approx(float(expected), rel=1e-12)


def test_a_derivatives_node_knows_its_origin() -> None:
    """Each node of a derivative names the node whose backward step made it."""
    graph, output = graph_of("sin(x)*y")
    derived, _ = differentiate(graph, output)
    made = range(len(graph), len(derived))
    assert made and all(derived.origins[node] < len(graph) for node in made if derived.inputs[node])
    assert {graph[derived.origins[n]].operation.name for n in made if n in derived.origins} <= {
        "sin",
        "multiply",
    }


# ------------------------------------------------------------------------------------- no recursion

CHAIN = """
import sys, threading
sys.setrecursionlimit({limit})
from backprop_cli import Graph, differentiate, forward
from backprop_cli.run import run
from backprop_cli.namespaces import floats
graph = Graph()
node = x = graph.input("x")
for _ in range(200_000):
    node = graph.apply("add", node, x) if _ % 2 else graph.apply("negate", node)
found = run(graph, floats, {{"x": 1.0}})
assert found.gradient()["x"] == found.values[-1]
derived, gradient = differentiate(graph)
assert forward(derived, floats, {{"x": 1.0}})[gradient["x"]] == found.values[-1]
print("done")
"""

DEEP = """
import sys
from backprop_cli import bind, evaluate, parse, report
from backprop_cli.limits import Limits
from backprop_cli.render.json import report_json
from backprop_cli.syntax.parser import parser
import backprop_cli.lowering, backprop_cli.namespaces.floats, decimal, fractions, json, unicodedata
parser()
limits = Limits(depth=100_000, tokens=1_000_000)
sys.setrecursionlimit(150)
for text in (
    "(" * 20_000 + "x" + ")" * 20_000, "-" * 20_000 + "x", "√" * 5_000 + "x",
    "x^" * 2_000 + "1", "1/(1+" * 5_000 + "x" + ")" * 5_000, "+".join(["x"] * 20_000),
    "sin(" * 5_000 + "x" + ")" * 5_000, "if(x>0," * 5_000 + "x" + ",1)" * 5_000,
    "; ".join(f"a{i} = a{i+1}+1" for i in range(3_000)) + "; a3000 = x; a0",
    "f0(u)=u+1; " + "; ".join(f"f{i+1}(u)=f{i}(u)" for i in range(3_000)) + "; f3000(x)",
):
    result = report(evaluate(parse(text, limits), bind([("x", "1")])))
    assert len(result.parsed) and len(report_json(result))
print("done")
"""


@pytest.mark.parametrize("program", [CHAIN.format(limit=100), DEEP], ids=["chain", "formulas"])
def test_nothing_recurses(program: str) -> None:
    """A chain of 200,000 nodes, and formulas nested thousands deep, at a limit of 150 calls."""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert done.stdout == "done\n", done.stderr[-600:]
