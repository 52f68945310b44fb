"""The functions of one or two numbers on arrays: NumPy and SciPy where they keep 4 ulp, a formula
of our own where they do not, and `floats` one by one where neither does.

Every function takes arrays and plain Python numbers; given only the latter, it is that of `floats`.
Values at signed zeros, infinities, poles and the ends of domains are those of `floats`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from . import floats
from .blocks import Array, each, in_doubles, is_plain, lifted, repaired

SPLIT = 134217729.0  # 2^27 + 1
E_HIGH, E_LOW = math.e, 1.4456468917292502e-16  # e as a sum of two doubles
ROOT_HALF, ROOT_HALF_LOW = 0.7071067811865476, -4.833646656726457e-17  # 1/sqrt(2) likewise

exp = lifted(floats.exp, np.exp)
exp2 = lifted(floats.exp2, np.exp2)
expm1 = lifted(floats.expm1, np.expm1)
log = lifted(floats.log, np.log)
log2 = lifted(floats.log2, np.log2)
log10 = lifted(floats.log10, np.log10)
log1p = lifted(floats.log1p, np.log1p)
sin = lifted(floats.sin, np.sin)
cos = lifted(floats.cos, np.cos)
tan = lifted(floats.tan, np.tan)
asin = lifted(floats.asin, np.arcsin)
acos = lifted(floats.acos, np.arccos)
atan = lifted(floats.atan, np.arctan)
atan2 = lifted(floats.atan2, np.arctan2)
sinh = lifted(floats.sinh, np.sinh)
cosh = lifted(floats.cosh, np.cosh)
tanh = lifted(floats.tanh, np.tanh)
asinh = lifted(floats.asinh, np.arcsinh)
acosh = lifted(floats.acosh, np.arccosh)
atanh = lifted(floats.atanh, np.arctanh)
sqrt = lifted(floats.sqrt, np.sqrt)
hypot = lifted(floats.hypot, np.hypot)
divide = lifted(floats.divide, np.true_divide)
mod = lifted(floats.mod, np.mod)
floor = lifted(floats.floor, np.floor)
ceil = lifted(floats.ceil, np.ceil)
trunc = lifted(floats.trunc, np.trunc)
round = lifted(floats.round, np.rint)
sign = lifted(floats.sign, np.sign)
copysign = lifted(math.copysign, np.copysign)
square = lifted(floats.square, np.square)


# ------------------------------------------------------------------------ products without rounding


def split(x: Any) -> tuple[Any, Any]:
    """x as a sum of two numbers of 26 bits (Veltkamp); for |x| below 2^990."""
    scaled = SPLIT * x
    high = scaled - (scaled - x)
    return high, x - high


def two_product(x: Any, y: Any) -> tuple[Any, Any]:
    """x*y and its rounding error (Dekker, A Floating-Point Technique, 1971)."""
    product = x * y
    (a, b), (c, d) = split(x), split(y)
    return product, ((a * c - product) + a * d + b * c) + b * d


def two_sum(x: Any, y: Any) -> tuple[Any, Any]:
    """x + y and its rounding error (Knuth, TAOCP 2, 4.2.2)."""
    total = x + y
    part = total - x
    return total, (x - (total - part)) + (y - part)


# --------------------------------------------------------------------------------- powers and roots


def power_of_arrays(x: Array, y: Array) -> Any:
    """x^y as C's pow; small whole literals y by multiplication."""
    if is_plain(y):
        if y == 1:
            return x
        if y == 2:
            return x * x
        if y == 3:
            return x * x * x
        if y == -1:
            return np.true_divide(1, x)
    return np.power(x, y)


power = lifted(floats.power, power_of_arrays)


@in_doubles
def cbrt_of_arrays(x: Array) -> Any:
    """The C library's root after a step of Newton's method, with its residual in two doubles."""
    mantissa, exponent = np.frexp(x)
    whole, rest = np.divmod(exponent, 3)
    scaled = np.ldexp(mantissa, rest)  # of size 1/2 to 4: nothing below can leave the range
    root = np.cbrt(scaled)
    square, low = two_product(root, root)
    cube, lower = two_product(square, root)
    residual = (cube - scaled) + (lower + low * root)
    better = np.ldexp(root - residual / (3 * square), whole)
    return np.where((x == 0) | ~np.isfinite(x), x, better)


cbrt = lifted(floats.cbrt, cbrt_of_arrays)
FACTORIALS = np.array([floats.factorial(float(n)) for n in range(172)])


@in_doubles
def factorial_of_arrays(n: Array) -> Any:
    """n! from a table; NaN where n is no whole number from 0 on."""
    whole = (n >= 0) & (n == np.floor(n))
    places = np.where(whole, np.minimum(n, 171), 0).astype(np.intp)
    return np.where(whole, FACTORIALS[places], np.nan)


factorial = lifted(floats.factorial, factorial_of_arrays)


def log_base(x: Array, base: Array) -> Array:
    """log(x)/log(base), by log2 and log10 for those bases."""
    if is_plain(base):
        if base == 2:
            return log2(x)
        if base == 10:
            return log10(x)
        return divide(log(x), floats.log(base))
    quotient = divide(log(x), log(base))
    return np.where(base == 2, log2(x), np.where(base == 10, log10(x), quotient))


# ------------------------------------------------------------------------------ normal distribution


def exponential(x: Any, share: float, limit: float) -> Any:
    """exp(-share*x^2) with the rounding of x^2 made good; 0 where |x| is above `limit`."""
    inside = np.clip(x, -limit - 1, limit + 1)
    high, low = split(inside)
    main = np.exp(-(high * high) * share)
    return np.where(np.abs(x) > limit, 0.0, main + main * np.expm1(-low * (high + inside) * share))


@in_doubles
def exp_negative_square_of_arrays(x: Any) -> Any:
    return exponential(x, 1.0, 30.0)


@in_doubles
def exp_negative_half_square_of_arrays(x: Any) -> Any:
    return exponential(x, 0.5, 40.0)


exp_negative_square = lifted(floats.exp_negative_square, exp_negative_square_of_arrays)
exp_negative_half_square = lifted(
    floats.exp_negative_half_square, exp_negative_half_square_of_arrays
)


def erf_of_arrays(x: Any) -> Any:
    from scipy.special import erf

    return erf(x)


erf = lifted(floats.erf, in_doubles(erf_of_arrays))


def one_by_one(function: Any) -> Any:
    """A function of doubles run on each element."""
    return lifted(function, lambda *x: each(function, *x))


erfc = one_by_one(floats.erfc)
erfcx = one_by_one(floats.erfcx)
gamma = one_by_one(floats.gamma)


def normal_cdf_of_doubles(x: float) -> float:
    result: float = floats.normal_cdf(x)
    return result


@in_doubles
def normal_cdf_of_arrays(x: Any) -> Any:
    """(1 + erf(x/sqrt(2)))/2; below -1/2 erfc(-x/sqrt(2))/2, with the rounding of x/sqrt(2) made
    good by the slope of erfc.
    """
    from scipy.special import erf

    result = 0.5 + 0.5 * erf(x * ROOT_HALF)
    low = x < -0.5
    if not np.any(low):
        return result
    inside = np.maximum(np.asarray(x)[low], -36)
    main, rest = two_product(-inside, ROOT_HALF)
    rest -= inside * ROOT_HALF_LOW
    slope = floats.two_over_root_pi * exponential(main, 1.0, 30.0)
    result = np.asarray(result)
    result[low] = 0.5 * (np.frompyfunc(math.erfc, 1, 1)(main).astype(np.float64) - slope * rest)
    return repaired(result, x < -36, normal_cdf_of_doubles, x)


normal_cdf = lifted(normal_cdf_of_doubles, normal_cdf_of_arrays)


def erfinv_of_arrays(x: Any) -> Any:
    from scipy.special import erfinv

    return erfinv(x)


def normal_quantile_of_arrays(p: Any) -> Any:
    from scipy.special import ndtri

    return repaired(ndtri(p), (p > 0) & (p < 1e-300), floats.normal_quantile, p)


erfinv = lifted(floats.erfinv, in_doubles(erfinv_of_arrays))
normal_quantile = lifted(floats.normal_quantile, in_doubles(normal_quantile_of_arrays))


# -------------------------------------------------------------------------- gamma and its relatives


@in_doubles
def lgamma_of_arrays(x: Any) -> Any:
    """SciPy's, except around the zeros at 1 and 2, and for negative numbers."""
    from scipy.special import gammaln

    easy = (x > 2.3) | ((x > 1e-300) & (x < 0.49))
    return repaired(gammaln(x), ~easy, floats.lgamma, x)


@in_doubles
def digamma_of_arrays(x: Any) -> Any:
    """SciPy's for positive numbers."""
    from scipy.special import digamma as psi

    return repaired(psi(x), ~(x > 1e-3), floats.digamma, x)


lgamma = lifted(floats.lgamma, lgamma_of_arrays)
digamma = lifted(floats.digamma, digamma_of_arrays)


def polygamma(n: Array, x: Array) -> Array:
    """Of order 0 by digamma, one by one for others."""
    if is_plain(n) and is_plain(x):
        return floats.polygamma(n, x)
    return digamma(x) if is_plain(n) and n == 0 else each(floats.polygamma, n, x)


# ------------------------------------------------------------------------- functions of neural nets


EXP_RANGE = {4: -60.0, 8: -600.0}  # by the bytes of a number: below, 1 + exp(x) is 1


def sigmoid_of_arrays(x: Any) -> Any:
    """1/(1 + exp(-x)), which loses no digits; exp(x) where exp(-x) may overflow."""
    result = np.exp(np.negative(x))
    result += 1
    result = np.true_divide(1, result)
    limit = EXP_RANGE[result.dtype.itemsize]
    if np.min(x, initial=0.0) >= limit:
        return result
    return np.where(x < limit, np.exp(x), result)


def sigmoid_of_doubles(x: float) -> float:
    result: float = floats.sigmoid(x)
    return result


sigmoid = lifted(sigmoid_of_doubles, sigmoid_of_arrays)


def softplus_of_arrays(x: Any) -> Any:
    """log(1 + exp(x)) without overflow."""
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def silu_of_doubles(x: float) -> float:
    result: float = floats.silu(x)
    return result


def silu_of_arrays(x: Any) -> Any:
    """x*sigmoid(x); 0 at -inf, and one by one where the sigmoid leaves the range."""
    result = x * sigmoid_of_arrays(x)
    limit = {4: -80.0, 8: -690.0}[result.dtype.itemsize]
    if np.min(x, initial=0.0) >= limit:
        return result
    lost = (x < limit) & (x > -800)
    return repaired(np.where(x == -np.inf, -0.0, result), lost, silu_of_doubles, x)
