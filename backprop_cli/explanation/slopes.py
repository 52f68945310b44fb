"""A gate's local slopes as formulas in the titles of what it reads: −1/v6².

The textbook form of the operation's row is run on symbols that carry their values as well. So
conditions are decided, and only the branch that was taken is written; nothing here knows a
function.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any, NamedTuple

from ..graph import Graph
from ..namespaces import choices
from ..namespaces.graphs import Graphs, Symbol
from ..notation import ATOM, numeral_precedence
from ..numerals import is_ball
from ..operations import OPERATIONS
from .lecture import Lecture, Written

LONGEST = 120  # characters of a slope that is still shown as a formula
AGREES = 1e-6
DECIDED = frozenset(
    ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "is_infinite")
)


class Operand(NamedTuple):
    """What a gate reads: its title, its value, and its text if it is a constant of the formula."""

    title: str
    value: Any
    literal: str | None = None


class Point(Graphs):
    """The namespace of symbols at a point: each has its value in the namespace `numbers`.

    `decided` says whether a condition was asked for, so that the formula holds on one side only.
    """

    def __init__(self, numbers: Any) -> None:
        super().__init__(Graph())
        self.numbers = numbers
        self.values: list[Any] = []
        self.decided = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in DECIDED:
            return lambda *arguments: self.decide(name, *arguments)
        return super().__getattr__(name)

    def decide(self, name: str, *arguments: Any) -> bool:
        """The truth of a comparison at the point."""
        self.decided = True
        values = [self.values[self.symbol(argument).node] for argument in arguments]
        return bool(getattr(self.numbers, name)(*values))

    both = staticmethod(choices.both)
    either = staticmethod(choices.either)
    no = staticmethod(choices.no)
    choose = staticmethod(choices.choose)
    gate = staticmethod(choices.gate)  # type: ignore[assignment]

    def constant(self, text: str) -> Symbol:
        node = self.graph.constant(text)
        if node == len(self.values):
            self.values.append(self.numbers.constant(text))
        return Symbol(self, node)

    def apply(self, name: str, *arguments: Any) -> Symbol:
        symbol = super().apply(name, *arguments)
        if symbol.node == len(self.values):
            inputs = [self.values[i] for i in self.graph.inputs[symbol.node]]
            self.values.append(OPERATIONS[name].forward(self.numbers, *inputs))
        return symbol

    def folded(self, operation: Callable[[Any, Any], Any], x: Symbol, y: Symbol) -> Symbol | None:
        """The result for two decimal literals, too: 0.5 − 1 is −0.5."""
        whole = super().folded(operation, x, y)
        if whole is not None:
            return whole
        try:
            a, b = (Decimal(self.literal(side) or "") for side in (x, y))
        except ArithmeticError:
            return None
        if not (a.is_finite() and b.is_finite()):
            return None
        with localcontext() as context:
            context.prec = 40
            result = operation(a, b)
            exact = Fraction(result) == operation(Fraction(a), Fraction(b))
        return self.constant(f"{result.normalize():f}") if exact else None

    def operand(self, operand: Operand) -> Symbol:
        """A symbol for what the gate reads."""
        if operand.literal is not None:
            return self.constant(operand.literal)
        node = self.graph.input(operand.title)
        if node == len(self.values):
            self.values.append(operand.value)
        return Symbol(self, node)


class Slope(NamedTuple):
    """A local slope as a formula; `plain` says that it is a mere numeral, such as 1."""

    text: str
    plain: bool


class Slopes(NamedTuple):
    """The formula along each input, None where there is none; `decided` as for `Point`."""

    along: tuple[Slope | None, ...]
    decided: bool


def slope_formulas(
    operation: str,
    operands: list[Operand],
    out: Operand,
    slopes: tuple[Any, ...],
    xp: Any,
    style: Lecture,
) -> Slopes:
    """The slopes of one gate as formulas in `style`.

    A formula that does not give the gate's own slope at this point (at a kink, a convention may say
    something else) is left out.
    """
    point = Point(xp)
    symbols = [point.operand(operand) for operand in operands]
    inputs = tuple(symbol.node for symbol in symbols)
    node = point.graph.apply(operation, *inputs)
    if out.title:
        point.graph.names[node] = out.title
    point.values.append(out.value)
    point.known[operation, inputs] = node
    try:
        found = OPERATIONS[operation].textbook(point, Symbol(point, node), *symbols)
    except ArithmeticError:  # balls that cannot be told apart
        return Slopes((None,) * len(operands), True)
    texts = Texts(point, style)
    along = tuple(
        None if actual is None or slope is None else texts.slope(point.symbol(slope), actual)
        for slope, actual in zip(found, slopes, strict=True)
    )
    return Slopes(along, point.decided)


class Texts:
    """The texts of a point's nodes, written once each."""

    def __init__(self, point: Point, style: Lecture) -> None:
        self.point = point
        self.style = style
        self.written: list[Written | None] = []

    def slope(self, symbol: Symbol, actual: Any) -> Slope | None:
        """A slope's formula, if it is short and has the value `actual`."""
        if not agree(self.point.values[symbol.node], actual):
            return None
        written = self.text(symbol.node)
        plain = self.point.literal(symbol) is not None
        return None if written is None else Slope(written[0], plain)

    def text(self, node: int) -> Written | None:
        """The text of a node; None where it is too long."""
        graph = self.point.graph
        while len(self.written) <= node:
            at = len(self.written)
            self.written.append(self.leaf_or_operation(graph, at))
        return self.written[node]

    def leaf_or_operation(self, graph: Graph, node: int) -> Written | None:
        literal, name = graph.literals.get(node), graph.names.get(node)
        if literal is not None:
            return self.style.constant(literal), numeral_precedence(literal)
        if name is not None:
            return self.style.name(name), ATOM
        operands = [self.written[source] for source in graph.inputs[node]]
        known = [operand for operand in operands if operand is not None]
        if len(known) < len(operands) or sum(len(text) for text, _ in known) > LONGEST:
            return None
        return self.style.operation(graph.operations[node].name, known)


def agree(formula: Any, actual: Any) -> bool:
    """Whether a textbook formula gives the slope that was used."""
    if is_ball(formula) and is_ball(actual):
        return bool(formula.overlaps(actual))
    try:
        if formula == actual or (formula != formula and actual != actual):
            return True
        return bool(abs(formula - actual) <= AGREES * abs(actual))
    except TypeError:  # no fractions
        return False
