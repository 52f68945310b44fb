"""How large each vertex is drawn, and where its wires end. Pixels; y counts downwards."""

from __future__ import annotations

from typing import NamedTuple

from .diagram import CONSTANT, EQUATIONS, INPUT, Drawn, Vertex
from .metrics import text_width

RADIUS = 19.0
PORT = 11.0  # how far the two wires into a gate are from its middle
PORTS = 24.0  # between the wires into a gate with three and more
EQUATION_PORTS = 16.0  # and into the box of a definition
TEXT, SMALL, LABEL = 15.0, 11.0, 12.0  # sizes of numbers, shares, and names of regions
SIGN_SIZES = (15.0, 13.0, 11.0, 10.0)
SIGN_ROOM = 31.0  # the widest sign that fits into a circle
ABOVE, BELOW = 22.0, 22.0  # what the numbers at a wire take
NAME = 17.0  # what a name above a gate takes
LENGTHS_UP = 15.0  # what a shape above a value takes
EQUATION, LINE = 11.0, 15.0  # the size of equations in a box, and from one to the next
LOOP_UP = 40.0  # what the arrow of a recurrence takes, with its text


class Shape(NamedTuple):
    """One vertex around its own middle.

    width, height  of the gate; a circle if both are 2·RADIUS. An input has no gate.
    sign_size      of the text in it.
    ports          how far below its middle each wire enters.
    column         the width that its column needs.
    top, bottom    how far it reaches up and down, with its name, numbers and shares.
    """

    width: float
    height: float
    sign_size: float
    ports: tuple[float, ...]
    column: float
    top: float
    bottom: float

    @property
    def is_circle(self) -> bool:
        return self.width == self.height == 2 * RADIUS


def shapes(diagram: Drawn, all_names: bool = False) -> list[Shape]:
    """The shape of each vertex; `all_names` leaves room for v1, v2, … above gates, too."""
    uses = diagram.use_counts()
    return [
        shape(vertex, any(uses[source] > 1 for source in vertex.sources), all_names)
        for vertex in diagram.vertices
    ]


def shape(vertex: Vertex, shares: bool, all_names: bool) -> Shape:
    """One vertex; `shares` says whether one of its wires has a number of its own."""
    raised = ABOVE + (LENGTHS_UP if vertex.lengths and vertex.value else 0)
    if vertex.kind in (INPUT, CONSTANT):
        width = max(text_width(vertex.title, TEXT), text_width(vertex.role, SMALL))
        return Shape(0, 0, TEXT, (), width, raised, BELOW)
    if vertex.kind == EQUATIONS:
        return equation_box(vertex, raised)
    size, width = sign_size(vertex.sign)
    count = len(vertex.sources)
    if count <= 2:
        ports: tuple[float, ...] = (0.0,) * count if count < 2 else (-PORT, PORT)
        height = 2 * RADIUS
    else:
        ports = tuple(PORTS * (place - (count - 1) / 2) for place in range(count))
        height = PORTS * (count - 1) + 2 * PORT
        width = max(width, 2 * RADIUS + 4)
    reach = height / 2
    named = vertex.named or all_names
    column = max(width, text_width(vertex.title, TEXT) if named else 0)
    above = max(reach, -ports[0] + 15 if shares and ports else 0)
    top = max(ABOVE, above, reach + NAME if named else 0)
    bottom = max(BELOW, reach, ports[-1] + 15 if shares and ports else 0)
    return Shape(width, height, size, ports, column, top, bottom)


def equation_box(vertex: Vertex, raised: float) -> Shape:
    """The box of a definition: its title, and its equations below."""
    count = len(vertex.sources)
    ports = tuple(EQUATION_PORTS * (place - (count - 1) / 2) for place in range(count))
    wide = max([text_width(vertex.title, TEXT), *(text_width(t, EQUATION) for t in vertex.lines)])
    width = max(wide + 20, 2 * RADIUS + 4)
    height = max(2 * RADIUS - 4, 26 + LINE * len(vertex.lines), EQUATION_PORTS * (count - 1) + 22)
    loop = LOOP_UP if vertex.loop else 0
    column = max(width, text_width(vertex.loop, EQUATION))
    top = max(raised, height / 2 + loop)
    return Shape(width, height, TEXT, ports, column, top, max(BELOW, height / 2))


def sign_size(sign: str) -> tuple[float, float]:
    """The largest size at which a sign fits into a circle, and the width of its gate; a sign that
    fits at none gets a rounded box.
    """
    for size in SIGN_SIZES:
        if text_width(sign, size) <= SIGN_ROOM:
            return size, 2 * RADIUS
    return SIGN_SIZES[1], text_width(sign, SIGN_SIZES[1]) + 20
