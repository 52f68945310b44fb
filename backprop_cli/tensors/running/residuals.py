"""The residuals of a sum of squares and their Jacobian, for least squares and standard errors.

The residuals are found in the graph: what is squared under the last sum. The gradient of each
residual alone is one backward pass for all of them where the parameters are single numbers, since
then nothing is added up over rows before the last step; else one pass for each residual.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from ...errors import BackpropError, refuse
from ...namespaces import arrays
from ...run import hand_back
from ..kernels.contraction import Contraction
from .execution import Plan

Array = Any
MOST_PASSES = 20_000  # backward passes for one Jacobian, one for each residual


def no_squares() -> BackpropError:
    return refuse(
        "usage",
        "the loss is no sum or mean of squares",
        help="least squares needs mean[i] (y[i] - …)^2; use --method lbfgs for other losses",
    )


class Residuals:
    """The residuals of a plan's loss."""

    def __init__(self, plan: Plan, parameters: Mapping[str, tuple[int, ...]]) -> None:
        self.plan = plan
        self.parameters = parameters
        self.node = self.squared_node()

    def squared_node(self) -> int:
        """The node that is squared and summed, with nothing else in the loss."""
        graph = self.plan.graph
        node = self.plan.lowered.output.node
        while graph.operations[node].name in ("divide", "multiply"):
            inputs = graph.inputs[node]
            constant = [source for source in inputs if not self.plan.active[source]]
            moving = [source for source in inputs if self.plan.active[source]]
            if len(constant) != 1 or (constant[0] == inputs[0]) == (
                graph.operations[node].name == "divide"
            ):
                raise no_squares()
            node = moving[0]
        operation = graph.operations[node]
        spec = getattr(operation, "spec", None)
        inputs = graph.inputs[node]
        if not isinstance(spec, Contraction) or spec.out:
            raise no_squares()
        operands = spec.operands
        if len(inputs) == 2 and inputs[0] == inputs[1] and operands[0] == operands[1]:
            if operands[0].view is not None:
                raise no_squares()
            return inputs[0]
        if len(inputs) == 1 and graph.operations[inputs[0]].name == "square":
            return graph.inputs[inputs[0]][0]
        raise no_squares()

    def __call__(self, inputs: Mapping[str, Array]) -> tuple[Array, Array]:
        """The residuals, flattened, and the derivative of each with respect to each parameter."""
        plan = self.plan
        values = plan.values(inputs)
        residuals = np.asarray(values[self.node])
        spread = self.spread_parameters(residuals.shape)
        if spread is not None:
            columns = self.all_at_once(values, residuals, spread)
        else:
            columns = self.one_by_one(values, residuals)
        return residuals.ravel(), columns

    # ---------------------------------------------------------------------------------- all at once

    def spread_parameters(self, shape: tuple[int, ...]) -> dict[str, list[int]] | None:
        """For each parameter the nodes that repeat it for every residual; None unless all are
        single numbers that are used in no other way, and everything else is elementwise.
        """
        graph, plan = self.plan.graph, self.plan
        inputs = {plan.lowered.inputs[name].node: name for name in plan.wanted}
        found: dict[str, list[int]] = {name: [] for name in plan.wanted}
        if any(self.parameters.values()):
            return None
        for node in range(self.node + 1):
            if not plan.active[node] or not graph.inputs[node]:
                continue
            sources = [s for s in graph.inputs[node] if plan.active[s]]
            operation = graph.operations[node]
            if operation.name == "expand" and sources[0] in inputs:
                if operation.spec.shape != shape:  # type: ignore[attr-defined]
                    return None
                found[inputs[sources[0]]].append(node)
            elif (
                hasattr(operation, "spec")
                or operation.shape is not None
                or any(source in inputs for source in sources)
            ):
                return None
        return found

    def all_at_once(
        self, values: list[Array], residuals: Array, spread: Mapping[str, list[int]]
    ) -> Array:
        ones = np.ones(residuals.shape, residuals.dtype)
        adjoints = self.plan.adjoints(values, self.node, ones)
        order = list(self.parameters)
        columns = np.zeros((residuals.size, len(order)), residuals.dtype)
        for name, nodes in spread.items():
            for node in nodes:
                if adjoints[node] is not None:
                    columns[:, order.index(name)] += arrays.settle(adjoints[node]).ravel()
        return columns

    # ----------------------------------------------------------------------------------- one by one

    def one_by_one(self, values: list[Array], residuals: Array) -> Array:
        if residuals.size > MOST_PASSES:
            raise refuse(
                "limit",
                f"least squares over arrays takes a pass for each of {residuals.size:,} residuals"
                f" (the limit is {MOST_PASSES:,})",
                help="use --method lbfgs, or single numbers as parameters",
            )
        plan, graph = self.plan, self.plan.graph
        width = sum(prod(shape) for shape in self.parameters.values())
        columns = np.zeros((residuals.size, width), residuals.dtype)
        backwards = plan.steps_back(range(self.node + 1))
        with np.errstate(all="ignore"):
            for row in range(residuals.size):
                seed = np.zeros(residuals.shape, residuals.dtype)
                seed.flat[row] = 1
                adjoints: list[Array] = [None] * len(graph)
                adjoints[self.node] = seed
                hand_back(values, arrays, adjoints, backwards.careful)
                at = 0
                for name, shape in self.parameters.items():
                    size = prod(shape)
                    node = plan.lowered.inputs[name].node if name in plan.wanted else -1
                    if node >= 0 and adjoints[node] is not None:
                        found = np.broadcast_to(arrays.settle(adjoints[node]), shape)
                        columns[row, at : at + size] = found.ravel()
                    at += size
        return columns
