"""A program over arrays explained: each definition forward, each gradient backward as an equation,
and what each step of a recurrence adds to the gradients of its weights.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..equations import Equations
from ..errors import refuse
from ..gradient_equations import GradientEquations, Line, gradient_equations, line
from ..numerals import MINUS
from ..tensors.outlines.outline import Item, Outline
from ..tensors.outlines.shares import StepShares, part_of_total, step_shares
from ..tensors.outlines.steps import Recurrence
from ..tensors.running.reporting import summary
from .array_rules import rules
from .lecture import Lecture
from .reading import two_digits

PARTS = (
    "the part of a step is how much of the gradient its share is, along the gradient’s own"
    " direction, so that all parts add up to the whole; length is the root of the sum of squares"
)
MOST_ITEMS = 2_000
WHOLE = 12  # numbers of an array that is shown whole
MOST_STEPS = 16  # rows of a table of steps
STEP = 0.01


class ArrayLecture(Equations, Lecture):
    """The notation of a blackboard, for index equations and sentences about them."""


class Shown(NamedTuple):
    """An array: its shape as a text, "" for a number; and its numbers, or a summary."""

    shape: str
    numbers: str


class ArrayStep(NamedTuple):
    """One numbered step: the lines of a definition, or of a gradient.

    name   of the definition, or of the array whose gradient it is; `title` as it is written.
    shown  the value, or the gradient; None without values.
    """

    number: int
    name: str
    title: str
    lines: tuple[Line, ...]
    shown: Shown | None
    value: Any
    notes: tuple[str, ...]


class ShareTable(NamedTuple):
    """The shares of a weight's gradient, step by step.

    rows    each with the step, the share's size and its part of the gradient. `hidden` says how
            many rows between them are left out, and `gap` behind which row.
    sizes   what the second column holds.
    """

    shares: StepShares
    title: str
    sizes: str
    rows: tuple[tuple[str, str, str], ...]
    hidden: int
    gap: int
    total: tuple[str, str, str]


class GivenArray(NamedTuple):
    """An input."""

    role: str
    name: str
    shown: Shown


class ArrayExplanation(NamedTuple):
    """All that is said, each text in the notation that was asked for."""

    outline: Outline
    output: str
    title: tuple[Line, ...]
    functions: tuple[Line, ...]
    inputs: tuple[GivenArray, ...]
    forward: tuple[ArrayStep, ...]
    seed: ArrayStep | None
    backward: tuple[ArrayStep, ...]
    helpers: tuple[Line, ...]
    tables: tuple[ShareTable, ...]
    gradient: tuple[tuple[str, Shown], ...]
    notes: tuple[str, ...]


def explain_arrays(outline: Outline, style: Any) -> ArrayExplanation:
    """The explanation of a program over arrays; `style` is both an `Equations` and a `Lecture`.

    Raises BackpropError for more definitions than anybody reads.
    """
    if len(outline.items) > MOST_ITEMS:
        raise refuse(
            "limit",
            f"{len(outline.items):,} definitions are too many to explain: at most {MOST_ITEMS:,}",
            help="explain a part of the program",
        )
    return _Explaining(outline, style).explanation()


class _Explaining:
    def __init__(self, outline: Outline, style: Any) -> None:
        self.outline = outline
        self.style = style
        self.said: set[str] = set()
        self.output = style.name(outline.output)
        self.readers: dict[str, list[Item]] = {}
        for item in outline.items:
            for name in item.reads:
                self.readers.setdefault(name, []).append(item)
        self.computed = [item for item in outline.items if item.kind != "input"]
        self.inputs = [item for item in outline.items if item.kind == "input"]
        self.declared = any(item.role == "param" for item in self.inputs)
        self.variables = [i for i in self.inputs if i.role == "param" or not self.declared]
        self.tabled: set[str] = set()  # the weights whose shares are shown step by step

    def explanation(self) -> ArrayExplanation:
        """All of it."""
        outline, style = self.outline, self.style
        forward = tuple(self.forward(n, item) for n, item in enumerate(self.computed, 1))
        tables = tuple(self.table(shares) for shares in step_shares(outline))
        self.tabled = {table.shares.name for table in tables}
        functions = tuple(line(each, style) for each in outline.functions)
        title = self.lines(outline.item(outline.output))
        seed, backward, equations = self.backward_pass(len(forward) + 1)
        return ArrayExplanation(
            outline,
            self.output,
            title,
            functions,
            tuple(
                GivenArray(i.role, style.name(i.name), self.shown(i.value, i)) for i in self.inputs
            ),
            forward,
            seed,
            backward,
            equations.helpers,
            tables,
            tuple(self.gradients()),
            tuple(self.closing_notes(equations)),
        )

    # ---------------------------------------------------------------------------------------- texts

    def lines(self, item: Item) -> tuple[Line, ...]:
        """The equations of a definition, or of the output."""
        if item.body is not None:
            sides = (self.style.name(item.name), self.style.expression(item.body))
            return (Line(sides, ()),)
        return tuple(line(each, self.style) for each in item.equations)

    def title_of(self, item: Item) -> str:
        """s[i,j]."""
        if not item.equations:
            return str(self.style.name(item.name))
        return str(self.style.left(item.step_line))

    def shown(self, array: Any, item: Item) -> Shown:
        """An array's shape and numbers."""
        if array is None:
            return Shown(self.style.shape(item.sizes or ()), "")
        return Shown(self.style.shape(tuple(map(str, array.shape))), self.numbers(array))

    def numbers(self, array: Any) -> str:
        """A small array in full, the root mean square and the range of a larger one."""
        style = self.style
        if array.ndim == 0:
            return str(style.number(number(array)))
        if 0 < array.size <= WHOLE and array.ndim <= 2:
            rows = array.reshape(-1, array.shape[-1])
            texts = [style.vector([style.number(number(x)) for x in row]) for row in rows]
            return str(style.vector(texts) if array.ndim == 2 else texts[0])
        if not array.size:
            return "empty"
        found = summary(array)
        if math.isnan(found.rms):
            texts = []
        elif array.dtype.kind in "iu":
            texts = [f"{style.number(int(array.min()))} to {style.number(int(array.max()))}"]
        else:
            ends = f"{style.number(found.least)} to {style.number(found.greatest)}"
            texts = [f"rms {style.number(found.rms)}", ends]
        texts += [f"{found.nan:,} NaN"] * bool(found.nan)
        texts += [f"{found.infinite:,} infinite"] * bool(found.infinite)
        return ", ".join(texts)

    def once(self, key: str, text: str) -> list[str]:
        """A sentence, the first time that it is said."""
        if key in self.said:
            return []
        self.said.add(key)
        return [text]

    # -------------------------------------------------------------------------------------- forward

    def forward(self, number: int, item: Item) -> ArrayStep:
        """A definition is worked out."""
        shown = self.shown(item.value, item)
        notes: list[str] = []
        if item.recurrence >= 0:
            recurrence = self.outline.recurrences[item.recurrence]
            notes += self.recurrence_note(recurrence, item.recurrence)
        return ArrayStep(
            number,
            item.name,
            self.title_of(item),
            self.lines(item),
            shown,
            item.value,
            tuple(notes),
        )

    def recurrence_note(self, recurrence: Recurrence, place: int) -> list[str]:
        """How a recurrence is worked out."""
        style = self.style
        index = " and ".join(style.inline(style.name(each)) for each in recurrence.indices)
        members = recurrence.members
        if len(members) == 1:
            text = f"a recurrence over {index}: each step reads an earlier one"
        else:
            names = ", ".join(style.inline(style.name(each)) for each in members)
            text = f"a recurrence over {index}: {names} are worked out together, step by step"
        return self.once(f"recurrence {place}", text)

    # ------------------------------------------------------------------------------------- backward

    def backward_pass(
        self, number: int
    ) -> tuple[ArrayStep | None, tuple[ArrayStep, ...], GradientEquations]:
        """From the output back to the parameters."""
        outline, style = self.outline, self.style
        if outline.run is not None and not outline.run.adjoints:
            return None, (), GradientEquations({}, (), "")
        own = (style.partial(self.output, self.output), style.number(1))
        text = style.inline(self.output)
        notes = self.once("seed", f"{text} changes as fast as itself")
        seed = ArrayStep(number, outline.output, own[0], (Line(own, ()),), None, None, tuple(notes))
        equations = gradient_equations(outline, style)
        steps = []
        order = [item for item in reversed(self.computed) if item.name != outline.output]
        order += self.variables
        for item in order:
            lines = equations.lines.get(item.name, ())
            aside = bool(equations.lines) and not lines  # it depends on no parameter
            if aside or (item.gradient is None and (outline.run is not None or not lines)):
                continue
            number += 1
            shown = self.shown(item.gradient, item)
            notes = self.backward_notes(item, bool(lines))
            title = style.partial(self.output, self.title_of(item))
            steps.append(
                ArrayStep(number, item.name, title, lines, shown, item.gradient, tuple(notes))
            )
        return seed, tuple(steps), equations

    def backward_notes(self, item: Item, has_lines: bool) -> list[str]:
        """Where a gradient comes from, and by which rules."""
        style = self.style
        readers = self.readers.get(item.name, [])
        titles = [style.inline(self.title_of(reader)) for reader in readers]
        notes = []
        if not has_lines:
            notes.append(f"it comes from {', '.join(titles)}")
        elif len(readers) > 1:
            notes.append(f"used in {', '.join(titles)}: the gradients of all uses add up")
        for reader, title in zip(readers, titles, strict=True):
            for key, text in rules(item.name, reader):
                notes += self.once(key, f"in {title}: {style.prose(text)}")
        if item.name in item.before:
            text = "each step gets its gradient from the next one: backpropagation through time"
            notes += self.once("through time", text)
        if item.name in self.tabled:
            notes += self.once(
                "steps", "all steps share it: what each of them adds is shown below, under STEPS"
            )
        return notes

    # ---------------------------------------------------------------------------------------- steps

    def table(self, shares: StepShares) -> ShareTable:
        """The shares of one weight's gradient."""
        style = self.style
        single = shares.total.ndim == 0
        rows = [
            (self.step_text(shares, position), self.size(share), percent(share, shares, style))
            for position, share in shares.steps.items()
        ]
        hidden = gap = 0
        if len(rows) > MOST_STEPS:
            gap = MOST_STEPS // 2
            hidden = len(rows) - 2 * gap
            rows = [*rows[:gap], *rows[-gap:]]
        if shares.rest is not None:
            rows.append(("elsewhere", self.size(shares.rest), percent(shares.rest, shares, style)))
        title = style.partial(self.output, style.name(shares.name))
        total = ("together", self.size(shares.total), percent(shares.total, shares, style))
        sizes = "share" if single else "length"
        return ShareTable(shares, title, sizes, tuple(rows), hidden, gap, total)

    def step_text(self, shares: StepShares, position: tuple[int, ...]) -> str:
        style = self.style
        pairs = zip(shares.indices, position, strict=False)
        return str(
            style.inline(", ".join(f"{style.name(i)} = {style.number(p)}" for i, p in pairs))
        )

    def size(self, share: Any) -> str:
        """A single number as it is, an array by its length (the root of the sum of squares)."""
        if share.ndim == 0:
            return str(self.style.number(float(share)))
        return str(self.style.number(summary(share).rms * math.sqrt(share.size)))

    # ------------------------------------------------------------------------------------------ end

    def gradients(self) -> Iterator[tuple[str, Shown]]:
        """The gradient by each parameter, or by each input if none is declared."""
        for item in self.variables:
            if item.gradient is not None:
                left = self.style.partial(self.output, self.style.name(item.name))
                yield left, self.shown(item.gradient, item)

    def closing_notes(self, equations: GradientEquations) -> Iterator[str]:
        """What is left to say."""
        style = self.style
        if equations.refusal:
            yield f"no index equation says the gradient: {style.prose(equations.refusal)}"
        arrays = any(item.gradient is not None and item.gradient.ndim for item in self.inputs)
        if self.tabled and arrays:
            yield style.prose(PARTS)
        run = self.outline.run
        if run is None:
            return
        if not run.adjoints:
            said = "there is no gradient: the output is no single number; sum(…) makes one"
            yield style.prose(said)
            return
        total = 0.0
        for item in self.variables:
            if item.gradient is not None:
                found = summary(item.gradient)
                whole = not (found.nan or found.infinite or math.isnan(found.rms))
                total += found.rms**2 * item.gradient.size if whole else math.nan
        if math.isfinite(total) and total > 0:
            size = downhill(total, self.outline.item(self.outline.output).value)
            change = style.numeral(two_digits(size * total))
            step = style.numeral(two_digits(size))
            f = style.inline(self.output)
            yield f"downhill by {step} times the gradient: {f} falls by about {change}"
        data = [i.name for i in self.inputs if i.role == "data" and i.gradient is not None]
        if self.declared and data:
            names = ", ".join(style.inline(style.name(name)) for name in data)
            yield f"gradients by data ({names}) are left out; backprop eval has them"


def downhill(square: float, value: Any) -> float:
    """A power of ten as a step along the gradient that changes the value by at most a hundredth;
    `square` is the gradient's squared length.
    """
    size = abs(float(value))
    if not size or not math.isfinite(size):
        return STEP
    return float(min(STEP, 10.0 ** math.floor(math.log10(size * STEP / square))))


def number(value: Any) -> Any:
    """An element as a number of Python's."""
    return value.item() if hasattr(value, "item") else value


def percent(share: Any, shares: StepShares, style: Any) -> str:
    """A share's part of the gradient."""
    part = part_of_total(share, shares.total)
    return "" if math.isnan(part) else str(style.percent(f"{100 * part:.1f}".replace("-", MINUS)))


__all__ = ["ArrayExplanation", "ArrayLecture", "ArrayStep", "ShareTable", "explain_arrays"]
