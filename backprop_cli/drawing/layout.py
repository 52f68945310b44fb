"""A diagram as a picture: columns from left to right, wires, labels.

Between two columns there are strips, each for one thing: the ends of regions, the numbers at the
wires, the forks, the bends, the beginnings of regions, the shares of branches. So nothing can
collide from left to right, and `placement` keeps things apart from top to bottom.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from .diagram import CONSTANT, EQUATIONS, INPUT, Drawn
from .layers import Layers, layers
from .loops import Box, Edges, Loops, Reach, loops
from .metrics import cut, text_width
from .picture import (
    CAPTION,
    END,
    GRADIENT,
    INPUT_NAME,
    LENGTHS,
    NAME,
    SHARE,
    SIGN,
    START,
    VALUE,
    Along,
    Bend,
    Dot,
    Frame,
    Gate,
    Picture,
    Text,
    Wire,
)
from .picture import EQUATION as EQUATION_TEXT
from .placement import PIN_REACH, Hop, Placement, place
from .shapes import EQUATION, LABEL, LENGTHS_UP, LINE, RADIUS, SMALL, TEXT, Shape, shapes

MARGIN = 16.0
BORDER = 12.0  # the strip for one region's border
ARROW = 9.0
SIDE = 9.0  # left and right of the numbers
LEAD = 8.0  # between an input's name and its wire
SHORTEST, LONGEST = 30.0, 84.0  # bends
STEEP = 0.2  # how much of a bend's rise is added to its length
OUTWARDS = 46.0  # the least length of the wire that leaves the picture
VALUE_UP, GRADIENT_DOWN = 6.0, 17.0  # the texts' base lines above and below the wire
SHARE_UP, SHARE_DOWN = 4.0, 12.0
NAME_UP = 6.0
BASE = 0.34  # of the text size: from the middle of a sign down to its base line


class Column(NamedTuple):
    """Where one column and the strips right of it begin.

    left, right  of the gates; the shares stand right of `inner`.
    label        the middle of the numbers.
    fork, bent   wires fork and begin to bend at the first, and are level again at the second.
    """

    inner: float
    left: float
    right: float
    label: float
    fork: float
    bent: float


def picture(diagram: Drawn, all_names: bool = False) -> Picture:
    """The picture of a diagram; `all_names` writes v1, v2, … above the gates that have no name."""
    found = layers(diagram)
    sizes = shapes(diagram, all_names)
    return _Layout(diagram, found, sizes, place(diagram, found, sizes), all_names).picture()


class _Layout:
    def __init__(
        self,
        diagram: Drawn,
        found: Layers,
        sizes: list[Shape],
        placement: Placement,
        all_names: bool,
    ) -> None:
        self.diagram = diagram
        self.vertices = diagram.vertices
        self.layers = found
        self.shapes = sizes
        self.stops = [stop._replace(height=stop.height + MARGIN) for stop in placement.stops]
        self.borders = placement.borders
        self.height = placement.height + 2 * MARGIN
        self.all_names = all_names
        self.uses = diagram.use_counts()
        self.after: list[list[Hop]] = [[] for _ in self.stops]
        for hop in placement.hops:
            self.after[hop.left].append(hop)
        for hops in self.after:
            hops.sort(key=self.entry)
        self.openings, self.closings = self.border_depths()
        self.columns = self.all_columns()

    def picture(self) -> Picture:
        wires: list[Wire] = []
        dots: list[Dot] = []
        for at in range(len(self.vertices)):
            self.trace(at, wires, dots)
        loops = self.loops()
        return Picture(
            self.columns[-1].fork + MARGIN,
            self.height + loops.depth,
            self.diagram.heading,
            description(self.diagram),
            (*map(self.frame, reversed(range(len(self.borders)))), *loops.frames),
            (*wires, *loops.wires),
            tuple(dots),
            tuple(self.gates()),
            (*self.texts(), *loops.texts),
        )

    def loops(self) -> Loops:
        """The arrows of recurrences."""
        boxes = [
            Box(self.middle(at), self.stops[at].height, shape.width, shape.height)
            for at, shape in enumerate(self.shapes)
        ]
        reaches = [
            Reach(stop.column, stop.height - self.reach(at, -1), stop.height + self.reach(at, 1))
            for at, stop in enumerate(self.stops)
        ]
        edges = [Edges(column.inner, column.left, column.right, column.fork)
                 for column in self.columns]  # fmt: skip
        return loops(self.diagram, self.layers.of, boxes, edges, reaches)

    def reach(self, stop: int, side: int) -> float:
        """How far a stop reaches up (-1) or down."""
        if stop >= len(self.shapes):
            return PIN_REACH
        return self.shapes[stop].bottom if side > 0 else self.shapes[stop].top

    # ------------------------------------------------------------------------------------- columns

    def border_depths(self) -> tuple[list[int], list[int]]:
        """Of each region, how many borders begin (end) in its first (last) column, from the inside:
        it is the last of them.
        """
        regions = self.diagram.regions
        openings, closings = [1] * len(regions), [1] * len(regions)
        for region, (_, parent) in enumerate(regions):
            if parent < 0:
                continue
            if self.layers.starts[region] == self.layers.starts[parent]:
                openings[parent] = max(openings[parent], openings[region] + 1)
            if self.layers.ends[region] == self.layers.ends[parent]:
                closings[parent] = max(closings[parent], closings[region] + 1)
        return openings, closings

    def all_columns(self) -> list[Column]:
        """The columns; the last one's wire leaves the picture."""
        count = self.layers.columns
        widths, labels, shares = [0.0] * count, [0.0] * count, [0.0] * count
        for at, vertex in enumerate(self.vertices):
            column = self.layers.of[at]
            widths[column] = max(widths[column], self.shapes[at].column)
            numbers = text_width(vertex.value, TEXT, True), text_width(vertex.gradient, TEXT)
            labels[column] = max(labels[column], *numbers, text_width(vertex.lengths, LABEL))
            for text in filter(None, self.shares(at)):
                shares[column] = max(shares[column], text_width(text, SMALL) + 4)
        opened, closed = [0] * count, [0] * count
        for region, first in enumerate(self.layers.starts):
            last = self.layers.ends[region]
            opened[first] = max(opened[first], self.openings[region])
            closed[last] = max(closed[last], self.closings[region])
        rises = self.rises()
        columns = []
        inner, left = MARGIN, MARGIN
        for column in range(count):
            right = left + widths[column]
            start = right + (BORDER * closed[column] if column else LEAD)
            fork = start + labels[column] + 2 * SIDE
            label = (start + fork) / 2
            bent = fork + min(LONGEST, SHORTEST + STEEP * rises[column])
            if column == count - 1:
                fork = bent = max(fork, start + OUTWARDS) + ARROW
            columns.append(Column(inner, left, right, label, fork, bent))
            if column < count - 1:
                inner = bent + BORDER * opened[column + 1]
                left = inner + shares[column + 1] + ARROW + 5
        return columns

    def rises(self) -> list[float]:
        """The steepest rise right of each column."""
        found = [0.0] * self.layers.columns
        for hops in self.after:
            for hop in hops:
                start = self.stops[hop.left]
                rise = abs(self.entry(hop) - start.height)
                found[start.column] = max(found[start.column], rise)
        return found

    def entry(self, hop: Hop) -> float:
        """The height at which a hop ends."""
        stop = self.stops[hop.right]
        return stop.height + (self.shapes[stop.vertex].ports[hop.port] if hop.port >= 0 else 0.0)

    def shares(self, at: int) -> list[str]:
        """What a vertex sends back along each wire that is a branch of a fork; "" for others."""
        vertex = self.vertices[at]
        return [
            text if self.uses[source] > 1 else ""
            for source, text in zip(vertex.sources, vertex.shares, strict=True)
        ]

    # --------------------------------------------------------------------------------------- wires

    def middle(self, at: int) -> float:
        """The middle of a vertex's gate, from the left."""
        column = self.columns[self.layers.of[at]]
        return (column.left + column.right) / 2

    def leaves(self, at: int) -> float:
        """Where the wire of a vertex begins."""
        if not self.shapes[at].width:
            return self.columns[self.layers.of[at]].right + LEAD
        return self.middle(at) + self.shapes[at].width / 2

    def arrives(self, at: int, port: int) -> float:
        """Where a wire meets a gate."""
        shape = self.shapes[at]
        reach = shape.width / 2
        if shape.is_circle:
            reach = math.sqrt(RADIUS**2 - shape.ports[port] ** 2)
        return self.middle(at) - reach

    def trace(self, at: int, wires: list[Wire], dots: list[Dot]) -> None:
        """Add a vertex's wires, each from its gate or a fork to the next gate or fork."""
        if not self.after[at]:
            is_output = at == self.diagram.output
            end = self.columns[-1 if is_output else self.layers.of[at]].fork
            pieces = (Along(end),)
            wires.append(Wire(self.leaves(at), self.stops[at].height, pieces, is_output, at))
            return
        waiting: list[tuple[int, float, Hop | None]] = [(at, self.leaves(at), None)]
        while waiting:
            stop, x, hop = waiting.pop()
            y = self.stops[stop].height
            pieces_so_far: list[Along | Bend] = []
            if hop is None:
                stop, hop = self.run_on(stop, pieces_so_far)
            else:
                pieces_so_far += self.bend(hop)
                if hop.port < 0:
                    stop, hop = self.run_on(hop.right, pieces_so_far)
            if hop is None:
                fork = self.columns[self.stops[stop].column].fork
                dots.append(Dot(fork, self.stops[stop].height, at))
                waiting.extend((stop, fork, branch) for branch in reversed(self.after[stop]))
            else:
                target = self.stops[hop.right].vertex
                pieces_so_far.append(Along(self.arrives(target, hop.port)))
            wires.append(Wire(x, y, joined(pieces_so_far), hop is not None, at))

    def run_on(self, stop: int, pieces: list[Along | Bend]) -> tuple[int, Hop | None]:
        """Follow a wire from a stop to the next fork (there is no hop then) or gate."""
        while True:
            pieces.append(Along(self.columns[self.stops[stop].column].fork))
            if len(self.after[stop]) > 1:
                return stop, None
            hop = self.after[stop][0]
            pieces += self.bend(hop)
            if hop.port >= 0:
                return stop, hop
            stop = hop.right

    def bend(self, hop: Hop) -> list[Along | Bend]:
        """The bend of a hop; nothing where it is level."""
        start = self.stops[hop.left]
        y = self.entry(hop)
        if abs(y - start.height) < 0.05:
            return []
        return [Bend(self.columns[start.column].bent, y)]

    # ----------------------------------------------------------------------------- gates and texts

    def gates(self) -> list[Gate]:
        found = []
        for at, shape in enumerate(self.shapes):
            if shape.width:
                y = self.stops[at].height
                circle = shape.is_circle
                found.append(Gate(self.middle(at), y, shape.width, shape.height, circle, at))
        return found

    def frame(self, region: int) -> Frame:
        """A region's border, with its caption above."""
        first = self.columns[self.layers.starts[region]]
        last = self.columns[self.layers.ends[region]]
        left = first.inner - BORDER * (self.openings[region] - 0.5)
        right = last.right + BORDER * (self.closings[region] - 0.5)
        top, bottom = (border + MARGIN for border in self.borders[region])
        return Frame(left, top, right - left, bottom - top)

    def texts(self) -> list[Text]:
        found = [text for at in range(len(self.vertices)) for text in self.texts_of(at)]
        for region, (label, _) in enumerate(self.diagram.regions):
            frame = self.frame(region)
            while text_width(label, LABEL) > frame.width - 8 and len(label) > 1:
                label = cut(label, len(label) - 1)
            found.append(Text(CAPTION, frame.x + 6, frame.y - 5, label, LABEL, START))
        return found

    def texts_of(self, at: int) -> list[Text]:
        """The name, the sign and the numbers of one vertex."""
        vertex, shape = self.vertices[at], self.shapes[at]
        column, y, x = self.columns[self.layers.of[at]], self.stops[at].height, self.middle(at)
        found = []
        up = y - VALUE_UP
        if vertex.value:
            found.append(Text(VALUE, column.label, up, vertex.value, TEXT, vertex=at))
            up -= LENGTHS_UP
        if vertex.lengths:
            found.append(Text(LENGTHS, column.label, up, vertex.lengths, LABEL, vertex=at))
        if vertex.gradient:
            down = y + GRADIENT_DOWN
            found.append(Text(GRADIENT, column.label, down, vertex.gradient, TEXT, vertex=at))
        if vertex.kind in (INPUT, CONSTANT):
            down = y + BASE * TEXT
            found.append(Text(INPUT_NAME, column.right, down, vertex.title, TEXT, END, at))
            if vertex.role:
                down += SMALL + 2
                found.append(Text(LENGTHS, column.right, down, vertex.role, SMALL, END, at))
            return found
        if vertex.kind == EQUATIONS:
            return [*found, *self.equations(at)]
        down = y + BASE * shape.sign_size
        found.append(Text(SIGN, x, down, vertex.sign, shape.sign_size, vertex=at))
        if vertex.named or self.all_names:
            up = y - shape.height / 2 - NAME_UP
            minor = not vertex.named
            found.append(Text(NAME, x, up, vertex.title, TEXT, vertex=at, minor=minor))
        for port, text in enumerate(self.shares(at)):
            if text:
                below = len(vertex.sources) == 2 and port == 1
                line = y + shape.ports[port] + (SHARE_DOWN if below else -SHARE_UP)
                end = self.arrives(at, port) - ARROW - 2
                found.append(Text(SHARE, end, line, text, SMALL, END, at, port))
        return found

    def equations(self, at: int) -> list[Text]:
        """The title and the lines in a definition's box."""
        vertex, x = self.vertices[at], self.middle(at)
        top = self.stops[at].height - LINE * len(vertex.lines) / 2
        found = [Text(NAME, x, top + BASE * TEXT, vertex.title, TEXT, vertex=at)]
        for number, line in enumerate(vertex.lines, 1):
            down = top + LINE * number + BASE * EQUATION + 2
            found.append(Text(EQUATION_TEXT, x, down, line, EQUATION, vertex=at))
        return found


def joined(pieces: list[Along | Bend]) -> tuple[Along | Bend, ...]:
    """Level pieces that follow each other as one."""
    found: list[Along | Bend] = []
    for piece in pieces:
        if found and isinstance(piece, Along) and isinstance(found[-1], Along):
            found[-1] = piece
        else:
            found.append(piece)
    return tuple(found)


def description(diagram: Drawn) -> str:
    """Every number of the picture in words."""
    uses = diagram.use_counts()
    branches: list[list[str]] = [[] for _ in diagram.vertices]
    for vertex in diagram.vertices:
        for source, share in zip(vertex.sources, vertex.shares, strict=True):
            if uses[source] > 1 and share:
                branches[source].append(f"{share} from {vertex.title}")
    parts = []
    for vertex, shares in zip(diagram.vertices, branches, strict=True):
        lengths = f" ({vertex.lengths})" if vertex.lengths else ""
        text = f"{vertex.title}{lengths}"
        text += f" = {vertex.value}" if vertex.value else ""
        if vertex.gradient:
            text += f", gradient {vertex.gradient}"
        if shares:
            text += f" ({', '.join(shares)})"
        parts.append(text)
    return "; ".join(parts)
