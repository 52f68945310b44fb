"""Terms as nodes of a graph again, in the form in which people write them."""

from __future__ import annotations

from fractions import Fraction

from ..graph import Graph
from .functions import Functions
from .numbers import ONE, Num, decimal_text
from .store import Layout


class Writer:
    """Appends terms to a graph, each at most once."""

    def __init__(self, algebra: Functions, graph: Graph) -> None:
        self.algebra = algebra
        self.graph = graph
        self.nodes: dict[int, int] = {}
        self.known: dict[tuple[str, tuple[int, ...]], int] = {}

    def write(self, root: int) -> int:
        """The node of a term; its parts first, on a stack of its own."""
        waiting = [root]
        while waiting:
            term = waiting[-1]
            todo = [part for part in self.needed(term) if part not in self.nodes]
            if term not in self.nodes and todo:
                waiting += reversed(todo)
                continue
            waiting.pop()
            if term not in self.nodes:
                self.nodes[term] = self.node(term)
        return self.nodes[root]

    def needed(self, term: int) -> list[int]:
        """The terms whose nodes a term is written with."""
        algebra = self.algebra
        kind, data = algebra.kinds[term], algebra.data[term]
        if kind == "call":
            return list(data[1])
        if kind == "product":
            return self.of_factors(data[1])
        if kind != "sum":
            return []
        found = []
        for part, coefficient in data:
            if coefficient == ONE or coefficient == Num(Fraction(-1)):
                found += [] if part == algebra.one else [part]
            else:
                found += self.of_factors(algebra.factors(part))
        return found

    def of_factors(self, factors: tuple[tuple[int, int], ...]) -> list[int]:
        algebra = self.algebra
        found = []
        for base, exponent in factors:
            if base != algebra.e or algebra.value(exponent) is not None:
                found.append(base)
            if algebra.value(exponent) is None:
                found.append(exponent)
        return found

    def apply(self, name: str, *inputs: int) -> int:
        """The node of an operation, made at the first call."""
        key = (name, inputs)
        node = self.known.get(key)
        if node is None:
            node = self.known[key] = self.graph.apply(name, *inputs)
        return node

    # -------------------------------------------------------------------------------------- terms

    def node(self, term: int) -> int:
        """The node of a term whose parts have theirs."""
        algebra, graph = self.algebra, self.graph
        kind, data = algebra.kinds[term], algebra.data[term]
        if kind == "number":
            return self.number(data)
        if kind == "symbol":
            return graph.input(data[0])
        if kind == "constant":
            return graph.constant(data[0])
        if kind == "product":
            return self.product(algebra.layout(*data))
        if kind == "call":
            arguments = [self.nodes[part] for part in data[1]]
            if data[0] in ("and", "or"):
                return self.chain(arguments, data[0])
            return self.apply(data[0], *arguments)
        items = algebra.in_order(term)
        total = self.scaled(*items[0])
        for part, coefficient in items[1:]:
            size = Num(abs(coefficient.value), coefficient.decimal)
            sign = "add" if coefficient.value > 0 else "subtract"
            total = self.apply(sign, total, self.scaled(part, size))
        return total

    def scaled(self, term: int, coefficient: Num) -> int:
        """The node of coefficient·term."""
        algebra = self.algebra
        if term == algebra.one:
            return self.number(coefficient)
        if coefficient == ONE:
            return self.nodes[term]
        return self.product(algebra.layout(coefficient, algebra.factors(term)))

    def number(self, n: Num) -> int:
        """A constant: a numeral, or a fraction of two."""
        sign = "-" if n.value < 0 else ""
        if n.with_point:
            return self.graph.constant(sign + decimal_text(abs(n.value)))
        node = self.graph.constant(n.value.numerator)
        if n.value.denominator == 1:
            return node
        return self.apply("divide", node, self.graph.constant(n.value.denominator))

    def product(self, layout: Layout) -> int:
        """A product: its sign at the first factor, one bar for all divisors."""
        top = [self.power(*factor) for factor in layout.top]
        if layout.above != ONE or not top:
            sign = -1 if layout.negative else 1
            top.insert(0, self.number(Num(sign * layout.above.value, layout.above.decimal)))
        elif layout.negative:
            top[0] = self.apply("negate", top[0])
        bottom = [self.power(*factor) for factor in layout.bottom]
        if layout.below != 1:
            bottom.insert(0, self.graph.constant(layout.below))
        above = self.chain(top)
        return self.apply("divide", above, self.chain(bottom)) if bottom else above

    def chain(self, operands: list[int], name: str = "multiply") -> int:
        """The operands joined from left to right."""
        total = operands[0]
        for operand in operands[1:]:
            total = self.apply(name, total, operand)
        return total

    def power(self, base: int, exponent: int) -> int:
        """base^exponent: as a root, a square, an exponential or with its exponent."""
        algebra = self.algebra
        n = algebra.value(exponent)
        if n is None:
            if base == algebra.e:
                return self.exponential(self.nodes[exponent])
            return self.apply("power", self.nodes[base], self.nodes[exponent])
        if n == ONE:
            return self.nodes[base]
        if base == algebra.e and not algebra.e_powers:
            return self.apply("exp", self.number(n))
        if n == Num(Fraction(1, 2)):
            return self.apply("sqrt", self.nodes[base])
        if n == Num(Fraction(2)):
            return self.apply("square", self.nodes[base])
        whole = n.value.denominator == 1
        return self.apply("whole_power" if whole else "power", self.nodes[base], self.number(n))

    def exponential(self, exponent: int) -> int:
        if self.algebra.e_powers:
            return self.apply("power", self.graph.constant("e"), exponent)
        return self.apply("exp", exponent)
