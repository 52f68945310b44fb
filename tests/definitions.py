"""What each operation is, written a second time by hand in mpmath, independently of the table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mpmath import mp, mpf

Number = Any


def mean(*x: Number) -> Number:
    return mp.fsum(x) / len(x)


def variance(*x: Number) -> Number:
    return mp.fsum((u - mean(*x)) ** 2 for u in x) / len(x)


def power(x: Number, y: Number) -> Number:
    """x^y; of a negative number to whole numbers only."""
    return x ** int(y) if y == int(y) else mp.exp(y * mp.log(x))


def truncated(x: Number) -> Number:
    return mp.floor(x) if x > 0 else mp.ceil(x)


def normal_cdf(x: Number) -> Number:
    return mp.erfc(-x / mp.sqrt(2)) / 2


def selu(x: Number) -> Number:
    scale = mpf("1.0507009873554804934193349852946")
    alpha = mpf("1.6732632423543772848170429916717")
    return scale * (x if x > 0 else alpha * (mp.exp(x) - 1))


DEFINITIONS: dict[str, Callable[..., Number]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "negate": lambda x: -x,
    "power": power,
    "whole_power": power,
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1 / x,
    "factorial": lambda n: mp.fprod(range(1, int(n) + 1)),
    "mod": lambda x, y: x - y * mp.floor(x / y),
    "sqrt": mp.sqrt,
    "rsqrt": lambda x: 1 / mp.sqrt(x),
    "cbrt": lambda x: mp.sign(x) * mp.root(abs(x), 3),
    "hypot": lambda x, y: mp.sqrt(x * x + y * y),
    "exp": mp.exp,
    "exp2": lambda x: mpf(2) ** x,
    "expm1": lambda x: mp.exp(x) - 1,
    "log": mp.log,
    "log_base": lambda x, base: mp.log(x) / mp.log(base),
    "log2": lambda x: mp.log(x) / mp.log(2),
    "log10": lambda x: mp.log(x) / mp.log(10),
    "log1p": lambda x: mp.log(1 + x),
    "sin": mp.sin,
    "cos": mp.cos,
    "tan": lambda x: mp.sin(x) / mp.cos(x),
    "sec": mp.sec,
    "csc": mp.csc,
    "cot": mp.cot,
    "sinc": lambda x: mp.sin(x) / x if x else mpf(1),
    "asin": mp.asin,
    "acos": mp.acos,
    "atan": mp.atan,
    "atan2": lambda y, x: mp.arg(mp.mpc(x, y)),
    "asec": lambda x: mp.acos(1 / x),
    "acsc": lambda x: mp.asin(1 / x),
    "acot": lambda x: mp.atan(1 / x),
    "sinh": lambda x: (mp.exp(x) - mp.exp(-x)) / 2,
    "cosh": lambda x: (mp.exp(x) + mp.exp(-x)) / 2,
    "tanh": lambda x: (mp.exp(2 * x) - 1) / (mp.exp(2 * x) + 1),
    "sech": lambda x: 2 / (mp.exp(x) + mp.exp(-x)),
    "csch": lambda x: 2 / (mp.exp(x) - mp.exp(-x)),
    "coth": lambda x: (mp.exp(2 * x) + 1) / (mp.exp(2 * x) - 1),
    "asinh": lambda x: mp.log(x + mp.sqrt(x * x + 1)),
    "acosh": lambda x: mp.log(x + mp.sqrt(x * x - 1)),
    "atanh": lambda x: mp.log((1 + x) / (1 - x)) / 2,
    "abs": abs,
    "sign": mp.sign,
    "max": lambda *x: max(x),
    "min": lambda *x: min(x),
    "clamp": lambda x, low, high: low if x < low else high if x > high else x,
    "where": lambda condition, a, b: a if condition else b,
    "floor": mp.floor,
    "ceil": mp.ceil,
    "round": mp.nint,
    "trunc": truncated,
    "step": lambda x: mpf(1) if x >= 0 else mpf(0),
    "copysign": lambda x, y: abs(x) if y >= 0 else -abs(x),
    "stop_gradient": lambda x: x,
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "greater": lambda x, y: x > y,
    "greater_equal": lambda x, y: x >= y,
    "equal": lambda x, y: x == y,
    "not_equal": lambda x, y: x != y,
    "and": lambda a, b: a and b,
    "or": lambda a, b: a or b,
    "not": lambda a: not a,
    "sigmoid": lambda x: 1 / (1 + mp.exp(-x)),
    "logit": lambda p: mp.log(p / (1 - p)),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "logsigmoid": lambda x: mp.log(1 / (1 + mp.exp(-x))),
    "logaddexp": lambda x, y: mp.log(mp.exp(x) + mp.exp(y)),
    "relu": lambda x: x if x > 0 else mpf(0),
    "leaky_relu": lambda x, slope: x if x > 0 else slope * x,
    "elu": lambda x, alpha: x if x > 0 else alpha * (mp.exp(x) - 1),
    "selu": selu,
    "gelu": lambda x: x * normal_cdf(x),
    "silu": lambda x: x / (1 + mp.exp(-x)),
    "mish": lambda x: x * mp.tanh(mp.log(1 + mp.exp(x))),
    "softsign": lambda x: x / (1 + abs(x)),
    "hard_tanh": lambda x: max(mpf(-1), min(mpf(1), x)),
    "huber": lambda x, delta: x * x / 2 if abs(x) <= delta else delta * (abs(x) - delta / 2),
    "xlogy": lambda x, y: x * mp.log(y) if x else mpf(0),
    "xlog1py": lambda x, y: x * mp.log(1 + y) if x else mpf(0),
    "entropy": lambda x: -x * mp.log(x) if x else mpf(0),
    "erf": mp.erf,
    "erfc": mp.erfc,
    "erfinv": mp.erfinv,
    "erfcx": lambda x: mp.exp(x * x) * mp.erfc(x),
    "normal_density": lambda x: mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi),
    "normal_cdf": normal_cdf,
    "normal_quantile": lambda p: mp.sqrt(2) * mp.erfinv(2 * p - 1),
    "gamma": mp.gamma,
    "lgamma": lambda x: mp.log(abs(mp.gamma(x))),
    "digamma": mp.digamma,
    "polygamma": lambda n, x: mp.psi(int(n), x),
    "beta": lambda x, y: mp.gamma(x) * mp.gamma(y) / mp.gamma(x + y),
    "lbeta": lambda x, y: mp.log(mp.gamma(x) * mp.gamma(y) / mp.gamma(x + y)),
    "sum": lambda *x: mp.fsum(x),
    "mean": mean,
    "prod": lambda *x: mp.fprod(x),
    "var": variance,
    "std": lambda *x: mp.sqrt(variance(*x)),
    "norm": lambda *x: mp.sqrt(mp.fsum(u * u for u in x)),
    "logsumexp": lambda *x: mp.log(mp.fsum(mp.exp(u) for u in x)),
}
