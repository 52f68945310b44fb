"""A question's graph for the report on a class: at each node how many first errors start there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from ..bindings import bind
from ..drawing import Diagram, Picture, diagram, picture
from ..drawing.metrics import text_width
from ..drawing.picture import (
    END,
    GRADIENT,
    INPUT_NAME,
    SHARE,
    VALUE,
    Dot,
    Gate,
    Text,
    Wire,
)
from ..errors import BackpropError
from ..evaluation import evaluate
from ..formulas import node_id
from ..homework.asking.key import Question
from ..homework.commentary import counted_noun
from ..homework.gradebook import FirstErrors
from ..reporting import report
from .svg import document, escape, number

NUMBERS = (VALUE, GRADIENT, SHARE)
BADGE = 10.0  # radius
LARGE = 640.0  # pixels; such a graph gets the whole width of the page
LEAST = 0.7  # how much a graph is made smaller before it scrolls
SAMPLES = (2, 3, 5, 7)  # inputs for a graph that is drawn without numbers


class Spot(NamedTuple):
    """Where a node's badge stands."""

    x: float
    y: float


def question_graph(
    question: Question, inputs: Mapping[str, str], starts: Iterable[FirstErrors], prefix: str
) -> str:
    """The graph as SVG in an element of its own; its parts carry `data-node`, and `prefix` makes
    its ids unique in a page.

    inputs  the numbers that all students share; without them the graph has none.
    Returns "" for a graph that cannot be drawn: too large, or no number at these inputs.
    """
    values = inputs or {
        name: str(SAMPLES[place % len(SAMPLES)])
        for place, name in enumerate(question.names.inputs)
    }
    try:
        drawn = diagram(report(evaluate(question.program, bind(values.items()))))
    except BackpropError:
        return ""
    found = picture(drawn)
    if not inputs:
        texts = tuple(text for text in found.texts if text.role not in NUMBERS)
        found = found._replace(texts=texts, title=f"Graph of {question.formula}", description="")
    nodes = [node_id(vertex.node) for vertex in drawn.vertices]

    def mark(part: object) -> str:
        if isinstance(part, (Gate, Wire, Dot, Text)) and part.vertex >= 0:
            return f' data-node="{nodes[part.vertex]}"'
        return ""

    svg = document(found, "", mark, prefix, badges(drawn, found, nodes, starts))
    kind = "large" if found.width > LARGE else "small"
    return f'<div class="{kind}" style="min-width:{LEAST * found.width:.0f}px">{svg}</div>'


def badges(
    drawn: Diagram, found: Picture, nodes: list[str], starts: Iterable[FirstErrors]
) -> str:
    """A number at each node where first errors start."""
    counts: dict[str, int] = {}
    for start in starts:
        counts[start.node] = counts.get(start.node, 0) + start.students
    spots = badge_spots(found)
    lines = []
    for vertex, node in enumerate(nodes):
        if node not in counts or vertex not in spots:
            continue
        x, y = spots[vertex]
        title = drawn.vertices[vertex].title
        said = f"{counted_noun(counts[node], 'student')} with the first error at {title}"
        text = f"{counts[node]:,}"
        width = max(2 * BADGE, text_width(text, 12, True) + 10)
        lines.append(
            f'<g class="badge" data-node="{node}"><title>{escape(said)}</title>'
            f'<rect x="{number(x - width / 2)}" y="{number(y - BADGE)}" rx="{number(BADGE)}"'
            f' width="{number(width)}" height="{number(2 * BADGE)}"/>'
            f'<text x="{number(x)}" y="{number(y + 4)}">{text}</text></g>\n'
        )
    return "".join(lines)


def badge_spots(found: Picture) -> dict[int, Spot]:
    """The lower left of each gate, and left above each input's name."""
    spots = {}
    for gate in found.gates:
        spots[gate.vertex] = Spot(gate.x - gate.width / 2 + 3, gate.y + gate.height / 2 - 3)
    for text in found.texts:
        if text.role == INPUT_NAME:
            width = text_width(text.text, text.size)
            middle = text.x - width / 2 if text.anchor == END else text.x
            spots[text.vertex] = Spot(middle, text.y - text.size - 8)
    return spots
