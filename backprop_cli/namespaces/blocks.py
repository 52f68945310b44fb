"""Ways to run over the elements of arrays: in blocks that stay in the cache, one by one where only
a function of single doubles is right, and anew for the few elements where a fast formula is not.

Plain Python numbers count as literals: they take the dtype of the arrays they meet (NEP 50).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

Array = Any  # np.ndarray, a NumPy scalar, or a plain number
PLAIN = frozenset({float, int, bool})
BLOCK = 16384  # elements: a few arrays of doubles of this length fit into a second-level cache


def is_plain(x: Any) -> bool:
    """Whether x is a plain Python number, without a dtype of its own."""
    return type(x) in PLAIN


def dtype_of(*x: Array) -> Any:
    """The floating dtype that arrays have together; plain numbers have no say."""
    dtype = np.result_type(*[u.dtype for u in x if type(u) not in PLAIN])
    return dtype if dtype.kind == "f" else np.dtype(np.float64)


# ------------------------------------------------------------------------ functions made for arrays


def lifted(plain: Callable[..., Any], array: Callable[..., Any]) -> Callable[..., Any]:
    """A function of plain numbers and one of arrays as one function."""

    def call(*x: Array) -> Array:
        for u in x:
            if type(u) not in PLAIN:
                return array(*x)
        return plain(*x)

    return call


def in_doubles(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function of float64 arrays for arrays of any dtype: rounded once, at the end."""

    @wraps(function)
    def call(*x: Array) -> Array:
        dtype = dtype_of(*x)
        if dtype == np.float64:
            return function(*x)
        result = function(*[u if type(u) in PLAIN else np.asarray(u, np.float64) for u in x])
        return np.asarray(result).astype(dtype)

    return call


# --------------------------------------------------------------------------------------- one by one


def each(function: Callable[..., float], *x: Array) -> Any:
    """A function of doubles for each element: slow (100 ns and more each), and as right as it is.

    Arguments of one array that are equal are computed once.
    """
    dtype = dtype_of(*x)
    if len(x) == 1 and np.size(x[0]) > 1:
        numbers = np.ascontiguousarray(x[0], np.float64)
        bits, places = np.unique(numbers.view(np.int64), return_inverse=True)  # tells 0 from -0
        found = np.frompyfunc(function, 1, 1)(bits.view(np.float64)).astype(dtype)
        return found[places].reshape(np.shape(x[0]))
    return np.asarray(np.frompyfunc(function, len(x), 1)(*x)).astype(dtype)


def repaired(result: Array, wrong: Any, function: Callable[..., float], *x: Array) -> Any:
    """`result` with the elements where `wrong` holds computed one by one; it is not changed."""
    if not np.any(wrong):
        return result
    result = np.array(result)
    wrong = np.broadcast_to(wrong, result.shape)
    points = [u if type(u) in PLAIN else np.broadcast_to(u, result.shape)[wrong] for u in x]
    varying = [u for u in points if type(u) not in PLAIN]
    if len(varying) == 1:  # equal ones at once

        def call(v: float) -> float:
            return function(*[u if type(u) in PLAIN else v for u in points])

        result[wrong] = each(call, varying[0])
    else:
        result[wrong] = each(function, *points)
    return result


def outside(x: Array, small: float, large: float) -> Any:
    """Where x is no larger than `small` in size or at least `large`; None if that is nowhere.

    Three quick passes in the usual case, a block at a time. NaN counts as inside.
    """
    flat = np.ravel(x, "K")
    for start in range(0, flat.size, BLOCK):
        size = np.abs(flat[start : start + BLOCK])
        if not (size.min() > small and size.max() < large):
            break
    else:
        return None
    size = np.abs(x)
    found = (size <= small) | (size >= large)
    return found if np.any(found) else None


# ---------------------------------------------------------------------------------------- in blocks


def in_blocks(formula: Callable[..., Any], *x: Array) -> Any:
    """An elementwise formula over large arrays of one shape, a few thousand elements at a time, so
    that what it computes on the way stays in the cache.

    The formula gives an array, a number or None, or a tuple of those, equally for each block;
    anything else that it gives for the first block is computed whole.
    """
    arrays = [u for u in x if isinstance(u, np.ndarray)]
    if not arrays or arrays[0].size <= 2 * BLOCK:
        return formula(*x)
    shape, size = arrays[0].shape, arrays[0].size
    if not all(u.shape == shape and u.flags.c_contiguous for u in arrays):
        return formula(*x)
    flat = [u.reshape(-1) if isinstance(u, np.ndarray) else u for u in x]
    stores: list[Store] = []
    several = False
    for start in range(0, size, BLOCK):
        stop = min(start + BLOCK, size)
        found = formula(*[u[start:stop] if isinstance(u, np.ndarray) else u for u in flat])
        if not start:
            several = isinstance(found, tuple)
            results = found if several else (found,)
            if not all(u is None or isinstance(u, (np.ndarray, float, int)) for u in results):
                return formula(*x)
            stores = [Store(size) for _ in results]
        for store, result in zip(stores, found if several else (found,), strict=True):
            store.put(start, stop, result)
    done = tuple(store.whole(shape) for store in stores)
    return done if several else done[0]


class Store:
    """One result of a formula that runs in blocks: a number as long as all blocks give the same,
    otherwise an array.
    """

    __slots__ = ("number", "size", "values")

    def __init__(self, size: int) -> None:
        self.size = size
        self.values: Any = None
        self.number: Any = None

    def put(self, start: int, stop: int, result: Any) -> None:
        """Take the result of elements `start` to `stop` - 1."""
        if self.values is None:
            if not isinstance(result, np.ndarray) and (not start or result == self.number):
                self.number = result
                return
            dtype = result.dtype if isinstance(result, np.ndarray) else np.float64
            self.values = np.empty(self.size, dtype)
            if start:
                self.values[:start] = self.number
        self.values[start:stop] = result

    def whole(self, shape: tuple[int, ...]) -> Any:
        """The result for all elements."""
        return self.number if self.values is None else self.values.reshape(shape)
