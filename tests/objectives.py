"""Losses written by hand, for tests of training that need no formula."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from backprop_cli.errors import refuse

Array = Any


class Line:
    """mean (y − a·x − b)², on points of the line 2·x + 1 with small errors."""

    def __init__(self, rows: int = 50, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        self.x = random.normal(size=rows)
        self.y = 2 * self.x + 1 + 0.1 * random.normal(size=rows)
        self.rows: int | None = rows
        self.parameters: dict[str, tuple[int, ...]] = {"a": (), "b": ()}

    def errors(self, parameters: Mapping[str, Array], rows: Array | None) -> tuple[Array, Array]:
        x, y = (self.x, self.y) if rows is None else (self.x[rows], self.y[rows])
        return x, y - parameters["a"] * x - parameters["b"]

    def evaluate(
        self, parameters: Mapping[str, Array], rows: Array | None
    ) -> tuple[float, dict[str, Array]]:
        x, r = self.errors(parameters, rows)
        slopes = {"a": np.asarray(-2 * (r @ x) / len(r)), "b": np.asarray(-2 * r.mean())}
        return float(r @ r) / len(r), slopes

    def loss(self, parameters: Mapping[str, Array], rows: Array | None = None) -> float:
        _, r = self.errors(parameters, rows)
        return float(r @ r) / len(r)

    def residuals(self, parameters: Mapping[str, Array]) -> tuple[Array, Array]:
        x, r = self.errors(parameters, None)
        return r, np.stack([-x, -np.ones_like(x)], axis=1)


class Quadratic:
    """Σ cᵢ·(wᵢ − tᵢ)²/2, with no data."""

    rows: int | None = None

    def __init__(self, bends: Array, targets: Array) -> None:
        self.bends, self.targets = np.asarray(bends, float), np.asarray(targets, float)
        self.parameters: dict[str, tuple[int, ...]] = {"w": self.bends.shape}

    def evaluate(
        self, parameters: Mapping[str, Array], rows: Array | None
    ) -> tuple[float, dict[str, Array]]:
        away = parameters["w"] - self.targets
        return float((self.bends * away**2).sum()) / 2, {"w": self.bends * away}

    def loss(self, parameters: Mapping[str, Array], rows: Array | None = None) -> float:
        return self.evaluate(parameters, rows)[0]

    def residuals(self, parameters: Mapping[str, Array]) -> tuple[Array, Array]:
        raise refuse("not-scalar", "the loss is not a sum of squares")


class Network:
    """mean (y − v·tanh(W·x + c))² + 0.001·ΣW²: parameters of three shapes, batches that matter."""

    def __init__(self, rows: int = 60, seed: int = 1) -> None:
        random = np.random.default_rng(seed)
        self.x = random.normal(size=(rows, 3))
        self.y = np.sin(self.x).sum(axis=1)
        self.rows: int | None = rows
        self.parameters: dict[str, tuple[int, ...]] = {"W": (5, 3), "c": (5,), "v": (5,)}

    def evaluate(
        self, parameters: Mapping[str, Array], rows: Array | None
    ) -> tuple[float, dict[str, Array]]:
        x, y = (self.x, self.y) if rows is None else (self.x[rows], self.y[rows])
        weights, v = parameters["W"], parameters["v"]
        hidden = np.tanh(x @ weights.T + parameters["c"])
        r = hidden @ v - y
        upstream = 2 * r / len(r)
        inner = np.outer(upstream, v) * (1 - hidden**2)
        slopes = {
            "W": inner.T @ x + 0.002 * weights,
            "c": inner.sum(axis=0),
            "v": hidden.T @ upstream,
        }
        return float(r @ r) / len(r) + 0.001 * float((weights**2).sum()), slopes

    def loss(self, parameters: Mapping[str, Array], rows: Array | None = None) -> float:
        return self.evaluate(parameters, rows)[0]

    def residuals(self, parameters: Mapping[str, Array]) -> tuple[Array, Array]:
        raise refuse("not-scalar", "the loss is not a sum of squares")


class Broken(Line):
    """A line whose loss is not finite for one data point, once `a` has left its start."""

    def __init__(self, row: int, at: float = -1.0) -> None:
        super().__init__()
        self.row, self.at = row, at

    def errors(self, parameters: Mapping[str, Array], rows: Array | None) -> tuple[Array, Array]:
        x, r = super().errors(parameters, rows)
        chosen = np.arange(len(self.x)) if rows is None else rows
        if float(parameters["a"]) > self.at:
            r = np.where(chosen == self.row, np.nan, r)
        return x, r
