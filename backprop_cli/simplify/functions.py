"""Identities of functions: parity, inverse pairs, and quotients that have a name."""

from __future__ import annotations

from typing import Any

from ..operations import OPERATIONS
from .conditions import CASES, Conditions
from .numbers import ONE, Num, whole

ODD = frozenset(
    {
        "sin", "tan", "cot", "csc", "asin", "atan", "acot", "sinh", "tanh", "coth", "csch", "asinh",
        "atanh", "erf", "erfinv", "cbrt", "sign", "softsign", "hard_tanh",
    }
)  # fmt: skip
EVEN = frozenset({"cos", "sec", "cosh", "sech", "abs", "normal_density", "sinc"})
QUOTIENTS = (
    ("sin", "cos", "tan"), ("cos", "sin", "cot"),
    ("sinh", "cosh", "tanh"), ("cosh", "sinh", "coth"),
)  # fmt: skip
RELATIONS = frozenset(CASES)
LARGEST_VALUE = 10**9  # of a function's value that is written in its place


class Functions(Conditions):
    """The whole algebra."""

    def call(self, name: str, arguments: tuple[int, ...]) -> int:
        """A function of terms."""
        if name == "where":
            return self.choose(*arguments)
        if name in RELATIONS:
            return self.compare(name, arguments[0], arguments[1])
        if name in ("and", "or"):
            return self.logic(name, list(arguments))
        if name == "not":
            return self.negation(arguments[0])
        if name in ("max", "min", "sum", "mean", "prod", "logsumexp") and len(arguments) == 1:
            return arguments[0]
        folded = self.folded(name, arguments)
        if folded is not None:
            return folded
        if len(arguments) == 1:
            return self.function(name, arguments[0])
        return self.intern("call", (name, arguments))

    def folded(self, name: str, arguments: tuple[int, ...]) -> int | None:
        """The function's exact value at fractions, if it has one: sin(0), floor(5/2)."""
        if any(self.kinds[part] != "number" or self.data[part].decimal for part in arguments):
            return None
        if name == "stop_gradient" or not arguments:
            return None
        from ..namespaces import exact

        values = [self.data[part].value for part in arguments]
        if any(abs(value) > 1000 for value in values):
            return None
        found: Any = OPERATIONS[name].forward(exact, *values)
        if isinstance(found, exact.NotFraction):
            return None
        value = exact.one * found
        if max(abs(value.numerator), value.denominator) > LARGEST_VALUE:
            return None
        return self.number(Num(value))

    def function(self, name: str, x: int) -> int:
        """A function of one term."""
        if name == "log":
            if x == self.e:
                return self.one
            if self.kinds[x] == "product" and self.data[x][0] == ONE:
                factors = self.data[x][1]
                if len(factors) == 1 and factors[0][0] == self.e:
                    return int(factors[0][1])
        if name in ODD or name in EVEN:
            flipped = self.without_sign(x)
            if flipped is not None:
                result = self.function(name, flipped)
                return result if name in EVEN else self.negative(result)
        if name in ("abs", "sign"):
            return self.size_or_sign(name, x)
        return self.intern("call", (name, (x,)))

    def without_sign(self, x: int) -> int | None:
        """The term -x where x starts with a minus, otherwise None."""
        if self.kinds[x] == "sum":
            if all(c.value < 0 for _, c in self.data[x]) and len(self.data[x]) <= 8:
                return self.negative(x)
            return None
        coefficient, _ = self.split(x)
        return self.negative(x) if coefficient.value < 0 else None

    def size_or_sign(self, name: str, x: int) -> int:
        """|x| or sign(x), without positive factors inside."""
        coefficient, rest = self.split(x)
        factors = list(self.factors(rest))
        kept: list[tuple[int, int]] = []
        outside: list[tuple[int, int]] = []
        for base, exponent in factors:
            n = self.value(exponent)
            positive = base == self.e or (n is not None and n.value % 2 != 1 and name == "abs")
            constant = self.kinds[base] == "constant" and self.data[base][0] in ("pi", "e", "tau")
            (outside if positive or constant else kept).append((base, exponent))
        if not outside and coefficient == ONE:
            if name == "abs" and self.kinds[x] == "call" and self.data[x][0] == "abs":
                return x
            return self.intern("call", (name, (x,)))
        inner = self.multiply(ONE, kept)
        if inner == self.one:
            return x if name == "abs" else self.intern("call", (name, (x,)))
        result = self.size_or_sign(name, inner)
        if name == "sign":
            return result
        return self.multiply(coefficient, [*outside, (result, self.one)])

    # ----------------------------------------------------------------------------------- products

    def tidy(self, coefficient: Num, gathered: dict[int, int]) -> int:
        """The product after the rules of the functions in it."""
        if any(self.chooses[base] for base in gathered):
            chosen = self.into_choice(coefficient, gathered)
            if chosen is not None:
                return chosen
        calls: dict[tuple[str, int], int] = {}
        for base in gathered:
            if self.kinds[base] == "call" and len(self.data[base][1]) == 1:
                calls[self.data[base][0], self.data[base][1][0]] = base
        if calls:
            found = self.quotient(gathered, calls) or self.signs(gathered, calls)
            found = found or self.cube_roots(gathered, calls)
            if found:
                left = {base: x for base, x in gathered.items() if x != self.zero}
                return self.multiply(coefficient, [*left.items(), *found])
        return self.settled(coefficient, gathered)

    def quotient(
        self, gathered: dict[int, int], calls: dict[tuple[str, int], int]
    ) -> list[tuple[int, int]]:
        """sin(x)/cos(x) is tan(x), and tan(x)*cos(x) is sin(x)."""
        for (name, x), base in calls.items():
            for top, bottom, whole_name in QUOTIENTS:
                other = calls.get((bottom, x))
                if other is None or name not in (top, whole_name):
                    continue
                m, n = self.whole_value(gathered[base]), self.whole_value(gathered[other])
                if m is None or n is None or m <= 0 or m != (-n if name == top else n):
                    continue
                result = self.intern("call", (whole_name if name == top else top, (x,)))
                gathered[base] = gathered[other] = self.zero
                return [(result, self.number(whole(m)))]
        return []

    def signs(
        self, gathered: dict[int, int], calls: dict[tuple[str, int], int]
    ) -> list[tuple[int, int]]:
        """|x|^2 is x^2, x*sign(x) is |x|, |x|*sign(x) is x, x/|x| is sign(x)."""
        for (name, x), base in calls.items():
            n = self.whole_value(gathered[base])
            m = self.whole_value(gathered[x]) if x in gathered else None
            if name == "abs" and n is not None:
                sign = calls.get(("sign", x))
                if n % 2 == 0:
                    gathered[base] = self.zero
                    return [(x, self.number(whole(n)))]
                if n == 1 and sign is not None and gathered[sign] == self.one:
                    gathered[base] = gathered[sign] = self.zero
                    return [(x, self.one)]
                if n == -1 and m is not None and m >= 1:
                    gathered[base], gathered[x] = self.zero, self.number(whole(m - 1))
                    return [(self.function("sign", x), self.one)]
            if name == "sign" and n == 1 and m is not None and m >= 1:
                gathered[base], gathered[x] = self.zero, self.number(whole(m - 1))
                return [(self.function("abs", x), self.one)]
        return []

    def cube_roots(
        self, gathered: dict[int, int], calls: dict[tuple[str, int], int]
    ) -> list[tuple[int, int]]:
        """cbrt(x)^3 is x; whole powers of x and of its cube root are gathered."""
        for (name, x), base in calls.items():
            if name != "cbrt":
                continue
            n = self.whole_value(gathered[base])
            m = self.whole_value(gathered[x]) if x in gathered else 0
            if n is None or m is None or not (abs(n) >= 3 or n * m < 0):
                continue
            thirds = n + 3 * m
            steps = abs(thirds) // 3 * (1 if thirds > 0 else -1)
            gathered[base] = self.zero
            if x in gathered:
                gathered[x] = self.zero
            rest = [(base, self.number(whole(thirds - 3 * steps)))] if thirds % 3 else []
            return [*rest, (x, self.number(whole(steps)))]
        return []
