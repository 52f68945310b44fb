"""A diagram as text for Graphviz: dot -Tsvg. Its own layout, the same numbers."""

from __future__ import annotations

from ..drawing.diagram import BOX, CONSTANT, EQUATIONS, INPUT, Drawn, Vertex
from .plain import safe

HEAD = """\
digraph circuit {
  rankdir=LR; ordering=in; fontname="sans-serif"; nodesep=0.35; ranksep=0.45
  node [shape=circle, fontname="sans-serif", fontsize=12, width=0.5, fixedsize=false]
  edge [fontname="sans-serif", fontsize=11, arrowsize=0.6]"""


def dot(diagram: Drawn) -> str:
    """The diagram as a digraph; forks are points, regions are clusters."""
    lines = [HEAD, f"  label={quoted(f'Circuit of {diagram.output_title}')}"]
    lines += clusters(diagram)
    uses = diagram.use_counts()
    for at, vertex in enumerate(diagram.vertices):
        if uses[at] > 1:
            lines.append(f'  fork{at} [shape=point, width=0.07, label=""]')
            lines.append(f"  n{at} -> fork{at} [label={wire_label(vertex)}, arrowhead=none]")
    for at, vertex in enumerate(diagram.vertices):
        for source, share in zip(vertex.sources, vertex.shares, strict=True):
            if uses[source] > 1:
                label = f"<{styled('i', '#b84300', share)}>" if share else '""'
                lines.append(f"  fork{source} -> n{at} [label={label}]")
            else:
                lines.append(f"  n{source} -> n{at} [label={wire_label(diagram.vertices[source])}]")
    last = diagram.vertices[diagram.output]
    lines.append('  end [shape=point, style=invis, width=0, label=""]')
    lines.append(f"  n{diagram.output} -> end [label={wire_label(last)}]")
    lines += returns(diagram)
    return "\n".join([*lines, "}"]) + "\n"


def returns(diagram: Drawn) -> list[str]:
    """What recurrences hand on to their next steps."""
    style = 'style=dashed, color="#2c6ba8", fontcolor="#2c6ba8", constraint=false'
    lines = [
        f"  n{at} -> n{at} [{style}, label={quoted(vertex.loop)}]"
        for at, vertex in enumerate(diagram.vertices)
        if vertex.loop
    ]
    for cycle in diagram.cycles:
        for source, target in cycle.returns:
            lines.append(f"  n{source} -> n{target} [{style}, label={quoted('the step before')}]")
    return lines


def clusters(diagram: Drawn) -> list[str]:
    """The nodes, those of a region inside its cluster."""
    inside: dict[int, list[str]] = {-1: []}
    for at, vertex in enumerate(diagram.vertices):
        inside.setdefault(vertex.region, []).append(f"  {node(at, vertex)}")
    for region, (label, parent) in enumerate(diagram.regions):
        lines = [f"  subgraph cluster_{region} {{", f"    label={quoted(label)}"]
        lines.append('    style="rounded,dashed"; color="#8fb4d9"; bgcolor="#eef4fb"; fontsize=11')
        lines += [f"  {line}" for line in inside.get(region, [])]
        inside.setdefault(parent, []).extend([*lines, "  }"])
    return inside[-1]


def node(at: int, vertex: Vertex) -> str:
    """A node's statement."""
    if vertex.kind == EQUATIONS:
        text = "\\n".join(quoted(line)[1:-1] for line in (vertex.title, *vertex.lines))
        return f'n{at} [shape=box, style=rounded, label="{text}"]'
    if vertex.kind in (INPUT, CONSTANT):
        return f"n{at} [shape=plaintext, label={quoted(vertex.title)}]"
    shape = ", shape=box, style=rounded" if vertex.kind == BOX or len(vertex.sign) > 4 else ""
    name = f", xlabel={quoted(vertex.title)}" if vertex.named else ""
    return f"n{at} [label={quoted(vertex.sign)}{name}{shape}]"


def wire_label(vertex: Vertex) -> str:
    """The value above, the gradient below."""
    lines = []
    if vertex.lengths:
        lines.append(f'<font color="#6b5b95">{entities(vertex.lengths)}</font>')
    if vertex.value or not lines:
        lines.append(styled("b", "#007a55", vertex.value or " "))
    if vertex.gradient:
        lines.append(styled("i", "#b84300", vertex.gradient))
    return f"<{'<br/>'.join(lines)}>"


def styled(tag: str, colour: str, text: str) -> str:
    """A text of an HTML-like label."""
    return f'<font color="{colour}"><{tag}>{entities(text)}</{tag}></font>'


def entities(text: str) -> str:
    return safe(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def quoted(text: str) -> str:
    """A quoted string of DOT; & would start an entity, and a backslash an escape."""
    plain = safe(text).replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'
