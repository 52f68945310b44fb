"""A picture as plain data: shapes, wires and texts with their coordinates. What every renderer
writes in its own language.

Pixels, from the top left corner; y counts downwards.
"""

from __future__ import annotations

from typing import NamedTuple, Union

VALUE, GRADIENT, SHARE = "value", "gradient", "share"
NAME, INPUT_NAME, SIGN, CAPTION = "name", "input", "sign", "caption"
LENGTHS, EQUATION, LOOP = "lengths", "equation", "loop"

START, MIDDLE, END = "start", "middle", "end"


class Text(NamedTuple):
    """A text on the line `y`; `vertex` is what it belongs to, `port` the wire of a share.

    role  VALUE and NAME stand above the line, GRADIENT below; SHARE is what one branch sends back,
          INPUT_NAME and SIGN name what is drawn, CAPTION a region; `minor` is a name such as v1;
          LENGTHS is the shape of an array, EQUATION stands in a definition's box, LOOP at the
          arrow of a recurrence.
    """

    role: str
    x: float
    y: float
    text: str
    size: float
    anchor: str = MIDDLE
    vertex: int = -1
    port: int = -1
    minor: bool = False


class Along(NamedTuple):
    """A level piece of a wire, to `x`."""

    x: float


class Bend(NamedTuple):
    """A piece that is level at both ends, to (x, y): a Bézier curve whose control points lie half
    way.
    """

    x: float
    y: float


class Curve(NamedTuple):
    """A piece to (x, y): a Bézier curve with its two control points, (x1, y1) and (x2, y2)."""

    x1: float
    y1: float
    x2: float
    y2: float
    x: float
    y: float


Piece = Union[Along, Bend, Curve]


class Wire(NamedTuple):
    """A wire from (x, y) along its pieces; `arrow` says whether it ends at a gate.

    vertex  the one whose value it carries.
    later   whether that is for the next step of a recurrence.
    """

    x: float
    y: float
    pieces: tuple[Piece, ...]
    arrow: bool
    vertex: int
    later: bool = False


class Gate(NamedTuple):
    """A circle, or a box with round corners, around (x, y)."""

    x: float
    y: float
    width: float
    height: float
    is_circle: bool
    vertex: int


class Dot(NamedTuple):
    """Where a wire forks."""

    x: float
    y: float
    vertex: int


class Frame(NamedTuple):
    """The border of a region."""

    x: float
    y: float
    width: float
    height: float


class Picture(NamedTuple):
    """A whole picture. `title` and `description` say everything in words, with every number."""

    width: float
    height: float
    title: str
    description: str
    frames: tuple[Frame, ...]
    wires: tuple[Wire, ...]
    dots: tuple[Dot, ...]
    gates: tuple[Gate, ...]
    texts: tuple[Text, ...]
