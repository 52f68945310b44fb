"""Which nodes of a graph are one thing for each data row, and which are sums over all rows.

Where a loss is a sum over rows of something that needs one row at a time, it can be run on a few
rows at a time: the arrays stay in the processor's cache, and memory does not grow with the data.
This module only decides whether that is so, from the operations themselves; `execution` does it.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from ...graph import Graph
from ..kernels.contraction import Contraction, Operand, View

LINEAR = {"add", "subtract", "negate", "multiply", "divide", "expand", "constant array"}


class Split(NamedTuple):
    """The nodes of a graph by what they need, each list in order.

    shared  before any row: they need parameters and constants alone.
    rows    one thing for each row.
    totals  sums over rows, of which the rest is made; a part of `rows`.
    rest    what is made of totals.
    """

    shared: list[int]
    rows: list[int]
    totals: list[int]
    rest: list[int]


class NotByRows(Exception):
    """The program mixes rows in another way than by a last sum."""


def split_by_rows(
    graph: Graph, output: int, data: Collection[int], count: int
) -> Split | None:
    """The nodes by rows, where the inputs `data` have `count` rows along their first axis; None if
    the program cannot be run by rows.
    """
    try:
        return _Splitting(graph, output, data, count).split()
    except NotByRows:
        return None


class _Splitting:
    def __init__(self, graph: Graph, output: int, data: Collection[int], count: int) -> None:
        self.graph = graph
        self.output = output
        self.data = data
        self.count = count
        self.axis: list[int | None] = []  # the axis of the rows, for nodes that have one
        self.made: list[str] = []  # shared, rows, totals or rest

    def split(self) -> Split:
        for node, operation in enumerate(self.graph.operations):
            inputs = self.graph.inputs[node]
            axis, total = self.row_axis(node, operation, inputs)
            kinds = {self.made[source] for source in inputs}
            if axis is not None or total:
                if kinds & {"totals", "rest"}:
                    raise NotByRows  # such as x[i] - mean[k] x[k]
                kind = "totals" if total else "rows"
            elif kinds & {"totals", "rest"}:
                kind = "rest"
                self.check_linear(operation, inputs)
            else:
                kind = "shared"
            self.axis.append(axis)
            self.made.append(kind)
        found = {
            kind: [node for node, made in enumerate(self.made) if made == kind]
            for kind in ("shared", "rows", "totals", "rest")
        }
        if self.made[self.output] not in ("rest", "totals") or not found["totals"]:
            raise NotByRows
        rows = sorted(found["rows"] + found["totals"])
        return Split(found["shared"], rows, found["totals"], found["rest"])

    def check_linear(self, operation: Any, inputs: tuple[int, ...]) -> None:
        """What is made of totals must be linear in them, so that the gradient at a total is known
        before the total is.
        """
        late = [self.made[source] in ("totals", "rest") for source in inputs]
        name = operation.name
        if name not in LINEAR or (name == "multiply" and all(late)) or (
            name == "divide" and late[1]
        ):  # fmt: skip
            raise NotByRows

    def row_axis(
        self, node: int, operation: Any, inputs: tuple[int, ...]
    ) -> tuple[int | None, bool]:
        """The axis of a node's rows, and whether it is a sum over rows."""
        if not inputs:
            return self.leaf_axis(node, operation), False
        axes = [self.axis[source] for source in inputs]
        spec = getattr(operation, "spec", None)
        rule = RULES.get(operation.name) if spec is not None else None
        if operation.name == "element" and not isinstance(spec, View):
            return taken_axis(self, spec, axes)
        if rule is not None:
            found: tuple[int | None, bool] = rule(self, spec, axes)
            return found
        if all(axis is None for axis in axes):
            return None, False
        if spec is not None or operation.shape is not None:
            raise NotByRows
        different = {axis for axis in axes if axis is not None}
        if len(different) > 1:
            raise NotByRows
        return different.pop(), False

    def leaf_axis(self, node: int, operation: Any) -> int | None:
        if node in self.data:
            return 0
        shape: tuple[int, ...] = ()
        if operation.name == "index":
            shape = (operation.spec[1],)
        elif operation.name == "constant array":
            shape = operation.spec[1]
        if self.count in shape:
            raise NotByRows
        return None


def expanded_axis(space: _Splitting, spec: Any, axes: list[int | None]) -> tuple[int | None, bool]:
    places = [k for k, axis in enumerate(spec.order) if axis is not None and axis == axes[0]]
    new = [k for k, axis in enumerate(spec.order) if axis is None and spec.shape[k] == space.count]
    if axes[0] is None and len(new) <= 1:
        return (new[0] if new else None), False
    if new or not places:
        raise NotByRows
    return places[0], False


def contracted_axis(
    space: _Splitting, spec: Contraction, axes: list[int | None]
) -> tuple[int | None, bool]:
    labels = set()
    for operand, axis in zip(spec.operands, axes, strict=True):
        if axis is not None:
            labels.add(operand_label(space, operand, axis))
    if not labels:
        return None, False
    if len(labels) > 1:
        raise NotByRows
    label = labels.pop()
    for operand, axis in zip(spec.operands, axes, strict=True):
        if axis is None and label in operand.labels:
            raise NotByRows
    if label in spec.out:
        return spec.out.index(label), False
    return None, True


def operand_label(space: _Splitting, operand: Operand, axis: int) -> int:
    """The label that runs along the rows of an operand, and along all of them."""
    if operand.view is None:
        return operand.labels[axis]
    return operand.labels[view_label(space, operand.view, axis)]


def view_label(space: _Splitting, view: Any, axis: int) -> int:
    moving = [k for k, step in enumerate(view.steps) if step[axis]]
    if len(moving) != 1 or view.start[axis] or view.lengths[moving[0]] != space.count:
        raise NotByRows
    step = view.steps[moving[0]]
    if step[axis] != 1 or any(by for other, by in enumerate(step) if other != axis):
        raise NotByRows
    return moving[0]


def viewed_axis(space: _Splitting, spec: Any, axes: list[int | None]) -> tuple[int | None, bool]:
    return (None if axes[0] is None else view_label(space, spec, axes[0])), False


def taken_axis(space: _Splitting, spec: Any, axes: list[int | None]) -> tuple[int | None, bool]:
    """x[…] by computed subscripts. Where x has rows, they are taken one for one."""
    if isinstance(spec, str):
        return axes[0], False
    subscripts = {axis for axis in axes[1:] if axis is not None}
    if axes[0] is None:
        if len(subscripts) > 1:
            raise NotByRows
        return (subscripts.pop() if subscripts else None), False
    if axes[0] >= len(spec):
        raise NotByRows
    label = spec[axes[0]].along
    if label is None or subscripts - {label}:
        raise NotByRows
    return label, False


def reduced_axis(space: _Splitting, spec: Any, axes: list[int | None]) -> tuple[int | None, bool]:
    count, rank = spec
    if axes[0] is not None and axes[0] >= rank - count:
        raise NotByRows
    return axes[0], False


def total_axis(space: _Splitting, spec: Any, axes: list[int | None]) -> tuple[int | None, bool]:
    count, rank = spec
    if axes[0] is not None and axes[0] >= rank - count:
        return None, True
    return axes[0], False


def stacked_axis(space: _Splitting, spec: Any, axes: list[int | None]) -> tuple[int | None, bool]:
    if all(axis is None for axis in axes):
        return None, False
    if len(set(axes)) > 1:
        raise NotByRows
    return axes[0] + 1, False  # type: ignore[operator]


def joined_axis(space: _Splitting, spec: Any, axes: list[int | None]) -> tuple[int | None, bool]:
    if all(axis is None for axis in axes):
        return None, False
    if len(set(axes)) > 1 or axes[0] == spec[0]:
        raise NotByRows
    return axes[0], False


def reshaped_axis(space: _Splitting, spec: Any, axes: list[int | None]) -> tuple[int | None, bool]:
    old, new = spec
    if axes[0] is None:
        return None, False
    if axes[0] != 0 or old[0] != new[0]:
        raise NotByRows
    return 0, False


def padded_axis(space: _Splitting, spec: Any, axes: list[int | None]) -> tuple[int | None, bool]:
    if axes[0] is not None and spec[axes[0]] != (0, 0):
        raise NotByRows
    return axes[0], False


RULES: dict[str, Any] = {
    "expand": expanded_axis,
    "contract": contracted_axis,
    "element": viewed_axis,
    "stack": stacked_axis,
    "concat": joined_axis,
    "reshape": reshaped_axis,
    "pad": padded_axis,
    "sum": total_axis,
    **dict.fromkeys(("prod", "max", "min", "logsumexp", "norm", "var", "std"), reduced_axis),
}
