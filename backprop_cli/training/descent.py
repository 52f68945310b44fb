"""Gradient descent: forward, loss, backward, a step against the gradient, until a criterion holds.

The state between two steps is all there is to a run, so that one which is saved and goes on later
ends with the same bytes as one that was never interrupted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf, isfinite, nan
from time import monotonic
from typing import NamedTuple

import numpy as np

from .batches import Batches
from .checkpoints import Saved
from .divergence import LARGEST, diverged, has_grown
from .objective import Array, Objective
from .optimisers import optimiser
from .outcome import Step, Trained, Watch
from .rates import Rate
from .settings import Setting
from .stopping import IN_A_ROW, Criteria, said
from .vector import ParameterVector, check_gradient


class Plan(NamedTuple):
    """How to train.

    batch  the data points of a step; None for all of them.
    """

    method: Setting
    rate: Rate
    criteria: Criteria
    batch: int | None = None
    shuffled: bool = True
    seed: int = 0


class Descent:
    """One run. `interrupted` is asked before each step, `watch` is told of each."""

    def __init__(
        self,
        objective: Objective,
        start: Mapping[str, Array],
        plan: Plan,
        validation: Objective | None = None,
        watch: Watch | None = None,
        interrupted: Callable[[], bool] = lambda: False,
    ) -> None:
        self.objective = objective
        self.plan = plan
        self.criteria = plan.criteria
        self.validation = validation
        self.watch = watch
        self.interrupted = interrupted
        self.vector = ParameterVector(start)
        check_gradient(objective, self.vector)
        self.optimiser = optimiser(plan.method, self.vector)
        rows, batch = objective.rows, plan.batch
        self.batches = None
        if batch is not None and rows is not None and batch < rows:
            self.batches = Batches(rows, batch, plan.seed, plan.shuffled)
        self.per_epoch = 1 if self.batches is None else self.batches.per_epoch
        small = len(self.vector.values) <= LARGEST
        self.start = self.vector.values.copy() if small else None
        self.best = None if validation is None else self.vector.values.copy()
        self.history: list[float] = []
        self.validations: list[tuple[int, float]] = []
        self.warnings: list[str] = []
        # The scalars of the state.
        self.step = 0
        self.first = nan  # the loss that growth is measured by
        self.previous = nan  # the loss of the last step, or the mean of the last epoch
        self.total = 0.0  # of the losses of this epoch
        self.closed = 0  # the step before which the last epoch was judged
        self.quiet = 0  # steps (epochs) in a row that changed the loss little
        self.rises = 0  # steps (epochs) in a row in which it rose
        self.validated = -1  # the step before which the last validation was
        self.best_loss = inf
        self.best_step = 0
        self.waited = 0  # epochs since the best validation
        self.earlier = 0.0  # seconds
        self.began = monotonic()

    # ---------------------------------------------------------------------------------------- loop

    def run(self, keep: Callable[[Descent], None] | None = None) -> Trained:
        """Train until a criterion holds. `keep` is called between any two steps and may save the
        state.

        Raises BackpropError where training diverges; the state is then of no use.
        """
        self.began = monotonic()
        vector, objective, batches = self.vector, self.objective, self.batches
        rate_of, change = self.plan.rate, self.optimiser.step
        limit = self.criteria.steps or 0
        rows = None
        with np.errstate(all="ignore"):
            while True:
                stopped = self.before()
                if stopped is not None:
                    return self.finished(*stopped)
                if keep is not None:
                    keep(self)
                step = self.step
                if batches is not None:
                    rows = batches[step]
                loss = vector.evaluate(objective, rows)
                norm = vector.norm()
                epoch = step // self.per_epoch
                rate = rate_of(step, epoch, limit)
                if self.watch is not None:
                    self.tell(Step(step, epoch, loss, norm, rate, None))
                if not (isfinite(loss) and isfinite(norm)):
                    raise self.has_diverged(rows, loss, rate)
                if batches is None:
                    stopped = self.judged(loss, norm, rate)
                    if stopped is not None:
                        return self.finished(*stopped, loss, norm)
                else:
                    self.total += loss
                    if step == 0:
                        self.first = loss
                self.history.append(loss)
                change(rate, norm)
                self.step = step + 1

    def before(self) -> tuple[str, float] | None:
        """What ends the run before the next step: its length, or an epoch that has just ended."""
        criteria, step = self.criteria, self.step
        if self.interrupted():
            return "interrupt", step
        if criteria.steps is not None and step >= criteria.steps:
            return "steps", step
        if criteria.seconds is not None and self.seconds() >= criteria.seconds:
            return "seconds", self.seconds()
        if step % self.per_epoch:
            return None
        if criteria.epochs is not None and step // self.per_epoch >= criteria.epochs:
            return "epochs", step // self.per_epoch
        if self.batches is not None:
            if self.closed < step:
                self.close_epoch()
            if self.quiet >= IN_A_ROW:
                return "change", 0.0
        if self.validation is not None:
            if self.validated < step:
                self.validate()
            if criteria.patience is not None and self.waited >= criteria.patience:
                return "patience", self.waited
        return None

    def judged(self, loss: float, norm: float, rate: float) -> tuple[str, float] | None:
        """Whether a step over all data is the last; if not, the state remembers its loss."""
        criteria = self.criteria
        if criteria.gradient is not None and norm <= criteria.gradient:
            return "gradient", norm
        if criteria.loss is not None and loss <= criteria.loss:
            return "loss", loss
        previous = self.previous
        if previous != previous:
            self.first = self.previous = loss
            return None
        if criteria.change is not None:
            quiet = abs(loss - previous) <= criteria.change * abs(previous)
            if quiet and self.quiet + 1 >= IN_A_ROW:
                return "change", 0.0
            self.quiet = self.quiet + 1 if quiet else 0
        self.rises = self.rises + 1 if loss > previous else 0
        if self.rises and has_grown(loss, self.first, self.rises, self.plan.method.name):
            raise self.has_diverged(None, loss, rate)
        self.previous = loss
        return None

    def close_epoch(self) -> None:
        """Compare the mean loss of an epoch that has ended with that of the one before."""
        mean = self.total / self.per_epoch
        previous = self.previous
        if previous != previous:
            self.first = mean
        else:
            change = self.criteria.change
            quiet = change is not None and abs(mean - previous) <= change * abs(previous)
            self.quiet = self.quiet + 1 if quiet else 0
            self.rises = self.rises + 1 if mean > previous else 0
            if has_grown(mean, self.first, self.rises, self.plan.method.name):
                raise self.has_diverged(None, mean, self.present_rate())
        self.previous, self.total, self.closed = mean, 0.0, self.step

    def validate(self) -> None:
        """Compute the loss on the validation data, and keep the parameters if it is the best."""
        assert self.validation is not None and self.best is not None
        loss = float(self.validation.loss(self.vector.views))
        self.validated = self.step
        self.validations.append((self.step, loss))
        if loss < self.best_loss:
            self.best_loss, self.best_step, self.waited = loss, self.step, 0
            self.best[:] = self.vector.values
        else:
            self.waited += 1

    def tell(self, step: Step) -> None:
        """Hand a step to who watches, with the validation that went before it."""
        assert self.watch is not None
        if self.validated == step.step:
            step = step._replace(validation=self.validations[-1][1])
        self.watch(step)

    def has_diverged(self, rows: Array | None, loss: float, rate: float) -> Exception:
        bends = self.batches is None and self.plan.method.name in ("sgd", "momentum", "nesterov")
        return diverged(
            self.objective, self.vector, rows, step=self.step, loss=loss, first=self.first,
            rate=rate, start=self.start if bends else None,
        )  # fmt: skip

    def present_rate(self) -> float:
        epoch = self.step // self.per_epoch
        return self.plan.rate(self.step, epoch, self.criteria.steps or 0)

    def seconds(self) -> float:
        """The time of this run, and of the earlier parts of it."""
        return self.earlier + monotonic() - self.began

    # --------------------------------------------------------------------------------------- ending

    def finished(
        self, name: str, value: float, loss: float | None = None, norm: float | None = None
    ) -> Trained:
        """The result; `loss` and `norm` are those at the present parameters, where known."""
        vector, history, validations = self.vector, list(self.history), list(self.validations)
        parameters = vector.copies()
        if loss is None:
            loss = float(self.objective.loss(vector.views))
        if not isfinite(loss):
            vector.slopes[:] = 0
            raise self.has_diverged(None, loss, self.present_rate())
        if self.batches is None:
            history.append(loss)
        best_step = None
        if self.validation is not None and self.best is not None:
            last = float(self.validation.loss(vector.views))
            if self.validated < self.step:
                validations.append((self.step, last))
            if self.best_loss <= last and self.best_step != self.step:
                best_step, norm = self.best_step, None
                parameters = vector.copies(self.best)
                loss = float(self.objective.loss(parameters))
        reason = said(name, self.criteria, value, self.batches is not None)
        first = history[0] if history else loss
        return Trained(
            parameters, loss, norm, first, self.step, self.step // self.per_epoch, name, reason,
            history, validations, best_step, self.remarks(loss, first, norm),
        )  # fmt: skip

    def remarks(self, loss: float, first: float, norm: float | None) -> tuple[str, ...]:
        """What a look at the whole run shows."""
        found = list(self.warnings)
        if loss > first and self.batches is None and self.step:
            found.append(f"the loss rose, from {first:.4g} to {loss:.4g}: try a smaller rate")
        if self.step == 0 and norm == 0:
            found.append(
                "the gradient is exactly 0 at the start, so that no step changes anything;"
                " parameters that all start at 0 can be the reason: try --init normal"
            )
        return tuple(found)

    # ---------------------------------------------------------------------------------------- state

    def saved(self) -> Saved:
        """The state between two steps."""
        scalars = {name: getattr(self, name) for name in SCALARS}
        vectors = {f"memory {name}": held for name, held in self.optimiser.memory.items()}
        if self.best is not None:
            vectors["best"] = self.best
        return Saved(
            {**scalars, "count": self.optimiser.count, "earlier": self.seconds()},
            {**vectors, "now": self.vector.values},
            self.history,
            self.validations,
        )

    def restore(self, saved: Saved) -> None:
        """Go on from a state of `saved`, of the same objective and plan.

        Raises KeyError or ValueError for a state that is none of such a run.
        """
        for name in SCALARS:
            setattr(self, name, saved.scalars[name])
        self.earlier = saved.scalars["earlier"]
        self.optimiser.count = int(saved.scalars["count"])
        targets = {f"memory {name}": held for name, held in self.optimiser.memory.items()}
        if self.best is not None:
            targets["best"] = self.best
        for name, held in {**targets, "now": self.vector.values}.items():
            if saved.vectors[name].shape != held.shape:
                raise ValueError(name)
            held[:] = saved.vectors[name]
        self.history = list(saved.history)
        self.validations = list(saved.validations)


SCALARS = (
    "step", "first", "previous", "total", "closed", "quiet", "rises", "validated", "best_loss",
    "best_step", "waited",
)  # fmt: skip
