"""SciPy's solvers: L-BFGS for any smooth loss, and least squares for sums of squares.

Both choose their steps themselves, see all data at once, and cannot go on from a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf, isfinite, nan, sqrt
from time import monotonic
from typing import Any

import numpy as np

from ..errors import BackpropError
from .divergence import diverged
from .objective import Array, Objective
from .outcome import Step, Trained, Watch
from .settings import Setting
from .stopping import IN_A_ROW, Criteria, said
from .vector import ParameterVector, check_gradient

# L-BFGS: Byrd, Lu, Nocedal & Zhu 1995; `memory` pairs of changes stand for the curvature.
# Least squares: trust region reflective (Branch, Coleman & Li 1999), which is
# Levenberg-Marquardt's idea; parameters are scaled by the Jacobian's columns (Moré 1978).
SOLVERS: dict[str, dict[str, float]] = {"lbfgs": {"memory": 10.0}, "least-squares": {}}
TINY = 1e-15  # tolerances of SciPy that leave stopping to our criteria


class Stopped(Exception):
    """A criterion holds: the name of it, and what met it."""

    def __init__(self, name: str, value: float) -> None:
        super().__init__(name)
        self.name = name
        self.value = value


class Iterations:
    """The iterations of a solver: counts them, tells of them, and says when to stop.

    values, loss, norm  the last accepted parameters, and the loss and gradient's norm there.
    """

    def __init__(
        self,
        vector: ParameterVector,
        criteria: Criteria,
        validation: Objective | None,
        watch: Watch | None,
        interrupted: Callable[[], bool],
    ) -> None:
        self.vector = vector
        self.criteria = criteria
        self.validation = validation
        self.watch = watch
        self.interrupted = interrupted
        self.values = vector.values.copy()
        self.loss = self.norm = nan
        self.history: list[float] = []
        self.validations: list[tuple[int, float]] = []
        self.best = self.values
        self.best_loss = inf
        self.best_step = 0
        self.quiet = 0
        self.began = monotonic()

    @property
    def step(self) -> int:
        """The number of the last accepted iteration; the start is 0."""
        return len(self.history) - 1

    def accept(self, values: Array, loss: float, norm: float) -> None:
        """Record an iteration; raises Stopped where a criterion holds."""
        previous, self.loss, self.norm = self.loss, loss, norm
        self.values = values.copy()
        self.history.append(loss)
        step, criteria = self.step, self.criteria
        validation = self.validate() if self.validation is not None else None
        if self.watch is not None:
            self.watch(Step(step, step, loss, norm, None, validation))
        if criteria.gradient is not None and norm <= criteria.gradient:
            raise Stopped("gradient", norm)
        if criteria.loss is not None and loss <= criteria.loss:
            raise Stopped("loss", loss)
        if criteria.change is not None and step:
            quiet = abs(loss - previous) <= criteria.change * abs(previous)
            self.quiet = self.quiet + 1 if quiet else 0
            if self.quiet >= IN_A_ROW:
                raise Stopped("change", 0.0)
        self.check_length()
        if criteria.patience is not None and step - self.best_step >= criteria.patience:
            raise Stopped("patience", step - self.best_step)

    def check_length(self) -> None:
        """Stop for whatever does not depend on the loss."""
        criteria, step = self.criteria, self.step
        if self.interrupted():
            raise Stopped("interrupt", step)
        for name in ("steps", "epochs"):
            limit = criteria.steps if name == "steps" else criteria.epochs
            if limit is not None and step >= limit:
                raise Stopped(name, step)
        if criteria.seconds is not None and monotonic() - self.began >= criteria.seconds:
            raise Stopped("seconds", criteria.seconds)

    def validate(self) -> float:
        assert self.validation is not None
        parameters = dict(self.vector.cut(self.values))
        loss = float(self.validation.loss(parameters))
        self.validations.append((self.step, loss))
        if loss < self.best_loss:
            self.best, self.best_loss, self.best_step = self.values, loss, self.step
        return loss


def solve(
    objective: Objective,
    start: Mapping[str, Array],
    method: Setting,
    criteria: Criteria,
    validation: Objective | None = None,
    watch: Watch | None = None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Trained:
    """Train with a method of `SOLVERS`. Raises BackpropError where the loss at the start is not
    finite, and for least squares where the loss is no sum or mean of squares.
    """
    vector = ParameterVector(start)
    check_gradient(objective, vector)
    run = Iterations(vector, criteria, validation, watch, interrupted)
    solver = lbfgs if method.name == "lbfgs" else least_squares
    with np.errstate(all="ignore"):
        try:
            name, reason = solver(objective, vector, method, run)
        except Stopped as stopped:
            name, reason = stopped.name, said(stopped.name, criteria, stopped.value, False)
        return finished(objective, run, name, reason)


def finished(objective: Objective, run: Iterations, name: str, reason: str) -> Trained:
    """The result of a run that has stopped."""
    values, loss, norm, best_step = run.values, run.loss, run.norm, None
    if run.validation is not None and run.best_step != run.step:
        values, norm, best_step = run.best, nan, run.best_step
        loss = float(objective.loss(dict(run.vector.cut(values))))
    parameters = run.vector.copies(values)
    warnings: tuple[str, ...] = ()
    if run.step == 0 and norm == 0:
        warnings = (
            "the gradient is exactly 0 at the start; parameters that all start at 0 can be the"
            " reason: try --init normal",
        )
    return Trained(
        parameters, loss, None if norm != norm else norm, run.history[0], run.step, run.step, name,
        reason, run.history, run.validations, best_step, warnings,
    )  # fmt: skip


# ------------------------------------------------------------------------------------------- L-BFGS


def lbfgs(
    objective: Objective, vector: ParameterVector, method: Setting, run: Iterations
) -> tuple[str, str]:
    """Minimise by L-BFGS; returns why SciPy stopped, unless a criterion of ours raises first."""
    from scipy.optimize import minimize

    known: dict[str, Any] = {}

    def evaluated(values: Array) -> tuple[float, Array]:
        vector.values[:] = values
        loss = vector.evaluate(objective, None)
        slopes = vector.slopes.astype(np.float64)
        if not run.history and not (isfinite(loss) and np.isfinite(slopes).all()):
            raise broken_start(objective, vector, loss)
        known.update(values=values.copy(), norm=vector.norm(), slopes=slopes)
        if not isfinite(loss) or not np.isfinite(slopes).all():
            # As if the loss rose as it should have fallen: the line search takes a shorter step.
            way = values - run.values
            return run.loss + abs(float(known["base"] @ way)), -known["base"]
        return loss, slopes

    def accepted(intermediate_result: Any) -> None:
        values = np.asarray(intermediate_result.x)
        if not np.array_equal(values, known["values"]):
            evaluated(values)
        known["base"] = known["slopes"]
        run.accept(vector.values, float(intermediate_result.fun), known["norm"])

    start = vector.values.astype(np.float64)
    loss, known["base"] = evaluated(start)
    run.accept(vector.values, loss, known["norm"])
    found = minimize(
        evaluated, start, jac=True, method="L-BFGS-B", callback=accepted,
        options={
            "maxcor": int(method.values["memory"]), "maxiter": 1 << 40, "maxfun": 1 << 40,
            "ftol": 0.0, "gtol": 0.0,
        },
    )  # fmt: skip
    if run.norm == 0:
        return "gradient", said("gradient", run.criteria, 0.0, False)
    return "line-search", f"no further step lowers the loss ({str(found.message).lower()})"


def broken_start(objective: Objective, vector: ParameterVector, loss: float) -> BackpropError:
    return diverged(
        objective, vector, None, step=0, loss=loss, first=loss, rate=None, start=None
    )


# ------------------------------------------------------------------------------------ least squares


def least_squares(
    objective: Objective, vector: ParameterVector, method: Setting, run: Iterations
) -> tuple[str, str]:
    """Minimise a sum or mean of squares; returns why SciPy stopped, unless a criterion raises."""
    from scipy import optimize

    known: dict[str, Any] = {"values": None}

    def at(values: Array) -> tuple[Array, Array]:
        if known["values"] is None or not np.array_equal(values, known["values"]):
            vector.values[:] = values
            residuals, jacobian = objective.residuals(vector.views)
            known.update(values=values.copy(), residuals=residuals, jacobian=jacobian)
        return known["residuals"], known["jacobian"]

    def residuals(values: Array) -> Array:
        return at(values)[0]

    def jacobian(values: Array) -> Array:
        r, j = at(values)
        loss = float(objective.loss(vector.views))
        squares = float(r @ r)
        # The loss is a multiple of the sum of squares: so is the gradient.
        scale = loss / squares if squares else 1.0
        slopes = 2 * scale * (j.T @ r)
        run.accept(vector.values, loss, sqrt(float(slopes @ slopes)))
        return j

    start = vector.values.astype(np.float64)
    loss = float(objective.loss(vector.views))
    r, j = at(start)
    if not (isfinite(loss) and np.isfinite(r).all() and np.isfinite(j).all()):
        vector.evaluate(objective, None)
        raise broken_start(objective, vector, loss)
    found = optimize.least_squares(
        residuals, start, jacobian, method="trf", x_scale="jac", ftol=TINY, xtol=TINY, gtol=TINY,
        max_nfev=1 << 40,
    )  # fmt: skip
    final = found.x
    if not np.array_equal(final, run.values):
        vector.values[:] = final
        run.values, run.loss = final.copy(), float(objective.loss(vector.views))
    return "parameters", "no further step changes the parameters or the loss"
