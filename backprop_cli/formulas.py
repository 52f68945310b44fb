"""A graph's nodes by title and as formulas of the language.

A node is written in terms of the named nodes it uses, so `f = q*z` reads `q * z`. Where a formula
would grow beyond `LONGEST` characters, the nodes inside it stand by their titles.
"""

from __future__ import annotations

from .graph import Graph
from .notation import ATOM, numeral_precedence, write

LONGEST = 160


def node_id(node: int) -> str:
    """The id of a node in reports."""
    return f"n{node}"


def titles(graph: Graph, output: int) -> list[str]:
    """What a person calls each node: its own name, a numeral, `f` for the output, `v1`, `v2`, … for
    other gates.
    """
    taken = set(graph.names.values())
    found: list[str] = []
    count = 0
    for node in range(len(graph)):
        name = graph.names.get(node) or graph.literals.get(node)
        if name is None and node == output and "f" not in taken:
            name = "f"
        while name is None:
            count += 1
            name = f"v{count}" if f"v{count}" not in taken else None
        found.append(name)
    return found


def formulas(graph: Graph, titled: list[str]) -> list[str]:
    """The formula of each node, a leaf's is its own name or numeral; `titled` are the nodes'
    titles.
    """
    whole: list[str] = []
    inside: list[tuple[str, int]] = []  # how the node stands in a larger formula
    for node, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        name = graph.names.get(node)
        literal = graph.literals.get(node)
        if literal is not None:
            text, precedence = literal, numeral_precedence(literal)
        elif not inputs:
            text, precedence = titled[node], ATOM
        else:
            text, precedence = write(operation.name, [inside[i] for i in inputs])
            if len(text) > LONGEST:
                short = [(titled[i], ATOM) if graph.inputs[i] else inside[i] for i in inputs]
                text, precedence = write(operation.name, short)
        whole.append(text)
        inside.append((name, ATOM) if name is not None else (text, precedence))
    return whole
