"""The kinds of numbers that the table of operations runs on, one module each.

Every namespace has the same names: the primitives that the rows are written with, and, by
`fallback`, the forward of every row. So `xp.sigmoid` exists in each of them, and only `xp.exp` had
to be written.

    floats   IEEE doubles by the standard library
    exact    fractions
    balls    numbers with a certified error, of any precision (python-flint)
    graphs   nodes of a graph: the derivative as another graph
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any


def fallback(namespace: Any, name: str) -> Callable[..., Any]:
    """The forward of the row called `name`, run on `namespace`: what its `__getattr__` answers."""
    from ..operations import OPERATIONS

    if name not in OPERATIONS:
        raise AttributeError(f"{namespace.__name__} has no '{name}'")
    forward = OPERATIONS[name].forward

    def call(*arguments: Any) -> Any:
        return forward(namespace, *arguments)

    setattr(namespace, name, call)
    return call


def named(numbers: str) -> Any:
    """The namespace of a kind of numbers: "float64", "exact" or "balls". Imports no other."""
    if numbers == "exact":
        from . import exact

        return exact
    if numbers == "balls":
        from . import balls

        return balls
    from . import floats

    return floats


def working_precision(numbers: str, digits: int | None) -> AbstractContextManager[Any]:
    """The precision for going on with numbers of a kind that are shown to `digits` digits."""
    if numbers != "balls":
        return nullcontext()
    from flint import ctx

    working: AbstractContextManager[Any] = ctx.workprec(max(448, 4 * (digits or 0) + 128))
    return working
