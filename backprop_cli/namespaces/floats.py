"""IEEE doubles by the standard library, with IEEE results where Python would raise: 1/0 is inf, log(-1) is NaN."""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from math import copysign, hypot, inf, isfinite, nan
from typing import Any

from . import fallback
from .choices import both, choose, either, gate, no, slopes

NAMED = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": inf, "-inf": -inf, "nan": nan}

zero = 0.0
one = 1.0
ln2 = math.log(2)
ln10 = math.log(10)
two_over_root_pi = 2 / math.sqrt(math.pi)
root_two_pi = math.sqrt(math.tau)

chain = operator.mul
accumulate = operator.add
less = operator.lt
less_equal = operator.le
greater = operator.gt
greater_equal = operator.ge
equal = operator.eq
not_equal = operator.ne


def __getattr__(name: str) -> Any:
    return fallback(sys.modules[__name__], name)


def constant(text: str) -> float:
    """The double nearest to a literal."""
    return NAMED[text] if text in NAMED else float(text)


# --------------------------------------------------------------------------------------------- choices


def maximum(*x: float) -> float:
    return nan if any(u != u for u in x) else max(x)


def minimum(*x: float) -> float:
    return nan if any(u != u for u in x) else min(x)


def sign(x: float) -> float:
    return x if x == 0 or x != x else copysign(1.0, x)


# ---------------------------------------------------------------------------------- arithmetic and roots


def divide(x: float, y: float) -> float:
    try:
        return x / y
    except ZeroDivisionError:
        return nan if x == 0 or x != x else copysign(inf, x) * copysign(1.0, y)


def square(x: float) -> float:
    return x * x


def power(x: float, y: float) -> float:
    try:
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0 and y % 2 == 1 else inf
    except ValueError:
        if x != 0:
            return nan  # a negative base has no real power here
        return copysign(inf, x) if y % 2 == 1 else inf


def power_before(x: float, y: float, out: float) -> float:
    """x^(y - 1), by way of out = x^y, since rounding y - 1 costs hundreds of ulp."""
    if x == 0 or y == 1 or not isfinite(x):
        return power(x, y - 1)
    if sys.float_info.min <= abs(out) < inf:
        return out / x
    half = power(abs(x), y / 2)  # x^y is out of range, x^(y - 1) may not be
    result = half * (half / abs(x))
    return -result if (x < 0) != (out < 0) else result


def sqrt(x: float) -> float:
    return math.sqrt(x) if x >= 0 else nan


def mod(x: float, y: float) -> float:
    return x % y if y != 0 and isfinite(x) else nan


def factorial(n: float) -> float:
    return gamma(n + 1) if n >= 0 and n == n // 1 else nan


def floor(x: float) -> float:
    return copysign(math.floor(x), x) if isfinite(x) else x


def ceil(x: float) -> float:
    return copysign(math.ceil(x), x) if isfinite(x) else x


def trunc(x: float) -> float:
    return copysign(math.trunc(x), x) if isfinite(x) else x


def round(x: float) -> float:
    return copysign(float(x.__round__()), x) if isfinite(x) else x


def sum(*x: float) -> float:
    try:
        return math.fsum(x)
    except (OverflowError, ValueError):
        total = 0.0
        for u in x:
            total += u
        return total


def prod(*x: float) -> float:
    return math.prod(x)


def norm(*x: float) -> float:
    return hypot(*x)


# ----------------------------------------------------------------------- functions of one or two numbers


def guarded(function: Callable[..., float], overflow: float = inf) -> Callable[..., float]:
    """`function` with inf in place of OverflowError and NaN in place of ValueError."""

    def call(*x: float) -> float:
        try:
            return function(*x)
        except OverflowError:
            return overflow
        except ValueError:
            return nan

    return call


def odd(function: Callable[[float], float]) -> Callable[[float], float]:
    """An odd function that overflows to the infinity of its argument's sign."""

    def call(x: float) -> float:
        try:
            return function(x)
        except OverflowError:
            return copysign(inf, x)

    return call


def with_pole(function: Callable[[float], float], pole: float, value: float) -> Callable[[float], float]:
    """A function of one number with an infinite value at one end of its domain, NaN outside."""

    def call(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return value if x == pole else nan

    return call


exp = guarded(math.exp)
exp2 = guarded(math.exp2)
expm1 = guarded(math.expm1)
log = with_pole(math.log, 0, -inf)
log2 = with_pole(math.log2, 0, -inf)
log10 = with_pole(math.log10, 0, -inf)
log1p = with_pole(math.log1p, -1, -inf)
sin = guarded(math.sin)
cos = guarded(math.cos)
tan = guarded(math.tan)
asin = guarded(math.asin)
acos = guarded(math.acos)
atan = math.atan
atan2 = math.atan2
sinh = odd(math.sinh)
cosh = guarded(math.cosh)
tanh = math.tanh
asinh = math.asinh
acosh = guarded(math.acosh)
cbrt = math.cbrt
erf = math.erf
erfc = math.erfc


def atanh(x: float) -> float:
    return copysign(inf, x) if abs(x) == 1 else math.atanh(x) if abs(x) < 1 else nan


def gamma(x: float) -> float:
    try:
        return math.gamma(x)
    except OverflowError:
        return inf
    except ValueError:
        return copysign(inf, x) if x == 0 else nan


def log_base(x: float, base: float) -> float:
    if base == 2:
        return log2(x)
    return log10(x) if base == 10 else divide(log(x), log(base))


def split(x: float) -> tuple[float, float]:
    """x as a sum of two numbers, the first with at most 26 bits, so that its square is exact (Dekker)."""
    mantissa, exponent = math.frexp(x)
    high = math.ldexp(math.floor(mantissa * 67108864), exponent - 26)
    return high, x - high


def exp_negative_square(x: float) -> float:
    """exp(-x^2) with the rounding of x^2 made good."""
    if abs(x) > 30 or x != x:
        return nan if x != x else 0.0
    high, low = split(x)
    return math.exp(-high * high) * math.exp(-low * (high + x))


def exp_negative_half_square(x: float) -> float:
    """exp(-x^2/2) with the rounding of x^2 made good."""
    if abs(x) > 40 or x != x:
        return nan if x != x else 0.0
    high, low = split(x)
    return math.exp(-high * high / 2) * math.exp(-low * (high + x) / 2)


# ------------------------------------------------------------------------- where doubles would lose digits


def precisely(formula: Callable[..., Any], *x: float) -> float:
    """A formula's value, run in ball arithmetic until the nearest double is certain.

    An infinite argument stands for the largest double: the formula's limit, as far as doubles can tell.
    """
    if any(u != u for u in x):
        return nan
    from .balls import nearest_double

    largest = sys.float_info.max
    return nearest_double(formula, *[max(-largest, min(largest, u)) for u in x])


def logsumexp(*x: float) -> float:
    top = maximum(*x)
    if not isfinite(top):
        return top
    return precisely(lambda b, *x: b.logsumexp(*x), *x)


def softmax(*x: float) -> tuple[float, ...]:
    """Each input's share exp(x)/sum(exp(x)); with infinite inputs they share equally."""
    top = maximum(*x)
    if not isfinite(top):
        shares = [1.0 if u == top else 0.0 for u in x]
        return tuple(share / math.fsum(shares) if top == top else nan for share in shares)

    def share(b: Any, u: Any, *x: Any) -> Any:
        return b.divide(1, b.sum(*[b.exp(v - u) for v in x]))

    return tuple(precisely(share, u, *x) for u in x)
