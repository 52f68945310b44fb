"""Fractions: 1/3 stays 1/3. What is no fraction is a `NotFraction` that carries its reason along.

Inside this module a function raises `NotExact`; seen from outside it returns a `NotFraction`, which swallows every
operation. So a result that does not depend on it stays exact, and one that does can say where it went wrong.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from . import choices, fallback
from .choices import slopes

MAXIMUM_BITS = 1_000_000

zero = Fraction(0)
one = Fraction(1)
chain = operator.mul
accumulate = operator.add


class NotExact(ArithmeticError):
    """A result that is no fraction; the message says why."""


class NotFraction:
    """The place of a number that is no fraction. Every operation on it is one, too."""

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def absorb(self, *others: object) -> NotFraction:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = __abs__ = absorb


def total(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function`, returning a NotFraction instead of raising NotExact, and for one among its arguments."""

    def call(*arguments: Any) -> Any:
        for argument in arguments:
            if isinstance(argument, NotFraction):
                return argument
        try:
            return function(*arguments)
        except NotExact as error:
            return NotFraction(str(error))

    return call


def choose(condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """One of two values; the other is not computed. An undecidable condition decides for itself."""
    if isinstance(condition, NotFraction):
        return condition
    return choices.choose(condition, then, otherwise)


def gate(condition: Any, slope: Any) -> Any:
    """A slope where a condition holds, otherwise None."""
    return condition if isinstance(condition, NotFraction) else choices.gate(condition, slope)


def __getattr__(name: str) -> Any:
    if name in ("ln2", "ln10", "two_over_root_pi", "root_two_pi"):
        return NotFraction("an irrational constant")
    return fallback(sys.modules[__name__], name)


def constant(text: str) -> Fraction:
    """A literal as a fraction."""
    if text in ("pi", "e", "tau"):
        raise NotExact(f"{text} is irrational")
    if text.lstrip("-") in ("inf", "nan"):
        return math.inf if text == "inf" else -math.inf  # type: ignore[return-value]  # compared with, never shown
    return Fraction(text if text[-1] != "." else text[:-1])


def precisely(formula: Callable[..., Any], *x: Fraction) -> Fraction:
    """The formula itself: fractions lose nothing."""
    result: Fraction = formula(sys.modules[__name__], *x)
    return result


def sign(x: Fraction) -> Fraction:
    return Fraction((x > 0) - (x < 0))


def copysign(x: Fraction, y: Fraction) -> Fraction:
    return abs(x) if y >= 0 else -abs(x)


def divide(x: Fraction, y: Fraction) -> Fraction:
    if y == 0:
        raise NotExact("a division by 0")
    return Fraction(x) / y


def square(x: Fraction) -> Fraction:
    return x * x


def root(x: Fraction, degree: int) -> Fraction:
    """The exact root of a fraction; raises NotExact where it is irrational or not real."""
    if x < 0:
        if degree % 2 == 0:
            raise NotExact(f"a root of the negative number {x}")
        return -root(-x, degree)
    parts = [integer_root(part, degree) for part in (x.numerator, x.denominator)]
    if parts[0] ** degree != x.numerator or parts[1] ** degree != x.denominator:
        raise NotExact("an irrational root")
    return Fraction(*parts)


def integer_root(n: int, degree: int) -> int:
    """The whole part of the root of a whole number, by Newton's method."""
    if n < 2 or degree == 1:
        return n
    if degree == 2:
        return math.isqrt(n)
    if degree > n.bit_length():
        return 1
    guess = 1 << -(-n.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + n // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


def sqrt(x: Fraction) -> Fraction:
    return root(x, 2)


def cbrt(x: Fraction) -> Fraction:
    return root(x, 3)


def hypot(x: Fraction, y: Fraction) -> Fraction:
    return root(x * x + y * y, 2)


def norm(*x: Fraction) -> Fraction:
    return root(sum(*[u * u for u in x]), 2)


def bounded(x: Fraction, n: int) -> None:
    """Refuse a power whose digits would fill the memory."""
    if abs(n) * max(x.numerator.bit_length(), x.denominator.bit_length()) > MAXIMUM_BITS:
        raise NotExact(f"a power of more than {MAXIMUM_BITS:,} bits")


def power(x: Fraction, y: Fraction) -> Fraction:
    x, y = Fraction(x), Fraction(y)
    if abs(x) == 1 and y.denominator == 1:
        return x if y.numerator % 2 else one
    if x == 0 and y < 0:
        raise NotExact("a division by 0")
    bounded(x, y.numerator)
    bounded(x, y.denominator)
    base = root(x, y.denominator) if y.denominator > 1 else x
    return Fraction(base**y.numerator)


def power_before(x: Fraction, y: Fraction, out: Fraction) -> Fraction:
    return power(x, y - 1)


def exp2(x: Fraction) -> Fraction:
    return power(Fraction(2), x)


def mod(x: Fraction, y: Fraction) -> Fraction:
    if y == 0:
        raise NotExact("a division by 0")
    return x % y


def floor(x: Fraction) -> Fraction:
    return Fraction(math.floor(x))


def ceil(x: Fraction) -> Fraction:
    return Fraction(math.ceil(x))


def trunc(x: Fraction) -> Fraction:
    return Fraction(math.trunc(x))


def round(x: Fraction) -> Fraction:
    return Fraction(x.__round__())


def sum(*x: Fraction) -> Fraction:
    total = zero
    for u in x:
        total += u
    return total


def prod(*x: Fraction) -> Fraction:
    return math.prod(x, start=one)


def factorial(n: Fraction) -> Fraction:
    if n < 0 or n.denominator != 1:
        raise NotExact(f"the factorial of {n}")
    if n > 10_000:
        raise NotExact("a factorial beyond 10000!")
    return Fraction(math.factorial(int(n)))


def gamma(x: Fraction) -> Fraction:
    if x.denominator != 1 or x < 1:
        raise NotExact(f"gamma({x})")
    return factorial(x - 1)


def reciprocal_gamma(x: Fraction) -> Fraction:
    return 1 / gamma(x)


def logarithm(x: Fraction, base: Fraction) -> Fraction:
    """log(x, base) where it is a whole number."""
    if x <= 0 or base <= 0 or base == 1:
        raise NotExact(f"log({x}) to the base {base}")
    guess = math.log2(x.numerator) - math.log2(x.denominator)
    guess /= math.log2(base.numerator) - math.log2(base.denominator)
    n = guess.__round__()
    if power(base, Fraction(n)) != x:
        raise NotExact(f"log({x}) to the base {base} is irrational")
    return Fraction(n)


def log_base(x: Fraction, base: Fraction) -> Fraction:
    return logarithm(Fraction(x), Fraction(base))


def log2(x: Fraction) -> Fraction:
    return logarithm(x, Fraction(2))


def log10(x: Fraction) -> Fraction:
    return logarithm(x, Fraction(10))


def rational_at(name: str, point: int, value: int) -> Callable[[Fraction], Fraction]:
    """A function whose only rational value at a fraction is at `point`."""

    def call(x: Fraction) -> Fraction:
        if x != point:
            raise NotExact(f"{name}({x}) is irrational")
        return Fraction(value)

    return call


exp = rational_at("exp", 0, 1)
expm1 = rational_at("expm1", 0, 0)
exp_negative_square = rational_at("exp", 0, 1)
exp_negative_half_square = rational_at("exp", 0, 1)
log = rational_at("log", 1, 0)
log1p = rational_at("log1p", 0, 0)
sin = rational_at("sin", 0, 0)
cos = rational_at("cos", 0, 1)
tan = rational_at("tan", 0, 0)
asin = rational_at("asin", 0, 0)
acos = rational_at("acos", 1, 0)
atan = rational_at("atan", 0, 0)
sinh = rational_at("sinh", 0, 0)
cosh = rational_at("cosh", 0, 1)
tanh = rational_at("tanh", 0, 0)
asinh = rational_at("asinh", 0, 0)
acosh = rational_at("acosh", 1, 0)
atanh = rational_at("atanh", 0, 0)
erf = rational_at("erf", 0, 0)
erfc = rational_at("erfc", 0, 1)
erfinv = rational_at("erfinv", 0, 0)


def normal_quantile(p: Fraction) -> Fraction:
    if p != Fraction(1, 2):
        raise NotExact(f"normal_quantile({p}) is irrational")
    return zero


def atan2(y: Fraction, x: Fraction) -> Fraction:
    if y != 0 or x < 0:
        raise NotExact(f"atan2({y}, {x}) is irrational")
    return zero


def lgamma(x: Fraction) -> Fraction:
    return log(gamma(x))


def irrational(name: str) -> Callable[..., Fraction]:
    """A function without rational values that we know of."""

    def call(*x: Fraction) -> Fraction:
        raise NotExact(f"{name} is irrational there")

    return call


digamma = irrational("digamma")
polygamma = irrational("polygamma")


def logsumexp(*x: Fraction) -> Fraction:
    if len(x) == 1:
        return x[0]
    raise NotExact("logsumexp of fractions is irrational")


def softmax(*x: Fraction) -> tuple[Fraction, ...]:
    if len(set(x)) > 1:
        raise NotExact("a softmax of different fractions is irrational")
    return tuple(Fraction(1, len(x)) for _ in x)


# Seen from outside, each of these answers for every argument.
less, less_equal = total(operator.lt), total(operator.le)
greater, greater_equal = total(operator.gt), total(operator.ge)
equal, not_equal = total(operator.eq), total(operator.ne)
maximum, minimum = total(max), total(min)
both, either, no = total(choices.both), total(choices.either), total(choices.no)
constant, sign, copysign, divide, square = map(total, (constant, sign, copysign, divide, square))
sqrt, cbrt, hypot, norm, power, power_before = map(total, (sqrt, cbrt, hypot, norm, power, power_before))
mod, floor, ceil, trunc, round = map(total, (mod, floor, ceil, trunc, round))
sum, prod, factorial, gamma, reciprocal_gamma = map(total, (sum, prod, factorial, gamma, reciprocal_gamma))
exp, exp2, expm1, log, log1p, log2, log10, log_base = map(
    total, (exp, exp2, expm1, log, log1p, log2, log10, log_base)
)
exp_negative_square, exp_negative_half_square = map(total, (exp_negative_square, exp_negative_half_square))
sin, cos, tan, asin, acos, atan, atan2 = map(total, (sin, cos, tan, asin, acos, atan, atan2))
sinh, cosh, tanh, asinh, acosh, atanh = map(total, (sinh, cosh, tanh, asinh, acosh, atanh))
erf, erfc, erfinv, normal_quantile = map(total, (erf, erfc, erfinv, normal_quantile))
lgamma, digamma, polygamma = map(total, (lgamma, digamma, polygamma))
logsumexp = total(logsumexp)
