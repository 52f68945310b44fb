"""An explanation as text for a terminal. Arranges; every formula is written already."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from ..explanation import BackwardStep, Explanation, ForwardStep, Lecture
from ..reporting import Report
from .headings import BACKWARD, FORKS, forward_says
from .plain import in_encoding, safe, width
from .screen import GRADIENT, VALUE

HEADING = "bold"
WIDEST_COLUMN = 28
MEASURE = 100  # columns of a sentence; longer lines are hard to read
LABEL = 10  # columns of FORWARD, BACKWARD, …

UNBROKEN = "\u00a0"
ASCII = {
    "→": "->", "²": "^2", "≤": "<=", "≥": ">=", "≠": "!=", "∞": "inf", "π": "pi", "τ": "tau",
    "×": "*", "–": "-", "√": "sqrt",
}  # fmt: skip


class Terminal(Lecture):
    """The notation of a blackboard; a formula inside a sentence stays in one line."""

    def inline(self, text: str) -> str:
        return text.replace(" ", UNBROKEN)


class Part(NamedTuple):
    """A text that is better not broken, with its style."""

    text: str
    style: str = ""


Line = list[Part]


def print_explanation(explanation: Explanation, console: Console) -> None:
    """The steps as text, folded to the width of the console."""
    encoding = console.encoding
    writable = translated(explanation, lambda text: in_signs_of(encoding, text))
    shown = Text()
    for number, line in enumerate(text_lines(writable, console.width)):
        shown.append("\n" if number else "")
        for part in line:
            text = safe(part.text.replace(UNBROKEN, " "))
            shown.append(in_signs_of(encoding, text), part.style)
    with console.capture() as captured:
        console.print(shown, soft_wrap=True)
    sys.stdout.write(captured.get())


def in_signs_of(encoding: str, text: str) -> str:
    """A text in signs that the encoding has."""
    if encoding.lower().replace("-", "").startswith("utf"):
        return text
    if UNBROKEN in text:
        return UNBROKEN.join(in_signs_of(encoding, part) for part in text.split(UNBROKEN))
    text = "".join(ASCII.get(character, character) for character in text)
    return in_encoding(text, encoding).encode(encoding, "backslashreplace").decode(encoding)


def translated(value: Any, sign: Callable[[str], str]) -> Any:
    """An explanation with every text changed, the report left as it is."""
    if isinstance(value, str):
        return sign(value)
    if isinstance(value, Report) or not isinstance(value, tuple):
        return value
    items = [translated(item, sign) for item in value]
    return value._make(items) if hasattr(value, "_make") else tuple(items)


# --------------------------------------------------------------------------------------- the parts


def text_lines(explanation: Explanation, columns: int) -> Iterator[Line]:
    """The whole text, line by line."""
    yield from header(explanation, columns)
    if explanation.forward:
        yield []
        yield from heading("FORWARD", forward_says(explanation), columns)
        yield from forward_lines(explanation.forward, columns)
    yield []
    yield from heading("BACKWARD", BACKWARD, columns)
    for step in (explanation.seed, *explanation.backward):
        yield from backward_lines(step, explanation, columns)
    if explanation.unreached:
        yield from paragraph(explanation.unreached, 6, columns)
    if explanation.forks:
        yield []
        yield from heading("FORKS", FORKS, columns)
        for fork in explanation.forks:
            yield from equation("      ", fork.sides, columns)
    yield []
    yield from closing(explanation, columns)


def header(explanation: Explanation, columns: int) -> Iterator[Line]:
    """The formula with its definitions, and the point."""
    title = " = ".join(explanation.title)
    definitions = [" = ".join(sides) for sides in explanation.definitions]
    one_line = f"{title}   with {', '.join(definitions)}" if definitions else title
    if width(one_line) <= columns:
        yield [Part(one_line, HEADING)]
    else:
        yield from equation("", explanation.title, columns, HEADING)
        for place, definition in enumerate(explanation.definitions):
            yield from equation("     " if place else "with ", definition, columns, HEADING)
    if explanation.point:
        point = [f"{name} = {value}" for name, value in explanation.point]
        yield from listing("at ", point, ", ", columns)


def heading(label: str, says: str, columns: int) -> Iterator[Line]:
    """A label in its column, and the sentence behind it."""
    for number, line in enumerate(fold(" " * LABEL, words(says), LABEL, columns)):
        yield [Part(label.ljust(LABEL), HEADING), *line[1:]] if not number else line


def forward_lines(steps: tuple[ForwardStep, ...], columns: int) -> Iterator[Line]:
    """The numbered values, their columns aligned where that leaves room."""
    widths = [aligned([step.sides[place] for step in steps]) for place in range(3)]
    for step in steps:
        parts = [
            Part(pad(side, widths[place])) if not place else Part(f"= {pad(side, widths[place])}")
            for place, side in enumerate(step.sides[:-1])
        ]
        parts.append(Part(f"= {step.sides[-1]}", VALUE))
        lead = f"{step.number:>4}. "
        yield from fold(lead, parts, len(lead) + max(widths[0], width(step.sides[0])) + 1, columns)
        for note in step.notes:
            yield from paragraph(note, 8, columns)


def aligned(texts: list[str]) -> int:
    """The width of a column: of its widest text that is not very wide."""
    return max((width(text) for text in texts if width(text) <= WIDEST_COLUMN), default=0)


def pad(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def backward_lines(step: BackwardStep, explanation: Explanation, columns: int) -> Iterator[Line]:
    """A backward step: the gate and its pattern, what each input receives, and the remarks."""
    lead = f"{step.number:>4}. "
    if not step.pattern:
        yield from equation(lead, step.equation, columns, GRADIENT)
    else:
        gate = " = ".join(step.equation) + ":"
        yield from fold(lead, [Part(gate), *words(step.pattern)], len(lead) + 2, columns)
    if step.arrived:
        yield from paragraph(step.arrived, 8, columns)
    for item in step.contributions:
        yield from equation("        ", item.sides, columns, GRADIENT, item.sign)
    for note in step.notes:
        yield from paragraph(note, 8, columns)


def closing(explanation: Explanation, columns: int) -> Iterator[Line]:
    """The gradient, how to read it, and what is left to say."""
    gradient = [" = ".join(item.sides) for item in explanation.gradient]
    label = "GRADIENT".ljust(LABEL)
    if gradient:
        yield from listing(label, gradient, "   ", columns, GRADIENT)
    else:
        yield [Part(label, HEADING), Part(f"none: {explanation.output} has no variable")]
    for note in explanation.notes:
        yield from paragraph(note, LABEL, columns)
    if explanation.reading_texts:
        yield from listing("READ".ljust(LABEL), explanation.reading_texts, "; ", columns)
    for line in explanation.uncertainty:
        yield from fold(" " * LABEL, words(line), LABEL, columns)
    if explanation.warnings:
        yield []
        for warning in explanation.warnings:
            yield from heading("NOTE", warning, columns)


def equation(
    lead: str, sides: tuple[str, ...], columns: int, style: str = "", first: str = "="
) -> Iterator[Line]:
    """An equation, folded before an equals sign; its last side in `style`."""
    parts = [Part(sides[0])]
    for place, side in enumerate(sides[1:], 1):
        joint = first if place == 1 else "="
        parts.append(Part(f"{joint} {side}", style if place == len(sides) - 1 else ""))
    yield from fold(lead, parts, width(lead) + width(sides[0]) + 1, columns)


def listing(
    label: str, items: Sequence[str], separator: str, columns: int, style: str = ""
) -> Iterator[Line]:
    """Items behind a label, as many in a line as fit."""
    parts = []
    for place, item in enumerate(items):
        last = place == len(items) - 1
        parts.append(Part(item if last else f"{item}{separator.rstrip()}", style))
    gap = len(separator) - len(separator.rstrip())
    for number, line in enumerate(fold(" " * width(label), parts, width(label), columns, gap)):
        yield [Part(label, HEADING), *line[1:]] if not number else line


def paragraph(text: str, indent: int, columns: int) -> Iterator[Line]:
    """A remark: a sentence behind a dash, wrapped."""
    yield from fold(" " * indent + "– ", words(text), indent + 2, min(columns, MEASURE))


def words(text: str) -> list[Part]:
    return [Part(word) for word in text.split(" ")]


def fold(lead: str, parts: list[Part], hang: int, columns: int, gap: int = 1) -> Iterator[Line]:
    """Parts behind `lead`, in lines of `columns`; further lines begin at the column `hang`.

    A part that fits into no line is broken at its blanks; without any it stands across the edge.
    """
    if hang > columns // 2:
        hang = min(hang, width(lead) + 4)
    line: Line = [Part(lead)]
    used = width(lead)
    empty = True
    for part in parts:
        wide = width(part.text.rstrip())
        before = 0 if empty else gap
        if wide > columns - used - before and not empty and wide <= columns - hang:
            yield stripped(line)
            line, used, empty, before = [Part(" " * hang)], hang, True, 0
        if wide > columns - used - before and len(part.text.split()) > 1:
            pieces = broken(part, columns - used - before, columns - hang - 2)
            line += [Part(" " * before)]
            for piece in pieces[:-1]:
                yield stripped([*line, piece])
                line = [Part(" " * (hang + 2))]
            line, used, empty = [*line, pieces[-1]], hang + 2 + width(pieces[-1].text), False
            continue
        line += [Part(" " * before), part]
        used += width(part.text) + before
        empty = False
    yield stripped(line)


def stripped(line: Line) -> Line:
    """A line without blanks at its end."""
    while len(line) > 1 and not line[-1].text.strip():
        line = line[:-1]
    return [*line[:-1], Part(line[-1].text.rstrip(), line[-1].style)]


def broken(part: Part, first: int, further: int) -> list[Part]:
    """A long part in lines: filled up with words."""
    lines = [""]
    for word in part.text.replace(UNBROKEN, " ").split():
        room = first if len(lines) == 1 else further
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and width(joined) > room:
            lines.append(word)
        else:
            lines[-1] = joined
    return [Part(line, part.style) for line in lines]
