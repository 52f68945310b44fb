"""A lowered program made ready to run many times: on all rows at once, or on a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ...graph import Graph
from ...namespaces import arrays
from ...run import BackStep, active_nodes, back_steps, hand_back
from ..lowering.definitions import LoweredArrays
from .rows import Split, split_by_rows

Array = Any
BLOCK_BYTES = 1 << 24  # of data in one block of rows: a part of a last-level cache
LEAST_ROWS, MOST_ROWS = 64, 1 << 14  # fewer cost more in calls than the cache saves; more leave it


class Step(NamedTuple):
    """One node, ready to be computed."""

    node: int
    compute: Callable[..., Array]
    inputs: tuple[int, ...]


class Backwards(NamedTuple):
    """The steps back through some nodes; `quick` ones where no value on the way can be NaN."""

    careful: list[BackStep]
    quick: list[BackStep]

    def through(self, outcome: Array) -> list[BackStep]:
        """The steps for values that led to `outcome`."""
        return self.quick if np.isfinite(outcome).all() else self.careful


def steps(graph: Graph, nodes: Sequence[int]) -> list[Step]:
    """Nodes in order, without inputs and constants."""
    found = []
    for node in nodes:
        operation = graph.operations[node]
        if operation.name not in ("input", "constant"):
            found.append(Step(node, arrays.forward(operation), graph.inputs[node]))
    return found


def compute(made: Sequence[Step], values: list[Array], kind: str) -> None:
    """Compute nodes, each from the values of its inputs.

    What is made of literals alone comes as plain numbers, and becomes arrays of type `kind`.
    """
    for node, function, inputs in made:
        if len(inputs) == 2:
            value = function(arrays, values[inputs[0]], values[inputs[1]])
        else:
            value = function(arrays, *[values[source] for source in inputs])
        if type(value) is float:
            value = np.asarray(value, kind)
        elif type(value) is bool:
            value = np.asarray(value)
        values[node] = value


# Operations whose value can be a number although an input is NaN.
FORGETFUL = frozenset({"where", "power", "whole_power", "xlogy", "xlog1py", "mod", "copysign"})


class Plan:
    """A lowered program with the inputs whose gradients are wanted."""

    def __init__(self, lowered: LoweredArrays, wanted: Collection[str]) -> None:
        self.lowered = lowered
        self.graph = lowered.graph
        self.wanted = [name for name in lowered.inputs if name in wanted]
        nodes = [lowered.inputs[name].node for name in self.wanted]
        self.active = active_nodes(self.graph, nodes)
        self.steps = steps(self.graph, range(len(self.graph)))
        self.one = np.asarray(1, lowered.dtype)
        self.constants = {
            node: arrays.constant(text) for node, text in self.graph.literals.items()
        }
        self.forgetful = any(o.name in FORGETFUL for o in self.graph.operations)
        self.backwards = self.steps_back(range(lowered.output.node + 1))

    def steps_back(self, nodes: Sequence[int]) -> Backwards:
        """The steps back through those of `nodes` that a gradient must pass."""
        careful = list(back_steps(self.graph, arrays, reversed(nodes), self.active))
        quick = careful
        if not self.forgetful:
            operations = self.graph.operations
            quick = [
                step._replace(slopes=arrays.slopes_of_numbers(operations[step.node]))
                for step in careful
            ]
        return Backwards(careful, quick)

    def begin(self, inputs: Mapping[str, Array]) -> list[Array]:
        """The values of inputs and constants; None for all other nodes."""
        values: list[Array] = [None] * len(self.graph)
        for node, number in self.constants.items():
            values[node] = number
        for name, value in self.lowered.inputs.items():
            values[value.node] = inputs[name]
        return values

    def values(self, inputs: Mapping[str, Array]) -> list[Array]:
        """The value of every node."""
        values = self.begin(inputs)
        with np.errstate(all="ignore"):
            compute(self.steps, values, self.lowered.dtype)
        return values

    def adjoints(self, values: list[Array], output: int, seed: Array) -> list[Array]:
        """The gradient at every node that needs one, from `seed` at the node `output`."""
        adjoints: list[Array] = [None] * len(self.graph)
        adjoints[output] = seed
        backwards = self.backwards
        if output != self.lowered.output.node:
            backwards = self.steps_back(range(output + 1))
        with np.errstate(all="ignore"):
            hand_back(values, arrays, adjoints, backwards.through(values[output]))
        return adjoints

    def value(self, inputs: Mapping[str, Array]) -> float:
        """The output, a number."""
        return float(self.values(inputs)[self.lowered.output.node])

    def evaluate(self, inputs: Mapping[str, Array]) -> tuple[float, dict[str, Array]]:
        """The output, a number, and its gradient with respect to the wanted inputs."""
        values = self.values(inputs)
        output = self.lowered.output.node
        return float(values[output]), self.gradient(
            self.adjoints(values, output, self.one), inputs
        )

    def gradient(self, adjoints: list[Array], inputs: Mapping[str, Array]) -> dict[str, Array]:
        """The gradients of the wanted inputs, in their shapes; zeros where no path leads."""
        found = {}
        for name in self.wanted:
            adjoint = adjoints[self.lowered.inputs[name].node]
            shape = np.shape(inputs[name])
            if adjoint is None:
                found[name] = np.zeros(shape, self.lowered.dtype)
            else:
                found[name] = np.broadcast_to(np.asarray(arrays.settle(adjoint)), shape)
        return found


class RowPlan:
    """A plan that goes through the data a block of rows at a time.

    lower   gives the lowered program for a number of rows; graphs for different numbers of rows
            have the same nodes.
    data    the names of the inputs with one thing for each row.
    """

    def __init__(
        self,
        whole: Plan,
        split: Split,
        lower: Callable[[int], LoweredArrays],
        data: Collection[str],
        count: int,
        block: int,
    ) -> None:
        self.whole = whole
        self.kind = whole.lowered.dtype
        self.split = split
        self.data = data
        self.count = count
        self.block = block
        sizes = block_sizes(count, block)
        self.parts = {size: Plan(lower(size), whole.wanted) for size in sizes}
        self.shared = steps(whole.graph, split.shared)
        self.rest = steps(whole.graph, split.rest)
        self.rows = {
            size: steps(part.graph, split.rows) for size, part in self.parts.items()
        }
        self.back_rows = {
            size: part.steps_back(split.rows) for size, part in self.parts.items()
        }
        self.back_shared = whole.steps_back(split.shared)
        self.back_rest = whole.steps_back(split.rest)
        self.shapes: dict[int, tuple[int, ...]] = {}
        inside = set(split.rows)
        self.crossed = sorted(
            {
                source
                for node in split.rows
                for source in whole.graph.inputs[node]
                if source not in inside and whole.active[source]
            }
        )

    def evaluate(self, inputs: Mapping[str, Array]) -> tuple[float, dict[str, Array]]:
        """The same as `Plan.evaluate`, but for the rounding of sums over rows."""
        whole, graph = self.whole, self.whole.graph
        values = whole.begin(inputs)
        output = whole.lowered.output.node
        with np.errstate(all="ignore"):
            compute(self.shared, values, self.kind)
            seeds = self.seeds(inputs, values)
            totals: dict[int, Array] = {}
            adjoints: list[Array] = [None] * len(graph)
            for first in range(0, self.count, self.block):
                self.run_block(inputs, values, first, seeds, totals, adjoints)
            for node, total in totals.items():
                values[node] = total
            compute(self.rest, values, self.kind)
            late: list[Array] = [None] * len(graph)
            late[output] = whole.one
            hand_back(values, arrays, late, self.back_rest.careful)
            for node in self.split.shared:
                if late[node] is not None:
                    add_up(adjoints, node, late[node])
            hand_back(values, arrays, adjoints, self.back_shared.careful)
        return float(values[output]), whole.gradient(adjoints, inputs)

    def value(self, inputs: Mapping[str, Array]) -> float:
        """The output alone."""
        values = self.whole.begin(inputs)
        totals: dict[int, Array] = {}
        with np.errstate(all="ignore"):
            compute(self.shared, values, self.kind)
            for first in range(0, self.count, self.block):
                size = min(self.block, self.count - first)
                self.forward(inputs, values, first, size, totals)
            for node, total in totals.items():
                values[node] = total
            compute(self.rest, values, self.kind)
        return float(values[self.whole.lowered.output.node])

    def forward(
        self,
        inputs: Mapping[str, Array],
        values: list[Array],
        first: int,
        size: int,
        totals: dict[int, Array],
    ) -> list[Array]:
        """The values of one block of rows; adds to `totals`."""
        local = self.local(inputs, values, first, size)
        compute(self.rows[size], local, self.kind)
        for node in self.split.totals:
            total = totals.get(node)
            totals[node] = local[node] if total is None else total + local[node]
        return local

    def seeds(self, inputs: Mapping[str, Array], values: list[Array]) -> dict[int, Array]:
        """The gradient at each total, which does not depend on the totals."""
        graph = self.whole.graph
        trial = list(values)
        for node, shape in self.total_shapes(inputs, values).items():
            trial[node] = np.zeros(shape, self.whole.lowered.dtype)
        compute(self.rest, trial, self.kind)
        adjoints: list[Array] = [None] * len(graph)
        adjoints[self.whole.lowered.output.node] = self.whole.one
        hand_back(trial, arrays, adjoints, self.back_rest.careful)
        return {
            node: arrays.settle(adjoints[node])
            for node in self.split.totals
            if adjoints[node] is not None
        }

    def total_shapes(
        self, inputs: Mapping[str, Array], values: list[Array]
    ) -> dict[int, tuple[int, ...]]:
        """The shape of each total, as the first block makes it."""
        if not self.shapes:
            local = self.local(inputs, values, 0, self.block)
            compute(self.rows[self.block], local, self.kind)
            self.shapes = {node: np.shape(local[node]) for node in self.split.totals}
        return self.shapes

    def local(
        self, inputs: Mapping[str, Array], values: list[Array], first: int, size: int
    ) -> list[Array]:
        """The values that a block of rows starts from."""
        local = list(values)
        part = self.parts[size].lowered
        for name in self.data:
            if name in part.inputs:
                local[part.inputs[name].node] = inputs[name][first : first + size]
        return local

    def run_block(
        self,
        inputs: Mapping[str, Array],
        values: list[Array],
        first: int,
        seeds: Mapping[int, Array],
        totals: dict[int, Array],
        adjoints: list[Array],
    ) -> None:
        """One block of rows, forward and backward; adds to `totals` and `adjoints`."""
        size = min(self.block, self.count - first)
        local = self.forward(inputs, values, first, size, totals)
        back: list[Array] = [None] * len(local)
        for node, seed in seeds.items():
            back[node] = seed
        made = sum(float(np.sum(local[node])) for node in self.split.totals)
        hand_back(local, arrays, back, self.back_rows[size].through(made))
        for node in self.crossed:
            if back[node] is not None:
                add_up(adjoints, node, back[node])


def plan_by_rows(
    whole: Plan,
    lower: Callable[[int], LoweredArrays],
    data: Mapping[str, Array],
    count: int,
) -> RowPlan | None:
    """A plan by rows where the program allows it and there are enough of them."""
    nodes = [whole.lowered.inputs[name].node for name in data if name in whole.lowered.inputs]
    if not nodes:
        return None
    widest = sum(value.nbytes // max(1, count) for value in data.values()) + 64
    block = min(max(LEAST_ROWS, BLOCK_BYTES // widest), MOST_ROWS)
    if count < 2 * block or count in other_lengths(whole, data):
        return None
    split = split_by_rows(whole.graph, whole.lowered.output.node, nodes, count)
    if split is None:
        return None
    for size in block_sizes(count, block):
        if not same_nodes(whole.graph, lower(size).graph):
            return None
    return RowPlan(whole, split, lower, list(data), count, block)


def block_sizes(count: int, block: int) -> set[int]:
    """How many rows the blocks have: the last one may have fewer."""
    return {block, count % block} - {0}


def other_lengths(whole: Plan, data: Mapping[str, Array]) -> set[int]:
    """The lengths of all axes that are no rows: rows must be told from them by their number."""
    found: set[int] = set()
    for name, value in whole.lowered.inputs.items():
        found |= set(value.shape[1:] if name in data else value.shape)
    return found


def add_up(adjoints: list[Array], node: int, gradient: Array) -> None:
    """Add a gradient to what a node has received already."""
    earlier = adjoints[node]
    adjoints[node] = gradient if earlier is None else arrays.accumulate(earlier, gradient)


def same_nodes(one: Graph, other: Graph) -> bool:
    """Whether two graphs differ in the shapes of their arrays alone."""
    return one.inputs == other.inputs and [o.name for o in one.operations] == [
        o.name for o in other.operations
    ]
