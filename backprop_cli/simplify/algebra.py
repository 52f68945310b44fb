"""Sums, products and powers in canonical form.

Each rule holds at every point where the term it replaces has a value. A rule may give a value where
the term had none, as x^2/x = x does at 0; it never takes one away, and never changes one. So
sqrt(x^2) is |x| and not x, and log(x^2) stays as it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

from . import numbers
from .numbers import MINUS_ONE, ONE, Num
from .store import Factors, Store

FLATTENED = 64  # terms up to which a sum is written out inside another one


class Algebra(Store):
    """The arithmetic of terms.

    free  whether what is worked out belongs to the derivative, not to what the user wrote.
    """

    def __init__(self) -> None:
        super().__init__()
        self.free = False

    # --------------------------------------------------------------------------------------- sums

    def add(self, items: Iterable[tuple[int, Num]], as_written: bool = False) -> int:
        """The sum of coefficient·term; `as_written` keeps the order of its terms for writing."""
        collected: dict[int, Num] = {}
        waiting = list(items)
        waiting.reverse()
        while waiting:
            term, coefficient = waiting.pop()
            self.spend(1)
            if self.kinds[term] == "sum" and abs(coefficient.value) == 1:
                parts = self.data[term]
                if len(parts) <= FLATTENED:
                    flipped = coefficient.value < 0
                    for part, own in reversed(self.in_order(term) if as_written else parts):
                        waiting.append((part, Num(-own.value, own.decimal) if flipped else own))
                    continue
            own, rest = self.split(term)
            total = numbers.times(coefficient, own)
            if total is None:
                total, rest = coefficient, self.opaque(term)
            earlier = collected.get(rest)
            if earlier is not None:
                total = numbers.plus(earlier, total)
                if total is None:
                    raise numbers.TooLarge
            collected[rest] = total
        collected = {term: c for term, c in collected.items() if c.value != 0}
        if any(self.chooses[term] for term in collected):
            collected = self.merge_choices(collected)
        return self.sum_of(collected, as_written)

    def sum_of(self, collected: dict[int, Num], as_written: bool = False) -> int:
        """The sum of collected terms, none of them 0."""
        if not collected:
            return self.zero
        if len(collected) == 1:
            ((term, coefficient),) = collected.items()
            return self.scale(term, coefficient)
        found = self.intern("sum", tuple(sorted(collected.items())))
        if as_written:
            self.orders.setdefault(found, tuple(collected))
        return found

    def plus(self, *terms: int) -> int:
        """The sum of terms."""
        return self.add([(term, ONE) for term in terms])

    def minus(self, a: int, b: int) -> int:
        """The difference of two terms."""
        return self.add([(a, ONE), (b, MINUS_ONE)])

    def negative(self, term: int) -> int:
        """The term with its sign flipped; a sum is flipped term by term."""
        if self.kinds[term] == "sum":
            return self.add([(term, MINUS_ONE)])
        return self.scale(term, MINUS_ONE)

    def merge_choices(self, collected: dict[int, Num]) -> dict[int, Num]:
        """Sums of choices by the same condition as one choice; see `Conditions`."""
        raise NotImplementedError

    # ----------------------------------------------------------------------------------- products

    def scale(self, term: int, coefficient: Num) -> int:
        """coefficient·term."""
        if coefficient == ONE:
            return term
        own, rest = self.split(term)
        total = numbers.times(coefficient, own)
        if total is None:
            return self.multiply(coefficient, [(self.opaque(term), self.one)])
        if self.kinds[rest] == "call" and self.data[rest][0] == "where":
            return self.multiply(total, [(rest, self.one)])
        return self.product(total, self.factors(rest))

    def opaque(self, term: int) -> int:
        """A term whose decimal coefficient is a factor like any other from now on."""
        own, rest = self.split(term)
        literal = self.constant(numbers.decimal_text(abs(own.value)))
        factors = tuple(sorted([*self.factors(rest), (literal, self.one)]))
        return self.product(ONE if own.value > 0 else MINUS_ONE, factors)

    def times(self, *terms: int) -> int:
        """The product of terms."""
        return self.multiply(ONE, [(term, self.one) for term in terms])

    def over(self, a: int, b: int) -> int:
        """The quotient of two terms."""
        return self.multiply(ONE, [(a, self.one), (b, self.minus_one)])

    def power(self, base: int, exponent: int) -> int:
        """base^exponent."""
        return self.multiply(ONE, [(base, exponent)])

    def multiply(self, coefficient: Num, factors: Iterable[tuple[int, int]]) -> int:
        """The product of a coefficient and powers."""
        gathered: dict[int, int] = {}
        waiting = list(factors)
        waiting.reverse()
        while True:
            coefficient = self.gather(coefficient, waiting, gathered)
            if coefficient.value == 0:
                return self.zero
            waiting = self.loosened(gathered)
            if not waiting:
                break
        return self.tidy(coefficient, gathered)

    def gather(
        self, coefficient: Num, waiting: list[tuple[int, int]], gathered: dict[int, int]
    ) -> Num:
        """Move powers from `waiting` to `gathered`, and their numbers to the coefficient."""
        while waiting:
            base, exponent = waiting.pop()
            self.spend(1)
            if exponent == self.zero:
                continue
            n = self.value(base)
            if n is not None:
                factor, left = self.number_power(n, exponent)
                total = numbers.times(coefficient, factor)
                if total is None:
                    total = coefficient
                    left = (self.constant(numbers.decimal_text(abs(factor.value))), self.one)
                coefficient = total
                if left is None:
                    continue
                base, exponent = left
            elif self.kinds[base] == "product":
                inner, outer = self.distributed(base, exponent)
                if inner:
                    waiting.extend(reversed(inner))
                if outer is None:
                    continue
                base, exponent = outer
            elif self.free and self.kinds[base] == "sum" and self.whole_value(exponent) is None:
                content, base = self.rooted(base, exponent)
                coefficient = numbers.times(coefficient, content) or coefficient
            base, exponent = self.same_up_to_sign(base, exponent, gathered)
            if base < 0:
                base = -base
                coefficient = Num(-coefficient.value, coefficient.decimal)
            earlier = gathered.get(base)
            gathered[base] = exponent if earlier is None else self.plus(earlier, exponent)
            if gathered[base] == self.zero:
                del gathered[base]
        return coefficient

    def same_up_to_sign(
        self, base: int, exponent: int, gathered: dict[int, int]
    ) -> tuple[int, int]:
        """x - y as the y - x that is gathered already; minus the index: the sign has changed."""
        if self.kinds[base] != "sum" or base in gathered or len(self.data[base]) > 8:
            return base, exponent
        n = self.whole_value(exponent)
        flipped = tuple((term, Num(-c.value, c.decimal)) for term, c in self.data[base])
        other = self._known.get(("sum", flipped))
        if n is None or other is None or other not in gathered:
            return base, exponent
        return (-other if n % 2 else other), exponent

    def loosened(self, gathered: dict[int, int]) -> list[tuple[int, int]]:
        """Take out of `gathered` what can be written simpler now that its exponent is known."""
        found: list[tuple[int, int]] = []
        for base, exponent in list(gathered.items()):
            kind = self.kinds[base]
            if kind == "product":
                inner, outer = self.distributed(base, exponent)
                if outer is None or inner:
                    del gathered[base]
                    found += [*inner, *([outer] if outer else [])]
            elif kind == "number":
                n = self.value(base)
                assert n is not None
                factor, left = self.number_power(n, exponent)
                if left != (base, exponent):
                    del gathered[base]
                    found += [(self.number(factor), self.one), *([left] if left else [])]
            elif base == self.e:
                powers, rest = self.logarithms(exponent)
                if powers:
                    del gathered[base]
                    found += [*powers, (base, rest)]
        return found[::-1]

    def logarithms(self, exponent: int) -> tuple[list[tuple[int, int]], int]:
        """exp(n*log(x) + y) = x^n*exp(y) for a number n: the powers, and the exponent left."""
        powers: list[tuple[int, int]] = []
        rest: list[tuple[int, Num]] = []
        is_sum = self.kinds[exponent] == "sum"
        items = self.data[exponent] if is_sum else [self.split(exponent)[::-1]]
        for term, coefficient in items:
            if self.kinds[term] == "call" and self.data[term][0] == "log":
                powers.append((self.data[term][1][0], self.number(coefficient)))
            else:
                rest.append((term, coefficient))
        return powers, self.add(rest) if powers else exponent

    # ------------------------------------------------------------------------------------- powers

    def number_power(self, n: Num, exponent: int) -> tuple[Num, tuple[int, int] | None]:
        """A power of a constant as a constant and the power that is left."""
        power = self.value(exponent)
        whole = self.whole_value(exponent)
        if n == ONE:
            return ONE, None
        if whole is not None:
            folded = numbers.power(n, whole)
            if folded is not None:
                return folded, None
        elif power is not None and not power.decimal and n.value > 0:
            exact = numbers.root(n, power.value.denominator)
            folded = exact and numbers.power(exact, power.value.numerator)
            if folded is not None:
                return folded, None
            if abs(power.value) > 1:
                steps = int(power.value)
                folded = numbers.power(n, steps)
                if folded is not None:
                    rest = self.number(Num(power.value - steps))
                    return folded, (self.number(n), rest)
        return ONE, (self.number(n), exponent)

    def distributed(
        self, base: int, exponent: int
    ) -> tuple[list[tuple[int, int]], tuple[int, int] | None]:
        """A power of a product as powers of its factors, as far as that holds everywhere.

        (a*b)^n = a^n*b^n for whole n. Otherwise only positive factors come out: constants with an
        exact root, exponentials. (b^m)^r = b^(m*r) for whole r, for odd m and for broken m (there
        b >= 0 already); sqrt(b^2) = |b|.
        """
        coefficient, factors = self.data[base]
        if self.whole_value(exponent) is not None:
            inner = [(self.number(coefficient), exponent)]
            with self.deeper():  # an exponent may itself be a product with such exponents
                inner += [(b, self.times(x, exponent)) for b, x in factors]
            return inner, None
        if coefficient == ONE and len(factors) == 1:
            b, m = factors[0]
            n = self.value(m)
            positive = b == self.e or (self.kinds[b] == "number" and self.data[b].value > 0)
            if positive or (n is not None and n.value % 2 != 0):
                return [(b, self.times(m, exponent))], None
            if n is not None and n.value == 2 and exponent == self.half:
                return [(self.call("abs", (b,)), self.one)], None
            return [], (base, exponent)
        inner = [(b, self.times(x, exponent)) for b, x in factors if b == self.e]
        others = tuple(factor for factor in factors if factor[0] != self.e)
        size = Num(abs(coefficient.value), coefficient.decimal)
        if size != ONE and self.number_power(size, exponent)[1] is None:
            inner.append((self.number(size), exponent))
            coefficient = ONE if coefficient.value > 0 else MINUS_ONE
        if not inner:
            return [], (base, exponent)
        return inner, (self.product(coefficient, others), exponent)

    def content(self, term: int) -> tuple[Num, int]:
        """The greatest number that divides all coefficients of a sum, and the sum divided by it."""
        coefficients = [c for _, c in self.data[term]]
        if any(c.decimal for c in coefficients):
            return ONE, term
        top = math.gcd(*[c.value.numerator for c in coefficients])
        bottom = math.lcm(*[c.value.denominator for c in coefficients])
        sign = -1 if all(c.value < 0 for c in coefficients) else 1
        common = Fraction(sign * top, bottom)
        if common == 1:
            return ONE, term
        return Num(common), self.add([(part, Num(c.value / common)) for part, c in self.data[term]])

    def rooted(self, base: int, exponent: int) -> tuple[Num, int]:
        """sqrt(1 - x^2/4) as 1/2*sqrt(4 - x^2): the number outside, and the bracket left."""
        content, bare = self.content(base)
        if content.value > 0 and content.value.denominator > 1:
            factor, left = self.number_power(content, exponent)
            if left is None:
                return factor, bare
        return ONE, base

    def tidy(self, coefficient: Num, gathered: dict[int, int]) -> int:
        """The product after the rules of its functions; see `Functions`."""
        raise NotImplementedError

    def call(self, name: str, arguments: tuple[int, ...]) -> int:
        """A function of terms; see `Functions`."""
        raise NotImplementedError

    def settled(self, coefficient: Num, gathered: dict[int, int]) -> int:
        """The product of powers that no rule applies to any more."""
        self.spend(len(gathered))
        factors: Factors = tuple(sorted(gathered.items()))
        for base, exponent in factors:  # 2/sqrt(2) is sqrt(2)
            n, power = self.value(base), self.value(exponent)
            if n is None or power is None or not -1 < power.value < 0 or n.decimal:
                continue
            if n.value.denominator == 1 and coefficient.value.numerator % n.value.numerator == 0:
                gathered[base] = self.number(Num(power.value + 1))
                smaller = numbers.normal(coefficient.value / n.value, coefficient.decimal)
                if smaller is not None:
                    return self.settled(smaller, gathered)
                gathered[base] = exponent
        if len(factors) == 1 and factors[0][1] == self.one:
            ((base, _),) = factors
            if self.kinds[base] in ("product", "number"):
                return self.scale(base, coefficient)
        return self.product(coefficient, factors)
