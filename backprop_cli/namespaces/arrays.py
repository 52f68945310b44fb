"""NumPy arrays as numbers: the rows of the table, elementwise, on millions of elements at once.

Values are arrays of float64 or float32 of one shape, arrays of bool (conditions), and plain Python
numbers (literals), which take the dtype of the arrays that they meet; only plain numbers come out
where only plain numbers go in. Results are those of `floats`, to 4 ulp.

All work stands in `with quiet():`, since also operators of the rows, such as x*x, may overflow.
`slopes` answers for the rows of the table with forms made for arrays, in blocks that stay in the
cache; `forward` does so for values, and a run may use it in place of `operation.forward`.
A gradient may be `Gated`: `settle` makes an array of it.
"""

from __future__ import annotations

import math
import operator
import sys
from collections.abc import Callable
from functools import cache, partial, reduce
from typing import Any

import numpy as np

from ..operations.activations import ACTIVATIONS
from ..operations.arithmetic import ARITHMETIC
from ..operations.elementary import ELEMENTARY
from ..operations.piecewise import CONDITIONS, PIECEWISE
from ..operations.row import Operation
from ..operations.special import SPECIAL
from ..operations.statistics import STATISTICS
from . import fallback, floats
from .array_slopes import SLOPES
from .blocks import Array, dtype_of, each, in_blocks, is_plain, lifted, outside, repaired
from .elementwise import (  # noqa: F401  (names of xp)
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    copysign,
    cos,
    cosh,
    digamma,
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
    lgamma,
    log,
    log1p,
    log2,
    log10,
    log_base,
    mod,
    normal_cdf,
    normal_quantile,
    polygamma,
    power,
    round,
    sigmoid,
    sign,
    silu_of_arrays,
    sin,
    sinh,
    softplus_of_arrays,
    sqrt,
    square,
    tan,
    tanh,
    trunc,
)
from .floats import constant as constant
from .floats import ln2, ln10, one, root_two_pi, two_over_root_pi, zero  # noqa: F401
from .gated import (  # noqa: F401  (names of xp)
    Gated,
    both,
    choose,
    either,
    gate,
    no,
)
from .gated import (
    accumulate as accumulate,
)
from .gated import (
    chain as chain,
)
from .gated import (
    settle as settle,
)
from .matrices import (  # noqa: F401  (names of xp)
    argmax_last,
    cross_entropy_last,
    cumsum_last,
    det_of,
    inverse_of,
    log_softmax_last,
    logdet_of,
    pull_cross_entropy,
    pull_cumsum,
    pull_det,
    pull_inverse,
    pull_log_softmax,
    pull_logdet,
    pull_softmax,
    pull_solve,
    pull_trace,
    softmax_last,
    solve_vector,
    solved,
    trace_last,
)
from .reductions import (  # noqa: F401  (names of xp)
    direction,
    logsumexp,
    maximum,
    minimum,
    narrow,
    norm,
    prod,
    softmax,
    sum,
    wide,
)

ROWS = frozenset(
    row
    for rows in (ARITHMETIC, ELEMENTARY, PIECEWISE, CONDITIONS, ACTIVATIONS, SPECIAL, STATISTICS)
    for row in rows
)
# Rows of one pass over memory, which gain nothing from blocks.
STEPS = {
    "add", "subtract", "multiply", "negate", "square", "exp", "sin", "cos", "sign", "max", "min",
    "relu", "where", "floor", "ceil", "round", "trunc", "step", "stop_gradient", "abs",
    "less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and", "or", "not",
}  # fmt: skip
ONE_PASS = STEPS | {
    "divide", "power", "whole_power", "mod", "hypot", "sqrt", "exp2", "expm1", "log", "log2",
    "log10", "log1p", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "asinh",
    "acosh", "atanh", "copysign", "sigmoid",
}  # fmt: skip
ONE_PASS_SLOPES = STEPS | {
    "sum",
    "mean",
    "clamp",
    "hard_tanh",
    "softplus",
    "logsigmoid",
    "divide",
    "whole_power",
}
RANGES = {4: (2.0**-40, 2.0**40), 8: (floats.SMALL, floats.LARGE)}  # by the bytes of a number

less = operator.lt
less_equal = operator.le
greater = operator.gt
greater_equal = operator.ge
equal = operator.eq
not_equal = operator.ne
is_infinite = lifted(math.isinf, np.isinf)


def __getattr__(name: str) -> Any:
    return fallback(sys.modules[__name__], name)


def quiet() -> Any:
    """The context in which overflow, 1/0 and 0/0 give their IEEE results without a warning."""
    return np.errstate(all="ignore")


def undefined(x: Any) -> bool:
    """Whether a plain number is NaN. Of arrays never: `slopes` sees to their elements."""
    return is_plain(x) and bool(x != x)


# ------------------------------------------------------------------------------- the rows on arrays


FORWARDS: dict[str, Callable[..., Any]] = {
    "sigmoid": sigmoid,
    "softplus": lifted(floats.softplus, softplus_of_arrays),
    "logsigmoid": lifted(floats.logsigmoid, lambda x: -softplus_of_arrays(-x)),
    "silu": lifted(floats.silu, silu_of_arrays),
    "normal_cdf": normal_cdf,
    "step": lifted(floats.step, lambda x: np.heaviside(x, 1)),
}


def is_elementwise(operation: Operation) -> bool:
    """Whether an operation is a row that works on single numbers; reductions of an array share
    the names of some.
    """
    return operation in ROWS


@cache
def forward(operation: Operation) -> Callable[..., Any]:
    """The value of a row as (xp, *inputs) -> array: the row's own formula, in blocks, or a form
    made for arrays.
    """
    native = FORWARDS.get(operation.name)
    if native is not None:
        value: Callable[..., Any] = native
        return lambda xp, *x: value(*x)
    row = operation.forward
    if not is_elementwise(operation) or operation.name in ONE_PASS:
        return row
    return lambda xp, *x: full(in_blocks(partial(row, xp), *x), x)


def full(value: Array, x: tuple[Array, ...]) -> Array:
    """A plain number as an array, where a row chose a literal although some input is an array."""
    if not is_plain(value) or all(map(is_plain, x)):
        return value
    return np.full(np.broadcast_shapes(*map(np.shape, x)), value, dtype_of(*x))


def slopes(operation: Operation, node: int) -> Callable[..., tuple[Any, ...]]:
    """The slopes of `operation` (at `node`) as (xp, out, *inputs) -> tuple: of a form made for
    arrays if there is one, with NaN where NaN begins, and None along literals.
    """
    return slopes_of(operation)


@cache
def slopes_of(operation: Operation) -> Callable[..., tuple[Any, ...]]:
    """The same for all nodes."""
    row = operation.slopes
    if not is_elementwise(operation):
        return row
    rule = SLOPES.get(operation.name, row)
    direct = operation.name in ONE_PASS_SLOPES

    def call(xp: Any, out: Array, *x: Array) -> tuple[Any, ...]:
        if is_plain(out):
            if all(map(is_plain, x)):
                return row(floats, out, *x)
            out = full(out, x)
        found = rule(xp, out, *x) if direct else in_blocks(partial(rule, xp), out, *x)
        found = tuple(None if is_plain(u) else slope for slope, u in zip(found, x, strict=True))
        return where_defined(found, out, x)

    return call


@cache
def slopes_of_numbers(operation: Operation) -> Callable[..., tuple[Any, ...]]:
    """The slopes of `operation` where `out` is an array and no value is NaN: without a look."""
    if not is_elementwise(operation):
        return operation.slopes
    rule = SLOPES.get(operation.name, operation.slopes)
    if operation.name in ONE_PASS_SLOPES:
        return rule
    return lambda xp, out, *x: in_blocks(partial(rule, xp), out, *x)


def where_defined(found: tuple[Any, ...], out: Array, x: tuple[Array, ...]) -> tuple[Any, ...]:
    """Slopes, NaN where `out` is NaN and no input is: there no slope exists."""
    if out.dtype.kind != "f" or not np.isnan(np.minimum.reduce(out, axis=None, initial=0)):
        return found
    begins = np.isnan(out)
    for u in x:
        begins &= u == u
    if not np.any(begins):
        return found

    def void(slope: Any) -> Any:
        if isinstance(slope, Gated):
            return Gated(slope.condition, np.where(begins, out, slope.value))
        return None if slope is None else np.where(begins, out, slope)

    return tuple(map(void, found))


# ------------------------------------------------------------------ where doubles would lose digits


def precisely_of_arrays(formula: Callable[..., Any], *x: Array) -> Any:
    return each(lambda *u: floats.precisely(formula, *u), *x)


def precisely(formula: Callable[..., Any], *x: Array) -> Any:
    """A formula's value, one by one in ball arithmetic: 30 µs for each distinct element."""
    run = floats.precisely if all(map(is_plain, x)) else precisely_of_arrays
    return run(formula, *x)


def precisely_each(formula: Callable[..., Any], *x: Array) -> tuple[Any, ...]:
    """The same for a formula that gives a result for each argument, all of them finite."""
    if all(map(is_plain, x)):
        return floats.precisely_each(formula, *x)
    dtype = dtype_of(*x)
    run = np.frompyfunc(lambda *u: floats.precisely_each(formula, *u), len(x), len(x))
    found = run(*x) if len(x) > 1 else (np.frompyfunc(lambda u: run(u)[0], 1, 1)(x[0]),)
    return tuple(np.asarray(u).astype(dtype) for u in found)


def in_range(result: Array, formula: Callable[..., Any], *x: Array) -> Any:
    """`result`, computed anew one by one, by a formula without a range, where it or an argument is
    so large or small that a step on the way may have left the range of normal numbers.
    """
    if is_plain(result):
        return floats.in_range(result, formula, *x)
    small, large = RANGES[result.dtype.itemsize]
    away = [found for u in (result, *x) if (found := outside(u, small, large)) is not None]
    if not away:
        return result
    usable = [(u != 0) & np.isfinite(u) for u in x]
    wrong = reduce(operator.or_, away) & reduce(operator.and_, usable)
    if result.dtype == np.float64:
        return repaired(result, wrong, lambda r, *u: floats.in_range(r, formula, *u), result, *x)
    return repaired(result, wrong, lambda *u: floats.in_range(formula(floats, *u), formula, *u), *x)


def damp(x: Array, share: Array) -> Any:
    """x·share for a share that falls faster than x grows: 0 for an infinite x and a share 0."""
    if is_plain(x) and is_plain(share):
        return floats.damp(x, share)
    result = x * share
    if not np.isnan(np.min(result, initial=0)):
        return result
    return np.where(np.equal(share, 0) & np.equal(x, x), result.dtype.type(0), result)
