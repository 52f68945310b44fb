"""Rearranging a sum of the derivative: of several equal forms the shortest.

Common factors before a bracket, one bar for several fractions, brackets multiplied out, and
sin^2 + cos^2 = 1. A polynomial stays a sum of falling powers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from fractions import Fraction

from . import numbers
from .functions import Functions
from .numbers import ONE, Num, TooLarge, whole

MOST_TERMS = 24  # of a sum that is rearranged
LONGEST = 600  # nodes of a sum that is rearranged
MOST_PRODUCTS = 64  # terms up to which brackets are multiplied out
HIGHEST = 4  # power up to which brackets are multiplied out
MOST_BRACKETS = 4  # of a product that is rearranged
ROUNDS = 3

# A power with a rational exponent; b^(2*n + 1) is (b, n)^2 and (b, 1)^1.
Atom = tuple[int, int]
Powers = dict[Atom, Num]
PYTHAGORAS = (("sin", "cos", 1), ("cosh", "sinh", -1))


class Shortener:
    """Rearranges sums of an algebra."""

    def __init__(self, algebra: Functions) -> None:
        self.algebra = algebra
        self.found: dict[int, int] = {}

    def shortest(self, term: int) -> int:
        """The shortest form of a sum or product; any other term as it is."""
        algebra = self.algebra
        kind = algebra.kinds[term]
        if kind not in ("sum", "product") or algebra.chooses[term] or algebra.sizes[term] > LONGEST:
            return term
        if kind == "sum" and len(algebra.data[term]) > MOST_TERMS:
            return term
        found = self.found.get(term)
        if found is None:
            best = self.best(self.candidates(term)) if kind == "sum" else term
            if algebra.kinds[best] == "product":
                best = self.best([best, *self.rearranged(best)])
            found = self.found[term] = best
        return found

    def best(self, candidates: list[int]) -> int:
        """The shortest term, of equally short ones the first; a polynomial counts as shorter."""
        return min(candidates, key=self.length)

    def length(self, term: int) -> tuple[int, int]:
        algebra = self.algebra
        bonus = 2 if algebra.kinds[term] == "sum" and self.is_polynomial(term) else 0
        return algebra.sizes[term] - bonus, algebra.marks[term]

    def is_polynomial(self, term: int) -> bool:
        """Whether a sum has numbers times powers of one symbol, and nothing else."""
        algebra = self.algebra
        symbols = set()
        for part, _ in algebra.data[term]:
            for base, exponent in algebra.factors(part):
                n = algebra.whole_value(exponent)
                if algebra.kinds[base] != "symbol" or n is None or n < 0:
                    return False
                symbols.add(base)
        return len(symbols) == 1

    def candidates(self, term: int) -> list[int]:
        """Equal forms of a sum, itself first."""
        found = [term]
        expanded = self.expanded(term)
        forms = dict.fromkeys([term, self.pythagoras(term), expanded, self.pythagoras(expanded)])
        found += forms
        for form in forms:
            if self.algebra.kinds[form] == "sum":
                found += self.factored(form, ROUNDS)
        return found

    # ------------------------------------------------------------------------------------ factors

    def powers(self, term: int) -> Powers:
        """A term without a coefficient as powers with rational exponents."""
        algebra = self.algebra
        found: Powers = {}
        for base, exponent in algebra.factors(term):
            n = algebra.value(exponent)
            if n is not None:
                items = [(algebra.one, n)]
            elif algebra.kinds[exponent] == "sum":
                items = algebra.data[exponent]
            else:
                items = [algebra.split(exponent)[::-1]]
            for unit, coefficient in items:
                found[base, unit] = coefficient
        return found

    def factors(self, powers: Powers) -> list[tuple[int, int]]:
        """Powers with rational exponents as factors."""
        algebra = self.algebra
        return [(base, algebra.scale(unit, n)) for (base, unit), n in powers.items() if n.value]

    def factored(self, term: int, rounds: int, exponentials: bool = True) -> list[int]:
        """A sum with what its terms have in common before a bracket, and over one bar.

        Without `exponentials` 1 + exp(-x) is left as it is: it is no fraction to the eye.
        """
        algebra = self.algebra
        parts = [(c, self.powers(part)) for part, c in algebra.data[term]]
        everything = self.common(parts, lambda atom, count: True)
        shared = self.common(parts, lambda atom, count: count == len(parts))
        bars = self.common(parts, lambda atom, count: count == len(parts) or atom[0] != algebra.e)
        found: list[int] = []
        tried: list[Powers] = []
        for common in (everything, bars, shared) if exponentials else (bars,):
            if common in tried:
                continue
            tried.append(common)
            inner = self.divided(parts, common)
            forms = dict.fromkeys([inner, self.pythagoras(self.expanded(inner))])
            for form in forms:
                found += self.put_together(form, common, rounds)
        return found

    def common(
        self, parts: list[tuple[Num, Powers]], allowed: Callable[[Atom, int], bool]
    ) -> Powers:
        """The largest power of each atom that divides every term; negative ones are divisors."""
        counts: dict[Atom, int] = {}
        lowest: Powers = {}
        for _, powers in parts:
            for atom, n in powers.items():
                counts[atom] = counts.get(atom, 0) + 1
                if atom not in lowest or n.value < lowest[atom].value:
                    lowest[atom] = n
        found: Powers = {}
        for atom, n in lowest.items():
            everywhere = counts[atom] == len(parts)
            if (everywhere or n.value < 0) and allowed(atom, counts[atom]):
                found[atom] = n
        return found

    def divided(self, parts: list[tuple[Num, Powers]], common: Powers) -> int:
        """The sum divided by the common powers."""
        algebra = self.algebra
        items = []
        for coefficient, powers in parts:
            rest = dict(powers)
            for atom, n in common.items():
                own = rest.get(atom, numbers.ZERO)
                left = numbers.plus(own, Num(-n.value, n.decimal))
                if left is None:
                    raise TooLarge
                rest[atom] = left
            items.append((algebra.multiply(coefficient, self.factors(rest)), ONE))
        return algebra.add(items)

    def put_together(self, inner: int, common: Powers, rounds: int) -> list[int]:
        """common·inner, also with the numbers and divisors that the bracket still hides."""
        algebra = self.algebra
        outside = self.factors(common)
        found = [algebra.multiply(ONE, [(inner, algebra.one), *outside])]
        if algebra.kinds[inner] != "sum":
            return found
        content, bare = algebra.content(inner)
        if content != ONE:
            found.append(algebra.multiply(content, [(bare, algebra.one), *outside]))
        for (base, unit), n in common.items():
            if unit == algebra.one and n.value < 0 and algebra.kinds[base] == "sum":
                quotient = self.quotient(bare, base)
                if quotient is not None:
                    found.append(
                        algebra.multiply(
                            content, [(quotient, algebra.one), (base, algebra.one), *outside]
                        )
                    )
        if rounds > 1 and algebra.kinds[bare] == "sum":
            for form in self.factored(bare, rounds - 1) if bare != inner or common else []:
                found.append(algebra.multiply(content, [(form, algebra.one), *outside]))
        return found

    # ----------------------------------------------------------------------------- multiplied out

    def expanded(self, term: int) -> int:
        """A sum with brackets of whole powers multiplied out, as far as that stays short."""
        algebra = self.algebra
        if algebra.kinds[term] != "sum":
            return term
        items: list[tuple[int, Num]] = []
        for part, coefficient in algebra.data[term]:
            items += self.multiplied(part, coefficient)
            if len(items) > MOST_PRODUCTS:
                return term
        return algebra.add(items)

    def multiplied(self, term: int, coefficient: Num) -> list[tuple[int, Num]]:
        """coefficient·term as a sum."""
        algebra = self.algebra
        brackets: list[int] = []
        others: list[tuple[int, int]] = []
        for base, exponent in algebra.factors(term):
            n = algebra.whole_value(exponent)
            if algebra.kinds[base] == "sum" and n is not None and 0 < n <= HIGHEST:
                brackets += [base] * n
            else:
                others.append((base, exponent))
        count = math.prod(len(algebra.data[bracket]) for bracket in brackets)
        if not brackets or count > MOST_PRODUCTS:
            return [(term, coefficient)]
        products = [algebra.multiply(coefficient, others)]
        for bracket in brackets:
            products = [
                algebra.multiply(c, [(product, algebra.one), (part, algebra.one)])
                for product in products
                for part, c in algebra.data[bracket]
            ]
        return [(product, ONE) for product in products]

    def pythagoras(self, term: int) -> int:
        """sin(u)^2 + cos(u)^2 = 1 and cosh(u)^2 - sinh(u)^2 = 1 inside a sum, and 1 - sin(u)^2."""
        algebra = self.algebra
        for _ in range(MOST_TERMS):
            if algebra.kinds[term] != "sum":
                return term
            smaller = self.pythagoras_once(term)
            if smaller is None:
                return term
            term = smaller
        return term

    def pythagoras_once(self, term: int) -> int | None:
        algebra = self.algebra
        coefficients: dict[int, Num] = dict(algebra.data[term])
        for part, c in algebra.data[term]:
            for base, exponent in algebra.factors(part):
                n = algebra.whole_value(exponent)
                if algebra.kinds[base] != "call" or n is None or n < 2:
                    continue
                name, arguments = algebra.data[base]
                for first, second, sign in PYTHAGORAS:
                    if name not in (first, second):
                        continue
                    other = algebra.intern("call", (second if name == first else first, arguments))
                    square = [(part, algebra.one), (base, algebra.number(whole(-2)))]
                    bare = algebra.multiply(ONE, square)
                    partner = algebra.multiply(
                        ONE, [(bare, algebra.one), (other, algebra.number(whole(2)))]
                    )
                    # c·R·base² + d·R·other²
                    d = coefficients.get(partner)
                    if d is not None and d.value == sign * c.value:
                        total = c if name == first else d
                        rest = [(t, k) for t, k in algebra.data[term] if t not in (part, partner)]
                        return algebra.add([*rest, (bare, total)])
                    d = coefficients.get(bare)
                    if d is None:
                        continue
                    # d·R + c·R·base²: first² = 1 - sign·second², sign·second² = 1 - first²
                    fits = d.value == -c.value if name == first else d.value == sign * -c.value
                    negated = sign * -c.value if name == first else d.value
                    if fits:
                        rest = [(t, k) for t, k in algebra.data[term] if t not in (part, bare)]
                        return algebra.add([*rest, (partner, Num(negated, c.decimal))])
        return None

    # ----------------------------------------------------------------------------------- products

    def rearranged(self, term: int) -> list[int]:
        """A product with fractions inside its brackets dissolved, and brackets multiplied out."""
        algebra = self.algebra
        coefficient, factors = algebra.data[term]
        brackets = [
            (base, exponent)
            for base, exponent in factors
            if algebra.kinds[base] == "sum" and algebra.whole_value(exponent) is not None
        ]
        found: list[int] = []
        if len(brackets) > MOST_BRACKETS:
            return found
        for base, exponent in brackets:
            if len(algebra.data[base]) > MOST_TERMS:
                continue
            others = [factor for factor in factors if factor[0] != base]
            forms = [f for f in self.factored(base, 1, False) if algebra.kinds[f] == "product"]
            found += [algebra.multiply(coefficient, [(form, exponent), *others]) for form in forms]
        for (a, m), (b, n) in itertools.combinations(brackets, 2):
            if m == n:
                others = [factor for factor in factors if factor[0] not in (a, b)]
                both = algebra.add(self.multiplied(algebra.times(a, b), ONE))
                found.append(algebra.multiply(coefficient, [(both, m), *others]))
        return found

    # ----------------------------------------------------------------------------------- division

    def quotient(self, dividend: int, divisor: int) -> int | None:
        """The exact quotient of two sums as polynomials in their atoms, if there is one."""
        algebra = self.algebra
        if algebra.kinds[dividend] != "sum":
            return None
        top, bottom = self.monomials(dividend), self.monomials(divisor)
        lead = max(bottom)
        steps: list[tuple[int, Num]] = []
        for _ in range(MOST_TERMS):
            if not top:
                return algebra.add(steps)
            leading = max(top)
            powers = subtract(dict(leading), dict(lead))
            if any(n < 0 for n in powers.values()):
                return None
            factor = top[leading] / bottom[lead]
            for monomial, coefficient in bottom.items():
                product = key(add(dict(monomial), powers))
                left = top.get(product, Fraction(0)) - factor * coefficient
                if left:
                    top[product] = left
                else:
                    top.pop(product, None)
            steps.append((self.monomial(powers), Num(factor)))
        return None

    def monomials(self, term: int) -> dict[Monomial, Fraction]:
        found: dict[Monomial, Fraction] = {}
        for part, coefficient in self.algebra.data[term]:
            powers = {atom: n.value for atom, n in self.powers(part).items()}
            found[key(powers)] = coefficient.value
        return found

    def monomial(self, powers: dict[Atom, Fraction]) -> int:
        return self.algebra.multiply(
            ONE, self.factors({atom: Num(n) for atom, n in powers.items()})
        )


Monomial = tuple[tuple[Atom, Fraction], ...]


def key(powers: dict[Atom, Fraction]) -> Monomial:
    """Powers as a key; larger ones lead."""
    return tuple(sorted((atom, n) for atom, n in powers.items() if n))


def add(a: dict[Atom, Fraction], b: dict[Atom, Fraction]) -> dict[Atom, Fraction]:
    return {atom: a.get(atom, Fraction(0)) + b.get(atom, Fraction(0)) for atom in {**a, **b}}


def subtract(a: dict[Atom, Fraction], b: dict[Atom, Fraction]) -> dict[Atom, Fraction]:
    return add(a, {atom: -n for atom, n in b.items()})
