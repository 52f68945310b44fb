"""The factors of a product, as a sum of products takes them apart."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ...syntax.tree import Expression, Operator, Vector, whole_literal


class Factor(NamedTuple):
    """A factor that stands `power` times, or divides."""

    expression: Expression
    power: int = 1
    divides: bool = False


def factors(
    body: Expression, depends: Callable[[Expression], bool]
) -> tuple[bool, list[Factor]]:
    """Whether a product is negative, and its factors.

    A square that `depends` on the indices of the sum is a factor that stands twice.
    """
    negative = False
    found: list[Factor] = []
    waiting: list[tuple[Expression, bool]] = [(body, False)]
    while waiting:
        node, divides = waiting.pop()
        if isinstance(node, Operator) and node.operation == "multiply":
            left, right = node.operands
            waiting += [(right, divides), (left, divides)]
        elif isinstance(node, Operator) and node.operation == "divide":
            left, right = node.operands
            waiting += [(right, not divides), (left, divides)]
        elif isinstance(node, Operator) and node.operation == "negate":
            negative = not negative
            waiting.append((node.operands[0], divides))
        elif isinstance(node, Vector) and len(node.items) == 1:
            waiting.append((node.items[0], divides))
        elif (
            isinstance(node, Operator)
            and node.operation == "power"
            and whole_literal(node.operands[1]) == 2
            and not divides
            and depends(node)
        ):
            found.append(Factor(node.operands[0], 2))
        else:
            found.append(Factor(node, 1, divides))
    return negative, found
