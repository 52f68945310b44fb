"""Sums of products over named axes, by BLAS: the kernel below every `sum[k] A[i,k]*B[k,j]`.

An operand is an array, possibly read through a `View`, with one label for each axis. A contraction
of two operands is one matrix product for each value of the labels that both and the result have;
of more than two, pairs in an order that `numpy.einsum_path` chooses. Windows (a view in which one
element stands several times, as in a convolution) are multiplied in slabs, so that the copy that
BLAS needs stays small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import as_strided

Array = Any
Labels = tuple[int, ...]

LETTERS = 52  # indices that einsum_path can tell apart
SEARCHED = 6  # operands up to which the best order of pairs is searched for
FILLED = 1 << 15  # elements up to which a constant array is filled
SLAB = 1 << 22  # elements of a window that are copied at a time: 32 MiB of doubles


class View(NamedTuple):
    """An array read by subscripts that are affine in its labels: x[c, i + p, 2*j + q].

    shape    of the base.
    start    the subscript of each base axis where all labels are at their first value.
    steps    for each label how far each base axis moves when the label goes up by one.
    lengths  how many values each label has.
    """

    shape: tuple[int, ...]
    start: tuple[int, ...]
    steps: tuple[tuple[int, ...], ...]
    lengths: tuple[int, ...]

    def read(self, base: Array) -> Array:
        """The elements, with one axis for each label; nothing is copied."""
        strides = tuple(
            sum(map(lambda a, b: a * b, step, base.strides), 0) for step in self.steps
        )
        corner = base[tuple(slice(at, None) for at in self.start)]
        return as_strided(corner, self.lengths, strides)

    def overlaps(self) -> bool:
        """Whether an element of the base can be read for more than one value of the labels."""
        used = [0] * len(self.shape)
        for step, length in zip(self.steps, self.lengths, strict=True):
            moved = [axis for axis, by in enumerate(step) if by]
            if length > 1 and not moved:
                return True
            for axis in moved:
                used[axis] += 1
        return any(count > 1 for count in used)

    def add(self, target: Array, values: Array) -> None:
        """Add `values` (an axis for each label) to the elements of `target` that they came from."""
        if not self.overlaps():
            part = self.read(target)
            part += values
            return
        looped = self.small_labels()
        ranges = [range(self.lengths[label]) for label in looped]
        for position in product(*ranges):
            chosen = dict(zip(looped, position, strict=True))
            part = self.fixed(chosen).read(target)
            part += values[tuple(chosen.get(k, slice(None)) for k in range(len(self.lengths)))]

    def small_labels(self) -> list[int]:
        """Labels to go through one by one so that the rest does not overlap."""
        kept_axes: set[int] = set()
        looped = []
        order = sorted(range(len(self.lengths)), key=lambda label: -self.lengths[label])
        for label in order:
            axes = {axis for axis, by in enumerate(self.steps[label]) if by}
            if not axes or axes & kept_axes:
                looped.append(label)
            else:
                kept_axes |= axes
        return sorted(looped)

    def fixed(self, chosen: Mapping[int, int]) -> View:
        """The view with some labels at one value each."""
        start = list(self.start)
        for label, value in chosen.items():
            for axis, by in enumerate(self.steps[label]):
                start[axis] += by * value
        rest = [label for label in range(len(self.lengths)) if label not in chosen]
        return View(
            self.shape,
            tuple(start),
            tuple(self.steps[label] for label in rest),
            tuple(self.lengths[label] for label in rest),
        )

    def part(self, label: int, first: int, count: int) -> View:
        """The view with one label's values cut to `count` from `first`."""
        start = tuple(
            at + by * first for at, by in zip(self.start, self.steps[label], strict=True)
        )
        lengths = (*self.lengths[:label], count, *self.lengths[label + 1 :])
        return self._replace(start=start, lengths=lengths)

    @property
    def identity(self) -> bool:
        """Whether it reads the whole base as it is."""
        rank = len(self.shape)
        units = tuple(tuple(int(a == b) for b in range(rank)) for a in range(rank))
        return (
            self.steps == units
            and self.lengths == self.shape
            and not any(self.start)
        )


class Operand(NamedTuple):
    """One factor: its labels, in the order of its axes, and the view through which it is read."""

    labels: Labels
    view: View | None = None

    def read(self, base: Array) -> Array:
        return base if self.view is None else self.view.read(base)


class Contraction(NamedTuple):
    """A sum of products: over all labels that `out` has not. `sizes` has the length of each
    label.
    """

    operands: tuple[Operand, ...]
    out: Labels
    sizes: tuple[tuple[int, int], ...]

    def ready(self) -> Callable[..., Array]:
        """The contraction as a function of its operands, with what can be settled before."""
        if any(operand.view for operand in self.operands):
            return self.__call__
        labels = [operand.labels for operand in self.operands]
        if len(labels) == 2:
            how = pairing(labels[0], labels[1], self.out)
            return lambda a, b: paired(how, a, b)
        if len(labels) == 1:
            return lambda a: alone(labels[0], a, self.out)
        return lambda *arrays: contract(labels, arrays, self.out, self.sizes)

    def __call__(self, *arrays: Array) -> Array:
        """The result, with axes as in `out`."""
        cut = self.slabs(arrays)
        if cut is None:
            read = [o.read(a) for o, a in zip(self.operands, arrays, strict=True)]
            return contract([o.labels for o in self.operands], read, self.out, self.sizes)
        label, count = cut
        result = np.empty(self.shape, np.result_type(*arrays))
        axis = self.out.index(label)
        for first, part in self.parts(label, count):
            piece = (slice(None),) * axis + (slice(first, first + count),)
            result[piece] = part(*part.cut_bases(self, arrays, label, first))
        return result

    @property
    def shape(self) -> tuple[int, ...]:
        sizes = dict(self.sizes)
        return tuple(sizes[label] for label in self.out)

    def slabs(self, arrays: Sequence[Array]) -> tuple[int, int] | None:
        """The label of the result to cut along and how much at a time, if a window is large."""
        for operand, array in zip(self.operands, arrays, strict=True):
            if operand.view is None:
                continue
            elements = prod(operand.view.lengths)
            if elements <= max(SLAB, 2 * array.size):
                continue
            cuttable = [label for label in operand.labels if label in self.out]
            if cuttable:
                sizes = dict(self.sizes)
                label = max(cuttable, key=lambda each: sizes[each])
                count = max(1, sizes[label] * SLAB // elements)
                if count < sizes[label]:
                    return label, count
        return None

    def parts(self, label: int, count: int) -> Iterator[tuple[int, Contraction]]:
        """The contraction cut along a label into pieces of at most `count`."""
        length = dict(self.sizes)[label]
        for first in range(0, length, count):
            size = min(count, length - first)
            operands = tuple(
                o._replace(view=o.view.part(o.labels.index(label), first, size))
                if o.view is not None and label in o.labels
                else o
                for o in self.operands
            )
            sizes = tuple((each, size if each == label else n) for each, n in self.sizes)
            yield first, Contraction(operands, self.out, sizes)

    def cut_bases(
        self, whole: Contraction, arrays: Sequence[Array], label: int, first: int
    ) -> list[Array]:
        """The arrays for this piece of `whole`: those without a view are cut themselves."""
        size = dict(self.sizes)[label]
        cut = []
        for operand, array in zip(whole.operands, arrays, strict=True):
            if operand.view is None and label in operand.labels:
                axis = operand.labels.index(label)
                array = array[(slice(None),) * axis + (slice(first, first + size),)]
            cut.append(array)
        return cut

    def pull(
        self, place: int, gradient: Contraction, upstream: Array, arrays: Sequence[Array]
    ) -> Array:
        """The gradient at operand `place`, which is read through a view: a contraction of the
        upstream gradient with all other operands (`gradient`, as `adjoint` gives it), added into
        the places that the view read.
        """
        operand = self.operands[place]
        others = [upstream, *(a for k, a in enumerate(arrays) if k != place)]
        base = arrays[place]
        view = operand.view
        assert view is not None
        target = np.zeros(base.shape, base.dtype)
        elements = prod(view.lengths)
        sizes = dict(self.sizes)
        label = max(operand.labels, key=lambda each: sizes[each], default=-1)
        if elements <= max(SLAB, 2 * base.size) or label not in gradient.out:
            values = gradient(*others)
            view.add(target, spread(values, gradient.out, operand.labels, sizes))
            return target
        count = max(1, sizes[label] * SLAB // elements)
        place_of = operand.labels.index(label)
        for first, part in gradient.parts(label, count):
            values = part(*part.cut_bases(gradient, others, label, first))
            part_sizes = dict(part.sizes)
            piece = view.part(place_of, first, part_sizes[label])
            piece.add(target, spread(values, gradient.out, operand.labels, part_sizes))
        return target

    def adjoint(self, place: int) -> Contraction:
        """The contraction that gives the gradient along operand `place`, over those of its labels
        that others have; along the rest it is constant.
        """
        others = tuple(o for k, o in enumerate(self.operands) if k != place)
        seen = set(self.out).union(*(o.labels for o in others))
        out = tuple(label for label in self.operands[place].labels if label in seen)
        return Contraction((Operand(self.out), *others), out, self.sizes)


def aligned(values: Array, labels: Labels, wanted: Labels) -> Array:
    """`values` with the axes `wanted`, of length 1 for those that `labels` has not."""
    if labels == wanted:
        return values
    moved = values.transpose([labels.index(label) for label in wanted if label in labels])
    return moved[tuple(slice(None) if label in labels else None for label in wanted)]


def spread(values: Array, labels: Labels, wanted: Labels, sizes: Mapping[int, int]) -> Array:
    """`values` with the axes `wanted`: constant along those that `labels` has not."""
    if labels == wanted:
        return values
    full = tuple(sizes[label] for label in wanted)
    return repeated(aligned(values, labels, wanted), full)


def repeated(values: Array, shape: tuple[int, ...]) -> Array:
    """A number or array in a larger shape, to read. Filling a small array is quicker than a view
    of one.
    """
    if np.size(values) == 1 and prod(shape) <= FILLED:
        result = np.empty(shape, np.asarray(values).dtype)
        result.fill(np.asarray(values).item())
        return result
    return np.broadcast_to(values, shape)


def contract(
    labels: Sequence[Labels],
    arrays: Sequence[Array],
    out: Labels,
    sizes: tuple[tuple[int, int], ...],
) -> Array:
    """The sum of products over all labels that are not in `out`."""
    if len(labels) == 2:
        return pair(labels[0], arrays[0], labels[1], arrays[1], out)
    if len(labels) == 1:
        return alone(labels[0], arrays[0], out)
    names, values = list(labels), list(arrays)
    for left, right in order(tuple(names), out, sizes):
        rest = [k for k in range(len(names)) if k not in (left, right)]
        kept = joined(names, left, right, out)
        value = pair(names[left], values[left], names[right], values[right], kept)
        names = [*(names[k] for k in rest), kept]
        values = [*(values[k] for k in rest), value]
    return pair(names[0], values[0], names[1], values[1], out)


def joined(names: Sequence[Labels], left: int, right: int, out: Labels) -> Labels:
    """The labels that two of some operands leave when they are multiplied and summed."""
    rest = (labels for k, labels in enumerate(names) if k not in (left, right))
    needed = set(out).union(*rest)
    return tuple(dict.fromkeys(x for k in (left, right) for x in names[k] if x in needed))


@lru_cache(maxsize=1024)
def order(
    names: tuple[Labels, ...], out: Labels, sizes: tuple[tuple[int, int], ...]
) -> tuple[tuple[int, int], ...]:
    """The pairs to contract, one after the other, until two are left."""
    lengths = dict(sizes)
    letters = {label: place for place, label in enumerate(lengths)}  # einsum has 52
    operands: list[Any] = []
    for each in names:
        shape = tuple(lengths[label] for label in each)
        operands += [np.broadcast_to(np.empty(()), shape), [letters[label] for label in each]]
    if len(letters) > LETTERS:
        return ((0, 1),) * (len(names) - 2)
    how = "optimal" if len(names) <= SEARCHED else "greedy"
    path = np.einsum_path(*operands, [letters[label] for label in out], optimize=how)[0][1:]
    steps = []
    count = len(names)
    for places in path:
        # More than two at once are taken pair by pair; what a pair makes comes last.
        left = sorted(places)
        while len(left) > 1 and count > 2:
            steps.append((left[0], left[1]))
            left = [place - 2 for place in left[2:]] + [count - 2]
            count -= 1
    return tuple(steps)


class Summing(NamedTuple):
    """How one operand is summed and turned: the axes to sum over, then the order of the rest."""

    summed: tuple[int, ...]
    order: tuple[int, ...] | None


@lru_cache(maxsize=4096)
def summing(labels: Labels, out: Labels) -> Summing:
    """How an operand with `labels` becomes one with `out`."""
    summed = tuple(axis for axis, label in enumerate(labels) if label not in out)
    left = [label for label in labels if label in out]
    return Summing(summed, turned([left.index(label) for label in out]))


def turned(order: Sequence[int]) -> tuple[int, ...] | None:
    """An order of axes, None for the one that they have."""
    return None if list(order) == list(range(len(order))) else tuple(order)


def alone(labels: Labels, array: Array, out: Labels) -> Array:
    """One operand summed over the labels that `out` has not, with the axes of `out`."""
    how = summing(labels, out)
    if how.summed:
        array = np.add.reduce(array, axis=how.summed)
    return array if how.order is None else array.transpose(how.order)


class Pairing(NamedTuple):
    """How two operands become one matrix product.

    lonely   the axes of each operand that are summed before.
    orders   the order of the axes of each: those of both and the result, its own, those to sum
             (of the second: to sum, its own).
    batch, rows, summed   how many axes of the first operand are of each kind.
    back     the order of the result's axes.
    """

    lonely: tuple[tuple[int, ...], tuple[int, ...]]
    orders: tuple[tuple[int, ...] | None, tuple[int, ...] | None]
    batch: int
    rows: int
    summed: int
    back: tuple[int, ...] | None


@lru_cache(maxsize=4096)
def pairing(left: Labels, right: Labels, out: Labels) -> Pairing:
    """How operands with the labels `left` and `right` become one with `out`."""
    kept = set(out)
    lonely = (
        tuple(axis for axis, x in enumerate(left) if x not in kept and x not in right),
        tuple(axis for axis, x in enumerate(right) if x not in kept and x not in left),
    )
    first = [x for x in left if x in kept or x in right]
    second = [x for x in right if x in kept or x in left]
    batch = [x for x in first if x in second and x in kept]
    summed = [x for x in first if x in second and x not in kept]
    rows = [x for x in first if x not in second]
    columns = [x for x in second if x not in first]
    made = [*batch, *rows, *columns]
    orders = (
        turned([first.index(x) for x in (*batch, *rows, *summed)]),
        turned([second.index(x) for x in (*batch, *summed, *columns)]),
    )
    back = turned([made.index(x) for x in out])
    return Pairing(lonely, orders, len(batch), len(rows), len(summed), back)


def pair(left: Labels, a: Array, right: Labels, b: Array, out: Labels) -> Array:
    """The contraction of two operands."""
    return paired(pairing(left, right, out), a, b)


def paired(how: Pairing, a: Array, b: Array) -> Array:
    """The contraction of two operands, as matrix products."""
    if how.lonely[0]:
        a = np.add.reduce(a, axis=how.lonely[0])
    if how.lonely[1]:
        b = np.add.reduce(b, axis=how.lonely[1])
    if how.orders[0] is not None:
        a = a.transpose(how.orders[0])
    if how.orders[1] is not None:
        b = b.transpose(how.orders[1])
    batch, rows = how.batch, how.rows
    if not how.summed:
        result = outer(a, b, batch, rows)
    else:
        shared, row_shape = a.shape[:batch], a.shape[batch : batch + rows]
        column_shape = b.shape[batch + how.summed :]
        depth = prod(a.shape[batch + rows :])
        if not batch:
            left = a.reshape((prod(row_shape), depth)) if rows else a.reshape(depth)
            right = b.reshape((depth, prod(column_shape))) if column_shape else b.reshape(depth)
            result = np.dot(left, right).reshape((*row_shape, *column_shape))
        else:
            result = np.matmul(
                a.reshape((*shared, prod(row_shape), depth)),
                b.reshape((*shared, depth, prod(column_shape))),
            ).reshape((*shared, *row_shape, *column_shape))
    return result if how.back is None else result.transpose(how.back)


def outer(a: Array, b: Array, batch: int, rows: int) -> Array:
    """The product without a sum, by broadcasting."""
    columns = b.ndim - batch
    if columns:
        a = a[(..., *[None] * columns)]
    if rows:
        b = b[(*[slice(None)] * batch, *[None] * rows)]
    return a * b
