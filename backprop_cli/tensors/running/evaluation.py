"""A program over arrays with its inputs → values and gradients, by whole arrays."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import numpy as np

from ...errors import BackpropError
from ...limits import DEFAULT_LIMITS, Limits
from ...namespaces import arrays
from ...syntax.tree import Program
from ..lowering.definitions import Given, LoweredArrays, lower_arrays
from .execution import Plan

Array = Any


class ArrayRun(NamedTuple):
    """One evaluation. `adjoints` is empty where the output is no single number."""

    program: Program
    lowered: LoweredArrays
    inputs: dict[str, Array]
    values: list[Array]
    adjoints: list[Array]

    @property
    def value(self) -> Array:
        """The output: a number, or an array."""
        return np.asarray(self.values[self.lowered.output.node])

    @property
    def gradient(self) -> dict[str, Array]:
        """The gradient with respect to each input, in its shape; zeros where no path leads."""
        if not self.adjoints:
            return {}
        found = {}
        for name, value in self.lowered.inputs.items():
            adjoint = self.adjoints[value.node]
            given = self.inputs[name]
            if adjoint is None:
                found[name] = np.zeros(np.shape(given), np.asarray(given).dtype)
            else:
                found[name] = np.broadcast_to(np.asarray(adjoint), np.shape(given))
        return found


def given_of(inputs: Mapping[str, Array]) -> dict[str, Given]:
    """What lowering needs to know of the inputs."""
    return {name: given_one(value) for name, value in inputs.items()}


def given_one(value: Array) -> Given:
    array = np.asarray(value)
    whole = None
    if array.ndim == 0 and np.isfinite(array) and array == np.rint(array) and abs(array) < 2**53:
        whole = int(array)
    return Given(array.shape, whole)


def number_type(inputs: Mapping[str, Array]) -> str:
    """float32 if all arrays of floats are, otherwise float64; single numbers do not count."""
    kinds = {a.dtype for a in map(np.asarray, inputs.values()) if a.ndim and a.dtype.kind == "f"}
    return "float32" if kinds == {np.dtype("float32")} else "float64"


def evaluate_arrays(
    program: Program,
    inputs: Mapping[str, Array],
    *,
    wanted: Collection[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> ArrayRun:
    """Evaluate a program over arrays, with the gradient of its output.

    inputs  NumPy arrays and numbers. float32 arrays are computed in float32.
    wanted  the inputs whose gradients are asked for; all by default.
    """
    lowered = lower_arrays(program, given_of(inputs), limits, number_type(inputs))
    return run_arrays(program, lowered, inputs, wanted)


def typed(value: Array, kind: str) -> Array:
    """An input in the run's type of numbers; whole numbers, too, unless they would lose digits."""
    array = np.asarray(value)
    if array.dtype.kind not in "iu":
        return array.astype(kind, copy=False)
    converted = array.astype(kind)
    return converted if np.array_equal(converted, array) else array


def run_arrays(
    program: Program,
    lowered: LoweredArrays,
    inputs: Mapping[str, Array],
    wanted: Collection[str] | None = None,
) -> ArrayRun:
    """Run a lowered program."""
    kind = lowered.dtype
    used = {name: typed(inputs[name], kind) for name in lowered.inputs}
    if wanted is None:
        wanted = list(used)
    plan = Plan(lowered, wanted)
    try:
        values = plan.values(used)
        adjoints: list[Array] = []
        if not lowered.output.full:
            adjoints = plan.adjoints(values, lowered.output.node, plan.one)
    except BackpropError as error:
        raise error.located(program.source) from None
    settled = [None if adjoint is None else arrays.settle(adjoint) for adjoint in adjoints]
    return ArrayRun(program, lowered, used, values, settled)
