"""Backpropagation through time, step by step: what each step of a recurrence adds to the gradient
of a weight that all steps share.

A weight's gradient is the sum of what every node that reads it hands back; a node that was written
out for one step belongs to that step. So the shares of all steps, and of what reads the weight
outside of the recurrence, add up to the gradient.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...namespaces import arrays
from ..running.evaluation import ArrayRun
from .outline import Outline

Array = Any
Position = tuple[int, ...]


class StepShares(NamedTuple):
    """The shares of one weight's gradient.

    indices  the index that moves from step to step (several, if more than one does).
    steps    for each value of them, in order, the share in the weight's shape; without those that
             do not read the weight.
    rest     what other formulas than those of the recurrence add; None if there is nothing.
    total    the gradient.
    """

    name: str
    indices: tuple[str, ...]
    steps: Mapping[Position, Array]
    rest: Array | None
    total: Array


def step_shares(outline: Outline) -> list[StepShares]:
    """The shares of every weight that more than one step reads, recurrence by recurrence.

    Of inputs that are declared `data` there are none, nor of those of which each step reads another
    part (unless they are declared `param`).
    """
    run = outline.run
    if run is None or not run.adjoints:
        return []
    found = []
    for recurrence in outline.recurrences:
        owners = step_of_nodes(run, recurrence.members)
        for item in outline.items:
            if item.kind != "input" or item.role == "data" or item.gradient is None:
                continue
            made = shares_of(run, run.lowered.inputs[item.name].node, owners)
            if made is None or len(made[0]) < 2:
                continue
            if item.role != "param" and apart(list(made[0].values())):
                continue
            steps = {position: made[0][position] for position in sorted(made[0])}
            shares = StepShares(item.name, recurrence.indices, steps, made[1], item.gradient)
            found.append(shares)
    return found


def step_of_nodes(run: ArrayRun, members: tuple[str, ...]) -> dict[int, Position]:
    """The step that each node was written out for; other nodes belong to none."""
    owners: dict[int, Position] = {}
    for name in members:
        made = run.lowered.steps.get(name)
        for position, (start, stop) in (made.ranges if made is not None else {}).items():
            owners |= dict.fromkeys(range(start, stop), position)
    return owners


def shares_of(
    run: ArrayRun, weight: int, owners: Mapping[int, Position]
) -> tuple[dict[Position, Array], Array | None] | None:
    """What each step and everything else hand back to a node; None if nothing does."""
    shape = np.shape(run.values[weight])
    steps: dict[Position, Array] = {}
    rest: Array | None = None
    for node, share in handed_back(run, weight):
        share = np.broadcast_to(np.asarray(share), shape)
        position = owners.get(node)
        if position is None:
            rest = share if rest is None else rest + share
        else:
            steps[position] = steps[position] + share if position in steps else share
    return (steps, rest) if steps else None


def handed_back(run: ArrayRun, weight: int) -> Iterator[tuple[int, Array]]:
    """The nodes that read a node, each with what it hands back."""
    graph = run.lowered.graph
    for node, inputs in enumerate(graph.inputs):
        if weight not in inputs or run.adjoints[node] is None:
            continue
        arguments = [run.values[source] for source in inputs]
        with np.errstate(all="ignore"):
            rule = arrays.slopes(graph.operations[node], node)
            slopes = rule(arrays, run.values[node], *arguments)
            for source, slope in zip(inputs, slopes, strict=True):
                if source == weight and slope is not None:
                    yield node, arrays.settle(arrays.chain(run.adjoints[node], slope))


def apart(shares: list[Array]) -> bool:
    """Whether no element has a share from more than one step."""
    count = sum((share != 0).astype(np.intp) for share in shares)
    return bool(np.max(count, initial=0) <= 1)


def part_of_total(share: Array, total: Array) -> float:
    """How much of the total a share is, along the total's direction: the parts of all shares add
    up to 1. NaN if the total is 0.
    """
    square = float(np.vdot(total, total))
    return float(np.vdot(share, total)) / square if square else float("nan")


__all__ = ["StepShares", "part_of_total", "step_shares"]
