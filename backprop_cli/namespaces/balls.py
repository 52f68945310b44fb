"""Numbers with a certified error: python-flint's `arb`, at the precision that `flint.ctx.prec`
says.

Each value is a ball, a midpoint with a radius that holds the true result. What is not finite is NaN
here. A comparison that two overlapping balls leave open raises `Undecided`; the caller tries again
with more bits.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable
from typing import Any

from flint import acb, arb, arb_series, ctx, fmpq

from . import fallback
from .choices import both, choose, either, gate, no, slopes  # noqa: F401  (names of xp)
from .unlimited import damp, in_range, narrow, wide  # noqa: F401  (names of xp)

PRECISIONS = (96, 192, 448, 1024, 2304, 5120, 12288)

chain = operator.mul
accumulate = operator.add


class Undecided(ArithmeticError):
    """Two balls overlap, so that it is open which is larger."""


def __getattr__(name: str) -> Any:
    computed: dict[str, Callable[[], arb]] = {
        "zero": lambda: arb(0),
        "one": lambda: arb(1),
        "ln2": arb.const_log2,
        "ln10": arb.const_log10,
        "two_over_root_pi": lambda: 2 / arb.const_sqrt_pi(),
        "root_two_pi": lambda: (2 * arb.pi()).sqrt(),
    }
    if name in computed:
        return computed[name]()
    return fallback(sys.modules[__name__], name)


def constant(text: str) -> arb:
    """A ball around a literal."""
    named: dict[str, Callable[[], arb]] = {
        "pi": arb.pi,
        "e": arb.const_e,
        "tau": lambda: 2 * arb.pi(),
        "nan": arb.nan,
    }
    if text in named:
        return named[text]()
    if text.lstrip("-") == "inf":
        return arb.neg_inf() if text[0] == "-" else arb.pos_inf()
    if "/" in text:
        return arb(fmpq(*map(int, text.split("/"))))
    return arb(text if text[-1] != "." else text[:-1])


# ------------------------------------------------------------------------------------------ choices


def order(x: Any, y: Any) -> int:
    """-1, 0 or 1 as x is less than, equal to or greater than y; raises Undecided."""
    if x is y:
        return 0
    difference = x - y
    if difference > 0:
        return 1
    if difference < 0:
        return -1
    if difference == 0 or (is_infinite(x) and is_infinite(y)):
        return 0
    raise Undecided


def is_infinite(x: Any) -> bool:
    x = arb(x)
    return bool(x.is_exact() and not x.is_finite())


def undefined(x: Any) -> bool:
    """Whether a value is NaN."""
    return isinstance(x, arb) and bool(x.is_nan())


def less(x: Any, y: Any) -> bool:
    return order(x, y) < 0


def less_equal(x: Any, y: Any) -> bool:
    return order(x, y) <= 0


def greater(x: Any, y: Any) -> bool:
    return order(x, y) > 0


def greater_equal(x: Any, y: Any) -> bool:
    return order(x, y) >= 0


def equal(x: Any, y: Any) -> bool:
    return order(x, y) == 0


def not_equal(x: Any, y: Any) -> bool:
    return not equal(x, y)


def maximum(*x: Any) -> Any:
    top = x[0]
    for u in x[1:]:
        top = u if order(u, top) > 0 else top
    return top


def minimum(*x: Any) -> Any:
    low = x[0]
    for u in x[1:]:
        low = u if order(u, low) < 0 else low
    return low


def sign(x: Any) -> Any:
    return arb(order(x, 0))


def copysign(x: Any, y: Any) -> Any:
    return abs(x) if order(y, 0) >= 0 else -abs(x)


# ----------------------------------------------------------------------------- arithmetic and roots


def precisely(formula: Callable[..., Any], *x: Any) -> Any:
    """The formula itself: balls lose nothing unseen."""
    return formula(sys.modules[__name__], *x)


precisely_each = precisely


def divide(x: Any, y: Any) -> Any:
    return arb(x) / y


def square(x: Any) -> Any:
    return x * x


def whole(x: Any) -> int:
    """The whole number that an exact ball is; raises Undecided if it may be several."""
    number = arb(x).unique_fmpz()
    if number is None:
        raise Undecided
    return int(number)


def power(x: Any, y: Any) -> Any:
    y = arb(y)
    if y.is_integer() and abs(y) < 1 << 62:
        n = whole(y)
        return arb(x) ** n if n >= 0 else 1 / arb(x) ** -n
    if order(x, 0) == 0:
        return arb(0) if y > 0 else arb.nan()
    return arb(x) ** y


def mod(x: Any, y: Any) -> Any:
    return x - y * floor(x / y)


def factorial(n: Any) -> Any:
    return (n + 1).gamma() if arb(n).is_integer() and n >= 0 else arb.nan()


def settled(x: Any) -> Any:
    """x rounded to a whole number by arb; raises Undecided if the ball holds a jump."""
    if not x.is_exact() and x.is_finite():
        raise Undecided
    return x


def floor(x: Any) -> Any:
    return settled(x.floor())


def ceil(x: Any) -> Any:
    return settled(x.ceil())


def trunc(x: Any) -> Any:
    return floor(x) if order(x, 0) >= 0 else ceil(x)


def round(x: Any) -> Any:
    """The nearest whole number, halves to the even one."""
    nearest = floor(x + arb(0.5))
    half = nearest - x == arb(0.5)
    return nearest - 1 if half and whole(nearest) % 2 else nearest


def sum(*x: Any) -> Any:
    total = x[0]
    for u in x[1:]:
        total = total + u
    return total


def prod(*x: Any) -> Any:
    total = x[0]
    for u in x[1:]:
        total = total * u
    return total


def norm(*x: Any) -> Any:
    return sum(*[u * u for u in x]).sqrt()


def hypot(x: Any, y: Any) -> Any:
    return norm(arb(x), arb(y))


def direction(*x: Any) -> tuple[Any, ...]:
    """Each number's share of the norm of all; 0 for the zero vector."""
    length = norm(*x)
    return tuple(u if length == 0 else u / length for u in x)


def cbrt(x: Any) -> Any:
    return x.root(3) if order(x, 0) >= 0 else -((-x).root(3))


def shifted(*x: Any) -> tuple[Any, list[Any]]:
    """The largest number (or nearly), and the exponentials of all less it."""
    top = max(x, key=lambda u: float(u.mid()))
    return top, [(u - top).exp() for u in x]


def logsumexp(*x: Any) -> Any:
    top, exponentials = shifted(*x)
    return top + sum(*exponentials).log()


def softmax(*x: Any) -> tuple[Any, ...]:
    _, exponentials = shifted(*x)
    total = sum(*exponentials)
    return tuple(u / total for u in exponentials)


# ------------------------------------------------------------------ functions of one or two numbers


def method(name: str) -> Callable[[Any], Any]:
    """The arb method called `name`, as a function."""

    def call(x: Any) -> Any:
        return getattr(x, name)()

    return call


sqrt, exp, expm1, log, log1p = map(method, ("sqrt", "exp", "expm1", "log", "log1p"))
sin, cos, tan, asin, acos, atan = map(method, ("sin", "cos", "tan", "asin", "acos", "atan"))
sinh, cosh, tanh = map(method, ("sinh", "cosh", "tanh"))
asinh, acosh, atanh = map(method, ("asinh", "acosh", "atanh"))
erf, erfc, erfinv = map(method, ("erf", "erfc", "erfinv"))
gamma, reciprocal_gamma = map(method, ("gamma", "rgamma"))


def atan2(y: Any, x: Any) -> Any:
    if order(y, 0) == 0 and order(x, 0) == 0:
        return arb(0)
    return arb.atan2(y, x)


def exp2(x: Any) -> Any:
    return power(arb(2), x)


def log2(x: Any) -> Any:
    return x.log() / arb.const_log2()


def log10(x: Any) -> Any:
    return x.log() / arb.const_log10()


def log_base(x: Any, base: Any) -> Any:
    return x.log() / base.log()


def exp_negative_square(x: Any) -> Any:
    return (-x * x).exp()


def exp_negative_half_square(x: Any) -> Any:
    return (-x * x / 2).exp()


def normal_quantile(p: Any) -> Any:
    return -arb(2).sqrt() * (2 * p).erfcinv()


def lgamma(x: Any) -> Any:
    """log|gamma(x)|; for negative x by reflection (DLMF 5.5.3)."""
    if order(x, 0) > 0:
        return x.lgamma()
    return (arb.pi() / abs(x.sin_pi())).log() - (1 - x).lgamma()


def digamma(x: Any) -> Any:
    """For negative x by reflection (DLMF 5.5.4)."""
    if order(x, 0) > 0:
        return x.digamma()
    return (1 - x).digamma() - arb.pi() * x.cot_pi()


def polygamma(n: Any, x: Any) -> Any:
    """For negative x by reflection (DLMF 5.15.6), with the Taylor series of cot."""
    n = whole(n)
    if not 0 <= n <= 1001:
        return arb.nan()
    if n == 0:
        return digamma(x)
    if order(x, 0) > 0:
        return acb(x).polygamma(n).real
    if not x.is_finite():
        return arb.nan()
    reflected = acb(1 - x).polygamma(n).real
    cap, ctx.cap = ctx.cap, n + 1
    try:
        series = arb_series([x, 1], prec=n + 1).cot_pi()
    finally:
        ctx.cap = cap
    return (-1) ** n * reflected - arb.pi() * arb.fac_ui(n) * series[n]


def erfcx(x: Any) -> Any:
    """exp(x^2)*erfc(x), for large x without the exponential (DLMF 7.11.2, 13.6.8)."""
    if order(x, 1) < 0:
        return (x * x).exp() * x.erfc()
    half = arb(0.5)
    return (x * x).hypgeom_u(half, half) / arb.const_sqrt_pi()


# ----------------------------------------------------------------------------------------- rounding


def certain_double(ball: Any) -> float | None:
    """The double that every number in a ball rounds to; None if there are several.

    64 certain bits are taken as enough: the result is then within 0.5005 ulp.
    """
    if not ball.is_finite():
        return None
    nearest = float(ball.mid())
    if ball.rel_accuracy_bits() >= 64 or float(ball.lower()) == float(ball.upper()):
        return nearest
    return None


def nearest_doubles(formula: Callable[..., Any], *x: float) -> tuple[float, ...]:
    """The doubles nearest to the numbers that formula(balls, *x) gives.

    NaN for one that is undefined or stays uncertain at 12,288 bits, and for all if a choice stays
    open.
    """
    namespace = sys.modules[__name__]
    doubles: list[float | None] = [None] * len(x)
    for precision in PRECISIONS:
        with ctx.workprec(precision):
            try:
                doubles = [certain_double(ball) for ball in formula(namespace, *map(arb, x))]
            except Undecided:
                continue
        if None not in doubles:
            break
    return tuple(float("nan") if u is None else u for u in doubles)


def nearest_double(formula: Callable[..., Any], *x: float) -> float:
    """The double nearest to formula(balls, *x); NaN where it is undefined or stays uncertain."""
    return nearest_doubles(lambda b, *x: (formula(b, *x),), *x)[0]
