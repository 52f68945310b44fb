"""An explanation of a program over arrays as text for a terminal. Arranges; every text is written
already.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

from ..equations import Equations
from ..explanation.arrays import ArrayExplanation, ArrayStep, ShareTable, Shown
from ..gradient_equations import Line as Equation
from .explain import (
    HEADING,
    LABEL,
    UNBROKEN,
    Line,
    Part,
    Terminal,
    fold,
    heading,
    in_signs_of,
    paragraph,
)
from .headings import ARRAYS_BACKWARD, ARRAYS_FORWARD, sentence_of_steps
from .plain import safe, width
from .screen import GRADIENT, VALUE

INDENT = 8
MOST_TABLES = 4  # beyond, each is a line


class TerminalEquations(Equations, Terminal):
    """The notation of a blackboard; a formula inside a sentence stays in one line."""


def print_array_explanation(explanation: ArrayExplanation, console: Console) -> None:
    """The steps as text, folded to the width of the console."""
    encoding = console.encoding
    shown = Text()
    for number, line in enumerate(text_lines(explanation, console.width)):
        shown.append("\n" if number else "")
        for part in line:
            text = safe(part.text.replace(UNBROKEN, " "))
            shown.append(in_signs_of(encoding, text), part.style)
    with console.capture() as captured:
        console.print(shown, soft_wrap=True)
    sys.stdout.write(captured.get())


def text_lines(explanation: ArrayExplanation, columns: int) -> Iterator[Line]:
    """The whole text, line by line."""
    for title in explanation.title:
        yield from equation("", title, columns, HEADING)
    for function in explanation.functions:
        yield from equation("with ", function, columns, HEADING)
    yield from input_lines(explanation, columns)
    if explanation.forward:
        yield []
        yield from heading("FORWARD", ARRAYS_FORWARD, columns)
        for step in explanation.forward:
            yield from step_lines(step, VALUE, columns)
    if explanation.seed is not None:
        yield []
        yield from heading("BACKWARD", ARRAYS_BACKWARD, columns)
        for helper in explanation.helpers:
            yield from equation(" " * 6 + "with ", helper, columns)
        for step in (explanation.seed, *explanation.backward):
            yield from step_lines(step, GRADIENT, columns)
    if len(explanation.tables) > MOST_TABLES:
        yield []
        says = "the part of each step in gradients that all steps share"
        yield from heading("STEPS", says, columns)
        for table in explanation.tables:
            yield from short_table(table, columns)
    else:
        for table in explanation.tables:
            yield []
            yield from table_lines(table, columns)
    yield []
    yield from closing(explanation, columns)


def input_lines(explanation: ArrayExplanation, columns: int) -> Iterator[Line]:
    """What is given: role, name, shape and numbers, in columns."""
    rows = explanation.inputs
    roles = max((len(row.role) for row in rows), default=0)
    names = min(max((width(row.name) for row in rows), default=0), 24)
    shapes = min(max((width(row.shown.shape) for row in rows), default=0), 24)
    for row in rows:
        lead = f"{row.role.ljust(roles)}{' ' * bool(roles)}{pad(row.name, names)}"
        lead += f"  {pad(row.shown.shape, shapes)}" if shapes else ""
        numbers = words(row.shown.numbers, VALUE)
        yield from fold(lead + " " * bool(numbers), numbers, width(lead) + 2, columns)


def pad(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def words(text: str, style: str = "") -> list[Part]:
    return [Part(word, style) for word in text.split(" ") if word]


def equation(lead: str, line: Equation, columns: int, style: str = "") -> Iterator[Line]:
    """An equation, folded between its words, further lines below its right side."""
    left, right = line.sides
    parts = [Part(left, style), *words(f"= {right}", style)]
    if line.values:
        parts += words(f"  for {', '.join(line.values)}", style)
    yield from fold(lead, glued(parts), width(lead) + width(left) + 3, columns)


def glued(parts: list[Part]) -> list[Part]:
    """Signs with the words behind them."""
    found: list[Part] = []
    sign = ""
    for part in parts:
        if not any(character.isalnum() for character in part.text):
            sign += f"{part.text} "
            continue
        found.append(Part(sign + part.text, part.style))
        sign = ""
    return [*found, Part(sign.rstrip())] if sign else found


def step_lines(step: ArrayStep, style: str, columns: int) -> Iterator[Line]:
    """A step: its equations, its numbers, and the remarks."""
    lead = f"{step.number:>4}. "
    for number, line in enumerate(step.lines):
        yield from equation(" " * len(lead) if number else lead, line, columns)
    if not step.lines:
        yield [Part(f"{lead}{step.title}")]
    if step.shown is not None and not is_said(step):
        yield from fold(" " * INDENT, shown_parts(step.shown, style), INDENT + 2, columns)
    for note in step.notes:
        yield from paragraph(note, INDENT, columns)


def is_said(step: ArrayStep) -> bool:
    """Whether the numbers stand in the equation already, or there are none."""
    assert step.shown is not None
    only = len(step.lines) == 1 and step.lines[0].sides[-1] == step.shown.numbers
    return only or not (step.shown.shape or step.shown.numbers)


def shown_parts(shown: Shown, style: str) -> list[Part]:
    """`= [1, 2]`, or `7×10: rms 1.42, −3.6 to 3.3` of a larger array."""
    if shown.numbers and (not shown.shape or shown.numbers.startswith("[")):
        return words(f"= {shown.numbers}", style)
    more = ":" if shown.numbers else ""
    return [Part(f"shape {shown.shape}{more}"), *words(shown.numbers, style)]


def table_lines(table: ShareTable, columns: int) -> Iterator[Line]:
    """What each step adds to a gradient."""
    yield from heading("STEPS", sentence_of_steps(table), columns)
    rows = list(table.rows)
    heads = ("step", table.sizes, "part")
    widths = [max(width(row[place]) for row in (heads, table.total, *rows)) for place in range(3)]
    yield table_line(heads, widths, "")
    for number, row in enumerate(rows):
        if table.hidden and number == table.gap:
            yield [Part(" " * LABEL + f"… {table.hidden:,} more; --json has all")]
        yield table_line(row, widths, GRADIENT)
    yield table_line(table.total, widths, GRADIENT)


def short_table(table: ShareTable, columns: int) -> Iterator[Line]:
    """The parts of all steps in a line."""
    parts = [Part(f"{step}: {part},") for step, _, part in table.rows]
    if table.hidden:
        parts.insert(table.gap, Part(f"… {table.hidden:,} more …,"))
    parts[-1] = Part(parts[-1].text.rstrip(","))
    yield from fold(" " * LABEL, [Part(f"{table.title}  "), *parts], LABEL + 2, columns)


def table_line(row: tuple[str, str, str], widths: list[int], style: str) -> Line:
    step, size, part = row
    return [
        Part(" " * LABEL + pad(step, widths[0])),
        Part("   " + " " * (widths[1] - width(size)) + size, style),
        Part("   " + " " * (widths[2] - width(part)) + part),
    ]


def closing(explanation: ArrayExplanation, columns: int) -> Iterator[Line]:
    """The gradients, and what is left to say."""
    label = "GRADIENT".ljust(LABEL)
    for number, (left, shown) in enumerate(explanation.gradient):
        lead = Part(" " * LABEL if number else label, "" if number else HEADING)
        for place, line in enumerate(
            fold(" " * LABEL, [Part(left), *shown_parts(shown, GRADIENT)], LABEL + 2, columns)
        ):
            yield line if place else [lead, *line[1:]]
    for note in explanation.notes:
        yield from paragraph(note, LABEL, columns)
