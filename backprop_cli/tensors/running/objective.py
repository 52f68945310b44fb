"""A program with parameters and data as something to train: its loss and gradient, many times."""

from __future__ import annotations

import sys
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from ...errors import BackpropError, refuse
from ...limits import DEFAULT_LIMITS, Limits
from ...syntax.tree import Program, Result
from ..lowering.arrays import ArrayGraph, Value, lengths
from ..lowering.definitions import Given, LoweredArrays, lower_arrays
from ..lowering.names import Names
from .evaluation import given_of, number_type, typed
from .execution import Plan, RowPlan, plan_by_rows
from .inputs import needed_inputs
from .residuals import Residuals

Array = Any
KEPT = 4  # plans for different numbers of rows: full, batch, last batch, and one to spare


class ProgramObjective:
    """The loss of a program (`training.objective.Objective`).

    parameters  the names that are declared `param`; without such a declaration all that have no
                value.
    unused      those on which the loss does not depend.
    rows        the number of data points: the length of the first axis of the data; None without.
    """

    def __init__(
        self,
        program: Program,
        constants: Mapping[str, Array],
        data: Mapping[str, Array],
        shapes: Mapping[str, tuple[int, ...]],
        limits: Limits,
    ) -> None:
        self.program = program
        self.limits = limits
        self.parameters = dict(shapes)
        self.kind = number_type({**constants, **data})
        self.constants = {name: typed(np.asarray(v), self.kind) for name, v in constants.items()}
        self.data = {name: typed(np.asarray(v), self.kind) for name, v in data.items()}
        counts = {len(value) for value in self.data.values()}
        self.rows = counts.pop() if len(counts) == 1 else None
        self.plans: dict[int | None, Plan] = {}
        self.by_rows: dict[int | None, RowPlan | None] = {}
        self.found_residuals: Residuals | None = None
        used = self.plan(None).lowered.inputs
        self.unused = [name for name in self.parameters if name not in used]
        if self.row_plan(None, self.data) is None:
            lower_arrays(self.program, self.given(None), self.limits, self.kind)

    # ---------------------------------------------------------------------------------------- plans

    def given(self, count: int | None) -> dict[str, Given]:
        """What is known of all inputs where there are `count` rows."""
        known = given_of({**self.constants, **self.data})
        if count is not None:
            for name in self.data:
                known[name] = Given((count, *known[name].shape[1:]))
        known |= {name: Given(shape) for name, shape in self.parameters.items()}
        return known

    def lower(self, count: int | None) -> LoweredArrays:
        # All rows at once may be too much where a block of them is not: `__init__` sees to that.
        limits = self.limits._replace(elements=sys.maxsize) if count is None else self.limits
        lowered = lower_arrays(self.program, self.given(count), limits, self.kind)
        return single_loss(self.program, lowered, self.rows if count is None else count)

    def plan(self, count: int | None) -> Plan:
        """The plan for a number of rows, None for all of them."""
        if count == self.rows:
            count = None
        if count not in self.plans:
            if len(self.plans) >= KEPT:
                del self.plans[next(reversed(self.plans))]
                self.by_rows = {None: self.by_rows[None]} if None in self.by_rows else {}
            self.plans[count] = Plan(self.lower(count), list(self.parameters))
        return self.plans[count]

    def row_plan(self, count: int | None, data: Mapping[str, Array]) -> RowPlan | None:
        """The plan by blocks of rows, if the program allows one."""
        if count == self.rows:
            count = None
        if count not in self.by_rows:
            number = self.rows if count is None else count
            self.by_rows[count] = (
                None
                if number is None
                else plan_by_rows(self.plan(count), self.lower, data, number)
            )
        return self.by_rows[count]

    def inputs(self, parameters: Mapping[str, Array], rows: Array | None) -> dict[str, Array]:
        """The values of all inputs, with the data of some rows."""
        data = self.data
        if rows is not None:
            data = {name: value[rows] for name, value in data.items()}
        typed_parameters = {name: typed(value, self.kind) for name, value in parameters.items()}
        return {**self.constants, **data, **typed_parameters}

    # --------------------------------------------------------------------------------------- values

    def evaluate(
        self, parameters: Mapping[str, Array], rows: Array | None
    ) -> tuple[float, Mapping[str, Array]]:
        """The loss, and its gradient with respect to each parameter."""
        count = None if rows is None else len(rows)
        try:
            inputs = self.inputs(parameters, rows)
            data = {name: inputs[name] for name in self.data}
            plan = self.row_plan(count, data) or self.plan(count)
            loss, gradient = plan.evaluate(inputs)
        except BackpropError as error:
            raise error.located(self.program.source) from None
        for name in self.unused:
            gradient[name] = np.zeros(self.parameters[name], self.kind)
        return loss, gradient

    def loss(self, parameters: Mapping[str, Array], rows: Array | None = None) -> float:
        """The loss alone."""
        count = None if rows is None else len(rows)
        inputs = self.inputs(parameters, rows)
        data = {name: inputs[name] for name in self.data}
        return (self.row_plan(count, data) or self.plan(count)).value(inputs)

    def residuals(self, parameters: Mapping[str, Array]) -> tuple[Array, Array]:
        """The residuals of a sum or mean of squares, (N,), and their Jacobian, (N, P)."""
        if self.found_residuals is None:
            self.found_residuals = Residuals(self.plan(None), self.parameters)
        try:
            return self.found_residuals(self.inputs(parameters, None))
        except BackpropError as error:
            raise error.located(self.program.source) from None


def single_loss(program: Program, lowered: LoweredArrays, rows: int | None) -> LoweredArrays:
    """The program with one number as its output: of a formula that gives one for each row, the
    mean.
    """
    output = lowered.output
    if not output.full:
        return lowered
    if rows is None or output.full != (rows,):
        last = program.statements[-1]
        span = last.body.span if isinstance(last, Result) else last.span
        raise refuse(
            "shape",
            f"a loss is a single number; this is {lengths(output.full)}",
            span,
            "write mean(…), or minimize mean[i] L[i]",
        ).located(program.source)
    space = ArrayGraph.around(lowered.graph, lowered.dtype)
    total = space.reduce_all("sum", Value(output.node, (), output.full), None)
    mean = space.apply("divide", total, space.constant(rows))
    return lowered._replace(output=mean)


def program_objective(
    program: Program,
    constants: Mapping[str, Array],
    data: Mapping[str, Array],
    starts: Mapping[str, Array],
    limits: Limits = DEFAULT_LIMITS,
    parameters: Sequence[str] = (),
) -> ProgramObjective:
    """A program as an objective.

    constants  the values of names that are neither parameters nor data.
    data       the arrays with one thing for each row along their first axis.
    starts     the values of parameters that are given; they say their shapes.
    parameters the parameters; by default those of `parameter_names`.

    Raises BackpropError for parameters whose shape nothing says, and where there is none.
    """
    try:
        names = list(parameters) or parameter_names(program, data, [*constants, *starts])
        shapes = parameter_shapes(program, names, {**constants, **data}, starts, limits)
    except BackpropError as error:
        raise error.located(program.source) from None
    return ProgramObjective(program, constants, data, shapes, limits)


def parameter_names(
    program: Program, data: Collection[str], given: Collection[str]
) -> list[str]:
    """The parameters of a program: what is declared `param`; otherwise what is no data and has no
    value; if all have one, all of them, which the values then start.
    """
    names = Names(program, [*data, *given])
    declared = [name for name, role in names.roles.items() if role == "param"]
    if declared:
        return declared
    others = [name for name in needed_inputs(program, names) if name not in data]
    return [name for name in others if name not in given] or others


def parameter_shapes(
    program: Program,
    names: list[str],
    given: Mapping[str, Array],
    starts: Mapping[str, Array],
    limits: Limits,
) -> dict[str, tuple[int, ...]]:
    """The shape of each parameter: of its start, of its declaration, or a single number."""
    from ..lowering.sizes import declared_shapes

    if not names:
        raise refuse(
            "unbound-variable",
            "there is nothing to train: the formula has no parameters",
            help="declare them in the formula: param w, b",
        )
    shapes = {name: np.shape(starts[name]) for name in names if name in starts}
    declared = declared_shapes(program, {**given_of(given), **given_of(starts)}, limits)
    for name in names:
        shapes.setdefault(name, declared.get(name, ()))
    return shapes
