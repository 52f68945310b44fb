"""A picture as SVG: one file with its style, no scripts, no fonts, dark where the screen is."""

from __future__ import annotations

from collections.abc import Callable

from ..drawing.picture import (
    LENGTHS,
    LOOP,
    MIDDLE,
    SIGN,
    Along,
    Curve,
    Frame,
    Gate,
    Picture,
    Text,
    Wire,
)
from ..drawing.shapes import TEXT
from .plain import safe

LETTERS = {  # the class of each role's text
    "value": "v",
    "gradient": "d",
    "share": "c",
    "name": "n",
    "input": "i",
    "sign": "s",
    "caption": "l",
    "lengths": "h",
    "equation": "e",
    "loop": "o",
}
FONT = '"DejaVu Sans","Segoe UI",Helvetica,Arial,sans-serif'
STYLE = (
    f"text{{font:15px {FONT};fill:#1b1b1b;text-anchor:middle}}"
    ".b{fill:#fff}"
    ".w{stroke:#555;stroke-width:1.4;fill:none}.a,.j{fill:#555}"
    ".g{fill:#fff;stroke:#1b1b1b;stroke-width:1.6}"
    "text.v{fill:#007a55;font-weight:600}text.d,text.c{fill:#b84300;font-style:italic}"
    "text.c{font-size:11px;text-anchor:end}text.n,text.i{font-style:italic}"
    "text.i{text-anchor:end}"
    "text.l{font-size:12px;fill:#6b5b95;text-anchor:start}"
    "text.h{font-size:12px;fill:#6b5b95}text.e{font-size:11px;fill:#444}"
    "text.o{font-size:11px;fill:#2c6ba8;font-style:italic}"
    ".r{stroke:#2c6ba8;stroke-dasharray:5 3}.ra{fill:#2c6ba8}"
    ".k{fill:#eef4fb;stroke:#8fb4d9;stroke-dasharray:5 4}"
)
DARK = (
    "text{fill:#eee}.b{fill:#16191d}.w{stroke:#a0a0a0}.a,.j{fill:#a0a0a0}"
    ".g{fill:#23272c;stroke:#eee}text.v{fill:#4fd6a8}text.d,text.c{fill:#ff9a66}"
    "text.l,text.h{fill:#b9a8e8}text.e{fill:#c8c8c8}text.o{fill:#8fc0ee}"
    ".r{stroke:#8fc0ee}.ra{fill:#8fc0ee}.k{fill:#1d2733;stroke:#4d6f91}"
)
LATER = (  # the arrow of what goes on to the next step
    '<defs><marker id="{}b" viewBox="0 0 8 6" refX="8" refY="3" markerWidth="8" markerHeight="6"'
    ' markerUnits="userSpaceOnUse" orient="auto"><path class="ra" d="M0 0 8 3 0 6Z"/>'
    "</marker></defs>"
)
ARROW = (
    '<defs><marker id="{}a" viewBox="0 0 8 6" refX="8" refY="3" markerWidth="8" markerHeight="6"'
    ' markerUnits="userSpaceOnUse" orient="auto"><path class="a" d="M0 0 8 3 0 6Z"/>'
    "</marker></defs>"
)

Mark = Callable[[object], str]  # attributes that a page adds to an element


def svg(picture: Picture) -> str:
    """The picture as an SVG document."""
    return document(picture, f"{STYLE}@media(prefers-color-scheme:dark){{{DARK}}}", unmarked)


def unmarked(_: object) -> str:
    return ""


def document(
    picture: Picture, style: str, mark: Mark, prefix: str = "", more: str = ""
) -> str:
    """An SVG element; `mark` gives the additional attributes of each gate, wire, dot and text.

    `prefix` makes its ids unique in a page with several; `more` are elements on top of it.
    """
    width, height = number(picture.width), number(picture.height)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}"'
        f' height="{height}" role="img" aria-labelledby="{prefix}t {prefix}d">'
        f'<title id="{prefix}t">{escape(picture.title)}</title>'
        f'<desc id="{prefix}d">{escape(picture.description)}</desc>'
        f"<style>{style}</style>",
        ARROW.format(prefix),
        *[LATER.format(prefix)] * any(wire.later for wire in picture.wires),
        f'<rect class="b" width="{width}" height="{height}"/>',
    ]
    lines += [frame_element(frame) for frame in picture.frames]
    lines += [wire_element(wire, mark(wire), prefix) for wire in picture.wires]
    lines += [
        f'<circle class="j"{mark(dot)} cx="{number(dot.x)}" cy="{number(dot.y)}" r="3.4"/>'
        for dot in picture.dots
    ]
    lines += [gate_element(gate, mark(gate)) for gate in picture.gates]
    lines += [text_element(text, mark(text)) for text in picture.texts]
    return "\n".join([*lines, f"{more}</svg>"]) + "\n"


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


def escape(text: str) -> str:
    """A user's text between tags or in an attribute."""
    return (
        safe(text)
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace('"', "&quot;")
        .replace("'", "&#39;")
    )


def frame_element(frame: Frame) -> str:
    return (
        f'<rect class="k" rx="12" x="{number(frame.x)}" y="{number(frame.y)}"'
        f' width="{number(frame.width)}" height="{number(frame.height)}"/>'
    )


def wire_element(wire: Wire, marked: str, prefix: str) -> str:
    end, kind = ("b", "w r") if wire.later else ("a", "w")
    arrow = f' marker-end="url(#{prefix}{end})"' if wire.arrow else ""
    return f'<path class="{kind}"{marked} d="{path(wire)}"{arrow}/>'


def path(wire: Wire) -> str:
    """A wire as path data."""
    x, y = wire.x, wire.y
    parts = [f"M{number(x)} {number(y)}"]
    for piece in wire.pieces:
        if isinstance(piece, Along):
            parts.append(f"H{number(piece.x)}")
        elif isinstance(piece, Curve):
            ends = (piece.x1, piece.y1, piece.x2, piece.y2, piece.x, piece.y)
            parts.append(f"C{' '.join(map(number, ends))}")
            y = piece.y
        else:
            middle = number((x + piece.x) / 2)
            end = f"{number(piece.x)} {number(piece.y)}"
            parts.append(f"C{middle} {number(y)} {middle} {number(piece.y)} {end}")
            y = piece.y
        x = piece.x
    return "".join(parts)


def gate_element(gate: Gate, marked: str) -> str:
    if gate.is_circle:
        middle = f'cx="{number(gate.x)}" cy="{number(gate.y)}"'
        return f'<circle class="g"{marked} {middle} r="{number(gate.width / 2)}"/>'
    return (
        f'<rect class="g"{marked} rx="12" x="{number(gate.x - gate.width / 2)}"'
        f' y="{number(gate.y - gate.height / 2)}" width="{number(gate.width)}"'
        f' height="{number(gate.height)}"/>'
    )


def text_element(text: Text, marked: str) -> str:
    letter = LETTERS[text.role] + (" q" if text.minor else "")
    size = ""
    if text.role == SIGN and text.size != TEXT:
        size = f' style="font-size:{number(text.size)}px"'
    elif text.role in (LENGTHS, LOOP) and text.anchor != MIDDLE:
        size = f' style="font-size:{number(text.size)}px;text-anchor:{text.anchor}"'
    return (
        f'<text class="{letter}"{marked}{size} x="{number(text.x)}" y="{number(text.y)}">'
        f"{escape(text.text)}</text>"
    )
