"""Fractions: 1/3 stays 1/3. What is no fraction is a `NotFraction` that carries its reason along.

A function here raises `NotExact` inside; `total` makes it answer for every argument, with a
`NotFraction` that swallows every operation. So a result that does not depend on it stays exact, and
one that does can say where it went wrong. Nothing raises, and nothing takes long: powers and roots
beyond a million bits are refused.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from fractions import Fraction
from functools import wraps
from typing import Any

from . import choices, fallback
from .choices import slopes, undefined  # noqa: F401  (names of xp)
from .unlimited import damp, in_range, narrow, wide  # noqa: F401  (names of xp)

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
    """`function`, with a NotFraction for NotExact, and for a NotFraction among its arguments."""

    @wraps(function)
    def call(*arguments: Any) -> Any:
        for argument in arguments:
            if isinstance(argument, NotFraction):
                return argument
        try:
            return function(*arguments)
        except NotExact as error:
            return NotFraction(str(error))

    return call


def each(function: Callable[..., tuple[Any, ...]]) -> Callable[..., tuple[Any, ...]]:
    """The same for a function that gives a result for each argument."""
    whole = total(function)

    @wraps(function)
    def call(*arguments: Any) -> tuple[Any, ...]:
        results = whole(*arguments)
        return (results,) * len(arguments) if isinstance(results, NotFraction) else results

    return call


def __getattr__(name: str) -> Any:
    if name in ("ln2", "ln10", "two_over_root_pi", "root_two_pi"):
        return NotFraction("an irrational constant")
    return fallback(sys.modules[__name__], name)


@total
def constant(text: str) -> Fraction:
    """A literal as a fraction."""
    if text in ("pi", "e", "tau"):
        raise NotExact(f"{text} is irrational")
    if text.lstrip("-") in ("inf", "nan"):
        raise NotExact(f"{text} is no number")
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent)) > MAXIMUM_BITS // 4:
        raise NotExact(f"a number of more than {MAXIMUM_BITS:,} bits")
    return Fraction(text if text[-1] != "." else text[:-1])


# ------------------------------------------------------------------------------------------ choices

less, less_equal = total(operator.lt), total(operator.le)
greater, greater_equal = total(operator.gt), total(operator.ge)
equal, not_equal = total(operator.eq), total(operator.ne)
both, either, no = total(choices.both), total(choices.either), total(choices.no)


def choose(condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """One of two values; the other is not computed. An undecidable condition decides for itself."""
    if isinstance(condition, NotFraction):
        return condition
    return choices.choose(condition, then, otherwise)


def gate(condition: Any, slope: Any) -> Any:
    """A slope where a condition holds, otherwise None."""
    return condition if isinstance(condition, NotFraction) else choices.gate(condition, slope)


def is_infinite(x: Fraction) -> bool:
    return False


@total
def maximum(*x: Fraction) -> Fraction:
    return max(x)


@total
def minimum(*x: Fraction) -> Fraction:
    return min(x)


@total
def sign(x: Fraction) -> Fraction:
    return Fraction((x > 0) - (x < 0))


@total
def copysign(x: Fraction, y: Fraction) -> Fraction:
    return abs(x) if y >= 0 else -abs(x)


# ----------------------------------------------------------------------------- arithmetic and roots


def precisely(formula: Callable[..., Any], *x: Fraction) -> Any:
    """The formula itself: fractions lose nothing."""
    return formula(sys.modules[__name__], *x)


precisely_each = precisely


@total
def divide(x: Fraction, y: Fraction) -> Fraction:
    if y == 0:
        raise NotExact("a division by 0")
    return Fraction(x) / y


@total
def square(x: Fraction) -> Fraction:
    return x * x


def root(x: Fraction, degree: int) -> Fraction:
    """The exact root of a fraction; raises NotExact where it is irrational or not real."""
    if x < 0:
        if degree % 2 == 0:
            raise NotExact(f"a root of the negative number {shown(x)}")
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


@total
def sqrt(x: Fraction) -> Fraction:
    return root(x, 2)


@total
def cbrt(x: Fraction) -> Fraction:
    return root(x, 3)


@total
def hypot(x: Fraction, y: Fraction) -> Fraction:
    return root(x * x + y * y, 2)


@total
def norm(*x: Fraction) -> Fraction:
    return root(sum(*[u * u for u in x]), 2)


@each
def direction(*x: Fraction) -> tuple[Fraction, ...]:
    """Each number's share of the norm of all; 0 for the zero vector."""
    length = root(sum(*[u * u for u in x]), 2)
    return tuple(u / length if length else zero for u in x)


def bounded(x: Fraction, n: int) -> None:
    """Refuse a power whose digits would fill the memory."""
    if abs(n) * max(x.numerator.bit_length(), x.denominator.bit_length()) > MAXIMUM_BITS:
        raise NotExact(f"a power of more than {MAXIMUM_BITS:,} bits")


@total
def power(x: Fraction, y: Fraction) -> Fraction:
    """x^y where it is a fraction; of negative numbers to whole powers only, as in doubles."""
    x, y = Fraction(x), Fraction(y)
    if y.denominator == 1 and abs(x) == 1:
        return x if y.numerator % 2 else one
    if x == 0 and y < 0:
        raise NotExact("a division by 0")
    if x < 0 and y.denominator > 1:
        raise NotExact(f"a broken power of the negative number {shown(x)}")
    bounded(x, y.numerator)
    bounded(x, y.denominator)
    base = root(x, y.denominator) if y.denominator > 1 else x
    return Fraction(base**y.numerator)


@total
def exp2(x: Fraction) -> Fraction:
    result: Fraction = power(Fraction(2), x)
    return result


@total
def mod(x: Fraction, y: Fraction) -> Fraction:
    if y == 0:
        raise NotExact("a division by 0")
    return x % y


@total
def floor(x: Fraction) -> Fraction:
    return Fraction(math.floor(x))


@total
def ceil(x: Fraction) -> Fraction:
    return Fraction(math.ceil(x))


@total
def trunc(x: Fraction) -> Fraction:
    return Fraction(math.trunc(x))


@total
def round(x: Fraction) -> Fraction:
    return Fraction(x.__round__())


@total
def sum(*x: Fraction) -> Fraction:
    result = zero
    for u in x:
        result += u
    return result


@total
def prod(*x: Fraction) -> Fraction:
    return math.prod(x, start=one)


# ------------------------------------------------------------------ functions of one or two numbers


def shown(x: Fraction) -> str:
    """A fraction for an error message, unless it is long."""
    return str(x) if max(x.numerator.bit_length(), x.denominator.bit_length()) < 64 else "…"


@total
def factorial(n: Fraction) -> Fraction:
    if n < 0 or n.denominator != 1:
        raise NotExact(f"the factorial of {shown(n)}")
    if n > 10_000:
        raise NotExact("a factorial beyond 10000!")
    return Fraction(math.factorial(int(n)))


@total
def gamma(x: Fraction) -> Fraction:
    if x.denominator != 1 or x < 1:
        raise NotExact(f"gamma({shown(x)}) is irrational or undefined")
    result: Fraction = factorial(x - 1)
    return result


@total
def reciprocal_gamma(x: Fraction) -> Fraction:
    if x.denominator == 1 and x < 1:
        return zero
    result: Fraction = divide(one, gamma(x))
    return result


@total
def log_base(x: Fraction, base: Fraction) -> Fraction:
    """log(x, base) where it is a fraction."""
    x, base = Fraction(x), Fraction(base)
    if x <= 0 or base <= 0 or base == 1:
        raise NotExact(f"log({shown(x)}) to the base {shown(base)}")
    if x == 1:
        return zero
    scale = logarithm(base)
    if scale:
        n = Fraction(logarithm(x) / scale).limit_denominator(1000)
        if power(base, n) == x:
            return n
    raise NotExact(f"log({shown(x)}) to the base {shown(base)} is irrational")


def logarithm(x: Fraction) -> float:
    """The logarithm to the base 2, nearly."""
    return math.log2(x.numerator) - math.log2(x.denominator)


def log2(x: Fraction) -> Any:
    return log_base(x, Fraction(2))


def log10(x: Fraction) -> Any:
    return log_base(x, Fraction(10))


def rational_at(name: str, point: int, value: int) -> Callable[[Fraction], Fraction]:
    """A function whose only rational value at a fraction is at `point`."""

    @total
    def call(x: Fraction) -> Fraction:
        if x != point:
            raise NotExact(f"{name}({shown(x)}) is irrational or undefined")
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
erfcx = rational_at("erfcx", 0, 1)
erfinv = rational_at("erfinv", 0, 0)


@total
def normal_quantile(p: Fraction) -> Fraction:
    if p != Fraction(1, 2):
        raise NotExact(f"normal_quantile({shown(p)}) is irrational or undefined")
    return zero


@total
def atan2(y: Fraction, x: Fraction) -> Fraction:
    if y != 0 or x < 0:
        raise NotExact(f"atan2({shown(y)}, {shown(x)}) is irrational or undefined")
    return zero


def lgamma(x: Fraction) -> Any:
    return log(gamma(x))


def irrational(name: str) -> Callable[..., Fraction]:
    """A function without rational values that we know of."""

    @total
    def call(*x: Fraction) -> Fraction:
        raise NotExact(f"{name} is irrational or undefined there")

    return call


digamma = irrational("digamma")
polygamma = irrational("polygamma")


@total
def logsumexp(*x: Fraction) -> Fraction:
    if len(x) == 1:
        return x[0]
    raise NotExact("logsumexp of fractions is irrational")


@each
def softmax(*x: Fraction) -> tuple[Fraction, ...]:
    if len(set(x)) > 1:
        raise NotExact("a softmax of different fractions is irrational")
    return tuple(Fraction(1, len(x)) for _ in x)
