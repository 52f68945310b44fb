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
