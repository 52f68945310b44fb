"""A circuit with boxes and lines, for a terminal: inputs at the left, the output at the right.

What touches a vertical line belongs to it in one of two ways, and never in both:

    a fork, with a dot where the wire splits    ──●──     one wire in from the left, several out
    a gathering, without dots                   ──╮       the inputs of the gate behind it, from
                                                  ├─(÷)   the top in the order of its arguments
                                                ──╯

A wire that only passes a vertical line is cut by it: ─│─. So each junction can be read on its own:
at a dot what comes in from the left goes on to all other sides; elsewhere all goes on to the right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from .channels import Channel, Crossed, route
from .columns import Plan, plan
from .levels import Item
from .plain import width
from .screen import GRADIENT, VALUE

HIGHEST = 60  # rows; higher than any screen is no help
MOST_CROSSINGS = 10

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8


class Part(NamedTuple):
    """An input (without a sign) or a gate, with its texts; `sources` are places in the list of all
    parts; where the gate is `ordered` they keep their order, from the top. A gate's name is only
    written if it has one.
    """

    title: str
    named: bool
    sign: str
    sources: tuple[int, ...]
    ordered: bool
    value: str
    gradient: str


class Glyphs(NamedTuple):
    """The characters of lines; `corners` by the directions in which they go on."""

    across: str
    down: str
    fork: str
    corners: dict[int, str]


LINES = Glyphs(
    "─",
    "│",
    "●",
    {
        UP | RIGHT: "╰", UP | LEFT: "╯", DOWN | RIGHT: "╭", DOWN | LEFT: "╮",
        UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤",
        UP | LEFT | RIGHT: "┴", DOWN | LEFT | RIGHT: "┬", UP | DOWN | LEFT | RIGHT: "┼",
    },
)  # fmt: skip
ASCII_LINES = Glyphs("-", "|", "o", dict.fromkeys(LINES.corners, "+"))


def wires(parts: Sequence[Part], output: int, columns: int, glyphs: Glyphs) -> list[Text] | None:
    """The lines of the drawing; None if it is wider than `columns`, too high, or all too tangled.

    `parts` stand in an order of evaluation.
    """
    found = plan([part.sources for part in parts], [part.ordered for part in parts], output)
    if found.crossings > MOST_CROSSINGS or found.height > HIGHEST:
        return None
    try:
        channels = [route(links, found.rows) for links in found.links]
    except Crossed:
        return None
    for air in (1, 0):
        drawing = _Drawing(parts, found, channels, glyphs, air)
        drawing.draw()
        if drawing.width <= columns:
            return drawing.lines()
    return None


class _Drawing:
    """A sheet of cells; a wide character leaves the cell behind it empty. `air` is how much longer
    than necessary wires are on both sides of vertical lines.
    """

    def __init__(
        self, parts: Sequence[Part], found: Plan, channels: list[Channel], glyphs: Glyphs, air: int
    ) -> None:
        self.air = air
        self.parts = parts
        self.plan = found
        self.channels = channels
        self.glyphs = glyphs
        self.cells: dict[int, dict[int, tuple[str, str]]] = {}
        self.width = 0

    def put(self, row: int, column: int, text: str, style: str = "") -> None:
        """Write `text` from a cell on."""
        line = self.cells.setdefault(row, {})
        for character in text:
            size = width(character)
            if not size:
                before, style_before = line[column - 1]
                line[column - 1] = (before + character, style_before)
                continue
            line[column] = (character, style)
            if size == 2:
                line[column + 1] = ("", style)
            column += size
        self.width = max(self.width, column)

    def lines(self) -> list[Text]:
        """The rows from the top; blank ones above and below are left out."""
        found = []
        for row in range(min(self.cells), max(self.cells) + 1):
            cells = self.cells.get(row, {})
            line = Text()
            for column in range(max(cells, default=-1) + 1):
                line.append(*cells.get(column, (" ", "")))
            found.append(line)
        return found

    def draw(self) -> None:
        """One column of gates after the other, with the wires between them; the ends at last."""
        column = 0
        for level, items in enumerate(self.plan.layers[:-1]):
            column = self.draw_layer(level, items, column)
            column = self.draw_channel(self.channels[level], column)
        for part, level in self.plan.layers[-1]:
            row = self.plan.rows[part, level]
            self.put(row, column, f"{self.glyphs.across} {self.parts[part].title}")

    def draw_layer(self, level: int, items: list[Item], start: int) -> int:
        """Gates (or the inputs' names), and behind them values above and gradients below."""
        own = [part for part, first in items if self.plan.starts[part] == first]
        boxes = {part: self.box(part) for part in own}
        box_width = max(width(text) for pair in boxes.values() for text in pair)
        shown = [self.parts[part] for part in own]
        labels = [text for part in shown for text in (part.value, part.gradient)]
        label_width = max(map(width, labels))
        behind = start + box_width + 1 + label_width + 1
        for item in items:
            self.put(self.plan.rows[item], start, self.glyphs.across * (behind - start))
        for part in own:
            row = self.plan.rows[part, level]
            box, name = boxes[part]
            spare = box_width - width(box)
            at = start + (spare + 1) // 2 if level else start
            self.put(row, at, box)
            over = at + (width(box) - width(name)) // 2
            self.put(row - 1, min(max(over, start), start + box_width - width(name)), name)
            for text, line, style in (
                (self.parts[part].value, row - 1, VALUE),
                (self.parts[part].gradient, row + 1, GRADIENT),
            ):
                self.put(line, behind - 1 - width(text), text, style)
        return behind

    def box(self, part: int) -> tuple[str, str]:
        """A gate with its sign and the name above it, or an input's name with none. The output's
        name stands at the end of its wire.
        """
        title, named, sign, *_ = self.parts[part]
        if not sign:
            return title, ""
        ends = (part, len(self.plan.layers) - 1) in self.plan.rows
        return f"({sign})", title if named and not ends else ""

    def draw_channel(self, channel: Channel, start: int) -> int:
        """The wires between two columns of gates."""
        air = self.air if channel.columns else 0
        end = start + 2 * channel.columns + 2 * air
        places = [start + air + 2 * line.column for line in channel.verticals]
        for row, first, last in channel.horizontals:
            begin = start if first is None else places[first]
            stop = end if last is None else places[last]
            self.put(row, begin, self.glyphs.across * (stop - begin))
        for line, column in zip(channel.verticals, places, strict=True):
            for row in range(line.top, line.bottom + 1):
                sides = (UP if row > line.top else 0) | (DOWN if row < line.bottom else 0)
                sides |= (LEFT if row in line.lefts else 0) | (
                    RIGHT if row in line.rights or row in line.taps else 0
                )
                tap = row in line.taps
                self.put(row, column, self.junction(sides, line.splits or tap))
        return end

    def junction(self, sides: int, splits: bool) -> str:
        """The character of a vertical line where it goes on to these sides."""
        if sides == UP | DOWN:
            return self.glyphs.down
        if splits and sides.bit_count() > 2:
            return self.glyphs.fork
        return self.glyphs.corners[sides]
