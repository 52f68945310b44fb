"""A graph's nodes as formulas of the language.

A node is written in terms of the named nodes it uses, so `f = q*z` reads `q * z`. Where a formula would grow beyond
`LONGEST` characters, the nodes inside it stand by their ids.
"""

from __future__ import annotations

from .graph import Graph
from .notation import ATOM, numeral_precedence, write

LONGEST = 160


def node_id(node: int) -> str:
    """The id of a node in reports."""
    return f"n{node}"


def formulas(graph: Graph) -> list[str]:
    """The formula of each node; a leaf's is its own name or numeral."""
    whole: list[str] = []
    inside: list[tuple[str, int]] = []  # how the node stands in a larger formula
    for node, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        name = graph.names.get(node)
        literal = graph.literals.get(node)
        if literal is not None:
            text, precedence = literal, numeral_precedence(literal)
        elif not inputs:
            text, precedence = name or node_id(node), ATOM
        else:
            operands = [inside[i] for i in inputs]
            text, precedence = write(operation.name, operands)
            if len(text) > LONGEST:
                short = [inside[i] if not graph.inputs[i] else (graph.names.get(i) or node_id(i), ATOM) for i in inputs]
                text, precedence = write(operation.name, short)
        whole.append(text)
        inside.append((name, ATOM) if name is not None else (text, precedence))
    return whole
