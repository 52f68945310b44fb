"""A graph as terms: each operation by the rule that belongs to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction

from ..graph import Graph
from .functions import Functions
from .numbers import MINUS_ONE, ONE, Num, from_literal

SUMS = frozenset({"add", "subtract"})
PRODUCTS = frozenset({"multiply", "divide"})
POWERS = {
    "square": Fraction(2), "reciprocal": Fraction(-1),
    "sqrt": Fraction(1, 2), "rsqrt": Fraction(-1, 2),
}  # fmt: skip


class Reader:
    """The terms of a graph's nodes.

    written    how many nodes at the front are the user's own: their sums keep their order.
    kept       nodes that stand for themselves, as symbols of these names.
    improve    what to do with a sum of the derivative.
    ties       the max and min nodes whose tie rule was left out; see `tie`.
    """

    def __init__(
        self,
        algebra: Functions,
        graph: Graph,
        written: int,
        kept: dict[int, str],
        improve: Callable[[int], int],
    ) -> None:
        self.algebra = algebra
        self.graph = graph
        self.written = written
        self.kept = kept
        self.improve = improve
        self.terms: dict[int, int] = {}
        self.ties: dict[int, None] = {}

    def read(self, outputs: Iterable[int]) -> None:
        """Work out the term of every node that the outputs need."""
        graph = self.graph
        wanted = list(outputs)
        needed = bytearray(len(graph))
        uses: dict[int, list[int]] = {}
        while wanted:
            node = wanted.pop()
            if needed[node]:
                continue
            needed[node] = 1
            if node in self.kept:
                continue
            for source in graph.inputs[node]:
                uses.setdefault(source, []).append(node)
                wanted.append(source)
        ends = set(outputs)
        for node in range(len(graph)):
            if needed[node] and (node in ends or not self.absorbed(node, uses.get(node, []))):
                self.algebra.free = node >= self.written
                self.terms[node] = self.term(node)

    def absorbed(self, node: int, users: list[int]) -> bool:
        """Whether a node is part of a longer sum or product, and is worked out with that."""
        if node in self.kept or len(users) != 1:
            return False
        name = self.graph.operations[node].name
        user = self.graph.operations[users[0]].name
        if name == "negate":
            return user in SUMS or user in PRODUCTS or user == "negate"
        family = SUMS if name in SUMS else PRODUCTS if name in PRODUCTS else ()
        return user in family and (node < self.written) == (users[0] < self.written)

    def term(self, node: int) -> int:
        """The term of a node whose inputs' terms are known."""
        algebra, graph = self.algebra, self.graph
        if node in self.kept:
            return algebra.symbol(self.kept[node])
        name = graph.operations[node].name
        if name == "input":
            return algebra.symbol(graph.names[node])
        if name == "constant":
            return self.literal(graph.literals[node])
        if name in SUMS:
            found = algebra.add(self.collect(node), as_written=node < self.written)
            return found if node < self.written else self.improve(found)
        if name in PRODUCTS or name == "negate":
            found = self.product(node)
            return found if node < self.written else self.improve(found)
        return self.function(name, node, [self.terms[source] for source in graph.inputs[node]])

    def literal(self, text: str) -> int:
        """The term of a constant."""
        n = from_literal(text)
        if n is not None:
            return self.algebra.number(n)
        if text == "e":
            return self.algebra.e
        if text.startswith("-"):
            return self.algebra.scale(self.algebra.constant(text[1:]), MINUS_ONE)
        return self.algebra.constant(text)

    def collect(self, top: int) -> list[tuple[int, Num]]:
        """The terms of the sum that ends at a node, in their order."""
        found: list[tuple[int, Num]] = []
        waiting = [(top, ONE)]
        while waiting:
            node, sign = waiting.pop()
            if node in self.terms:
                found.append((self.terms[node], sign))
                continue
            name, inputs = self.graph.operations[node].name, self.graph.inputs[node]
            if name in SUMS or name == "negate":
                flipped = MINUS_ONE if sign == ONE else ONE
                signs = {"add": (sign, sign), "subtract": (sign, flipped)}.get(name, (flipped,))
                waiting += list(zip(inputs, signs, strict=True))[::-1]
            else:
                found.append((self.product(node), sign))
        return found

    def product(self, top: int) -> int:
        """The product that ends at a node."""
        algebra = self.algebra
        factors: list[tuple[int, int]] = []
        waiting = [(top, False)]
        sign = ONE
        while waiting:
            node, below = waiting.pop()
            if self.is_share(node):
                continue
            if node in self.terms:
                factors.append((self.terms[node], algebra.minus_one if below else algebra.one))
                continue
            name, inputs = self.graph.operations[node].name, self.graph.inputs[node]
            if name == "negate":
                sign = MINUS_ONE if sign == ONE else ONE
                waiting.append((inputs[0], below))
            elif name == "divide":
                waiting += [(inputs[1], not below), (inputs[0], below)]
            elif name == "multiply":
                waiting += [(inputs[1], below), (inputs[0], below)]
            else:
                factors.append((self.term(node), algebra.minus_one if below else algebra.one))
        found = algebra.multiply(sign, factors)
        if top < self.written:
            made = algebra.factors(algebra.split(found)[1])
            places = {base: place for place, (base, _) in reversed([*enumerate(factors, 1)])}
            algebra.factor_orders.setdefault(made, places)
        return self.mean_of(found)

    def mean_of(self, term: int) -> int:
        """sum(x, y)/2 is mean(x, y)."""
        algebra = self.algebra
        if algebra.kinds[term] == "product":
            coefficient, factors = algebra.data[term]
            if len(factors) == 1 and algebra.kinds[factors[0][0]] == "call":
                name, parts = algebra.data[factors[0][0]]
                share = coefficient.value * len(parts) == 1 and factors[0][1] == algebra.one
                if name == "sum" and share:
                    return algebra.call("mean", parts)
        return term

    def function(self, name: str, node: int, inputs: list[int]) -> int:
        algebra = self.algebra
        if name in POWERS:
            exponent = algebra.number(Num(POWERS[name]))
            return algebra.power(inputs[0], exponent)
        if name in ("power", "whole_power"):
            if inputs[0] == algebra.e:
                algebra.e_powers = True
            return algebra.power(inputs[0], inputs[1])
        if name == "exp":
            return algebra.power(algebra.e, inputs[0])
        if name == "equal" and self.is_tie(node):
            return self.tie(node)
        return algebra.call(name, tuple(inputs))

    # --------------------------------------------------------------------------------------- ties

    def chooser(self, node: int) -> int | None:
        """The max or min that a node of the derivative was made for, if its inputs differ."""
        origin = self.graph.origins.get(node)
        if origin is None or self.graph.operations[origin].name not in ("max", "min"):
            return None
        inputs = self.graph.inputs[origin]
        return origin if len(set(inputs)) == len(inputs) else None

    def is_tie(self, node: int) -> bool:
        origin = self.chooser(node)
        return origin is not None and self.graph.inputs[node][1] == origin

    def tie(self, node: int) -> int:
        """`x == max(x, y)` as x >= y; the first of several equal inputs counts as the largest.

        Differs from the table of operations, where they share the gradient, at a tie alone.
        """
        algebra, graph = self.algebra, self.graph
        origin = graph.inputs[node][1]
        self.ties[origin] = None
        inputs = graph.inputs[origin]
        place = inputs.index(graph.inputs[node][0])
        strict, loose = ("greater", "greater_equal")
        if graph.operations[origin].name == "min":
            strict, loose = ("less", "less_equal")
        mine = self.terms[inputs[place]]
        return algebra.logic(
            "and",
            [
                algebra.compare(strict if other < place else loose, mine, self.terms[source])
                for other, source in enumerate(inputs)
                if other != place
            ],
        )

    def is_share(self, node: int) -> bool:
        """Whether a node is 1/(the number of tied inputs): 1 where there is one largest input."""
        if self.graph.operations[node].name != "divide" or self.chooser(node) is None:
            return False
        numerator = self.graph.inputs[node][0]
        return self.graph.literals.get(numerator) == "1"
