"""The arrows of recurrences: around a box that reads its own last step, and back from the end of a
step to its beginning, below everything that stands between.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from .diagram import Drawn, Return
from .metrics import text_width
from .picture import CAPTION, LOOP, START, Along, Curve, Frame, Piece, Text, Wire
from .shapes import EQUATION, LABEL

RISE = 24.0  # of the arrow around a box
INSET = 16.0  # from the box's side to where that arrow begins
LANE = 17.0  # between two arrows that lead back
APART = 7.0  # between two that leave the same column
CORNER = 8.0
ROOM = 10.0  # inside the frame


class Box(NamedTuple):
    """Where a vertex stands."""

    x: float
    y: float
    width: float
    height: float


class Edges(NamedTuple):
    """Where one column and its strips begin, from the left."""

    inner: float
    left: float
    right: float
    fork: float


class Reach(NamedTuple):
    """The column of a vertex or of a stop of a wire, and how far up and down it reaches."""

    column: int
    top: float
    bottom: float


class Loops(NamedTuple):
    """What is added to a picture, and how much higher it becomes."""

    wires: tuple[Wire, ...]
    frames: tuple[Frame, ...]
    texts: tuple[Text, ...]
    depth: float


def loops(
    diagram: Drawn,
    columns: Sequence[int],
    boxes: Sequence[Box],
    edges: Sequence[Edges],
    reaches: Sequence[Reach],
) -> Loops:
    """The arrows of all recurrences; `reaches` are those of all vertices and stops."""
    wires: list[Wire] = []
    texts: list[Text] = []
    for at, vertex in enumerate(diagram.vertices):
        if vertex.loop:
            wires.append(around(at, boxes[at]))
            up = boxes[at].y - boxes[at].height / 2 - RISE - 4
            texts.append(Text(LOOP, boxes[at].x, up, vertex.loop, EQUATION, vertex=at))
    frames: list[Frame] = []
    depth = 0.0
    lowest = max((reach.bottom for reach in reaches), default=0.0)
    for cycle in diagram.cycles:
        first = min(columns[at] for at in cycle.members)
        last = max(columns[at] for at in cycle.members)
        inside = [reach for reach in reaches if first <= reach.column <= last]
        lane = max(reach.bottom for reach in inside) + ROOM
        left: dict[int, int] = {}  # how many arrows have left each column
        for each in sorted(cycle.returns, key=lambda r: columns[r.source] - columns[r.target]):
            column = columns[each.source]
            x = edges[column].fork - APART * left.setdefault(column, 0)
            left[column] += 1
            up = boxes[each.target].x - boxes[each.target].width / 2 + INSET
            wires.append(back(each, (x, lane, up), boxes))
            title = diagram.vertices[each.source].title
            label = Text(LOOP, up + 2 * CORNER, lane - 3, title, EQUATION, START, each.source)
            texts.append(label)
            lane += LANE
        top = min(reach.top for reach in inside)
        width = edges[last].fork - edges[first].left + 2 * ROOM
        width = max(width, text_width(cycle.label, LABEL) + 2 * ROOM)
        frames.append(Frame(edges[first].left - ROOM, top, width, lane - top))
        corner = edges[first].left - ROOM + 6, top - 5
        texts.append(Text(CAPTION, *corner, cycle.label, LABEL, START))
        depth = max(depth, lane - lowest)
    return Loops(tuple(wires), tuple(frames), tuple(texts), max(depth, 0.0))


def around(at: int, box: Box) -> Wire:
    """From the right half of a box's upper side to the left half."""
    top = box.y - box.height / 2
    reach = min(box.width / 2 - INSET, 34.0)
    up = top - RISE * 4 / 3
    start, end = box.x + reach, box.x - reach
    curve = Curve(start + 8, up, end - 8, up, end, top)
    return Wire(start, top, (curve,), True, at, True)


def back(each: Return, way: tuple[float, float, float], boxes: Sequence[Box]) -> Wire:
    """From the wire that leaves one box, at the first number of `way` from the left, down to the
    second, left to the third, and up into another box from below.
    """
    x, lane, up = way
    source, target = boxes[each.source], boxes[each.target]
    y, bottom = source.y, target.y + target.height / 2
    pieces: list[Piece] = [
        Curve(x, y, x, y, x, lane - CORNER),
        Curve(x, lane, x, lane, x - CORNER, lane),
        Along(up + CORNER),
        Curve(up, lane, up, lane, up, lane - CORNER),
        Curve(up, lane - CORNER, up, bottom, up, bottom),
    ]
    return Wire(x, y, tuple(pieces), True, each.source, True)
