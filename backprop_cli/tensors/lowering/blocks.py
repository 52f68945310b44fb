"""Functions of whole arrays that are written out as contractions, views and reductions.

`matmul`, `dot`, `conv` and their like have no derivative of their own: what they are made of has.
They work on the unnamed axes; indices are batches.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod

from ...errors import BackpropError, Span, refuse
from ...operations import ARRAY_FUNCTIONS, Operation
from ..kernels import families, folds
from ..kernels.contraction import Contraction, Operand, View
from .arrays import ArrayGraph, Value, lengths, ordered

CUBIC = ("det", "inverse", "solve", "logdet")  # rows that take about n^3 products
# Rows of the table that reduce a whole array when they get a single one.
WHOLE = ("sum", "mean", "prod", "max", "min", "var", "std", "norm", "logsumexp")


def misfit(name: str, text: str, span: Span, help: str = "") -> BackpropError:
    return refuse("shape", text if text.startswith(name) else f"{name}: {text}", span, help)


def whole_array(space: ArrayGraph, name: str, span: Span, values: Sequence[Value]) -> Value:
    """A function of whole arrays by its name."""
    if name in WHOLE:
        return reduced(space, name, values[0], span)
    if name in BUILDERS:
        return BUILDERS[name](space, span, list(values), [])
    return row(space, ARRAY_FUNCTIONS[name], values, span)


def reduced(space: ArrayGraph, name: str, value: Value, span: Span) -> Value:
    if not value.shape:
        return value
    if name != "mean":
        return space.reduce_all(name, value, span)
    total = space.reduce_all("sum", value, span)
    return space.apply("divide", total, space.constant(prod(value.shape), span), span=span)


def row(space: ArrayGraph, operation: Operation, values: Sequence[Value], span: Span) -> Value:
    """A row of the table that works on whole arrays, with indices as batches."""
    labels = ordered(label for value in values for label in value.labels)
    assert operation.shape is not None
    try:
        shape = operation.shape(*(value.shape for value in values))
    except ValueError as error:
        several = any(len(value.shape) > 1 for value in values)
        help = "for each row write it with an index, such as x[i]" if several else ""
        vectors = "takes a vector" in str(error)
        raise misfit(operation.name, str(error), span, help if vectors else "") from None
    expanded = [space.expanded(value, labels, value.shape, span) for value in values]
    for value in expanded:
        space.budget.hold(value.full, span)
        if operation.name in CUBIC:
            space.budget.multiply(prod(value.full) * value.shape[-1], span)
    made = Value(-1, labels, tuple(shape))
    space.budget.hold(made.full, span)
    return made._replace(node=space.append(operation, tuple(v.node for v in expanded), span))


def product(
    space: ArrayGraph,
    values: Sequence[Value],
    axes: Sequence[tuple[int, ...]],
    out: tuple[int, ...],
    span: Span,
    views: Sequence[View | None] = (),
) -> Value:
    """A contraction of values whose unnamed axes have the (negative) labels `axes`."""
    labels = ordered(label for value in values for label in value.labels)
    sizes = {label.uid: label.size for label in labels}
    operands = []
    for place, (value, names) in enumerate(zip(values, axes, strict=True)):
        view = views[place] if views else None
        operands.append(Operand((*(label.uid for label in value.labels), *names), view))
        shape = view.lengths[len(value.labels) :] if view else value.shape
        for name, length in zip(names, shape, strict=True):
            if sizes.setdefault(name, length) != length:
                shapes = " times ".join(lengths(v.shape) for v in values)
                raise refuse(
                    "shape",
                    f"{shapes} does not fit: {sizes[name]} columns on the left, {length} rows on"
                    " the right",
                    span,
                    "the two must be as many; A^T swaps rows and columns",
                )
    result = (*(label.uid for label in labels), *out)
    spec = Contraction(tuple(operands), result, tuple(sorted(sizes.items())))
    space.budget.sum_up(spec, span)
    node = space.append(families.contraction(spec), tuple(v.node for v in values), span)
    return Value(node, labels, tuple(sizes[name] for name in out))


# ----------------------------------------------------------------------------------- linear algebra


def matmul(space: ArrayGraph, span: Span, values: list[Value], _: list[int]) -> Value:
    a, b = (space.read(value, span) for value in values)
    if not (1 <= len(a.shape) <= 2 and 1 <= len(b.shape) <= 2):
        said = f"'@' takes vectors and matrices, not {lengths(a.shape)} and {lengths(b.shape)}"
        raise refuse("shape", said, span, "write '*' for numbers, and indices for more axes")
    left = (-1, -2)[-len(a.shape) :]
    right = (-2, -3)[: len(b.shape)]
    out = (*left[:-1], *right[1:])
    return product(space, (a, b), (left, right), out, span)


def dot(space: ArrayGraph, span: Span, values: list[Value], _: list[int]) -> Value:
    a, b = (space.read(value, span) for value in values)
    if a.shape != b.shape:
        raise refuse(
            "shape", f"dot takes two vectors of one length, not {lengths(a.shape)} and"
            f" {lengths(b.shape)}", span,
            "give both the same length; a matrix times a vector is A @ x",
        )  # fmt: skip
    axes = tuple(range(-len(a.shape), 0))
    return product(space, (a, b), (axes, axes), (), span)


def outer(space: ArrayGraph, span: Span, values: list[Value], _: list[int]) -> Value:
    a, b = (space.read(value, span) for value in values)
    left = tuple(range(-len(a.shape), 0))
    right = tuple(range(-len(a.shape) - len(b.shape), -len(a.shape)))
    return product(space, (a, b), (left, right), (*left, *right), span)


def transpose(space: ArrayGraph, span: Span, values: list[Value], _: list[int]) -> Value:
    value = space.read(values[0], span)
    front = len(value.labels)
    order = (*range(front), *reversed(range(front, front + len(value.shape))))
    full = tuple(value.full[axis] for axis in order)
    node = space.rearranged(value, order, full, span)
    return Value(node, value.labels, full[front:])


def concat(space: ArrayGraph, span: Span, values: list[Value], _: list[int]) -> Value:
    whole = []
    for value in values:
        value = space.read(value, span)
        if not value.shape:
            value = space.expanded(value, value.labels, (1,), span)
        whole.append(value)
    return space.concatenated(whole, 0, span)


def flat(space: ArrayGraph, span: Span, values: list[Value], _: list[int]) -> Value:
    value = space.read(values[0], span)
    front = tuple(label.size for label in value.labels)
    new = (*front, prod(value.shape))
    space.budget.hold(new, span)
    node = space.append(families.reshape(value.full, new), (value.node,), span)
    return Value(node, value.labels, new[len(front) :])


# -------------------------------------------------------------------------------------- convolution


def padded(space: ArrayGraph, value: Value, width: int, span: Span) -> Value:
    """Zeros around the last two axes."""
    if not width:
        return value
    if width < 0:
        raise misfit("conv", f"a border of {width} zeros", span)
    widths = ((0, 0),) * (len(value.full) - 2) + ((width, width),) * 2
    *front, height, breadth = value.shape
    made = Value(-1, value.labels, (*front, height + 2 * width, breadth + 2 * width))
    space.budget.hold(made.full, span)
    return made._replace(node=space.append(families.pad(widths), (value.node,), span))


def windows(value: Value, size: tuple[int, int], stride: int, name: str, span: Span) -> View:
    """The last two axes as places and offsets: out[…, i, j, p, q] = x[…, s*i + p, s*j + q]."""
    rank = len(value.full)
    *front, height, breadth = value.full
    if stride < 1:
        raise misfit(name, f"a stride of {stride}", span)
    if min(size) < 1 or height < size[0] or breadth < size[1]:
        raise misfit(name, f"a window of {lengths(size)} does not fit {lengths(value.shape)}", span)
    stride = min(stride, height + breadth)  # as good as any that leaves one window
    places = ((height - size[0]) // stride + 1, (breadth - size[1]) // stride + 1)

    def step(axis: int, by: int) -> tuple[int, ...]:
        return tuple(by if axis == other else 0 for other in range(rank))

    steps = (
        *(step(axis, 1) for axis in range(rank - 2)),
        step(rank - 2, stride),
        step(rank - 1, stride),
        step(rank - 2, 1),
        step(rank - 1, 1),
    )
    return View(value.full, (0,) * rank, steps, (*front, *places, *size))


def conv(space: ArrayGraph, span: Span, values: list[Value], settings: list[int]) -> Value:
    """r[f,i,j] = sum[c,p,q] K[f,c,p,q] * x[c, s*i + p, s*j + q], x with zeros around it."""
    stride, width = (*settings, *(1, 0)[len(settings) :])
    x, kernel = (space.read(value, span) for value in values)
    if len(x.shape) != 3 or len(kernel.shape) != 4 or x.shape[0] != kernel.shape[1]:
        raise misfit(
            "conv",
            f"conv takes x of channels × height × width and K of filters × channels × height ×"
            f" width, not {lengths(x.shape)} and {lengths(kernel.shape)}",
            span,
            "for many pictures write conv(x[n], K)",
        )
    x = padded(space, x, width, span)
    view = windows(x, kernel.shape[2:], stride, "conv", span)
    f, c, i, j, p, q = range(-6, 0)
    return product(
        space, (kernel, x), ((f, c, p, q), (c, i, j, p, q)), (f, i, j), span, (None, view)
    )


def pooled(name: str) -> Callable[[ArrayGraph, Span, list[Value], list[int]], Value]:
    """max or mean over windows of the last two axes."""

    def build(space: ArrayGraph, span: Span, values: list[Value], settings: list[int]) -> Value:
        size = settings[0]
        stride = settings[1] if len(settings) > 1 else size
        x = space.read(values[0], span)
        if len(x.shape) < 2:
            raise misfit(name, f"takes … × height × width, not {lengths(x.shape)}", span)
        view = windows(x, (size, size), stride, name, span)
        space.budget.hold(view.lengths, span)
        node = space.append(families.view(view), (x.node,), span)
        kind = "max" if name == "maxpool" else "sum"
        node = space.append(folds.reduction(kind, 2, len(view.lengths)), (node,), span)
        made = Value(node, x.labels, view.lengths[len(x.labels) : -2])
        if kind == "max":
            return made
        return space.apply("divide", made, space.constant(size * size, span), span=span)

    return build


def filled(number: str) -> Callable[[ArrayGraph, Span, list[Value], list[int]], Value]:
    """An array that has one number everywhere."""

    def build(space: ArrayGraph, span: Span, _: list[Value], settings: list[int]) -> Value:
        if min(settings) < 1:
            raise misfit("zeros" if number == "0" else "ones", "lengths start at 1", span)
        return space.expanded(space.constant(number, span), (), tuple(settings), span)

    return build


BUILDERS: dict[str, Callable[[ArrayGraph, Span, list[Value], list[int]], Value]] = {
    "matmul": matmul,
    "dot": dot,
    "outer": outer,
    "transpose": transpose,
    "concat": concat,
    "flat": flat,
    "conv": conv,
    "maxpool": pooled("maxpool"),
    "avgpool": pooled("avgpool"),
    "zeros": filled("0"),
    "ones": filled("1"),
}
