"""Local slopes written for arrays, of rows whose own formula is slow on them: it looks at both
branches of a choice, or goes through ball arithmetic.

Each has the arguments (xp, out, *inputs) of a row's slopes, and the same results.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..operations import OPERATIONS
from . import floats
from .blocks import Array, is_plain, outside, repaired
from .elementwise import (
    E_HIGH,
    E_LOW,
    divide,
    exp_negative_half_square,
    normal_cdf,
    sigmoid,
    two_product,
)
from .gated import Gated

Slopes = tuple[Any, ...]
TINY = {4: 2.0**-100, 8: 2.0**-1000}  # by the bytes of a number: products with a few such factors
HUGE = {4: 2.0**100, 8: 2.0**1000}  # may leave the range of normal numbers
MOST_WHOLE = 2.0**53  # up to here doubles hold all whole numbers


def one_by_one(name: str, place: int) -> Callable[..., float]:
    """The slope of a row along one input as a function of doubles (out, *inputs)."""
    slopes = OPERATIONS[name].slopes

    def slope(out: float, *x: float) -> float:
        value: float = slopes(floats, out, *x)[place]
        return value

    return slope


def lost(x: Array) -> Any:
    """Where a number is so large or small that a product may have left the range, or None."""
    size = x.dtype.itemsize
    return outside(x, TINY[size], HUGE[size])


# --------------------------------------------------------------------------------------- arithmetic


def divide_slopes(xp: Any, out: Array, x: Array, y: Array) -> Slopes:
    """1/y and -(x/y)/y; one by one where x/y has left the range."""
    along_x = None if is_plain(x) else divide(1, y)
    if is_plain(y):
        return along_x, None
    along_y = divide(out, y)
    along_y = np.negative(along_y, out=along_y if isinstance(along_y, np.ndarray) else None)
    away = lost(out)
    if away is not None:
        away = away & (x != 0) & np.isfinite(x) & (y != 0) & np.isfinite(y)
        along_y = repaired(along_y, away, one_by_one("divide", 1), out, x, y)
    return along_x, along_y


def power_slopes(xp: Any, out: Array, x: Array, y: Array) -> Slopes:
    """y*x^y/x and x^y*log(x); at zeros, infinities and the ends of the range as the row has it."""
    along_x: Any = None
    along_y: Any = None
    away = lost(out)
    if not is_plain(x):
        along_x = y * divide(out, x)
        steep = lost(along_x)
        away = steep if away is None else away if steep is None else away | steep
    odd: Any = None
    if away is not None or is_plain(x):
        odd = (x == 0) | np.isinf(x)
    if not is_plain(x):
        if odd is not None:
            along_x = np.where(odd, xp.damp(y, xp.power(x, y - 1)), along_x)
        if odd is not None or not is_plain(y):
            along_x = np.where(np.equal(y, 0), 0.0, along_x)
        if away is not None:
            wrong = away & np.logical_not(odd) & (y != 0)
            along_x = repaired(along_x, wrong, one_by_one("power", 0), out, x, y)
    if not is_plain(y):
        along_y = out * xp.log(x)
        if odd is not None:
            away = odd if away is None else away | odd
            along_y = repaired(along_y, away, one_by_one("power", 1), out, x, y)
    return along_x, along_y


def whole_power_slopes(xp: Any, out: Array, x: Array, n: Array) -> Slopes:
    """n*x^(n - 1); one by one where it leaves the range."""
    if is_plain(n) and n == 2:
        return 2 * x, None
    slope = n * xp.power(x, n - 1)
    away = lost(slope)
    if np.any(np.abs(n) > MOST_WHOLE):
        away = True  # n - 1 is rounded
    if away is not None:
        wrong = away & (x != 0) & np.isfinite(x)
        slope = repaired(slope, wrong, one_by_one("whole_power", 0), out, x, n)
    if np.any(np.equal(n, 0)):
        slope = np.where(np.equal(n, 0), 0.0, slope)
    return slope, None


def extreme_slopes(xp: Any, out: Array, *x: Array) -> Slopes:
    """Of max and min: who equals the result passes the gradient, ties share it."""
    ties = [np.equal(u, out) for u in x]
    if len(x) == 2 and not np.any(ties[0] & ties[1]):
        return tuple(Gated(tie, 1) for tie in ties)
    count = ties[0].astype(np.min_scalar_type(len(x)))
    for tie in ties[1:]:
        count = count + tie
    if np.max(count, initial=0) <= 1:
        return tuple(Gated(tie, 1) for tie in ties)
    share = np.true_divide(1, np.maximum(count, 1), dtype=out.dtype)
    return tuple(Gated(tie, share) for tie in ties)


def log_base_slopes(xp: Any, out: Array, x: Array, base: Array) -> Slopes:
    """1/(x*log(base)); along the base as the row has it."""
    if not is_plain(base):
        slopes: Slopes = OPERATIONS["log_base"].slopes(xp, out, x, base)
        return slopes
    return divide(floats.divide(1, floats.log(base)), np.abs(x)), None


# ------------------------------------------------------------------------- functions of neural nets


def decay_slope(x: Array, scale: int) -> Any:
    """e/(1 + e)^2 with e = exp(-scale*|x|)."""
    e = np.abs(x)
    e *= -scale
    e = np.exp(e)
    rest = 1 + e
    rest *= rest
    e /= rest
    return e


def sigmoid_slopes(xp: Any, out: Array, x: Array) -> Slopes:
    """e/(1 + e)^2 with e = exp(-|x|), in place."""
    return (decay_slope(x, 1),)


def tanh_slopes(xp: Any, out: Array, x: Array) -> Slopes:
    """1 - t^2, which loses few digits while |t| is below 0.5; from there by exp(-2|x|)."""
    large = np.abs(out) > 0.5
    share = np.count_nonzero(large) / max(np.size(out), 1)
    if share > 0.3:
        return (4 * decay_slope(x, 2),)
    slope = np.asarray(1 - out * out)
    if share:
        slope[large] = 4 * decay_slope(np.asarray(x)[large], 2)
    return (slope,)


# Slopes with a zero x0, around which their formula cancels. There they are (x - x0)*p((x - x0)/w),
# p the interpolation of 60 digits at Chebyshev points, good to 2^-56 for |x - x0| <= w. Used within
# a smaller distance, beyond which the formula cancels no more than one or two bits. Here: x0 in two
# doubles, w, the distance.
GELU_ZERO = (-0.7517915246935645, 1.4956759177009883e-17, 0.625, 0.45)
GELU = (
    0.4314939923140469, 0.242678114369095, -0.007109248593230896, -0.02783404133232952,
    -0.0022539554059209863, 0.0018521957243146064, 0.0002705590950910413, -8.342929438037792e-05,
    -1.734185121876323e-05, 2.7116001913337348e-06, 7.83615866236547e-07, -6.374637284820034e-08,
    -2.752800337719616e-08, 9.611132535505766e-10, 7.913312998896585e-10, -1.3974823729829263e-12,
    -1.914889440285399e-11, -4.682668423237546e-13, 3.6767884725540836e-13, 1.6779941886505875e-14,
)  # fmt: skip
SILU_ZERO = (-1.2784645427610737, -1.0946994183093437e-16, 1.0, 0.5)
SILU = (
    1.0, -0.10890585285990005, -0.04888293233231559, -0.00471870355594555, 0.003044531044635878,
    0.0011010981897249868, -1.8089629984689733e-05, -9.981523521231195e-05, -2.063413839350762e-05,
    4.09053409554806e-06, 2.7030502872139006e-06, 2.452199901276608e-07, -1.8046669253955564e-07,
    -6.142834736107888e-08, 2.0394563649534965e-09, 5.795351029598454e-09, 1.1042363927162446e-09,
    -2.6115515215766186e-10, -1.491336362143395e-10, -8.343948482849581e-12, 9.046684213550483e-12,
    1.8510666768063417e-12,
)  # fmt: skip
MISH_ZERO = (-1.1924312145154952, -4.8484829848031044e-17, 1.0, 0.7)
MISH = (
    0.2669479140495345, 0.20473126408010586, 0.04190782104361013, -0.02027182271668372,
    -0.015821126561745277, -0.003360684927048324, 0.0010924055411614551, 0.0009898181025965974,
    0.0002541293618481978, -4.19615005408431e-05, -5.5828904859285605e-05, -1.7299245166213213e-05,
    9.427004469705092e-07, 2.90872752485914e-06, 1.0717500160107294e-06, 2.709845335497254e-08,
    -1.4126152578040174e-07, -6.208998051309652e-08, -5.412642653823696e-09, 6.748634044966033e-09,
    3.3828722671120225e-09, 2.4783451297229697e-10, -3.208482896803459e-10, -9.017261985524187e-11,
)  # fmt: skip


def around_zero(
    value: Any, x: Array, zero: tuple[float, float, float, float], coefficients: tuple[float, ...]
) -> Any:
    """`value` with the elements next to a zero of the function replaced; `value` may change."""
    high, low, width, reach = zero
    near = np.abs(x - high) <= reach
    if not np.any(near):
        return value
    distance = (np.asarray(x)[near] - high) - low
    argument = distance / width
    total = np.full_like(argument, coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total *= argument
        total += coefficient
    value = np.asarray(value)
    value[near] = total * distance
    return value


def gelu_slopes(xp: Any, out: Array, x: Array) -> Slopes:
    """Phi(x) + x*phi(x), in doubles."""
    wide = np.asarray(x, np.float64)
    density = exp_negative_half_square(wide) / floats.root_two_pi
    slope = normal_cdf(wide) + xp.damp(wide, density)
    slope = around_zero(slope, wide, GELU_ZERO, GELU)
    ends = (wide < -36) & (wide > -40)  # the density is subnormal
    return (repaired(slope, ends, one_by_one("gelu", 0), out, wide).astype(np.dtype(x.dtype)),)


def silu_slopes(xp: Any, out: Array, x: Array) -> Slopes:
    """sigmoid(x)*(1 + x*sigmoid(-x)), in doubles."""
    wide = np.asarray(x, np.float64)
    factor = around_zero(1 + xp.damp(wide, sigmoid(-wide)), wide, SILU_ZERO, SILU)
    slope = xp.damp(factor, sigmoid(wide))
    ends = (wide < -690) & (wide > -800)  # the sigmoid is subnormal
    return (repaired(slope, ends, one_by_one("silu", 0), out, wide).astype(np.dtype(x.dtype)),)


def mish_slopes(xp: Any, out: Array, x: Array) -> Slopes:
    """With e = exp(-|x|): for x < 0, e*((e + 2)*d + 4x(1 + e))/d^2 with d = e^2 + 2e + 2; for other
    x, ((1 + 2e)*d + 4x*e^2*(1 + e))/d^2 with d = 1 + 2e + 2e^2. In doubles.
    """
    wide = np.asarray(x, np.float64)
    e = np.exp(-np.abs(wide))
    low = e * (e + 2) + 2
    high = 1 + 2 * e * (1 + e)
    bent = xp.damp(4 * wide, e) * (1 + e)
    below = (e * (e + 2) * low + bent) / (low * low)
    above = ((1 + 2 * e) * high + bent * e) / (high * high)
    slope = np.where(wide < 0, below, above)
    slope = around_zero(slope, wide, MISH_ZERO, MISH)
    ends = (wide < -690) & (wide > -800)  # e is subnormal
    return (repaired(slope, ends, one_by_one("mish", 0), out, wide).astype(np.dtype(x.dtype)),)


def entropy_slopes(xp: Any, out: Array, x: Array) -> Slopes:
    """-log(x) - 1; around its zero at 1/e as -log1p(e*x - 1), with e in two doubles."""
    wide = np.asarray(x, np.float64)
    high, low = two_product(wide, E_HIGH)
    near = -np.log1p((high - 1) + (low + E_LOW * wide))
    slope = np.where((wide > 0.2) & (wide < 0.6), near, -np.log(wide) - 1)
    return (slope.astype(np.dtype(x.dtype)),)


SLOPES: dict[str, Callable[..., Slopes]] = {
    "divide": divide_slopes,
    "power": power_slopes,
    "whole_power": whole_power_slopes,
    "max": extreme_slopes,
    "min": extreme_slopes,
    "log_base": log_base_slopes,
    "sigmoid": sigmoid_slopes,
    "softplus": lambda xp, out, x: (sigmoid(x),),
    "logsigmoid": lambda xp, out, x: (sigmoid(-x),),
    "tanh": tanh_slopes,
    "gelu": gelu_slopes,
    "silu": silu_slopes,
    "mish": mish_slopes,
    "entropy": entropy_slopes,
    "relu": lambda xp, out, x: (Gated(np.less(0, x), 1),),
}
