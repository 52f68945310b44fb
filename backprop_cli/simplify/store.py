"""Expressions in canonical form, each made once: what the rules of the algebra work on.

A term is an index. Its kind and data are one of

    number    a Num
    symbol    (name,): an input, or a definition that is kept
    constant  (literal,): pi, e, tau, inf, or a numeral too long to compute with
    sum       ((term, Num), …): at least two; a term carries no coefficient of its own
    product   (Num, ((base, exponent), …)): a coefficient and powers; both are terms
    call      (name, arguments): any operation of the table that is not arithmetic

Equal terms have equal indices, and a term refers only to earlier ones, so nothing here recurses.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from typing import Any, NamedTuple

from . import numbers
from .measure import ENDLESS
from .numbers import MINUS_ONE, ONE, Num, TooLarge

Factors = tuple[tuple[int, int], ...]
MOST_WORK = 1_200_000
DEEPEST = 40  # products as exponents of products as exponents …


class Layout(NamedTuple):
    """A product as it is written: a sign, factors above and below the bar, whole numbers first."""

    negative: bool
    above: Num  # positive
    top: list[tuple[int, int]]
    below: int
    bottom: list[tuple[int, int]]


class Store:
    """Every term made so far.

    sizes    nodes of the written formula: a leaf is 1, an operator with n operands n - 1, a call 1.
    degrees  of a polynomial; of anything else the degree of its polynomial factor.
    plain    whether it is built from numbers and symbols by + - * / and whole powers alone.
    chooses  whether an `if` stands in it.
    fixed    whether no variable stands in it.
    marks    brackets, signs before brackets and bars: of equally long forms the plainer has fewer.
    orders   of a sum that the user wrote, the order of its terms.
    factor_orders  of a product that the user wrote, the place of each factor.
    """

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.data: list[Any] = []
        self.sizes: list[int] = []
        self.degrees: list[Fraction] = []
        self.plain: list[bool] = []
        self.chooses: list[bool] = []
        self.fixed: list[bool] = []
        self.marks: list[int] = []
        self.orders: dict[int, tuple[int, ...]] = {}
        self.factor_orders: dict[Factors, dict[int, int]] = {}
        self.e_powers = False  # e^x rather than exp(x), as the user wrote
        self.work = 0
        self.depth = 0
        self._known: dict[Any, int] = {}
        self.zero, self.one, self.minus_one, self.half = (
            self.number(n) for n in (numbers.ZERO, ONE, MINUS_ONE, numbers.HALF)
        )
        self.e = self.constant("e")

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """One level down in exponents; raises TooLarge beyond `DEEPEST`."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise TooLarge
        try:
            yield
        finally:
            self.depth -= 1

    def spend(self, work: int) -> None:
        """Count steps; raises TooLarge when there were too many."""
        self.work += work
        if self.work > MOST_WORK:
            raise TooLarge

    # ------------------------------------------------------------------------------------- making

    def intern(self, kind: str, data: Any) -> int:
        """The index of a term that is in canonical form already."""
        key = (kind, data)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = len(self.kinds)
            self.kinds.append(kind)
            self.data.append(data)
            parts = self.parts(found)
            self.spend(1 + len(parts))
            self.fixed.append(kind != "symbol" and all(self.fixed[i] for i in parts))
            self.chooses.append(
                (kind == "call" and data[0] == "where") or any(self.chooses[i] for i in parts)
            )
            self.plain.append(kind in ("number", "symbol", "constant") or self.is_plain(found))
            self.degrees.append(self.degree(found))
            self.sizes.append(min(ENDLESS, self.size(found)))
            own = sum(self.marks[part] for part in parts)
            self.marks.append(min(ENDLESS, own + self.own_marks(found)))
        return found

    def number(self, n: Num) -> int:
        """The term of a constant."""
        return self.intern("number", n)

    def symbol(self, name: str) -> int:
        """The term of an input."""
        return self.intern("symbol", (name,))

    def constant(self, literal: str) -> int:
        """The term of a literal that is not computed with, without a sign."""
        return self.intern("constant", (literal,))

    # --------------------------------------------------------------------------------- properties

    def parts(self, term: int) -> list[int]:
        """The terms that a term is made of."""
        kind, data = self.kinds[term], self.data[term]
        if kind == "sum":
            return [part for part, _ in data]
        if kind == "product":
            return [part for factor in data[1] for part in factor]
        return list(data[1]) if kind == "call" else []

    def value(self, term: int) -> Num | None:
        """The constant that a term is, if it is one."""
        return self.data[term] if self.kinds[term] == "number" else None

    def whole_value(self, term: int) -> int | None:
        """The whole number that a term is, if it is one."""
        n = self.value(term)
        return int(n.value) if n is not None and n.value.denominator == 1 else None

    def is_plain(self, term: int) -> bool:
        kind = self.kinds[term]
        if kind == "product" and any(self.whole_value(e) is None for _, e in self.data[term][1]):
            return False
        return kind != "call" and all(self.plain[part] for part in self.parts(term))

    def degree(self, term: int) -> Fraction:
        kind, data = self.kinds[term], self.data[term]
        if kind == "symbol":
            return Fraction(1)
        if kind == "sum":
            return max((self.degrees[part] for part, _ in data), default=Fraction(0))
        total = Fraction(0)
        for base, exponent in data[1] if kind == "product" else ():
            n = self.value(exponent)
            if n is not None and n.value.denominator < 10**6:
                total += self.degrees[base] * n.value
        return total

    def size(self, term: int) -> int:
        kind, data = self.kinds[term], self.data[term]
        if kind == "number":
            return self.number_size(data)
        if kind == "sum":
            negative = [coefficient.value < 0 for _, coefficient in data]
            sizes = [self.term_size(part, Num(abs(c.value), c.decimal)) for part, c in data]
            return sum(sizes) + len(sizes) - 1 + all(negative)
        if kind == "product":
            return self.layout_size(self.layout(*data))
        if kind == "call":
            arguments: list[int] = [self.sizes[part] for part in data[1]]
            return sum(arguments) + (len(arguments) - 1 if data[0] in ("and", "or") else 1)
        return 1

    def own_marks(self, term: int) -> int:
        kind, data = self.kinds[term], self.data[term]
        if kind == "sum":
            bars = sum(self.has_bar(c, self.factors(part)) for part, c in data if part != self.one)
            return 2 + 2 * all(c.value < 0 for _, c in data) + 2 * bars
        if kind != "product":
            return 0
        base, exponent = data[1][0]
        lone = len(data[1]) == 1 and exponent == self.one and self.kinds[base] == "sum"
        return 2 * self.has_bar(*data) + 3 * lone

    def has_bar(self, coefficient: Num, factors: Factors) -> bool:
        layout = self.layout(coefficient, factors)
        return bool(layout.bottom) or layout.below != 1

    @staticmethod
    def number_size(n: Num) -> int:
        fraction = n.value.denominator != 1 and not n.with_point
        return (n.value < 0) + (3 if fraction else 1)

    def term_size(self, term: int, coefficient: Num) -> int:
        """The size of coefficient·term."""
        if term == self.one:
            return self.number_size(coefficient)
        if coefficient == ONE:
            return self.sizes[term]
        return self.layout_size(self.layout(coefficient, self.factors(term)))

    def layout_size(self, layout: Layout) -> int:
        top = [self.power_size(*factor) for factor in layout.top]
        bottom = [self.power_size(*factor) for factor in layout.bottom]
        if layout.above != ONE or not top:
            top.append(1)
        if layout.below != 1:
            bottom.append(1)
        operators = len(top) + len(bottom) - 1
        return sum(top) + sum(bottom) + operators + layout.negative

    def power_size(self, base: int, exponent: int) -> int:
        """The size of base^exponent as it is written."""
        if exponent == self.one:
            return self.sizes[base]
        if exponent == self.half:
            return 1 + self.sizes[base]
        if base == self.e and not self.e_powers:
            return 1 + self.sizes[exponent]
        return self.sizes[base] + 1 + self.sizes[exponent]

    # ------------------------------------------------------------------------------------ looking

    def split(self, term: int) -> tuple[Num, int]:
        """A term as coefficient and rest; the rest of a constant is 1."""
        kind, data = self.kinds[term], self.data[term]
        if kind == "number":
            return data, self.one
        if kind != "product" or data[0] == ONE:
            return ONE, term
        return data[0], self.product(ONE, data[1])

    def factors(self, term: int) -> Factors:
        """A term without a coefficient as powers."""
        if self.kinds[term] == "product":
            found: Factors = self.data[term][1]
            return found
        return () if term == self.one else ((term, self.one),)

    def product(self, coefficient: Num, factors: Factors) -> int:
        """The term of a product whose factors are in canonical form."""
        if coefficient.value == 0:
            return self.zero
        if not factors:
            return self.number(coefficient)
        if coefficient == ONE and len(factors) == 1 and factors[0][1] == self.one:
            return factors[0][0]
        for _, exponent in factors:
            n = self.value(exponent)
            if n is not None and n.value < 0:
                self.number(Num(-n.value, n.decimal))  # as it is written below the bar
        return self.intern("product", (coefficient, factors))

    def layout(self, coefficient: Num, factors: Factors) -> Layout:
        """How a product is written."""
        top, bottom = [], []
        for base, exponent in factors:
            n = self.value(exponent)
            if n is not None and n.value < 0 and (base != self.e or self.e_powers):
                bottom.append((base, self.number(Num(-n.value, n.decimal))))
            else:
                top.append((base, exponent))
        size = Num(abs(coefficient.value), coefficient.decimal)
        below = 1
        if not size.with_point:
            size, below = Num(Fraction(size.value.numerator)), size.value.denominator
        if len(factors) > 1:
            places = self.factor_orders.get(factors, {})
            top.sort(key=lambda factor: self.factor_rank(factor, places))
            bottom.sort(key=lambda factor: self.factor_rank(factor, places))
        return Layout(coefficient.value < 0, size, top, below, bottom)

    def factor_rank(
        self, factor: tuple[int, int], places: dict[int, int]
    ) -> tuple[int, int, str, int]:
        """Factors as people write them: constants, variables, brackets, functions, choices."""
        base, exponent = factor
        kind = self.kinds[base]
        if self.chooses[base]:
            rank = 6
        elif base == self.e:
            rank = 3
        elif kind == "sum":
            rank = 2 if self.plain[base] else 5
        elif kind == "call":
            rank = 4
        else:
            rank = 0 if kind != "symbol" else 1
            if self.value(exponent) is None:
                rank = 3
        name = self.data[base][0] if kind == "symbol" else ""
        return rank, places.get(base, 0), name, base

    def in_order(self, term: int) -> list[tuple[int, Num]]:
        """The terms of a sum as people write them: as the user did, otherwise by falling powers."""
        found: list[tuple[int, Num]] = list(self.data[term])
        order = self.orders.get(term)
        if order is not None:
            place = {part: i for i, part in enumerate(order)}
            return sorted(found, key=lambda item: place[item[0]])
        found.sort(key=self.term_rank)
        if found[0][1].value < 0:
            if found[-1][1].value > 0:
                found.reverse()
            else:
                lead = next((i for i, (_, c) in enumerate(found) if c.value > 0), 0)
                found.insert(0, found.pop(lead))
        return found

    def term_rank(self, item: tuple[int, Num]) -> tuple[Any, ...]:
        term = item[0]
        symbols = []
        for base, exponent in self.factors(term):
            n = self.value(exponent)
            if self.kinds[base] == "symbol" and n is not None:
                symbols.append((base, -n.value))
        return (
            self.chooses[term],
            term == self.one or self.fixed[term],
            -self.degrees[term],
            sorted(symbols),
            term,
        )
