"""Functions of whole arrays as formulas of single elements.

Each has the axes of its arguments, and a place along its own axes; it asks for the elements of its
arguments and puts them together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ...syntax.tree import Call, Expression, whole_literal
from ..lowering.affine import Affine, whole
from .elements import (
    LETTERS,
    Axes,
    Elements,
    Scope,
    Step,
    unsayable,
)
from .index_forms import (
    as_expression,
    axis_of_length,
    call,
    comparison,
    count_of,
    from_zero,
    number,
    operation,
    plus,
    shifted,
)
from .local_slopes import is_number


def softmax_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    """exp(v[i]) / sum[k] exp(v[k]), and log_softmax its logarithm."""
    v = node.arguments[0]
    last = each[0][-1]
    k = self.index("k", last)
    front = shifted(place[:-1], each[0])
    here = yield self.at(v, (*front, plus(place[-1], last.first)), scope)
    there = yield self.at(v, (*front, k), scope)
    total = self.summed("sum", [k], call("exp", there))
    if node.function == "softmax":
        return operation("divide", call("exp", here), total)
    return operation("subtract", here, call("log", total))


def cross_entropy_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    """log(sum[k] exp(s[k])) - s[y]."""
    s, y = node.arguments
    k = self.index("k", each[0][-1])
    front = shifted(place, each[0])
    there = yield self.at(s, (*front, k), scope)
    label = yield self.at(y, shifted(place, each[1]), scope)
    right = yield self.at(s, (*front, plus(label, each[0][-1].first)), scope)
    return operation("subtract", call("log", self.summed("sum", [k], call("exp", there))), right)


def dot_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    """sum[k] u[k]*v[k]."""
    own = [self.index(a, from_zero(axis)) for a, axis in zip(LETTERS, each[0], strict=False)]
    for one, other in zip(*each, strict=False):
        self.sizes.unite(from_zero(one), from_zero(other))
    u = yield self.at(node.arguments[0], shifted(tuple(own), each[0]), scope)
    v = yield self.at(node.arguments[1], shifted(tuple(own), each[1]), scope)
    return self.summed("sum", own, operation("multiply", u, v))


def outer_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    """u[i]*v[j]."""
    split = len(each[0])
    u = yield self.at(node.arguments[0], shifted(place[:split], each[0]), scope)
    v = yield self.at(node.arguments[1], shifted(place[split:], each[1]), scope)
    return operation("multiply", u, v)


def matmul_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    return (yield self.product(node.arguments, place, scope))


def transpose_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    return (yield self.at(node.arguments[0], place[::-1], scope))


def trace_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    """sum[k] A[k,k]."""
    k = self.index("k", each[0][0])
    body = yield self.at(node.arguments[0], (k, k), scope)
    return self.summed("sum", [k], body)


def cumsum_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    """sum[k, k <= i] v[k]."""
    last = each[0][-1]
    k = self.index("k", last)
    front = shifted(place[:-1], each[0])
    body = yield self.at(node.arguments[0], (*front, k), scope)
    here = comparison("less_equal", k, plus(place[-1], last.first))
    return self.summed("sum", [k], body, here)


def flat_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    """x[floor(k/n), k mod n]: by rows."""
    subscripts: list[Expression] = []
    inner = whole(1)
    for position, axis in reversed(list(enumerate(each[0]))):
        where = place[0]
        if inner != whole(1):
            where = call("floor", operation("divide", where, as_expression(inner)))
        count = self.sizes.settled(count_of(axis))
        if count == whole(1):
            where = number(0)
        elif position:
            where = operation("mod", where, as_expression(count))
        subscripts.insert(0, plus(where, axis.first))
        inner = self.length_of(each[0][position:], node.span)
    return (yield self.at(node.arguments[0], tuple(subscripts), scope))


def concat_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    """if(k < n, u[k], v[k - n]); `mod` keeps the subscripts inside where the branch is not used."""
    parts: list[tuple[Affine, Expression]] = []
    start = whole(0)
    for argument, axes in zip(node.arguments, each, strict=True):
        where: tuple[Expression, ...] = ()
        count = whole(1)
        if axes:
            count = self.sizes.settled(count_of(axes[0]))
            moved = plus(place[0], start.times(whole(-1).constant))
            inside = operation("mod", moved, as_expression(count))
            where = (plus(inside, axes[0].first), *place[1:])
        parts.append((start, (yield self.at(argument, where, scope))))
        start = start.plus(count)
    result = parts[-1][1]
    for (_, part), (end, _) in zip(parts[-2::-1], parts[:0:-1], strict=True):
        result = call("if", comparison("less", place[0], as_expression(end)), part, result)
    return result


def window_at(
    self: Elements, node: Call, each: Sequence[Axes], place: tuple[Expression, ...], scope: Scope
) -> Step:
    """sum[c,p,q] K[f,c,p,q]*x[c, s*i + p, s*j + q]; max or mean over the same windows."""
    stride, pad, size = settings(node)
    if pad:
        raise unsayable(node.function, node.span, "with zeros around the array")
    convolution = node.function == "conv"
    wide = each[1][2:] if convolution else (axis_of_length(whole(size)),) * 2
    p, q = (self.index(letter, axis) for letter, axis in zip("pq", wide, strict=True))
    moved = []
    for where, offset, axis in zip(place[-2:], (p, q), each[0][-2:], strict=True):
        scaled = where if stride == 1 else operation("multiply", number(stride), where)
        first = is_number(where, "0")
        moved.append(plus(offset if first else operation("add", scaled, offset), axis.first))
    if not convolution:
        body = yield self.at(node.arguments[0], (*place[:-2], *moved), scope)
        return self.summed("max" if node.function == "maxpool" else "mean", [p, q], body)
    c = self.index("c", each[0][0])
    x = yield self.at(node.arguments[0], (c, *moved), scope)
    kernel = yield self.at(node.arguments[1], (place[0], c, p, q), scope)
    return self.summed("sum", [c, p, q], operation("multiply", kernel, x))


FORMS: dict[str, Callable[..., Step]] = {
    "softmax": softmax_at, "log_softmax": softmax_at, "cross_entropy": cross_entropy_at,
    "dot": dot_at, "outer": outer_at, "matmul": matmul_at, "transpose": transpose_at,
    "trace": trace_at, "cumsum": cumsum_at, "flat": flat_at, "concat": concat_at,
    "conv": window_at, "maxpool": window_at, "avgpool": window_at,
}  # fmt: skip


def settings(node: Call) -> tuple[int, int, int]:
    """The stride, the width of zeros and the size of a window."""
    first = 2 if node.function == "conv" else 1
    numbers = [whole_literal(each) for each in node.arguments[first:]]
    if None in numbers:
        raise unsayable(node.function, node.span, "whose settings are not written as numbers")
    found = [each or 0 for each in numbers]
    if node.function == "conv":
        return (*found, *(1, 0)[len(found) :], 0)  # type: ignore[return-value]
    return (found[1] if len(found) > 1 else found[0], 0, found[0])
