"""Numbers that are known to within an interval, such as what a student wrote: wide balls.

The arithmetic is that of `balls`. What differs is a choice that an interval leaves open: there the
result is a ball around both outcomes, where `balls` would ask for more bits. A condition is True,
False, or None where it is open. Where no outcome can be bounded, `balls.Undecided` is raised or the
result is NaN.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from flint import arb

from . import balls, fallback
from .balls import (  # noqa: F401  (names of xp)
    accumulate,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    chain,
    constant,
    copysign,
    cos,
    cosh,
    digamma,
    direction,
    divide,
    erf,
    erfc,
    erfcx,
    erfinv,
    exp,
    exp2,
    exp_negative_half_square,
    exp_negative_square,
    expm1,
    factorial,
    floor,
    gamma,
    hypot,
    is_infinite,
    lgamma,
    log,
    log1p,
    log2,
    log10,
    log_base,
    logsumexp,
    mod,
    norm,
    normal_quantile,
    order,
    polygamma,
    power,
    prod,
    reciprocal_gamma,
    round,
    sin,
    sinh,
    softmax,
    sqrt,
    square,
    sum,
    tan,
    tanh,
    trunc,
    undefined,
)
from .choices import slopes  # noqa: F401  (a name of xp)
from .unlimited import damp, in_range, narrow, wide  # noqa: F401  (names of xp)

Condition = bool | None
CONSTANTS = ("zero", "one", "ln2", "ln10", "two_over_root_pi", "root_two_pi")


def __getattr__(name: str) -> Any:
    return balls.__getattr__(name) if name in CONSTANTS else fallback(sys.modules[__name__], name)


def precisely(formula: Callable[..., Any], *x: Any) -> Any:
    """The formula itself: intervals lose nothing unseen."""
    return formula(sys.modules[__name__], *x)


precisely_each = precisely


def around(x: Any, y: Any) -> Any:
    """A ball that holds both."""
    return arb(x).union(arb(y))


def compared(x: Any, y: Any, holds: Callable[[int], bool]) -> Condition:
    """Whether `holds` is true of how x stands to y (-1, 0, 1); None where that is open."""
    try:
        return holds(order(x, y))
    except balls.Undecided:
        pass
    difference = arb(x) - y
    possible = {holds(0)}
    possible |= {holds(-1)} if difference.lower() < 0 else set()
    possible |= {holds(1)} if difference.upper() > 0 else set()
    return possible.pop() if len(possible) == 1 else None


def less(x: Any, y: Any) -> Condition:
    return compared(x, y, lambda sign: sign < 0)


def less_equal(x: Any, y: Any) -> Condition:
    return compared(x, y, lambda sign: sign <= 0)


def greater(x: Any, y: Any) -> Condition:
    return compared(x, y, lambda sign: sign > 0)


def greater_equal(x: Any, y: Any) -> Condition:
    return compared(x, y, lambda sign: sign >= 0)


def equal(x: Any, y: Any) -> Condition:
    return compared(x, y, lambda sign: sign == 0)


def not_equal(x: Any, y: Any) -> Condition:
    return no(equal(x, y))


def both(a: Condition, b: Condition) -> Condition:
    """Logical and."""
    if a is False or b is False:
        return False
    return None if a is None or b is None else True


def either(a: Condition, b: Condition) -> Condition:
    """Logical or."""
    return no(both(no(a), no(b)))


def no(a: Condition) -> Condition:
    """Logical not."""
    return None if a is None else not a


def choose(condition: Condition, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """One of two values, or a ball around both."""
    if condition is None:
        return around(then(), otherwise())
    return then() if condition else otherwise()


def gate(condition: Condition, slope: Any) -> Any:
    """A slope where a condition holds; a ball around it and 0 where that is open."""
    if condition is None:
        return around(0, slope)
    return slope if condition else None


def largest(x: Any, y: Any) -> Any:
    """The larger one itself where that is clear."""
    above = greater(x, y)
    return arb(x).max(arb(y)) if above is None else (x if above else y)


def maximum(*x: Any) -> Any:
    top = x[0]
    for u in x[1:]:
        top = largest(u, top)
    return top


def minimum(*x: Any) -> Any:
    low = x[0]
    for u in x[1:]:
        above = less(u, low)
        low = arb(u).min(arb(low)) if above is None else (u if above else low)
    return low


def sign(x: Any) -> Any:
    above, below = greater(x, 0), less(x, 0)
    if above is None or below is None:
        return arb(0, 1)
    return arb(int(above) - int(below))
