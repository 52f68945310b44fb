"""A diagram as text for Mermaid, as Markdown pages show it. Its own layout, the same numbers."""

from __future__ import annotations

from ..drawing.diagram import BOX, CONSTANT, EQUATIONS, INPUT, Drawn, Vertex
from .plain import safe

PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,/()=_:")


def mermaid(diagram: Drawn) -> str:
    """The diagram as a flowchart; forks are points, regions are subgraphs."""
    lines = ["flowchart LR", f"  accTitle: Circuit of {words(diagram.output_title)}"]
    lines += subgraphs(diagram)
    uses = diagram.use_counts()
    for at, vertex in enumerate(diagram.vertices):
        if uses[at] > 1:
            lines.append(f'  k{at}["•"]:::leaf')
            label = wire_label(vertex)
            lines.append(f"  n{at} ---{f'|{quoted(label)}|' if label else ''} k{at}")
    for at, vertex in enumerate(diagram.vertices):
        for source, share in zip(vertex.sources, vertex.shares, strict=True):
            start, label = f"n{source}", wire_label(diagram.vertices[source])
            if uses[source] > 1:
                start, label = f"k{source}", share
            lines.append(f"  {start} -->{f'|{quoted(label)}|' if label else ''} n{at}")
    last = diagram.vertices[diagram.output]
    label = wire_label(last)
    arrow = f"-->|{quoted(label)}|" if label else "-->"
    lines.append(f'  n{diagram.output} {arrow} out[" "]:::leaf')
    lines += returns(diagram)
    lines.append("  classDef leaf fill:none,stroke:none")
    return "\n".join(lines) + "\n"


def returns(diagram: Drawn) -> list[str]:
    """What recurrences hand on to their next steps."""
    lines = [
        f"  n{at} -.->|{quoted(vertex.loop)}| n{at}"
        for at, vertex in enumerate(diagram.vertices)
        if vertex.loop
    ]
    for cycle in diagram.cycles:
        for source, target in cycle.returns:
            lines.append(f"  n{source} -.->|{quoted('the step before')}| n{target}")
    return lines


def subgraphs(diagram: Drawn) -> list[str]:
    """The nodes, those of a region inside its subgraph."""
    inside: dict[int, list[str]] = {-1: []}
    for at, vertex in enumerate(diagram.vertices):
        inside.setdefault(vertex.region, []).append(f"  {node(at, vertex)}")
    for region, (label, parent) in enumerate(diagram.regions):
        lines = [f"  subgraph r{region}[{quoted(label)}]"]
        lines += [f"  {line}" for line in inside.get(region, [])]
        inside.setdefault(parent, []).extend([*lines, "  end"])
    return inside[-1]


def node(at: int, vertex: Vertex) -> str:
    """A node's statement: a circle for a gate, with its name before the sign."""
    if vertex.kind in (INPUT, CONSTANT):
        return f"n{at}[{quoted(vertex.title)}]:::leaf"
    if vertex.kind == EQUATIONS:
        text = "<br/>".join(escape(line) for line in (vertex.title, *vertex.lines))
        return f'n{at}("{text}")'
    if vertex.named:
        return f"n{at}([{quoted(f'{vertex.title}: {vertex.sign}')}])"
    text = quoted(vertex.sign)
    return f"n{at}({text})" if vertex.kind == BOX or len(vertex.sign) > 4 else f"n{at}(({text}))"


def wire_label(vertex: Vertex) -> str:
    """The shape of an array, the value, and behind a bar the gradient."""
    text = f"{vertex.value} ¦ {vertex.gradient}" if vertex.gradient else vertex.value
    return f"{vertex.lengths}: {text}" if vertex.lengths and text else vertex.lengths or text


def words(text: str) -> str:
    """A text for a place that takes no quotation marks: letters and digits only."""
    return "".join(c if c.isalnum() or c in " _" else " " for c in safe(text))


def quoted(text: str) -> str:
    return f'"{escape(text)}"'


def escape(text: str) -> str:
    """A text inside quotation marks: every sign that Mermaid or Markdown may read as its own stands
    by its number.
    """
    return "".join(c if c in PLAIN or not c.isascii() else f"#{ord(c)};" for c in safe(text))
