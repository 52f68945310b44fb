"""What the left side of a line says of its indices."""

from __future__ import annotations

from ...syntax.printer import print_expression
from ...syntax.tree import Definition, Name


def ranged(equation: Definition, axis: int) -> bool:
    """Whether 'for' says the values of the index at one axis of the left side."""
    left = (equation.subscripts or ())[axis]
    return isinstance(left, Name) and left.name in [each.index.name for each in equation.ranges]


def said_range(equation: Definition, axis: int) -> str:
    """What 'for' says of the index at one axis, without its name."""
    index = (equation.subscripts or ())[axis]
    return next(
        f"{print_expression(each.first)}..{print_expression(each.last)}"
        for each in equation.ranges
        if isinstance(index, Name) and each.index.name == index.name
    )


__all__ = ["ranged", "said_range"]
