"""Conditions, choices and the chain rule on arrays.

A gradient that passes only under a condition is `Gated`: it stays the pair (condition, value) along
the whole way back, so that 0·∞ from the unused branch of an `if` cannot arise, however steep that
branch is; `settle` makes it an array, with 0 where the condition does not hold. Where a gradient
meets a `Pullback`, which mixes elements, it is settled before.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ..operations.row import Pullback
from .blocks import is_plain

WHOLE = {8: np.int64, 4: np.int32}  # integers of as many bytes as a number


class Gated(NamedTuple):
    """A gradient or slope that passes only where a condition holds; elsewhere `value` is void."""

    condition: Any
    value: Any


def both(a: Any, b: Any) -> Any:
    """Logical and."""
    return a & b


def either(a: Any, b: Any) -> Any:
    """Logical or."""
    return a | b


def no(a: Any) -> Any:
    """Logical not."""
    return not a if is_plain(a) else np.logical_not(a)


def choose(condition: Any, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """Elementwise one of two values; where all elements agree, the other one is not computed.

    Of two plain numbers the result is float64.
    """
    if is_plain(condition):
        return then() if condition else otherwise()
    for decided, branch in ((condition, then), (np.logical_not(condition), otherwise)):
        if np.all(decided):
            chosen = branch()
            if np.shape(chosen) == np.shape(condition) and not is_plain(chosen):
                return chosen
    return np.where(condition, then(), otherwise())


def gate(condition: Any, slope: Any) -> Any:
    """A slope where a condition holds; no gradient passes elsewhere."""
    if is_plain(condition):
        return slope if condition else None
    return Gated(condition, slope)


def masked(condition: Any, value: Any) -> Any:
    """`value` where a condition holds, otherwise 0: by the bits, which is quicker than np.where."""
    if is_plain(value):
        return np.where(condition, value, 0.0)
    value = np.asarray(value)
    if value.shape != np.shape(condition) or value.dtype.kind != "f" or not value.ndim:
        return np.where(condition, value, np.zeros((), value.dtype))
    whole = WHOLE[value.dtype.itemsize]
    bits = np.negative(condition.astype(whole))  # all bits set, or none
    bits &= value.view(whole)
    return bits.view(value.dtype)


def settle(gradient: Any) -> Any:
    """A gradient as an array: 0 where it does not pass."""
    if isinstance(gradient, Gated):
        return masked(gradient.condition, gradient.value)
    return gradient


def chain(upstream: Any, slope: Any) -> Any:
    """(gradient at the output) · (local slope), of the dtype of the gradient.

    Either may be gated, and then the result is; the slope may be a `Pullback`.
    """
    if isinstance(slope, Pullback):
        return slope.pull(settle(upstream))
    if isinstance(slope, Gated):
        if isinstance(upstream, Gated):
            condition = slope.condition
            if condition is not upstream.condition:
                condition = condition & upstream.condition
            return Gated(condition, product(upstream.value, slope.value))
        return Gated(slope.condition, product(upstream, slope.value))
    if isinstance(upstream, Gated):
        return Gated(upstream.condition, product(upstream.value, slope))
    return product(upstream, slope)


def product(upstream: Any, slope: Any) -> Any:
    """upstream · slope, without work for slopes of 1."""
    if is_plain(slope):
        if slope == 1:
            return upstream
        return -upstream if slope == -1 else upstream * slope
    if not is_plain(upstream) and upstream.dtype != slope.dtype:
        return (upstream * slope).astype(upstream.dtype)
    return upstream * slope


def accumulate(a: Any, b: Any) -> Any:
    """The sum over a fork; gated if both parts are."""
    if isinstance(a, Gated) and isinstance(b, Gated):
        if a.condition is b.condition:
            return Gated(a.condition, a.value + b.value)
        return Gated(a.condition | b.condition, settle(a) + settle(b))
    return settle(a) + settle(b)
