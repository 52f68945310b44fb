"""A program of index equations as what is drawn: a box for each definition with its equations, and
which reads which. A recurrence is drawn once, with an arrow for what goes on to the next step.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any, NamedTuple

from ..equations import BLACKBOARD, Equations, close
from ..errors import refuse
from ..numerals import pretty, short
from ..tensors.outlines.outline import INPUT as INPUT_ITEM
from ..tensors.outlines.outline import Item, Outline
from ..tensors.outlines.steps import Recurrence
from .decimals import LARGE, exponent
from .diagram import EQUATIONS, INPUT, MOST_VERTICES, Cycle, Return, Vertex, counted
from .metrics import cut
from .regions import Region

LINE_LENGTH = 30  # characters
UNBROKEN = "\u00a0"
MOST_LINES = 5
LONGEST_TITLE = 28


class Folding(Equations):
    """The notation of a blackboard, for lines that are folded: a sum stays with what it sums."""

    def reduction(self, name: str, binders: list[str], body: str) -> str:
        head = super().reduction(name, binders, "").replace(" ", UNBROKEN)
        return head + body


FOLDING = Folding()


class Sketch(NamedTuple):
    """The boxes of a program, inputs first, one for each of `items`; `titles` has what each item
    is called.
    """

    outline: Outline
    items: tuple[Item, ...]
    vertices: tuple[Vertex, ...]
    output: int
    output_title: str
    cycles: tuple[Cycle, ...]
    titles: dict[str, str]
    regions: tuple[Region, ...] = ()
    late: bool = True

    @property
    def heading(self) -> str:
        """What the picture shows."""
        shown = "values above the wires, gradients below" if self.outline.run else "shapes"
        return f"Definitions of {self.output_title}: {shown}"

    def use_counts(self) -> list[int]:
        """How many ports read each vertex."""
        return counted(self.vertices)


def sketch(outline: Outline) -> Sketch:
    """The boxes of a program.

    Raises BackpropError for more of them than anybody can look at.
    """
    items = [item for item in outline.items if item.kind != INPUT_ITEM or is_used(item, outline)]
    if len(items) > MOST_VERTICES:
        raise refuse(
            "limit",
            f"{len(items):,} definitions are too many to draw: at most {MOST_VERTICES} (the limit"
            " 'drawn nodes')",
            help="draw a part of the program",
        )
    place = {item.name: at for at, item in enumerate(items)}
    titles = {item.name: title(item) for item in items}
    vertices = []
    for at, item in enumerate(items):
        sources = tuple(place[name] for name in item.now)
        vertices.append(
            Vertex(
                at,
                INPUT if item.kind == INPUT_ITEM else EQUATIONS,
                cut(titles[item.name], LONGEST_TITLE),
                True,
                "",
                text_of(item.value),
                text_of(item.gradient),
                sources,
                ("",) * len(sources),
                (at,),
                -1,
                tuple(lines_of(item)),
                BLACKBOARD.shape(item.sizes or ()),
                loop_of(item, outline),
                item.role,
            )
        )
    output = place[outline.output]
    cycles = tuple(
        cycle_of(recurrence, outline, place)
        for recurrence in outline.recurrences
        if len(recurrence.members) > 1
    )
    return Sketch(
        outline, tuple(items), tuple(vertices), output, titles[outline.output], cycles, titles
    )


def is_used(item: Item, outline: Outline) -> bool:
    return any(item.name in other.reads for other in outline.items)


# ------------------------------------------------------------------------------------------- texts


def title(item: Item) -> str:
    """`s[i,j]`; of several lines the one with most indices: h[t,i]."""
    if not item.equations:
        return BLACKBOARD.name(item.name)
    return BLACKBOARD.left(item.step_line)


def equations_of(item: Item) -> Iterator[str]:
    """The equations of an item; a single one without its left side, which is its title."""
    if item.body is not None:
        yield FOLDING.expression(item.body)
    for line in item.equations:
        body = FOLDING.expression(line.body).replace(" mod ", f"{UNBROKEN}mod{UNBROKEN}")
        yield body if len(item.equations) == 1 else f"{BLACKBOARD.left(line)} = {body}"


def lines_of(item: Item) -> list[str]:
    """The equations of an item, folded."""
    found: list[str] = []
    for equation in equations_of(item):
        found += textwrap.wrap(
            equation, LINE_LENGTH, subsequent_indent="" if len(item.equations) < 2 else "  ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    found = [line.replace(UNBROKEN, " ") for line in found]
    if len(found) > MOST_LINES:
        found = [*found[: MOST_LINES - 1], cut(f"{found[MOST_LINES - 1]} …", LINE_LENGTH)]
    return found


def text_of(array: Any) -> str:
    """A number; `rms 0.27` of an array, `0…9` of labels, and how many are no numbers."""
    if array is None:
        return ""
    if getattr(array, "ndim", 0) == 0:
        return short(float(array))
    if array.dtype.kind in "iub":
        return f"{array.min()}…{array.max()}" if array.size else ""
    from ..tensors.running.reporting import summary

    found = summary(array)
    bad = [f"{found.nan:,} NaN"] * bool(found.nan) + [f"{found.infinite:,} ∞"] * bool(
        found.infinite
    )
    return ", ".join(bad) or f"rms {significant(found.rms)}"


def significant(number: float) -> str:
    """Three significant digits; whole numbers in full."""
    if number == number // 1 and abs(number) < LARGE:
        return pretty(f"{number:.0f}")
    text = f"{number:.3g}"
    return exponent(text) if "e" in text else pretty(text)


# ------------------------------------------------------------------------------------- recurrences


def steps_text(recurrence: Recurrence) -> str:
    """`t = 1..T`: the index that moves, and its values."""
    texts = []
    for index, given, ends in zip(
        recurrence.indices, recurrence.ranges, recurrence.ends, strict=True
    ):
        if given is not None:
            first, last = BLACKBOARD.expression(given.first), BLACKBOARD.expression(given.last)
            texts.append(f"{index} = {close(first)}..{close(last)}")
        elif ends is not None:
            texts.append(f"{index} = {ends[0]}..{ends[1]}")
        else:
            texts.append(index)
    return ", ".join(texts)


def loop_of(item: Item, outline: Outline) -> str:
    """What stands at the arrow around a box that reads itself."""
    if item.name not in item.before:
        return ""
    recurrence = outline.recurrences[item.recurrence]
    return steps_text(recurrence) if len(recurrence.members) == 1 else "the step before"


def cycle_of(recurrence: Recurrence, outline: Outline, place: dict[str, int]) -> Cycle:
    """A recurrence of several definitions."""
    returns = tuple(
        Return(place[name], place[member])
        for member in recurrence.members
        for name in outline.item(member).before
        if name != member
    )
    label = f"recurrence, step by step: {steps_text(recurrence)}"
    return Cycle(label, tuple(place[member] for member in recurrence.members), returns)
