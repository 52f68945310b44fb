"""An explanation as data: numbered steps with their numbers and texts, no styling."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..reporting import Report
from .reading import Reading

Sides = tuple[str, ...]  # the sides of an equation


class ForwardStep(NamedTuple):
    """A gate computes its value: `sides` are its title, its formula, the numbers and the value."""

    number: int
    node: int
    sides: Sides
    value: Any
    notes: tuple[str, ...]


class Contribution(NamedTuple):
    """What one input of a gate receives: (gradient at the gate's output) · (local slope).

    slope    None where nothing passes; the result is 0 then.
    formula  the local slope in terms of titles; None where it is not short.
    adds     whether it is one of several shares, so that it is added and not set.
    """

    source: int
    upstream: Any
    slope: Any
    result: Any
    formula: str | None
    adds: bool
    sides: Sides

    @property
    def sign(self) -> str:
        """`+=` for a share that is added, `=` for the only one."""
        return "+=" if self.adds else "="


class BackwardStep(NamedTuple):
    """A gate hands its gradient on.

    equation  what the gate computes; of the first step ∂f/∂f = 1.
    pattern   what such a gate does to a gradient; "" for the first step.
    arrived   the sum over a fork, if the gate's own gradient is one.
    """

    number: int
    node: int
    equation: Sides
    pattern: str
    arrived: str
    contributions: tuple[Contribution, ...]
    notes: tuple[str, ...]


class Fork(NamedTuple):
    """A node that several gates use: the sum of their shares."""

    node: int
    shares: tuple[Any, ...]
    total: Any
    sides: Sides


class Partial(NamedTuple):
    """One component of the gradient."""

    name: str
    value: Any
    sides: Sides


class Explanation(NamedTuple):
    """The whole text of a formula at a point.

    title        the output's equation; `definitions` those of the names in it.
    seed         the step ∂f/∂f = 1.
    unreached    which gates get no gradient; "" where all do.
    rounded      whether numbers are shown with fewer digits than they have.
    readings     of the first inputs, as data and as texts.
    uncertainty  the output's standard uncertainty, and where it comes from.
    warnings     what belongs to no gate.
    """

    report: Report
    output: str
    title: Sides
    definitions: tuple[Sides, ...]
    point: tuple[Sides, ...]
    forward: tuple[ForwardStep, ...]
    seed: BackwardStep
    backward: tuple[BackwardStep, ...]
    unreached: str
    forks: tuple[Fork, ...]
    gradient: tuple[Partial, ...]
    notes: tuple[str, ...]
    rounded: bool
    readings: tuple[Reading, ...]
    reading_texts: tuple[str, ...]
    uncertainty: tuple[str, ...]
    warnings: tuple[str, ...]
