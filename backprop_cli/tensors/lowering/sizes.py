"""The shapes of arrays that are declared and not given: param W[10, D] where D is known."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from ...errors import refuse
from ...limits import Limits, over_limit
from ...syntax.tree import Declaration, Program
from .definitions import Given, Lowering
from .scope import Scope


def declared_shapes(
    program: Program, given: Mapping[str, Given], limits: Limits
) -> dict[str, tuple[int, ...]]:
    """The shape of each declared array, from the sizes of those that are given.

    Raises BackpropError for a size that nothing says.
    """
    lowering = Lowering(program, given, limits, "float64")
    lowering.declare()
    found = {}
    for statement in program.statements:
        if not isinstance(statement, Declaration):
            continue
        for name, sizes in zip(statement.names, statement.sizes, strict=True):
            if name.name in given or sizes is None:
                continue
            shape = tuple(
                lowering.whole(size, Scope(), f"the size of '{name.name}'") for size in sizes
            )
            for size, length in zip(sizes, shape, strict=True):
                if length < 1:
                    raise refuse(
                        "size", f"the size of '{name.name}' is {length}", size.span,
                        "an array has at least one element along each axis",
                    )  # fmt: skip
            if prod(shape) > limits.elements:
                what = f"numbers in '{name.name}'"
                raise over_limit("elements", limits.elements, what, name.span)
            found[name.name] = shape
    return found
