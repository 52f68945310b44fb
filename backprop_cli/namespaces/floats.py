"""IEEE doubles by the standard library, with IEEE results where Python would raise: 1/0 is inf,
log(-1) is NaN.

At infinities, poles and the ends of domains the values are those of C (ISO 9899, Annex F) where C
has the function, otherwise the limit if there is one. No function raises, whatever the doubles.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from functools import reduce
from math import copysign, inf, isfinite, nan
from typing import Any

from . import fallback
from .choices import both, choose, either, gate, no, slopes, undefined  # noqa: F401  (names of xp)

NAMED = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": inf, "-inf": -inf, "nan": nan}
LARGEST = sys.float_info.max
SMALL, LARGE = 2.0**-300, 2.0**300  # a product or quotient of three such numbers is a normal double

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
is_infinite = math.isinf


def __getattr__(name: str) -> Any:
    return fallback(sys.modules[__name__], name)


def constant(text: str) -> float:
    """The double nearest to a literal."""
    return NAMED[text] if text in NAMED else float(text)


# ------------------------------------------------------------------ where doubles would lose digits


def precisely(formula: Callable[..., Any], *x: float) -> float:
    """A formula's value, run in ball arithmetic until the nearest double is certain.

    An infinite argument stands for the largest double. Where that is not the limit, the row says
    what is.
    """
    if any(u != u for u in x):
        return nan
    from .balls import nearest_double

    return nearest_double(formula, *[max(-LARGEST, min(LARGEST, u)) for u in x])


def precisely_each(formula: Callable[..., Any], *x: float) -> tuple[float, ...]:
    """The same for a formula that gives a result for each argument, all of them finite."""
    if not all(map(isfinite, x)):
        return (nan,) * len(x)
    from .balls import nearest_doubles

    return nearest_doubles(formula, *x)


def in_range(result: float, formula: Callable[..., Any], *x: float) -> float:
    """`result`, unless it or an argument is so large or small that a step on the way may have left
    the range of normal doubles: then the formula's value in ball arithmetic, which has no range.
    """
    if all(SMALL < abs(u) < LARGE for u in (result, *x)):
        return result
    if not all(u != 0 and isfinite(u) for u in x):
        return result  # IEEE arithmetic is right about zeros and infinities
    precise = precisely(formula, *x)
    return precise if precise == precise else result


def damp(x: float, share: float) -> float:
    """x·share for a share that falls faster than x grows: 0 for an infinite x and a share 0."""
    return 0.0 if share == 0 and x == x else x * share


class Wide:
    """A product of doubles that cannot leave the range: mantissa·2^exponent."""

    __slots__ = ("exponent", "mantissa")

    def __init__(self, mantissa: float, exponent: int) -> None:
        self.mantissa = mantissa
        self.exponent = exponent

    def __mul__(self, other: Wide) -> Wide:
        mantissa, exponent = math.frexp(self.mantissa * other.mantissa)
        return Wide(mantissa, self.exponent + other.exponent + exponent)


def wide(x: float) -> Wide:
    """x as a factor of a long product."""
    return Wide(*math.frexp(x))


def narrow(product: Wide) -> float:
    """The double nearest to a long product."""
    try:
        return math.ldexp(product.mantissa, product.exponent)
    except OverflowError:
        return copysign(inf, product.mantissa)


# ------------------------------------------------------------------------------------------ choices


def maximum(*x: float) -> float:
    """The largest, NaN if one is; 0 is larger than -0."""
    if any(u != u for u in x):
        return nan
    return max(x) or max(x, key=lambda u: (u, copysign(1, u)))


def minimum(*x: float) -> float:
    """The smallest, NaN if one is; -0 is smaller than 0."""
    if any(u != u for u in x):
        return nan
    return min(x) or min(x, key=lambda u: (u, copysign(1, u)))


def sign(x: float) -> float:
    return x if x == 0 or x != x else copysign(1.0, x)


# ----------------------------------------------------------------------------- arithmetic and roots


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


def sqrt(x: float) -> float:
    return math.sqrt(x) if x >= 0 else nan


def cbrt(x: float) -> float:
    """The C library's root, which may be off by 4 ulp, after an exact step of Newton's method."""
    root = math.cbrt(x)
    if x == 0 or not isfinite(x):
        return root
    a, b = root.as_integer_ratio()
    c, d = x.as_integer_ratio()
    return root - (a**3 * d - c * b**3) / (3 * a * a * b * d)


def mod(x: float, y: float) -> float:
    return x % y if y != 0 and isfinite(x) else nan


def factorial(n: float) -> float:
    return gamma(n + 1) if n >= 0 and n == n // 1 else n if n == inf else nan


def floor(x: float) -> float:
    return copysign(math.floor(x), x) if isfinite(x) else x


def ceil(x: float) -> float:
    return copysign(math.ceil(x), x) if isfinite(x) else x


def trunc(x: float) -> float:
    return copysign(math.trunc(x), x) if isfinite(x) else x


def round(x: float) -> float:
    return copysign(float(x.__round__()), x) if isfinite(x) else x


def sum(*x: float) -> float:
    """The sum, rounded once."""
    try:
        return math.fsum(x) or (0.0 if any(x) else reduce(operator.add, x))
    except ValueError:
        return nan  # inf - inf
    except OverflowError:
        return precisely(lambda b, *x: b.sum(*x), *x)  # perhaps only on the way


def prod(*x: float) -> float:
    return narrow(reduce(operator.mul, map(wide, x)))


hypot = norm = math.hypot


def direction(*x: float) -> tuple[float, ...]:
    """Each number over the norm of all: 0 for the zero vector, equal among infinite numbers."""
    if any(u != u for u in x):
        return (nan,) * len(x)
    top = max(map(abs, x))
    if top == 0:
        return x
    if top == inf:
        share = 1 / math.sqrt([abs(u) for u in x].count(inf))
        return tuple(copysign(share if abs(u) == inf else 0.0, u) for u in x)
    exponent = math.frexp(top)[1]
    scaled = [math.ldexp(u, -exponent) for u in x]
    length = math.hypot(*scaled)
    return tuple(u / length for u in scaled)


# ------------------------------------------------------------------ functions of one or two numbers


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


def with_pole(
    function: Callable[[float], float], pole: float, value: float
) -> Callable[[float], float]:
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
erf = math.erf
erfc = math.erfc


def atanh(x: float) -> float:
    return copysign(inf, x) if abs(x) == 1 else math.atanh(x) if abs(x) < 1 else nan


def log_base(x: float, base: float) -> float:
    if base == 2:
        return log2(x)
    return log10(x) if base == 10 else divide(log(x), log(base))


def split(x: float) -> tuple[float, float]:
    """x as a sum of two numbers, the first of 26 bits, so that its square is exact (Dekker)."""
    mantissa, exponent = math.frexp(x)
    high = math.ldexp(math.floor(mantissa * 67108864), exponent - 26)
    return high, x - high


def exp_negative_square(x: float) -> float:
    """exp(-x^2) with the rounding of x^2 made good."""
    if abs(x) > 30 or x != x:
        return nan if x != x else 0.0
    high, low = split(x)
    main = math.exp(-high * high)
    return main + main * math.expm1(-low * (high + x))


def exp_negative_half_square(x: float) -> float:
    """exp(-x^2/2) with the rounding of x^2 made good."""
    if abs(x) > 40 or x != x:
        return nan if x != x else 0.0
    high, low = split(x)
    main = math.exp(-high * high / 2)
    return main + main * math.expm1(-low * (high + x) / 2)


def erfinv(x: float) -> float:
    if abs(x) == 1:
        return copysign(inf, x)
    return x if x == 0 else precisely(lambda b, u: b.erfinv(u), x)


def normal_quantile(p: float) -> float:
    if p == 0 or p == 1:
        return inf if p else -inf
    return precisely(lambda b, u: b.normal_quantile(u), p)


def erfcx(x: float) -> float:
    if x < -27:
        return inf
    return 0.0 if x == inf else precisely(lambda b, u: b.erfcx(u), x)


def is_pole(x: float) -> bool:
    """Whether x is one of 0, -1, -2, …, where gamma and its relatives have their poles."""
    return -inf < x <= 0 and x == x // 1


def gamma(x: float) -> float:
    try:
        return math.gamma(x)
    except OverflowError:
        return copysign(inf, x)  # a negative number overflows only next to 0
    except ValueError:
        return copysign(inf, x) if x == 0 else nan


def lgamma(x: float) -> float:
    return inf if is_pole(x) or abs(x) == inf else precisely(lambda b, u: b.lgamma(u), x)


def digamma(x: float) -> float:
    return polygamma(0, x)


def polygamma(n: float, x: float) -> float:
    """At poles odd orders are +inf; even ones have a limit only at a signed zero."""
    if not (0 <= n <= 1001 and n == n // 1) or x == -inf:
        return nan
    if x == inf:
        return inf if n == 0 else 0.0
    if is_pole(x):
        return inf if n % 2 else -copysign(inf, x) if x == 0 else nan
    return precisely(lambda b, u: b.polygamma(n, u), x)


def logsumexp(*x: float) -> float:
    top = maximum(*x)
    if not isfinite(top):
        return top
    return precisely(lambda b, *x: b.logsumexp(*x), *x)


def softmax(*x: float) -> tuple[float, ...]:
    """Each input's share exp(x)/sum(exp(x)); where the largest are infinite they share equally."""
    top = maximum(*x)
    if isfinite(top):
        return precisely_each(lambda b, *x: b.softmax(*x), *[max(u, -LARGEST) for u in x])
    return tuple(nan if top != top else 1 / x.count(top) if u == top else 0.0 for u in x)
