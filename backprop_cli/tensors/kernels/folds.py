"""Reductions over the last axes of an array: sum, product, extremes, norms and deviations.

Like the rows of the table of operations, with linear maps for slopes; the table at the end has them
all. A mean is a sum and a division.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import numpy as np

from ...operations import Operation
from ...operations.row import Pullback
from .families import Array, Family

LOOPED = 64  # a reduction over so few positions goes through them one by one: whole arrays each


def folded(fold: Any, x: Array, count: int) -> Array:
    """The last `count` axes of x reduced, position by position if they are short."""
    shape = x.shape[x.ndim - count :]
    if prod(shape) > LOOPED or prod(x.shape) < 8 * prod(shape):
        return fold.reduce(x, axis=tuple(range(x.ndim - count, x.ndim)))
    positions = product(*map(range, shape))
    result = x[(..., *next(positions))].copy()
    for position in positions:
        fold(result, x[(..., *position)], out=result)
    return result


def last(count: int, values: Array) -> Array:
    """`values` with `count` new axes behind its own."""
    return np.asarray(values)[(..., *[None] * count)]


def largest(fold: Any, name: str, other: str) -> Callable[[int, int], Operation]:
    """max or min over the last axes; whoever equals the result shares the gradient equally."""

    def make(count: int, rank: int) -> Operation:
        def slopes(xp: Any, out: Array, x: Array) -> tuple[Pullback]:
            def pull(upstream: Array) -> Array:
                ties = x == last(count, out)
                number = folded(np.add, ties.astype(x.dtype), count)
                return np.where(ties, last(count, upstream / number), x.dtype.type(0))

            return (Pullback(pull),)

        return Family(
            (count, rank), name, "x", lambda xp, x: folded(fold, x, count), slopes,
            f"{name} routes: the {other} element gets the whole gradient, the others nothing",
        )  # fmt: skip

    return make


def total(count: int, rank: int) -> Operation:
    """The sum over the last axes."""

    def slopes(xp: Any, out: Array, x: Array) -> tuple[Pullback]:
        return (Pullback(lambda g: np.broadcast_to(last(count, g + 0 * out), x.shape)),)

    return Family(
        (count, rank), "sum", "x", lambda xp, x: folded(np.add, x, count), slopes,
        "sum copies the gradient to every element",
    )  # fmt: skip


def products_of_others(x: Array) -> Array:
    """For each element along the last axis the product of all others: right at zeros."""
    ones = np.ones_like(x[..., :1])
    before = np.cumprod(np.concatenate([ones, x[..., :-1]], -1), -1)
    after = np.cumprod(np.concatenate([ones, x[..., :0:-1]], -1), -1)[..., ::-1]
    return before * after


def all_product(count: int, rank: int) -> Operation:
    """The product over the last axes."""

    def slopes(xp: Any, out: Array, x: Array) -> tuple[Pullback]:
        def pull(upstream: Array) -> Array:
            flat = x.reshape(*out.shape, -1)
            return (last(1, upstream) * products_of_others(flat)).reshape(x.shape)

        return (Pullback(pull),)

    return Family(
        (count, rank), "prod", "x", lambda xp, x: folded(np.multiply, x, count), slopes,
        "prod gives each element the gradient times the product of all others",
    )  # fmt: skip


def log_sum_exp(count: int, rank: int) -> Operation:
    """log(sum(exp(x))) over the last axes, without overflow."""

    def forward(xp: Any, x: Array) -> Array:
        flat = x.reshape(*x.shape[: x.ndim - count], -1)
        top = flat.max(-1, keepdims=True)
        top = np.where(np.isfinite(top), top, x.dtype.type(0))
        with np.errstate(divide="ignore"):
            return np.log(np.exp(flat - top).sum(-1)) + top[..., 0]

    return Family(
        (count, rank), "logsumexp", "x", forward,
        lambda xp, out, x: (Pullback(lambda g: last(count, g) * np.exp(x - last(count, out))),),
        "logsumexp shares the gradient among its elements like a softmax",
    )  # fmt: skip


def euclidean(count: int, rank: int) -> Operation:
    """The root of the sum of squares over the last axes, without overflow."""

    def parts(x: Array) -> tuple[Array, Array]:
        flat = x.reshape(*x.shape[: x.ndim - count], -1)
        top = np.abs(flat).max(-1, keepdims=True)
        scale = np.where((top > 0) & np.isfinite(top), top, x.dtype.type(1))
        return flat / scale, scale

    def forward(xp: Any, x: Array) -> Array:
        scaled, scale = parts(x)
        return np.sqrt(np.einsum("...i,...i->...", scaled, scaled)) * scale[..., 0]

    def slopes(xp: Any, out: Array, x: Array) -> tuple[Pullback]:
        def pull(upstream: Array) -> Array:
            safe = np.where(out == 0, x.dtype.type(1), out)
            return last(count, upstream / safe) * x

        return (Pullback(pull),)

    return Family(
        (count, rank), "norm", "x", forward, slopes,
        "norm gives each element its share x/norm; at the zero vector nothing passes",
    )  # fmt: skip


def spread_of(name: str) -> Callable[[int, int], Operation]:
    """var or std (of a population) over the last axes."""

    def make(count: int, rank: int) -> Operation:
        def deviations(x: Array) -> Array:
            axes = tuple(range(x.ndim - count, x.ndim))
            return x - x.mean(axis=axes, keepdims=True)

        def forward(xp: Any, x: Array) -> Array:
            axes = tuple(range(x.ndim - count, x.ndim))
            result = np.square(deviations(x)).mean(axis=axes)
            return np.sqrt(result) if name == "std" else result

        def slopes(xp: Any, out: Array, x: Array) -> tuple[Pullback]:
            def pull(upstream: Array) -> Array:
                number = prod(x.shape[x.ndim - count :])
                scale = 2 * upstream / number
                if name == "std":
                    scale = upstream / (number * np.where(out == 0, x.dtype.type(1), out))
                return last(count, scale) * deviations(x)

            return (Pullback(pull),)

        return Family(
                (count, rank), name, "x", forward, slopes, f"{name} (of a population: divided by n)"
            )

    return make


@lru_cache(maxsize=256)
def reduction(name: str, count: int, rank: int) -> Operation:
    """A reduction over the last `count` of the `rank` axes of an array. There is no `mean`: it is
    a sum and a division.
    """
    return REDUCTIONS[name](count, rank)


REDUCTIONS: dict[str, Callable[[int, int], Operation]] = {
    "sum": total,
    "prod": all_product,
    "max": largest(np.maximum, "max", "largest"),
    "min": largest(np.minimum, "min", "smallest"),
    "logsumexp": log_sum_exp,
    "norm": euclidean,
    "var": spread_of("var"),
    "std": spread_of("std"),
}
