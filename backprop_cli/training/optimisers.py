"""Rules that turn a gradient g into a change of the parameters w, at a rate η.

Every rule works in place, on blocks that fit the processor's cache, and overwrites the gradient.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import numpy as np

from ..errors import refuse
from .objective import Array
from .settings import Setting
from .vector import ParameterVector

BLOCK = 1 << 15  # elements

# The usual settings of each method; `clip` bounds the gradient's 2-norm (0: no bound), after
# Pascanu, Mikolov & Bengio 2013.
METHODS: dict[str, dict[str, float]] = {
    "sgd": {"clip": 0.0},
    "momentum": {"momentum": 0.9, "clip": 0.0},
    "nesterov": {"momentum": 0.9, "clip": 0.0},
    "rmsprop": {"decay": 0.9, "epsilon": 1e-8, "clip": 0.0},
    "adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "clip": 0.0},
}
FRACTIONS = ("momentum", "decay", "beta1", "beta2")


class Optimiser:
    """Gradient descent, w ← w − η·g (Cauchy 1847), and what the other rules share.

    memory  what a rule remembers from step to step: vectors of length P by name, and a count.
    """

    remembers: tuple[str, ...] = ()

    def __init__(self, vector: ParameterVector, settings: Mapping[str, float]) -> None:
        self.slopes = vector.slopes
        self.clip = settings.get("clip", 0.0)
        self.memory = {name: np.zeros_like(vector.values) for name in self.remembers}
        self.count = 0
        size = len(vector.values)
        scratch = np.empty(min(size, BLOCK), vector.values.dtype)
        vectors = (vector.values, vector.slopes, *self.memory.values())
        self.blocks = [
            (*(one[i : i + BLOCK] for one in vectors), scratch[: min(BLOCK, size - i)])
            for i in range(0, size, BLOCK)
        ]

    def step(self, rate: float, norm: float) -> None:
        """Change the parameters; `norm` is the gradient's."""
        self.count += 1
        if 0 < self.clip < norm:
            self.slopes *= self.clip / norm
        for block in self.blocks:
            self.change(rate, *block)

    def change(self, rate: float, w: Array, g: Array, *rest: Array) -> None:
        """The rule itself, on one block."""
        g *= rate
        w -= g


class Momentum(Optimiser):
    """Heavy ball: v ← μ·v + g, w ← w − η·v (Polyak 1964)."""

    remembers = ("velocity",)

    def __init__(self, vector: ParameterVector, settings: Mapping[str, float]) -> None:
        super().__init__(vector, settings)
        self.momentum = settings["momentum"]

    def change(self, rate: float, w: Array, g: Array, *rest: Array) -> None:
        v, scratch = rest
        v *= self.momentum
        v += g
        np.multiply(v, rate, out=scratch)
        w -= scratch


class Nesterov(Momentum):
    """Nesterov's accelerated gradient: v ← μ·v + g, w ← w − η·(g + μ·v).

    Nesterov 1983, with the constant momentum and the change of variables of Sutskever, Martens,
    Dahl & Hinton 2013: w stands where the gradient is taken.
    """

    def change(self, rate: float, w: Array, g: Array, *rest: Array) -> None:
        v, scratch = rest
        v *= self.momentum
        v += g
        np.multiply(v, self.momentum, out=scratch)
        scratch += g
        scratch *= rate
        w -= scratch


class RMSProp(Optimiser):
    """s ← ρ·s + (1 − ρ)·g², w ← w − η·g/(√s + ε) (Tieleman & Hinton 2012)."""

    remembers = ("square",)

    def __init__(self, vector: ParameterVector, settings: Mapping[str, float]) -> None:
        super().__init__(vector, settings)
        self.decay, self.epsilon = settings["decay"], settings["epsilon"]

    def change(self, rate: float, w: Array, g: Array, *rest: Array) -> None:
        s, scratch = rest
        np.multiply(g, g, out=scratch)
        scratch *= 1 - self.decay
        s *= self.decay
        s += scratch
        np.sqrt(s, out=scratch)
        scratch += self.epsilon
        g *= rate
        g /= scratch
        w -= g


class Adam(Optimiser):
    """m ← β₁·m + (1 − β₁)·g, s ← β₂·s + (1 − β₂)·g², w ← w − η·m̂/(√ŝ + ε), with the means m̂ and ŝ
    freed of their start at 0 (Kingma & Ba 2015, algorithm 1).
    """

    remembers = ("mean", "square")

    def __init__(self, vector: ParameterVector, settings: Mapping[str, float]) -> None:
        super().__init__(vector, settings)
        self.beta1, self.beta2 = settings["beta1"], settings["beta2"]
        self.epsilon = settings["epsilon"]

    def change(self, rate: float, w: Array, g: Array, *rest: Array) -> None:
        m, s, scratch = rest
        np.multiply(g, g, out=scratch)
        scratch *= 1 - self.beta2
        s *= self.beta2
        s += scratch
        g *= 1 - self.beta1
        m *= self.beta1
        m += g
        np.sqrt(s, out=scratch)
        scratch *= 1 / sqrt(1 - self.beta2**self.count)
        scratch += self.epsilon
        np.divide(m, scratch, out=g)
        g *= rate / (1 - self.beta1**self.count)
        w -= g


RULES: dict[str, type[Optimiser]] = {
    "sgd": Optimiser,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSProp,
    "adam": Adam,
}


def check_method(method: Setting) -> None:
    """Refuse settings that no rule can work with."""
    for name, value in method.values.items():
        if name in FRACTIONS and not 0 <= value < 1:
            raise refuse(
                "usage", f"--method {method.name}: {name} is at least 0 and less than 1",
                help=f"write --method '{method.name}({name}={METHODS[method.name][name]:g})'",
            )  # fmt: skip
        if name not in FRACTIONS and value < 0:
            raise refuse("usage", f"--method {method.name}: {name} cannot be negative")


def optimiser(method: Setting, vector: ParameterVector) -> Optimiser:
    """The rule of a method, for the parameters in a vector."""
    check_method(method)
    return RULES[method.name](vector, method.values)
