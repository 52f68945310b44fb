"""A graph's node as a formula of the language, close as on paper: 2*x*cos(x^2).

What is printed parses back to the same operations.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..graph import Graph
from ..notation import (
    ATOM,
    SUM,
    Piece,
    call_pieces,
    numeral_precedence,
    operator_pieces,
    written_out,
)

CLOSE = {" * ": "*", " / ": "/", "1 / ": "1/"}


def formula_text(graph: Graph, root: int, names: Mapping[int, str] | None = None) -> str:
    """The formula of a node; the nodes in `names`, but for the root, stand by their name.

    A part is written once for each time that it stands there: the length is that of the text.
    """
    names = names or {}

    def close(node: int) -> tuple[int, list[Piece], tuple[int, ...]]:
        named = node in names and node != root
        precedence, pieces = (ATOM, [names[node]]) if named else layout(graph, node)
        shown = [CLOSE.get(piece, piece) if isinstance(piece, str) else piece for piece in pieces]
        return precedence, shown, graph.inputs[node]

    return written_out(root, close)


def layout(graph: Graph, node: int) -> tuple[int, list[Piece]]:
    """The precedence of a node's formula, and its pieces."""
    literal = graph.literals.get(node)
    if literal is not None:
        return numeral_precedence(literal), [literal]
    inputs = graph.inputs[node]
    if not inputs:
        return ATOM, [graph.names[node]]
    name = graph.operations[node].name
    if name == "factorial" and graph.inputs[inputs[0]]:
        return call_pieces(name, 1)  # x! is read behind an input only
    found = operator_pieces(name)
    if found is None:
        return call_pieces(name, len(inputs))
    precedence, pieces = found
    if name == "power" and stands_high(graph, inputs[1]):
        pieces = [*pieces[:-1], "(", (1, SUM), ")"]
    return precedence, pieces


def stands_high(graph: Graph, exponent: int) -> bool:
    """Whether an exponent is easier to read in brackets: e^(-x), e^(x^2)."""
    literal = graph.literals.get(exponent, "")
    name = graph.operations[exponent].name
    return literal.startswith("-") or name in ("negate", "square", "power", "whole_power")
