"""Operations on arrays that have parameters of their own: axes, subscripts, shapes.

Each function makes the operation for its parameters, once. As in the table of operations, one
place says how it is computed and how a gradient passes back; the local derivatives are linear maps
(`Pullback`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from math import prod
from typing import Any, NamedTuple

import numpy as np

from ...errors import Span, refuse
from ...operations import Operation
from ...operations.row import Pullback
from .contraction import Contraction, View, repeated, spread

Array = Any


class Family(Operation):
    """An operation with parameters: `spec` is what its maker was given."""

    __slots__ = ("spec",)

    def __init__(self, spec: Any, *row: Any) -> None:
        super().__init__(*row)
        self.spec = spec


class Axes(NamedTuple):
    """How an array is brought to other axes: its own in `order`, new ones, all to `shape`.

    `order` has the array's axis for each axis of the result, None for a new one.
    """

    order: tuple[int | None, ...]
    shape: tuple[int, ...]


def full_size(gradient: Array, shape: tuple[int, ...]) -> Array:
    """A gradient in the shape of its value; that of a literal has none."""
    return gradient if np.shape(gradient) == shape else repeated(gradient, shape)


@lru_cache(maxsize=4096)
def expand(axes: Axes) -> Operation:
    """The array with axes in another order and repeated along new ones; nothing is copied."""
    order = [axis for axis in axes.order if axis is not None]
    index = tuple(slice(None) if axis is not None else None for axis in axes.order)
    back = [order.index(axis) for axis in range(len(order))]

    def forward(xp: Any, x: Array) -> Array:
        return np.broadcast_to(x.transpose(order)[index], axes.shape)

    def slopes(xp: Any, out: Array, x: Array) -> tuple[Pullback]:
        def pull(upstream: Array) -> Array:
            upstream = full_size(upstream, axes.shape)
            moved = x.transpose(order)[index]
            summed = tuple(
                k for k, axis in enumerate(axes.order)
                if axis is None or moved.shape[k] != axes.shape[k]
            )  # fmt: skip
            if summed:
                upstream = upstream.sum(axis=summed, keepdims=True)
            own = upstream.reshape([n for n, a in zip(upstream.shape, axes.order, strict=True)
                                    if a is not None])  # fmt: skip
            return own.transpose(back)

        return (Pullback(pull),)

    return Family(
        axes, "expand", "x", forward, slopes, "expand copies its input: their gradients add up"
    )


def puller(
    spec: Contraction, place: int, gradient: Contraction
) -> Callable[[Array, tuple[Array, ...]], Array]:
    """How operand `place` of a contraction gets its gradient from the upstream one."""
    if spec.operands[place].view is not None:
        return lambda upstream, x: spec.pull(place, gradient, upstream, x)
    compute = gradient.ready()
    wanted = spec.operands[place].labels
    sizes = dict(spec.sizes)

    def pull(upstream: Array, x: tuple[Array, ...]) -> Array:
        found = compute(upstream, *x[:place], *x[place + 1 :])
        return found if gradient.out == wanted else spread(found, gradient.out, wanted, sizes)

    return pull


@lru_cache(maxsize=4096)
def contraction(spec: Contraction) -> Operation:
    """A sum of products. Each operand's gradient is the sum of products with all the others."""
    adjoints = [spec.adjoint(place) for place in range(len(spec.operands))]
    shape = spec.shape
    compute = spec.ready()
    makers = [puller(spec, place, adjoint) for place, adjoint in enumerate(adjoints)]

    def forward(xp: Any, *x: Array) -> Array:
        return compute(*x)

    def pulled(make: Callable[..., Array], x: tuple[Array, ...], upstream: Array) -> Array:
        return make(full_size(upstream, shape), x)

    def slopes(xp: Any, out: Array, *x: Array) -> tuple[Pullback, ...]:
        return tuple(Pullback(partial(pulled, make, x)) for make in makers)

    return Family(
        spec, "contract", "*x", forward, slopes,
        "a sum of products gives each factor the gradient times the other factors, summed",
    )  # fmt: skip


@lru_cache(maxsize=4096)
def view(spec: View) -> Operation:
    """Elements by affine subscripts; a gradient goes back to where its element came from."""

    def slopes(xp: Any, out: Array, x: Array) -> tuple[Pullback]:
        def pull(upstream: Array) -> Array:
            target = np.zeros(x.shape, out.dtype)
            spec.add(target, np.broadcast_to(upstream, spec.lengths))
            return target

        return (Pullback(pull),)

    return Family(
        spec, "element", "x", lambda xp, x: spec.read(x), slopes,
        "an element hands its gradient back to its place in the array",
    )  # fmt: skip


class Place(NamedTuple):
    """One subscript: what it is called in an error, the first value of its axis, and the axis of
    the result that it runs along, if it is that index and covers the whole of its axis. Such a
    subscript is not computed.
    """

    text: str
    first: int
    span: Span | None
    along: int | None = None
    indices: tuple[tuple[str, int], ...] = ()  # those around it, each with its first value

    def where(self, wrong: Array) -> str:
        """At which values of the indices the first wrong subscript stands, for a message."""
        if wrong.ndim != len(self.indices):
            return ""
        place = np.unravel_index(int(np.argmax(wrong)), wrong.shape)
        said = [
            f"{name} = {first + int(at)}"
            for (name, first), at, length in zip(self.indices, place, wrong.shape, strict=True)
            if length > 1
        ]
        return f" at {', '.join(said)}" if said else ""


def whole_numbers(place: Place, values: Array, length: int) -> Array:
    """Subscripts as positions from 0; raises BackpropError for one that is not whole or outside."""
    values = np.asarray(values)
    positions = values if values.dtype.kind == "i" else np.rint(values)
    wrong = ~(positions == values)
    if wrong.any():
        value = values[wrong].flat[0]
        raise refuse(
            "subscript",
            f"the subscript {place.text} is {value:g}{place.where(wrong)}: no whole number",
            place.span,
            "subscripts are whole numbers; floor(…) or round(…) make one",
        )  # fmt: skip
    # Before they become machine integers, which 1e30 is not.
    outside = (positions < place.first) | (positions >= place.first + length)
    if outside.any():
        found = positions[outside].flat[0]
        value = int(found) if abs(found) < 2**53 else f"{found:g}"
        raise refuse(
            "out-of-range",
            f"the subscript {place.text} is {value}{place.where(outside)}, and the axis has"
            f" {place.first}..{place.first + length - 1}",
            place.span,
            "correct that value: subscripts count from 0" if not place.first else "",
        )
    return positions.astype(np.intp) - place.first


@lru_cache(maxsize=4096)
def take(places: tuple[Place, ...], rank: int, distinct: bool) -> Operation:
    """Elements by computed subscripts, an array of them for each of the first axes but those that
    run along an axis of the result; `rank` axes of the result come from the subscripts.

    `distinct` says that no element can be taken twice.
    """

    def positions(x: Array, subscripts: tuple[Array, ...]) -> tuple[Array, ...]:
        computed = iter(subscripts)
        found = []
        for axis, place in enumerate(places):
            length = x.shape[axis]
            if place.along is None:
                found.append(whole_numbers(place, next(computed), length))
                continue
            shape = [1] * rank
            shape[place.along] = length
            found.append(np.arange(length).reshape(shape))
        return tuple(found)

    def forward(xp: Any, x: Array, *subscripts: Array) -> Array:
        return x[positions(x, subscripts)]

    def slopes(xp: Any, out: Array, x: Array, *subscripts: Array) -> tuple[Any, ...]:
        def pull(upstream: Array) -> Array:
            where = positions(x, subscripts)
            upstream = np.broadcast_to(np.asarray(upstream, out.dtype), out.shape)
            if distinct:
                target = np.zeros(x.shape, out.dtype)
                target[where] = upstream
                return target
            inner = x.shape[len(where) :]
            outer = x.shape[: len(where)]
            flat = np.ravel_multi_index(np.broadcast_arrays(*where), outer).ravel()
            if inner:
                target = np.zeros((prod(outer), *inner), out.dtype)
                np.add.at(target, flat, upstream.reshape(flat.size, *inner))
            else:
                target = np.bincount(flat, upstream.ravel(), prod(outer)).astype(out.dtype)
            return target.reshape(x.shape)

        return (Pullback(pull), *[None] * len(subscripts))

    return Family(
        places, "element", "x, *subscripts", forward, slopes,
        "an element hands its gradient back to its place in the array",
    )  # fmt: skip


@lru_cache(maxsize=1024)
def inside(text: str, span: Span) -> Operation:
    """An array whose second input says where it was read outside of its axes and counts: nowhere,
    or the run is refused.
    """

    def forward(xp: Any, x: Array, wrong: Array) -> Array:
        if np.any(wrong):
            raise refuse(
                "out-of-range",
                f"{text} leaves the array where the condition holds:"
                f" {np.count_nonzero(wrong):,} times",
                span,
                "let the condition exclude them",
            )
        return x

    return Family(
        text, "element", "x, wrong", forward, lambda xp, out, x, wrong: (1, None),
        "an element hands its gradient back to its place in the array",
    )  # fmt: skip


@lru_cache(maxsize=1024)
def index(first: int, length: int, dtype: str) -> Operation:
    """The values of an index."""
    values = np.arange(first, first + length).astype(dtype)
    return Family(
        (first, length), "index", "", lambda xp: values, lambda xp, out: (),
        "an index: it receives no gradient",
    )


@lru_cache(maxsize=1024)
def full(literal: str, shape: tuple[int, ...], dtype: str) -> Operation:
    """A constant on all elements of an array; nothing is copied."""
    return Family(
        (literal, shape), "constant array", "",
        lambda xp: np.broadcast_to(np.asarray(xp.constant(literal), dtype), shape),
        lambda xp, out: (),
        "a constant: it receives a gradient and has no use for it",
    )  # fmt: skip


def alike(x: tuple[Array, ...]) -> list[Array]:
    """Arrays and literals with the type of the arrays."""
    dtype = np.result_type(*x)
    return [np.asarray(value, dtype) for value in x]


@lru_cache(maxsize=1024)
def stack(count: int) -> Operation:
    """Equal arrays one behind the other, along a new first axis."""

    def pull(place: int, upstream: Array) -> Array:
        return upstream[place]

    return Family(
        count, "stack", "*x",
        lambda xp, *x: np.stack(alike(x)),
        lambda xp, out, *x: tuple(Pullback(partial(pull, k)) for k in range(count)),
        "stack hands each part its own gradient",
    )  # fmt: skip


@lru_cache(maxsize=1024)
def concat(axis: int, lengths: tuple[int, ...]) -> Operation:
    """Arrays one behind the other along an axis of theirs."""
    ends = np.cumsum((0, *lengths))

    def pull(place: int, upstream: Array) -> Array:
        return upstream[(slice(None),) * axis + (slice(ends[place], ends[place + 1]),)]

    return Family(
        (axis, lengths), "concat", "*x",
        lambda xp, *x: np.concatenate(alike(x), axis),
        lambda xp, out, *x: tuple(Pullback(partial(pull, k)) for k in range(len(lengths))),
        "concat hands each part its own gradient",
    )  # fmt: skip


@lru_cache(maxsize=1024)
def reshape(old: tuple[int, ...], new: tuple[int, ...]) -> Operation:
    """The same elements with other axes."""
    return Family(
        (old, new), "reshape", "x",
        lambda xp, x: x.reshape(new),
        lambda xp, out, x: (Pullback(lambda g: np.broadcast_to(g, new).reshape(old)),),
        "reshape hands every element its own gradient",
    )  # fmt: skip


@lru_cache(maxsize=1024)
def pad(widths: tuple[tuple[int, int], ...]) -> Operation:
    """Zeros around an array."""

    def pull(upstream: Array) -> Array:
        return upstream[
            tuple(slice(a, n - b) for (a, b), n in zip(widths, upstream.shape, strict=True))
        ]

    return Family(
        widths, "pad", "x",
        lambda xp, x: np.pad(x, widths),
        lambda xp, out, x: (Pullback(pull),),
        "pad hands back the gradient of what it surrounds",
    )  # fmt: skip
