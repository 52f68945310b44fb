"""What training reports: each step while it runs, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from .objective import Array
from .uncertainty import StandardErrors


class Step(NamedTuple):
    """One step, at the parameters before it changes them.

    loss        of the step's batch; of all data for a full batch.
    norm        the 2-norm of the gradient.
    rate        the learning rate; None for a method that has none.
    validation  the loss on the validation data, where this step computed it.
    """

    step: int
    epoch: int
    loss: float
    norm: float
    rate: float | None
    validation: float | None


Watch = Callable[[Step], None]


class Trained(NamedTuple):
    """A run that has ended, other than by diverging.

    parameters   the result; with validation data, the best on them.
    loss         at the result, over all training data.
    norm         of the gradient there; None where it was not computed.
    first        the loss at the start (of the first batch).
    steps        how many changes of the parameters were made, those of earlier runs included.
    epochs       passes through the data that are complete.
    stopped_by   a name of `REASONS`.
    reason       the same in words, with the numbers.
    history      the loss of each step; with a full batch also that at the end.
    validations  (step, loss on the validation data), each time it was computed.
    best_step    the step whose parameters are the result, where that is not the last.
    warnings     what the user should know.
    """

    parameters: Mapping[str, Array]
    loss: float
    norm: float | None
    first: float
    steps: int
    epochs: int
    stopped_by: str
    reason: str
    history: Sequence[float]
    validations: Sequence[tuple[int, float]]
    best_step: int | None
    warnings: tuple[str, ...]

    @property
    def converged(self) -> bool:
        """Whether it stopped because there was nothing more to gain."""
        return self.stopped_by in CONVERGED

    @property
    def is_minimum(self) -> bool:
        """Whether the result is as good as a minimum, for which standard errors are meant."""
        return self.stopped_by in AT_MINIMUM and self.best_step is None


class RunReport(NamedTuple):
    """A run with what the user asked for.

    starts  where each parameter started, in words.
    fixed   the names that have a value and are no parameters, with its text.
    errors  standard errors, or why there are none, or None for a loss that has none.
    note    why there are no standard errors, or how far they can be trusted.
    """

    expression: str
    trained: Trained
    method: str
    rate: str | None
    rows: int | None
    batch: int | None
    seed: int
    starts: Mapping[str, str]
    fixed: Mapping[str, str]
    errors: StandardErrors | str | None
    full: bool

    @property
    def note(self) -> str | None:
        if isinstance(self.errors, str):
            return f"no standard errors: {self.errors}"
        if self.errors is None or self.trained.is_minimum:
            return None
        return "standard errors are meant for a minimum, and this run stopped elsewhere"


AT_MINIMUM = ("gradient", "change", "parameters")
CONVERGED = ("gradient", "change", "parameters", "loss", "patience")
REASONS = (*CONVERGED, "steps", "epochs", "seconds", "interrupt", "line-search")
