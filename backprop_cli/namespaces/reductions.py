"""Operations of any number of numbers on arrays: elementwise across their arguments.

Inside they run in float64, whatever the dtype of the arrays, and keep the accuracy of `floats`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np

from . import floats
from .blocks import Array, dtype_of, in_doubles, is_plain, lifted, outside, repaired
from .elementwise import two_sum


def extreme(ufunc: Any, plain: Any) -> Any:
    """The largest or smallest of some numbers; the plain ones first, so that a dtype stays."""

    def call(*x: Array) -> Any:
        arrays = [u for u in x if not is_plain(u)]
        literals = [u for u in x if is_plain(u)]
        result = reduce(ufunc, arrays)
        return ufunc(result, plain(*literals)) if literals else result

    return call


maximum = lifted(floats.maximum, extreme(np.maximum, floats.maximum))
minimum = lifted(floats.minimum, extreme(np.minimum, floats.minimum))


@in_doubles
def sum_of_doubles(*x: Array) -> Any:
    """The sum with the rounding errors added up apart (Ogita, Rump and Oishi, Accurate Sum and Dot
    Product, 2005); one by one where that may not be enough.
    """
    total, low, loss = x[0], 0.0, 0.0
    size = np.abs(total)
    for u in x[1:]:
        total, error = two_sum(total, u)
        low, loss, size = low + error, loss + np.abs(error), size + np.abs(u)
    result = np.where(np.isfinite(total) & np.isfinite(low), total + low, total)
    doubtful = (loss != 0) & ~(np.abs(result) > size * (len(x) ** 2 * 2.0**-100))
    doubtful &= reduce(operator.and_, map(np.isfinite, x))
    return repaired(result, doubtful | (np.isinf(size) & ~doubtful), floats.sum, *x)


def sum_of_arrays(*x: Array) -> Any:
    return x[0] if len(x) == 1 else x[0] + x[1] if len(x) == 2 else sum_of_doubles(*x)


sum = lifted(floats.sum, sum_of_arrays)


class Wide:
    """A product that cannot leave the range: mantissa·2^exponent, both arrays or plain numbers."""

    __slots__ = ("exponent", "mantissa")

    def __init__(self, mantissa: Array, exponent: Any) -> None:
        self.mantissa = mantissa
        self.exponent = exponent

    def __mul__(self, other: Wide) -> Wide:
        product = wide(self.mantissa * other.mantissa)
        return Wide(product.mantissa, self.exponent + other.exponent + product.exponent)


def wide(x: Array) -> Wide:
    """x as a factor of a long product."""
    if is_plain(x):
        return Wide(*math.frexp(x))
    mantissa, exponent = np.frexp(x)
    return Wide(mantissa, exponent.astype(np.int64))


def narrow(product: Wide) -> Array:
    """The number nearest to a long product."""
    if is_plain(product.mantissa):
        return floats.narrow(floats.Wide(product.mantissa, int(product.exponent)))
    return np.ldexp(product.mantissa, np.clip(product.exponent, -5000, 5000).astype(np.int32))


def prod_of_arrays(*x: Array) -> Any:
    """The product; by way of long ones where the factors are large or small."""
    room = 2.0 ** ((100 if dtype_of(*x) == np.float32 else 900) / len(x))
    if all(outside(u, 1 / room, room) is None for u in x):
        return reduce(operator.mul, x)
    return narrow(reduce(operator.mul, map(wide, x)))


prod = lifted(floats.prod, prod_of_arrays)


def scaled(*x: Any) -> tuple[Any, Any, list[Any]]:
    """The largest size, its exponent, and all numbers divided by that power of two: exact."""
    top = reduce(np.maximum, map(np.abs, x))
    exponent = np.frexp(np.where(np.isfinite(top), top, 0.0))[1]
    return top, exponent, [np.ldexp(u, -exponent) for u in x]


def length(x: list[Any]) -> Any:
    """The norm of numbers of size 1 or less."""
    return np.sqrt(sum_of_arrays(*[u * u for u in x]))


@in_doubles
def norm_of_arrays(*x: Array) -> Any:
    top, exponent, parts = scaled(*x)
    infinite = reduce(operator.or_, map(np.isinf, x))
    result = np.ldexp(length(parts), exponent)
    return np.where(infinite, np.inf, np.where(np.isnan(top), np.nan, result))


norm = lifted(floats.norm, norm_of_arrays)


def in_order(results: list[Any], x: tuple[Array, ...]) -> tuple[Any, ...]:
    """Results as a tuple of arrays of the arguments' dtype."""
    dtype = dtype_of(*x)
    return tuple(np.asarray(u).astype(dtype, copy=False) for u in results)


def direction_of_arrays(*x: Array) -> tuple[Any, ...]:
    """Each number over the norm of all: 0 for the zero vector, equal among infinite numbers."""
    doubles = np.broadcast_arrays(*[np.asarray(u, np.float64) for u in x])
    top, _, parts = scaled(*doubles)
    size = length(parts)
    found = [np.where(top == 0, u, u / size) for u in parts]
    if np.any(np.isinf(top)):
        infinite = [np.isinf(u) for u in doubles]
        share = 1 / np.sqrt(reduce(operator.add, [u.astype(np.float64) for u in infinite]))
        found = [
            np.where(np.isinf(top), np.copysign(np.where(mark, share, 0.0), u), value)
            for u, mark, value in zip(doubles, infinite, found, strict=True)
        ]
    return in_order([np.where(np.isnan(top), np.nan, u) for u in found], x)


direction = lifted(floats.direction, direction_of_arrays)


def shares(x: Sequence[Any], top: Any) -> list[Any]:
    """exp(u - top) for each number, with the rounding of the difference made good."""
    found = []
    for u in x:
        difference, error = two_sum(u, -top)
        term = np.exp(difference)
        found.append(term + term * np.where(np.isfinite(error), error, 0.0))
    return found


@in_doubles
def logsumexp_of_arrays(*x: Array) -> Any:
    """top + log1p(the other terms); one by one where that is next to 0."""
    numbers = np.broadcast_arrays(*x)
    top = reduce(np.maximum, numbers)
    others, taken = np.zeros_like(top), np.zeros(np.shape(top), bool)
    for u, term in zip(numbers, shares(numbers, top), strict=True):
        first = (u == top) & ~taken
        taken = taken | first
        others = others + np.where(first, 0.0, term)
    result = np.where(np.isfinite(top), top + np.log1p(others), top)
    doubtful = (top < 0) & (np.abs(result) < 0.5 * np.abs(top))
    return repaired(result, doubtful, floats.logsumexp, *x)


logsumexp = lifted(floats.logsumexp, logsumexp_of_arrays)


def softmax_of_arrays(*x: Array) -> tuple[Any, ...]:
    """Each input's share exp(x)/sum(exp(x)); where the largest are infinite they share equally."""
    numbers = np.broadcast_arrays(*[np.asarray(u, np.float64) for u in x])
    top = reduce(np.maximum, numbers)
    terms = shares([np.maximum(u, -floats.LARGEST) for u in numbers], top)
    if not np.all(np.isfinite(top)):
        ends = [np.where(np.isnan(top), np.nan, (u == top) * 1.0) for u in numbers]
        terms = [np.where(np.isfinite(top), t, u) for t, u in zip(terms, ends, strict=True)]
    total = sum_of_arrays(*terms)
    return in_order([term / total for term in terms], x)


softmax = lifted(floats.softmax, softmax_of_arrays)
