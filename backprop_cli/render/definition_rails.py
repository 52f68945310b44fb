"""A program of index equations drawn in the terminal: one line for each definition from the output
to the inputs, and rails from each to what it reads. A recurrence is one line, with its steps.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from ..drawing.definitions import UNBROKEN, Sketch, equations_of
from ..drawing.diagram import INPUT, Vertex
from .plain import in_encoding, width
from .rails import ASCII_RAILS, NARROWEST_RAILS, SPELLED, Cells, can_show, rows, writer
from .screen import show
from .tracks import Track, tracks

AGAIN = "↺"
ROOM = 40  # columns that equations should have beside the rails


def print_definitions(sketch: Sketch, console: Console) -> None:
    """Draw in the terminal."""
    lines = definition_lines(sketch, console.width, console.encoding)
    before = console.width
    console.width = max(before, *(line.cell_len for line in lines))  # rich would cut a long line
    try:
        show(console, *lines)
    finally:
        console.width = before


def definition_lines(sketch: Sketch, columns: int, encoding: str) -> list[Text]:
    """The lines. Rails that need more than half of the width are left out; then each line names
    what it reads.
    """
    text = writer(encoding)
    order = from_output(sketch)
    cells = {at: cells_of(sketch, at, encoding) for at in order}
    graph = {at: sketch.vertices[at].sources for at in order}
    drawn = list(tracks(graph))
    wide = max(len(track.line) for track in drawn)
    beside = sum(max(width(str(cell[place])) for cell in cells.values()) for place in range(4))
    if wide > max(columns - beside - ROOM, NARROWEST_RAILS):
        drawn = [Track(at, "●", "") for at in order]
        for at in order:
            names = [text(sketch.vertices[source].title) for source in graph[at]]
            cells[at].how.extend([f"  reads {names[0]}", *names[1:]] if names else [])
    if not can_show(encoding):
        drawn = [track.translated(ASCII_RAILS) for track in drawn]
    return rows(drawn, cells, columns)


def from_output(sketch: Sketch) -> list[int]:
    """Definitions from the output on, each input as soon as all that read it stand above."""
    readers: dict[int, set[int]] = {at: set() for at in range(len(sketch.vertices))}
    for at, vertex in enumerate(sketch.vertices):
        for source in vertex.sources:
            readers[source].add(at)
    order: list[int] = []
    inputs = [at for at, vertex in enumerate(sketch.vertices) if vertex.kind == INPUT]
    for at in reversed(range(len(sketch.vertices))):
        if sketch.vertices[at].kind == INPUT:
            continue
        order.append(at)
        seen = set(order)
        order += [each for each in inputs if each not in seen and readers[each] <= seen]
    return order


def cells_of(sketch: Sketch, at: int, encoding: str) -> Cells:
    """The texts of one line; the equation in words, between which it may be broken."""
    vertex = sketch.vertices[at]
    item = sketch.items[at]
    pieces = [item.role] if item.role else []
    pieces += list(steps_of(sketch, at, vertex))
    equations = list(equations_of(item))
    for number, equation in enumerate(equations, 1):
        pieces += broken(equation + (";" if number < len(equations) else ""))
    text = writer(encoding)
    spelled = [in_encoding(p, encoding) for p in pieces]
    shown = [
        piece if sign == piece else in_encoding(piece.translate(SPELLED), encoding)
        for piece, sign in zip(pieces, spelled, strict=True)
    ]
    return Cells(
        text(vertex.title),
        text(vertex.lengths) if can_show(encoding) else text(vertex.lengths.replace("×", "x")),
        text(vertex.value),
        text(vertex.gradient),
        [text(piece) for piece in shown],
    )


def broken(equation: str) -> list[str]:
    """An equation in pieces that stay whole: a sign with what follows it."""
    pieces: list[str] = []
    sign = ""
    for word in equation.split(" "):
        if not any(character.isalnum() for character in word):
            sign += f"{word} "
            continue
        pieces.append(sign + word.replace(UNBROKEN, " "))
        sign = ""
    return [*pieces, sign.rstrip()] if sign else pieces


def steps_of(sketch: Sketch, at: int, vertex: Vertex) -> list[str]:
    """What a line reads of the step before."""
    if vertex.loop and not any(at in cycle.members for cycle in sketch.cycles):
        return [f"{AGAIN} {vertex.loop}:"]
    back = [
        sketch.vertices[each.source].title
        for cycle in sketch.cycles
        for each in cycle.returns
        if each.target == at
    ]
    back += [vertex.title] if vertex.loop else []
    return [f"{AGAIN} {', '.join(back)}:"] if back else []


__all__ = ["print_definitions"]
