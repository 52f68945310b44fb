"""Forward and backward through a graph, on any namespace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
    hand_back(values, xp, adjoints, back_steps(graph, xp, range(last, -1, -1), active), kept)
    return adjoints, kept


class BackStep(NamedTuple):
    """One node ready to hand its gradient back: its slopes, and which of its inputs want some."""

    node: int
    inputs: tuple[int, ...]
    slopes: Callable[..., tuple[Value, ...]]
    targets: tuple[tuple[int, int], ...]


def back_steps(
    graph: Graph, xp: Any, nodes: Iterable[int], active: Sequence[bool] | None = None
) -> Iterator[BackStep]:
    """The steps back through `nodes`, users before what they use.

    `active` says which nodes need their gradient; by default all do.
    """
    operations, all_inputs, slopes_of = graph.operations, graph.inputs, xp.slopes
    for node in nodes:
        inputs = all_inputs[node]
        if not inputs:
            continue
        targets = tuple(enumerate(inputs))
        if active is not None:
            targets = tuple(target for target in targets if active[target[1]])
        if targets:
            yield BackStep(node, inputs, slopes_of(operations[node], node), targets)


def hand_back(
    values: Sequence[Value],
    xp: Any,
    adjoints: list[Value],
    steps: Iterable[BackStep],
    kept: list[tuple[Value, ...] | None] | None = None,
) -> None:
    """Let each node of `steps` hand its gradient to its inputs.

    `adjoints` has the gradients that are known and takes those that follow; `kept` takes the local
    slopes if it has room for them.
    """
    chain, accumulate, undefined = xp.chain, xp.accumulate, xp.undefined
    for node, inputs, slopes_of, targets in steps:
        upstream = adjoints[node]
        if upstream is None:
            continue
        out = values[node]
        arguments = [values[i] for i in inputs]
        slopes = slopes_of(xp, out, *arguments)
        if undefined(out) and not any(map(undefined, arguments)):
            slopes = tuple(
                None if slope is None else out for slope in slopes
            )  # NaN begins here: no slope exists
        if kept:
            kept[node] = slopes
        for place, source in targets:
            slope = slopes[place]
            if slope is None:
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
