"""All parameters in one vector, so that an update is a few operations however many there are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite, prod, sqrt

import numpy as np

from ..errors import refuse
from .objective import Array, Objective


class ParameterVector:
    """The parameters and their gradient, each one vector of length P.

    values    the parameters, one behind the other, each in row-major order.
    slopes    the gradient of the loss, in the same order.
    views     the parameters in their own shapes, by name; they share memory with `values`.
    """

    __slots__ = ("shapes", "slopes", "targets", "values", "views")

    def __init__(self, start: Mapping[str, Array]) -> None:
        """`start` is copied. In float32 if all arrays of it are, where single numbers do not count;
        otherwise in float64.
        """
        arrays = {name: np.asarray(value) for name, value in start.items()}
        kinds = {array.dtype for array in arrays.values() if array.ndim}
        single = kinds == {np.dtype(np.float32)}
        kind = np.float32 if single else np.float64
        self.shapes = {name: array.shape for name, array in arrays.items()}
        self.values = np.empty(sum(map(prod, self.shapes.values())), kind)
        self.slopes = np.empty_like(self.values)
        self.views = dict(self.cut(self.values))
        self.targets = list(self.cut(self.slopes))
        for name, view in self.views.items():
            view[...] = arrays[name]

    def cut(self, vector: Array) -> Iterator[tuple[str, Array]]:
        """A vector of length P as the arrays of the parameters, without copying."""
        begin = 0
        for name, shape in self.shapes.items():
            end = begin + prod(shape)
            yield name, vector[begin:end].reshape(shape)
            begin = end

    def evaluate(self, objective: Objective, rows: Array | None) -> float:
        """The loss at `values`; its gradient is left in `slopes`."""
        loss, gradient = objective.evaluate(self.views, rows)
        for name, target in self.targets:
            target[...] = gradient[name]
        return float(loss)

    def norm(self) -> float:
        """The 2-norm of `slopes`, also where its square would overflow."""
        squared = float(self.slopes @ self.slopes)
        if isfinite(squared) and squared > 1e-30:
            return sqrt(squared)
        largest = float(np.abs(self.slopes).max(initial=0.0))
        if not isfinite(largest) or largest == 0:
            return largest
        scaled = self.slopes.astype(np.float64) / largest
        return largest * sqrt(float(scaled @ scaled))

    def copies(self, vector: Array | None = None) -> dict[str, Array]:
        """The parameters (or another vector of length P) as arrays of their own."""
        source = self.values if vector is None else vector
        return {name: array.copy() for name, array in self.cut(source)}

    def place(self, index: int) -> str:
        """How a formula writes the element at a position of the vector: `W[3, 2]`."""
        begin = 0
        for name, shape in self.shapes.items():
            size = prod(shape)
            if index < begin + size:
                if not shape:
                    return name
                subscripts = np.unravel_index(index - begin, shape)
                return f"{name}[{', '.join(map(str, map(int, subscripts)))}]"
            begin += size
        raise IndexError(index)


def check_gradient(objective: Objective, vector: ParameterVector) -> None:
    """Hold an objective to its word: it has the parameters of `vector`, in their shapes."""
    declared = dict(objective.parameters)
    if not declared:
        raise refuse(
            "usage", "there is no parameter to train",
            help="declare one: param w, or param W[3, 4]",
        )  # fmt: skip
    if declared != vector.shapes:
        raise ValueError(f"the objective has {declared}, the start {vector.shapes}")
