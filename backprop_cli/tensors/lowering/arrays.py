"""Values with named axes, and the graph that they are nodes of.

A `Value` is an array whose first axes are indices (labels, in the order in which they were bound)
and whose other axes have no name, such as the rows of `M[2]`. Operations on several values line up
labels by name and the other axes as NumPy broadcasts them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod
from typing import NamedTuple

from ...errors import BackpropError, Span, refuse
from ...graph import CONSTANT, Graph
from ...limits import DEFAULT_LIMITS, Limits, over_limit
from ...operations import OPERATIONS, Operation
from ..kernels import families, folds
from ..kernels.contraction import Contraction, Operand, View
from .affine import Label
from .costs import Budget, check_axes


class Value(NamedTuple):
    """A node with its axes.

    labels  the indices that its first axes run over.
    shape   the lengths of its other axes, whose first values are `firsts` (0 if not said).
    view    how the node is to be read, where that has not become a node of its own.
    """

    node: int
    labels: tuple[Label, ...] = ()
    shape: tuple[int, ...] = ()
    view: View | None = None
    firsts: tuple[int, ...] = ()

    @property
    def full(self) -> tuple[int, ...]:
        """The lengths of all axes."""
        return (*(label.size for label in self.labels), *self.shape)

    @property
    def starts(self) -> tuple[int, ...]:
        """The first value of each unnamed axis."""
        return self.firsts or (0,) * len(self.shape)


def ordered(labels: Iterable[Label]) -> tuple[Label, ...]:
    """Different labels from the outside in."""
    return tuple(sorted(set(labels)))


def lengths(shape: Sequence[int]) -> str:
    """A shape for a message."""
    return " × ".join(map(str, shape)) if shape else "a single number"


def axes_text(count: int) -> str:
    return f"{count} {'axis' if count == 1 else 'axes'}"


def given_text(shape: tuple[int, ...]) -> str:
    """What was given, for a message: an array of 2 axes (3 × 4)."""
    return f"an array of {axes_text(len(shape))} ({lengths(shape)})" if shape else lengths(shape)


class ArrayGraph:
    """A graph with the axes of its nodes."""

    def __init__(self, limits: Limits, dtype: str) -> None:
        self.graph = Graph()
        self.dtype = dtype
        self.limits = limits
        self.budget = Budget(limits)

    @classmethod
    def around(cls, graph: Graph, dtype: str) -> ArrayGraph:
        """A graph that is there already, to append to."""
        space = cls(DEFAULT_LIMITS, dtype)
        space.graph = graph
        return space

    # ---------------------------------------------------------------------------------------- nodes

    def append(self, operation: Operation, inputs: tuple[int, ...], span: Span | None) -> int:
        node = self.graph.append(operation, inputs)
        if span is not None:
            self.graph.spans[node] = span
        if node >= self.limits.nodes:
            raise over_limit("nodes", self.limits.nodes, "nodes in the graph", span)
        return node

    def constant(self, number: str | int, span: Span | None = None) -> Value:
        return Value(self.graph.constant(str(number), span))

    def index(self, label: Label, span: Span | None = None) -> Value:
        """The values of an index, as numbers."""
        self.budget.hold((label.size,), span)
        made = families.index(label.first, label.size, self.dtype)
        return Value(self.append(made, (), span), (label,))

    def read(self, value: Value, span: Span | None = None) -> Value:
        """The value as a node of its own."""
        if value.view is None:
            return value
        check_axes(len(value.view.lengths), span)
        node = self.append(families.view(value.view), (value.node,), span)
        return value._replace(node=node, view=None)

    def is_literal(self, value: Value) -> bool:
        return self.graph.operations[value.node] is CONSTANT and not value.labels

    # ----------------------------------------------------------------------------------------- axes

    def expanded(
        self, value: Value, labels: tuple[Label, ...], shape: tuple[int, ...], span: Span | None
    ) -> Value:
        """The value with all of `labels` and with `shape` behind them."""
        value = self.read(value, span)
        if value.labels == labels and value.shape == shape:
            return value
        full = (*(label.size for label in labels), *shape)
        own = {label: axis for axis, label in enumerate(value.labels)}
        missing = len(shape) - len(value.shape)
        behind = [None] * missing + list(range(len(own), len(own) + len(value.shape)))
        order = (*(own.get(label) for label in labels), *behind)
        return Value(self.rearranged(value, order, full, span), labels, shape)

    def rearranged(
        self,
        value: Value,
        order: tuple[int | None, ...],
        shape: tuple[int, ...],
        span: Span | None,
    ) -> int:
        """A node with the value's axes in another order, and new ones where `order` has None."""
        value = self.read(value, span)
        if order == tuple(range(len(shape))) and value.full == shape:
            return value.node
        check_axes(len(shape), span)
        if self.is_literal(value):
            literal = self.graph.literals[value.node]
            return self.append(families.full(literal, shape, self.dtype), (), span)
        return self.append(families.expand(families.Axes(order, shape)), (value.node,), span)

    def common(
        self, values: Sequence[Value], span: Span | None
    ) -> tuple[tuple[Label, ...], tuple[int, ...]]:
        """The labels and the shape of values together; raises BackpropError if they do not fit."""
        labels = ordered(label for value in values for label in value.labels)
        rank = max((len(value.shape) for value in values), default=0)
        shape = [1] * rank
        for value in values:
            for axis, length in enumerate(value.shape, rank - len(value.shape)):
                if shape[axis] not in (1, length) and length != 1:
                    raise self.unlike(values, span)
                shape[axis] = max(shape[axis], length)
                if 0 in (shape[axis], length):
                    shape[axis] = 0
        return labels, tuple(shape)

    def unlike(
        self, values: Sequence[Value], span: Span | None, joined: bool = False
    ) -> BackpropError:
        """The refusal of arrays that cannot be combined by elements, or `joined`."""
        found = dict.fromkeys(lengths(value.shape) for value in values if value.shape)
        shapes = " and ".join(found)
        help = "their last axes must agree, or have length 1"
        if not joined and [len(value.shape) for value in values] == [2, 1]:
            help += "; the product of a matrix and a vector is W @ x"
        return refuse(
            "shape",
            f"arrays of {shapes} do not fit together",
            span,
            help,
        )

    def elementwise(
        self, operation: Operation, values: Sequence[Value], span: Span | None
    ) -> Value:
        """A row of the table on each element; single literals stay single."""
        labels, shape = self.common(values, span)
        if operation.name == "where" and all(map(self.is_literal, values[1:])):
            # A condition has no type of numbers, so one branch must.
            values = (values[0], values[1], self.expanded(values[2], labels, shape, span))
        nodes = tuple(
            value.node
            if self.is_literal(value) and value.full == ()
            else self.expanded(value, labels, shape, span).node
            for value in values
        )
        self.budget.hold((*(label.size for label in labels), *shape), span)
        return Value(self.append(operation, nodes, span), labels, shape)

    def apply(self, name: str, *values: Value, span: Span | None = None) -> Value:
        return self.elementwise(OPERATIONS[name], values, span)

    # ----------------------------------------------------------------------------------- reductions

    def contract(self, factors: Sequence[Value], summed: set[Label], span: Span | None) -> Value:
        """The sum of the product of `factors` over the labels `summed`."""
        present = {label for factor in factors for label in factor.labels}
        repeated = prod(label.size for label in summed - present)
        if any(1 in value.shape for value in factors):
            labels, shape = self.common(factors, span)
            factors = [self.expanded(value, value.labels, shape, span) for value in factors]
        labels, shape = self.common(factors, span)
        scalars = [factor for factor in factors if not factor.labels and not factor.shape]
        arrays = [factor for factor in factors if factor.labels or factor.shape]
        kept = tuple(label for label in labels if label not in summed)
        result = self.constant(repeated, span) if repeated != 1 or not factors else None
        if arrays:
            rank = len(shape)
            sizes = {label.uid: label.size for label in labels}
            sizes |= {-1 - axis: shape[rank - 1 - axis] for axis in range(rank)}
            operands = tuple(
                Operand(
                    (*(label.uid for label in a.labels), *range(-len(a.shape), 0)), a.view
                )
                for a in arrays
            )
            out = (*(label.uid for label in kept), *range(-rank, 0))
            spec = Contraction(operands, out, tuple(sorted(sizes.items())))
            nodes = tuple(value.node for value in arrays)
            self.budget.sum_up(spec, span)
            made = Value(self.append(families.contraction(spec), nodes, span), kept, shape)
            result = made if result is None else self.apply("multiply", result, made, span=span)
        for scalar in scalars:
            result = scalar if result is None else self.apply("multiply", scalar, result, span=span)
        assert result is not None
        return result

    def reduce(self, name: str, value: Value, over: Sequence[Label], span: Span | None) -> Value:
        """A reduction over some labels of a value."""
        kept = tuple(label for label in value.labels if label not in over)
        labels = ordered((*value.labels, *over))
        value = self.expanded(value, labels, value.shape, span)
        axes = {label: axis for axis, label in enumerate(labels)}
        trailing = range(len(labels), len(labels) + len(value.shape))
        order = (*(axes[label] for label in kept), *trailing, *(axes[label] for label in over))
        full = tuple(value.full[axis] for axis in order)
        self.budget.hold(full, span)
        node = self.rearranged(value, order, full, span)
        node = self.append(folds.reduction(name, len(over), len(full)), (node,), span)
        return Value(node, kept, value.shape)

    def reduce_all(self, name: str, value: Value, span: Span | None) -> Value:
        """A reduction over all unnamed axes of a value."""
        value = self.read(value, span)
        count = len(value.shape)
        if name == "sum":
            uids = tuple(label.uid for label in value.labels)
            sizes = dict(zip((*uids, *range(-count, 0)), value.full, strict=True))
            operand = Operand((*uids, *range(-count, 0)))
            spec = Contraction((operand,), uids, tuple(sorted(sizes.items())))
            self.budget.sum_up(spec, span)
            return Value(self.append(families.contraction(spec), (value.node,), span), value.labels)
        self.budget.hold(value.full, span)
        node = self.append(folds.reduction(name, count, len(value.full)), (value.node,), span)
        return Value(node, value.labels)

    def stacked(self, values: Sequence[Value], span: Span | None) -> Value:
        """Values one behind the other, along a new first unnamed axis."""
        labels, shape = self.common(values, span)
        nodes = tuple(self.expanded(value, labels, shape, span).node for value in values)
        full = (len(nodes), *(label.size for label in labels), *shape)
        self.budget.hold(full, span)
        made = Value(self.append(families.stack(len(nodes)), nodes, span), (), full)
        if not labels:
            return made
        order = (*range(1, 1 + len(labels)), 0, *range(1 + len(labels), len(made.shape)))
        full = tuple(made.shape[axis] for axis in order)
        return Value(self.rearranged(made, order, full, span), labels, full[len(labels) :])

    def concatenated(self, values: Sequence[Value], axis: int, span: Span | None) -> Value:
        """Values one behind the other along one of their unnamed axes."""
        labels = ordered(label for value in values for label in value.labels)
        values = [self.expanded(value, labels, value.shape, span) for value in values]
        first = values[0].shape
        for value in values[1:]:
            others = (*value.shape[:axis], *value.shape[axis + 1 :])
            if len(value.shape) != len(first) or others != (*first[:axis], *first[axis + 1 :]):
                raise self.unlike(values, span, joined=True)
        counts = tuple(value.shape[axis] for value in values)
        for value in values:
            self.budget.hold(value.full, span)
        nodes = tuple(value.node for value in values)
        node = self.append(families.concat(len(labels) + axis, counts), nodes, span)
        return Value(node, labels, (*first[:axis], sum(counts), *first[axis + 1 :]))
