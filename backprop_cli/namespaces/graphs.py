"""Nodes of a graph as numbers: running the table on symbols writes the derivative as more nodes.

A gradient that passes only under a condition is `Gated`: it stays the pair (condition, value) along
the whole way back, and becomes `if(condition, value, 0)` only at the end. So 0·∞ from an unused
branch of `if` cannot arise when the derivative is evaluated, however steep the branch is.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NamedTuple

from ..graph import Graph
from ..operations import Operation
from ..run import backward
from . import unlimited

RENAMED = {"both": "and", "either": "or", "no": "not", "maximum": "max", "minimum": "min"}


class Symbol:
    """A node of the graph that is being written. Compares by identity: conditions are nodes."""

    __slots__ = ("node", "space")

    def __init__(self, space: Graphs, node: int) -> None:
        self.space = space
        self.node = node

    def __add__(self, other: Any) -> Symbol:
        return self.space.add(self, other)

    def __radd__(self, other: Any) -> Symbol:
        return self.space.add(other, self)

    def __sub__(self, other: Any) -> Symbol:
        return self.space.subtract(self, other)

    def __rsub__(self, other: Any) -> Symbol:
        return self.space.subtract(other, self)

    def __mul__(self, other: Any) -> Symbol:
        return self.space.multiply(self, other)

    def __rmul__(self, other: Any) -> Symbol:
        return self.space.multiply(other, self)

    def __neg__(self) -> Symbol:
        return self.space.negate(self)

    def __abs__(self) -> Symbol:
        return self.space.apply("abs", self)


class Gated(NamedTuple):
    """A gradient or slope that passes only where a condition holds."""

    condition: Symbol
    value: Any


class Graphs:
    """The namespace that appends to a graph: equal nodes once, 0 and 1 simplified away."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.origin: int | None = None
        self.known: dict[tuple[str, tuple[int, ...]], int] = {}
        for node in graph:
            if node.inputs:
                self.known.setdefault((node.operation.name, node.inputs), node.index)

    def __getattr__(self, name: str) -> Callable[..., Symbol]:
        operation = RENAMED.get(name, name)
        return lambda *arguments: self.apply(operation, *arguments)

    # ---------------------------------------------------------------------------------------- nodes

    def symbol(self, value: Any) -> Symbol:
        """A symbol for a symbol or a whole number."""
        return value if isinstance(value, Symbol) else self.constant(str(value))

    def constant(self, text: str) -> Symbol:
        return Symbol(self, self.graph.constant(text))

    def literal(self, symbol: Symbol) -> str | None:
        """The text of a constant, None for any other node."""
        return self.graph.literals.get(symbol.node)

    def apply(self, name: str, *arguments: Any) -> Symbol:
        """The node for an operation, made at the first call."""
        inputs = tuple(self.symbol(argument).node for argument in arguments)
        key = (name, inputs)
        node = self.known.get(key)
        if node is None:
            node = self.known[key] = self.graph.apply(name, *inputs)
            if self.origin is not None:
                self.graph.origins[node] = self.origin
        return Symbol(self, node)

    # ----------------------------------------------------------------------------------- arithmetic

    def folded(self, operation: Callable[[int, int], int], x: Symbol, y: Symbol) -> Symbol | None:
        """The result for two whole literals, None for anything else."""
        a, b = self.literal(x), self.literal(y)
        if a is None or b is None or not (a.lstrip("-").isdigit() and b.lstrip("-").isdigit()):
            return None
        return self.constant(str(operation(int(a), int(b))))

    def add(self, x: Any, y: Any) -> Symbol:
        a, b = self.symbol(x), self.symbol(y)
        folded = self.folded(operator.add, a, b)
        if folded is not None:
            return folded
        if self.literal(a) == "0":
            return b
        return a if self.literal(b) == "0" else self.apply("add", a, b)

    def subtract(self, x: Any, y: Any) -> Symbol:
        a, b = self.symbol(x), self.symbol(y)
        folded = self.folded(operator.sub, a, b)
        if folded is not None:
            return folded
        if self.literal(b) == "0":
            return a
        return self.negate(b) if self.literal(a) == "0" else self.apply("subtract", a, b)

    def multiply(self, x: Any, y: Any) -> Symbol:
        a, b = self.symbol(x), self.symbol(y)
        folded = self.folded(operator.mul, a, b)
        if folded is not None:
            return folded
        for one, other in ((a, b), (b, a)):
            literal = self.literal(one)
            if literal == "1":
                return other
            if literal == "-1":
                return self.negate(other)
            if literal == "0":
                return one
        return self.apply("multiply", a, b)

    def negate(self, x: Any) -> Symbol:
        a = self.symbol(x)
        literal = self.literal(a)
        if literal is not None and literal not in ("0", "nan", "pi", "e", "tau"):
            return self.constant(literal[1:] if literal[0] == "-" else f"-{literal}")
        if self.graph.operations[a.node].name == "negate":
            return Symbol(self, self.graph.inputs[a.node][0])
        return self.apply("negate", a)

    def divide(self, x: Any, y: Any) -> Symbol:
        a, b = self.symbol(x), self.symbol(y)
        return a if self.literal(b) == "1" else self.apply("divide", a, b)

    def power(self, x: Any, y: Any) -> Symbol:
        a, b = self.symbol(x), self.symbol(y)
        literal = self.literal(b)
        if literal == "1":
            return a
        if literal == "2":
            return self.apply("square", a)
        whole = literal is not None and literal.lstrip("-").isdigit()
        return self.apply("whole_power" if whole else "power", a, b)

    def precisely(self, formula: Callable[..., Any], *x: Any) -> Any:
        return formula(self, *x)

    precisely_each = precisely
    in_range = staticmethod(unlimited.in_range)
    damp = staticmethod(unlimited.damp)
    wide = staticmethod(unlimited.wide)
    narrow = staticmethod(unlimited.narrow)

    def undefined(self, x: Any) -> bool:
        """A formula is no number, and so never NaN."""
        return False

    # ------------------------------------------------------------------------------------ constants

    @property
    def zero(self) -> Symbol:
        return self.constant("0")

    @property
    def one(self) -> Symbol:
        return self.constant("1")

    @property
    def ln2(self) -> Symbol:
        return self.apply("log", self.constant("2"))

    @property
    def ln10(self) -> Symbol:
        return self.apply("log", self.constant("10"))

    @property
    def two_over_root_pi(self) -> Symbol:
        return self.divide(2, self.apply("sqrt", self.constant("pi")))

    @property
    def root_two_pi(self) -> Symbol:
        return self.apply("sqrt", self.constant("tau"))

    def exp_negative_square(self, x: Any) -> Symbol:
        return self.apply("exp", self.negate(self.apply("square", x)))

    def exp_negative_half_square(self, x: Any) -> Symbol:
        return self.apply("exp", self.negate(self.divide(self.apply("square", x), 2)))

    def softmax(self, *x: Any) -> tuple[Symbol, ...]:
        total = self.apply("logsumexp", *x)
        return tuple(self.apply("exp", u - total) for u in x)

    # -------------------------------------------------------------------------------------- choices

    def choose(
        self, condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]
    ) -> Symbol:
        return self.apply("where", condition, then(), otherwise())

    def gate(self, condition: Symbol, slope: Any) -> Gated:
        return Gated(condition, slope)

    def slopes(self, operation: Operation, node: int) -> Callable[..., tuple[Any, ...]]:
        """The form of an operation's slopes that symbols run: the one of the textbooks."""
        self.origin = node
        return operation.textbook

    def chain(self, upstream: Any, slope: Any) -> Any:
        """(gradient at the output) · (local slope); both may be gated."""
        conditions = [part.condition for part in (upstream, slope) if isinstance(part, Gated)]
        u, s = (part.value if isinstance(part, Gated) else part for part in (upstream, slope))
        value = self.multiply(u, s)
        if not conditions:
            return value
        if len(conditions) == 2 and conditions[0].node != conditions[1].node:
            return Gated(self.apply("and", *conditions), value)
        return Gated(conditions[0], value)

    def accumulate(self, a: Any, b: Any) -> Any:
        """The sum over a fork; gated if every part is."""
        if isinstance(a, Gated) and isinstance(b, Gated):
            if a.condition.node == b.condition.node:
                return Gated(a.condition, self.add(a.value, b.value))
            either = self.apply("or", a.condition, b.condition)
            return Gated(either, self.add(self.settle(a), self.settle(b)))
        return self.add(self.settle(a), self.settle(b))

    def settle(self, a: Any) -> Symbol:
        """A gradient as one node: 0 where its condition does not hold."""
        if isinstance(a, Gated):
            return self.apply("where", a.condition, a.value, self.zero)
        return self.symbol(a)


def differentiate(graph: Graph, output: int | None = None) -> tuple[Graph, dict[str, int]]:
    """The derivative as a graph: a copy with more nodes, and the node of each input's gradient.

    The result can be run, and differentiated again, on any namespace.
    """
    last = len(graph) - 1 if output is None else output
    derived = graph.copy()
    space = Graphs(derived)
    symbols = [Symbol(space, node) for node in range(len(graph))]
    adjoints, _ = backward(graph, symbols, space, last)
    gradient = {}
    for name, node in graph.input_nodes().items():
        adjoint = adjoints[node]
        gradient[name] = space.settle(0 if adjoint is None else adjoint).node
    return derived, gradient
