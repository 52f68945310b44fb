"""Forward and backward through a graph, on any namespace."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from .graph import Graph

Value = Any


class Run(NamedTuple):
    """One evaluation of a graph.

    values     the value of each node.
    adjoints   the gradient of the output with respect to each node; None where no path leads to the
               output.
    slopes     for each node the local derivative along each input; None where none passes (only if
               kept).
    """

    graph: Graph
    output: int
    values: list[Value]
    adjoints: list[Value]
    slopes: list[tuple[Value, ...] | None]

    def gradient(self, zero: Value = 0) -> dict[str, Value]:
        """The gradient with respect to each input by name; `zero` for one without influence."""
        found = {}
        for name, node in self.graph.input_nodes().items():
            adjoint = self.adjoints[node]
            found[name] = zero if adjoint is None else adjoint
        return found


def forward(
    graph: Graph, xp: Any, bindings: Mapping[str, Value], values: list[Value] | None = None
) -> list[Value]:
    """The value of each node, on the namespace `xp`; appended to `values` if that is given.

    `bindings` has a value of that namespace for each input; a missing one raises KeyError.
    """
    values = [] if values is None else values
    append = values.append
    names, literals = graph.names, graph.literals
    for operation, inputs in zip(graph.operations, graph.inputs, strict=True):
        count = len(inputs)
        if count == 2:
            append(operation.forward(xp, values[inputs[0]], values[inputs[1]]))
        elif count == 1:
            append(operation.forward(xp, values[inputs[0]]))
        elif count:
            append(operation.forward(xp, *[values[i] for i in inputs]))
        elif operation.name == "input":
            append(bindings[names[len(values)]])
        elif operation.name == "constant":
            append(xp.constant(literals[len(values)]))
        else:
            append(operation.forward(xp))
    return values


def active_nodes(graph: Graph, wanted: Collection[int]) -> list[bool]:
    """Which nodes depend on one of `wanted`, so that a gradient must pass through them."""
    active = [False] * len(graph)
    for node in wanted:
        active[node] = True
    for node, inputs in enumerate(graph.inputs):
        if inputs and not active[node]:
            active[node] = any(active[source] for source in inputs)
    return active


def backward(
    graph: Graph,
    values: Sequence[Value],
    xp: Any,
    output: int | None = None,
    keep: bool = False,
    active: Sequence[bool] | None = None,
) -> tuple[list[Value], list[tuple[Value, ...] | None]]:
    """The gradient of `output` with respect to every node, and with `keep` every local slope.

    One pass in reverse order: each node hands (its gradient) · (local slope) to each input, and an
    input used several times adds up what it receives. Works on numbers, and on symbols, where the
    result is another graph. `active` says which nodes need their gradient; by default all do.
    """
    last = len(graph) - 1 if output is None else output
    adjoints: list[Value] = [None] * len(graph)
    adjoints[last] = xp.one
    kept: list[tuple[Value, ...] | None] = [None] * len(graph) if keep else []
    hand_back(graph, values, xp, adjoints, range(last, -1, -1), kept, active)
    return adjoints, kept


def hand_back(
    graph: Graph,
    values: Sequence[Value],
    xp: Any,
    adjoints: list[Value],
    nodes: Iterable[int],
    kept: list[tuple[Value, ...] | None] | None = None,
    active: Sequence[bool] | None = None,
) -> None:
    """Let each of `nodes`, users before what they use, hand its gradient to its inputs.

    `adjoints` has the gradients that are known and takes those that follow; `kept` takes the local
    slopes if it has room for them.
    """
    chain, accumulate, slopes_of, undefined = xp.chain, xp.accumulate, xp.slopes, xp.undefined
    operations, all_inputs = graph.operations, graph.inputs
    for node in nodes:
        upstream = adjoints[node]
        inputs = all_inputs[node]
        if upstream is None or not inputs:
            continue
        out = values[node]
        arguments = [values[i] for i in inputs]
        slopes = slopes_of(operations[node], node)(xp, out, *arguments)
        if undefined(out) and not any(map(undefined, arguments)):
            slopes = tuple(
                None if slope is None else out for slope in slopes
            )  # NaN begins here: no slope exists
        if kept:
            kept[node] = slopes
        for source, slope in zip(inputs, slopes, strict=True):
            if slope is None or not (active is None or active[source]):
                continue
            contribution = chain(upstream, slope)
            earlier = adjoints[source]
            adjoints[source] = (
                contribution if earlier is None else accumulate(earlier, contribution)
            )


def run(
    graph: Graph,
    xp: Any,
    bindings: Mapping[str, Value],
    output: int | None = None,
    values: list[Value] | None = None,
) -> Run:
    """Evaluate a graph and back-propagate, keeping every local slope.

    If a namespace raises on the way forward, `values` holds what was reached before the node that
    raised.
    """
    last = len(graph) - 1 if output is None else output
    values = forward(graph, xp, bindings, values)
    adjoints, slopes = backward(graph, values, xp, last, keep=True)
    return Run(graph, last, values, adjoints, slopes)
