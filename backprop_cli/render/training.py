"""A training run for a person: sparse lines while it runs, and the result."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..numerals import short
from ..tensors.running.reporting import summary
from ..training import RunReport, StandardErrors, Step
from .plain import in_encoding, safe
from .screen import GRADIENT, VALUE, show
from .training_curve import curve

if TYPE_CHECKING:
    import numpy as np

SMALL = 12  # elements of an array that are shown one by one
MOST_CORRELATED = 8  # parameters whose correlations are shown
CURVE_HEIGHT = 6
CURVE_WIDTH = 60


class SparseLines:
    """A line for the steps (with batches: the epochs) 0, 1, 2, 5, 10, 20, 50, and so on.

    The validation loss of an epoch is known with the first step of the next one, so its line waits
    for that.
    """

    def __init__(self, per_epoch: int) -> None:
        self.per_epoch = per_epoch
        self.next = 0
        self.total = 0.0
        self.held = ""

    def __call__(self, step: Step) -> None:
        """Print the line of a step, if it has one."""
        if self.held:
            if step.validation is not None:
                self.held += f"  validation {short(step.validation)}"
            self.write(self.held)
            self.held = ""
        if self.per_epoch > 1:
            self.total += step.loss
            if step.step % self.per_epoch < self.per_epoch - 1:
                return
            loss, number, unit = self.total / self.per_epoch, step.epoch, "epoch"
            self.total = 0.0
        else:
            loss, number, unit = step.loss, step.step, "step"
        if number < self.next:
            return
        self.next = following(number)
        line = f"{unit} {number}  loss {short(loss)}"
        if self.per_epoch > 1:
            self.held = line
            return
        line += f"  gradient {short(step.norm)}"
        if step.validation is not None:
            line += f"  validation {short(step.validation)}"
        self.write(line)

    def write(self, line: str) -> None:
        print(in_encoding(line, sys.stdout.encoding), flush=True)


def following(number: int) -> int:
    """The next number of 0, 1, 2, 5, 10, 20, 50, …"""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power > number:
                return digit * power
        power *= 10


def print_run(report: RunReport, console: Console, with_curve: bool) -> None:
    """The parameters, the loss, what stopped the run, and how sure the parameters are."""
    trained, errors = report.trained, report.errors
    sure = errors if isinstance(errors, StandardErrors) else None
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="")
    table.add_column("parameter", no_wrap=True, overflow="fold")
    table.add_column("value", justify="right", style=VALUE, overflow="fold")
    if sure is not None:
        table.add_column("standard error", justify="right", style=GRADIENT, no_wrap=True)
    table.add_column("start", overflow="fold")
    for name, array in trained.parameters.items():
        start = report.starts.get(name, "")
        for place, value, error in lines_of(name, array, sure, report.full):
            cells = [place, value, *([error] if sure is not None else []), start]
            table.add_row(*[Text(in_encoding(cell, console.encoding)) for cell in cells])
            start = ""
    drawing = []
    if with_curve:
        ascii_only = not str(console.encoding).lower().startswith("utf")
        width = min(CURVE_WIDTH, console.width - 14)
        drawing = curve(trained.history, width, CURVE_HEIGHT, ascii_only)
    sentences = [*drawing, *said(report)]
    if sure is not None:
        sentences += certainty(sure)
    if report.note is not None:
        sentences.append(f"note: {report.note}")
    show(console, table, *[in_encoding(line, console.encoding) for line in sentences])


def lines_of(
    name: str, array: np.ndarray[Any, Any], sure: StandardErrors | None, full: bool
) -> Iterator[tuple[str, str, str]]:
    """The table's lines of a parameter: each element of a small array, a summary of a large one."""
    import numpy as np

    errors = None if sure is None else sure.errors[name]
    if array.size > SMALL and not full:
        yield safe(name), line_of(array), ""
        return
    for place in np.ndindex(array.shape):
        subscripts = f"[{', '.join(map(str, place))}]" if place else ""
        error = "" if errors is None else spoken_error(float(errors[place]))
        yield safe(name) + subscripts, short(float(array[place])), error


def spoken_error(error: float) -> str:
    return "undetermined" if error != error else short(error)


def line_of(array: np.ndarray[Any, Any]) -> str:
    """A large array in a line: its shape, root mean square and range."""
    found = summary(array)
    shape = " × ".join(map(str, array.shape))
    return f"{shape}: rms {short(found.rms)}, {short(found.least)} to {short(found.greatest)}"


def said(report: RunReport) -> list[str]:
    """The loss, what stopped the run, and whether that is the end."""
    trained = report.trained
    slope = ""
    if trained.norm is not None and trained.stopped_by != "gradient":
        # At an exact minimum it is rounding, another one on every machine.
        slope = f", gradient's norm {short(trained.norm)}"
    batches = "" if report.batch is None else f" in batches of {report.batch}"
    rate = "" if report.rate is None else f" at rate {safe(report.rate)}"
    lines = [
        f"loss {short(trained.loss)} (at the start {short(trained.first)}){slope}",
        f"{counted(trained.steps, 'step')} of {report.method}{rate}{batches}",
    ]
    if trained.best_step is not None:
        best = min(loss for _, loss in trained.validations)
        lines.append(
            f"the parameters are those after {counted(trained.best_step, 'step')}, the best on the"
            f" validation data: {short(best)}"
        )
    elif trained.validations:
        lines.append(f"validation loss {short(trained.validations[-1][1])}")
    end = "" if trained.converged else " (not converged)"
    lines.append(f"stopped by {trained.stopped_by}: {trained.reason}{end}")
    return lines


def counted(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def certainty(sure: StandardErrors) -> list[str]:
    """The residuals' spread, the correlations of few parameters, and what cannot be known."""
    lines = [
        f"residual standard deviation {short(sure.sigma)}, {sure.freedom:,} degrees of freedom"
    ]
    count = len(sure.places)
    if 1 < count <= MOST_CORRELATED:
        pairs = [
            f"{safe(sure.places[j])}, {safe(sure.places[i])}:"
            f" {short(float(sure.correlation[i, j]))}"
            for i in range(count)
            for j in range(i)
            if sure.correlation[i, j] == sure.correlation[i, j]
        ]
        if pairs:
            lines.append(f"correlations: {'; '.join(pairs)}")
    if sure.undetermined:
        shown = ", ".join(map(safe, sure.undetermined[:8]))
        lines.append(f"the data do not determine {shown}")
    return lines
