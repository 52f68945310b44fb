"""What the arguments of a function must be for a gradient by index equations: how many, and with
how many axes. Evaluation knows the shapes of all arrays and has its own checks; here an array
without values and without declared axes looks like a single number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence, Sized

from ...calls import check_count
from ...errors import BackpropError, Span, refuse
from ...lowering import OVERLOADS
from ...operations import ARRAY_FUNCTIONS, BLOCKS, FUNCTIONS
from ...syntax.tree import Call

Fits = Callable[[Sequence[int]], bool]

# How many axes each argument must have, as a test and in words.
TAKES: dict[str, tuple[Fits, str]] = {
    **dict.fromkeys(
        ("softmax", "log_softmax", "cumsum"),
        (lambda ranks: ranks[0] >= 1, "a vector, or a matrix row by row"),
    ),
    "cross_entropy": (
        lambda ranks: ranks[0] == ranks[1] + 1,
        "scores s and a class number y, or rows of scores and a class number for each",
    ),
    "trace": (lambda ranks: ranks[0] == 2, "a square matrix"),
    "conv": (
        lambda ranks: (ranks[0], ranks[1]) == (3, 4),
        "x of channels × height × width and K of filters × channels × height × width",
    ),
    **dict.fromkeys(
        ("maxpool", "avgpool"), (lambda ranks: ranks[0] >= 2, "x of … × height × width")
    ),
}


def check_arguments(node: Call, axes: Sequence[Sized]) -> None:
    """Refuse a call of a built-in function ("arguments", "shape") whose arguments do not fit it."""
    kind = OVERLOADS.get((node.function, len(axes)), node.function)
    block = BLOCKS.get(kind)
    row = FUNCTIONS.get(kind) or ARRAY_FUNCTIONS.get(kind)
    if block is not None:
        names = block.parameters.split(", ")
        check_count(node, names, block.optional, block.parameters.endswith("…"))
    elif row is not None:
        names, defaults = row.signature()
        check_count(node, names, len(defaults), row.variadic)
    fits, said = TAKES.get(kind, (None, ""))
    if fits is not None and not fits([len(own) for own in axes]):
        raise unknown_axes(f"{kind} takes {said}", node.span)


def unknown_axes(said: str, span: Span | None) -> BackpropError:
    """The refusal of an array that seems to have too few or too many axes."""
    help = "say the axes of the inputs: param W[C,D], or give them values"
    return refuse("shape", said, span, help)
