"""What training needs to know of a program."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

Array = Any  # a NumPy array; NumPy is imported only where it is used


class Objective(Protocol):
    """A loss to be made small.

    parameters  the shape of each parameter, by name; () for a number.
    rows        how many data points there are; None for a program without data.

    The arrays that the methods are given are changed in place between two calls: whoever keeps one
    keeps a copy. `rows` as an argument are the indices of a batch; None stands for all data.
    """

    @property
    def parameters(self) -> Mapping[str, tuple[int, ...]]: ...

    @property
    def rows(self) -> int | None: ...

    def evaluate(
        self, parameters: Mapping[str, Array], rows: Array | None
    ) -> tuple[float, Mapping[str, Array]]:
        """The loss, and its gradient with respect to each parameter, in the parameter's shape.

        Never raises for numbers: a loss that is not finite is returned as it is.
        """
        ...

    def loss(self, parameters: Mapping[str, Array], rows: Array | None = None) -> float:
        """The loss alone."""
        ...

    def residuals(self, parameters: Mapping[str, Array]) -> tuple[Array, Array]:
        """The residuals r, of shape (N,), of a loss that is a sum or mean of r², and their
        Jacobian, of shape (N, P), its columns in the order of the flattened parameters.

        Raises BackpropError for any other loss.
        """
        ...
