"""Learning rates: numbers, or formulas of our own language in `step` and `epoch`.

The schedules that have names are formulas, too; `SCHEDULES` has them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite

from ..errors import BackpropError, refuse
from ..lowering import Lowered, lower
from ..namespaces import floats
from ..run import forward
from ..syntax import parse
from ..syntax.tree import Definition, Program, Statement

DEFAULT_RATES = {"sgd": 0.01, "momentum": 0.01, "nesterov": 0.01, "rmsprop": 0.001, "adam": 0.001}

# step   the steps done so far, 0 for the first.
# epoch  the passes through the data that are complete, 0 in the first.
# steps  the limit of --until steps=N.
VARIABLES = ("step", "epoch", "steps")

SCHEDULES = {
    "constant": "constant(rate) = rate",
    "exponential": "exponential(rate, factor) = rate*factor^step",
    "decay": "decay(rate, factor, every) = rate*factor^floor(step/every)",
    "inverse": "inverse(rate, length) = rate/(1 + step/length)",
    "cosine": "cosine(rate, length) = rate*(1 + cos(pi*min(step, length)/length))/2",
    "warmup": "warmup(rate, length) = rate*min(1, (step + 1)/length)",
}


class Rate:
    """A learning rate for each step. `text` is what the user wrote."""

    __slots__ = ("fixed", "lowered", "names", "text")

    def __init__(self, text: str, lowered: Lowered) -> None:
        self.text = text.strip()
        self.lowered = lowered
        self.names = frozenset(lowered.graph.input_nodes())
        self.fixed = None if self.names else self.computed({})

    def __call__(self, step: int, epoch: int, steps: int) -> float:
        """The rate of a step. Raises BackpropError where the formula gives none."""
        if self.fixed is not None:
            return self.fixed
        given = {"step": float(step), "epoch": float(epoch), "steps": float(steps)}
        return self.computed({name: given[name] for name in self.names}, step)

    def computed(self, values: dict[str, float], step: int | None = None) -> float:
        lowered = self.lowered
        rate = float(forward(lowered.graph, floats, values)[lowered.output])
        if isfinite(rate) and (rate > 0 or (rate == 0 and step is not None)):
            return rate
        where = "" if step is None else f" at step {step}"
        raise refuse(
            "usage", f"the learning rate '{self.text}' is {rate:g}{where}",
            help="a rate is a positive number: --lr 0.1",
        )  # fmt: skip


def schedules(program: Program) -> Iterator[Statement]:
    """The definitions of the schedules that a program may call, but for those that it defines."""
    defined = {one.name for one in program.statements if isinstance(one, Definition)}
    for name, formula in SCHEDULES.items():
        if name not in defined and re.search(rf"\b{name}\s*\(", program.source):
            yield from parse(formula).statements


def read_rate(text: str, steps: int | None = None) -> Rate:
    """The rate that a text says; `steps` is the limit on their number, if there is one.

    Raises BackpropError for a text that is no formula, has other variables than `VARIABLES`, or is
    not positive at the first step.
    """
    try:
        program = parse(text)
        lowered = lower(Program((*schedules(program), *program.statements), program.source))
    except BackpropError as error:
        found = error.diagnostic
        message = f"--lr cannot be read: {found.message}"
        changed = found._replace(code="usage", message=message, status=None)
        raise BackpropError(changed).located(text, "--lr") from None
    rate = Rate(text, lowered)
    other = sorted(rate.names - set(VARIABLES))
    if other:
        raise refuse(
            "usage", f"the learning rate '{rate.text}' has the variable '{other[0]}'",
            help="it may have step, epoch and steps: --lr '0.1*0.99^step'",
        )  # fmt: skip
    if "steps" in rate.names and steps is None:
        raise refuse(
            "usage", "the learning rate counts on 'steps', and their number has no limit",
            help="add --until steps=1000",
        )  # fmt: skip
    rate(0, 0, steps or 0)
    return rate
