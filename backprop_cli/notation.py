"""How an operation is written: the one place that knows signs, precedence and brackets.

Used to print a syntax tree as it was read, and a graph's nodes as formulas. What is printed parses
back to the same tree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar, Union

Node = TypeVar("Node")

OR, AND, NOT, COMPARE, SUM, TERM, PRODUCT, UNARY, POWER, POSTFIX, ATOM = range(11)

# A piece is a text, or (the number of an operand, the precedence it must have to stand without
# brackets).
Piece = Union[str, tuple[int, int]]

_INFIX = {
    "add": (" + ", SUM, SUM, TERM),
    "subtract": (" - ", SUM, SUM, TERM),
    "multiply": (" * ", PRODUCT, PRODUCT, UNARY),
    "divide": (" / ", PRODUCT, PRODUCT, UNARY),
    "mod": (" mod ", PRODUCT, PRODUCT, UNARY),
    "matmul": (" @ ", PRODUCT, PRODUCT, UNARY),
    "power": ("^", POWER, POSTFIX, UNARY),
    "whole_power": ("^", POWER, POSTFIX, UNARY),
    "less": (" < ", COMPARE, SUM, SUM),
    "less_equal": (" <= ", COMPARE, SUM, SUM),
    "greater": (" > ", COMPARE, SUM, SUM),
    "greater_equal": (" >= ", COMPARE, SUM, SUM),
    "equal": (" == ", COMPARE, SUM, SUM),
    "not_equal": (" != ", COMPARE, SUM, SUM),
    "and": (" and ", AND, AND, NOT),
    "or": (" or ", OR, OR, AND),
}

_OTHER: dict[str, tuple[int, list[Piece]]] = {
    "negate": (UNARY, ["-", (0, UNARY)]),
    "not": (NOT, ["not ", (0, NOT)]),
    "factorial": (POSTFIX, [(0, ATOM), "!"]),
    "square": (POWER, [(0, POSTFIX), "^2"]),
    "reciprocal": (PRODUCT, ["1 / ", (0, UNARY)]),
}

CALLED = {"where": "if", "log_base": "log"}


def relation(name: str) -> str:
    """The sign of a comparison, with its spaces."""
    return _INFIX[name][0]


def operator_pieces(name: str) -> tuple[int, list[Piece]] | None:
    """The precedence of an operator's result and its pieces; None if it is written as a call."""
    if name in _INFIX:
        sign, own, left, right = _INFIX[name]
        return own, [(0, left), sign, (1, right)]
    return _OTHER.get(name)


def call_pieces(name: str, count: int) -> tuple[int, list[Piece]]:
    """The precedence and pieces of `name(…)` with `count` arguments."""
    pieces: list[Piece] = [f"{CALLED.get(name, name)}("]
    for operand in range(count):
        if operand:
            pieces.append(", ")
        pieces.append((operand, OR))
    pieces.append(")")
    return ATOM, pieces


def numeral_precedence(text: str) -> int:
    """A negative numeral binds like the minus it starts with."""
    return UNARY if text.startswith("-") else ATOM


def write(name: str, operands: list[tuple[str, int]]) -> tuple[str, int]:
    """An operation on operands that are already written, each with its precedence."""
    precedence, pieces = operator_pieces(name) or call_pieces(name, len(operands))
    parts = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
        else:
            text, own = operands[piece[0]]
            parts.append(text if own >= piece[1] else f"({text})")
    return "".join(parts), precedence


def written_out(
    root: Node, layout: Callable[[Node], tuple[int, list[Piece], Sequence[Node]]]
) -> str:
    """The text of a tree or graph from `root` down, with the brackets it needs and no others.

    `layout` gives a node's precedence, its pieces and the operands that they number. Written from
    left to right with a stack of its own: linear in the length of the text, at any depth.
    """
    written: list[str] = []
    waiting: list[str | tuple[Node, int]] = [(root, OR)]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            written.append(item)
            continue
        node, required = item
        precedence, pieces, operands = layout(node)
        if precedence < required:
            written.append("(")
            waiting.append(")")
        for piece in reversed(pieces):
            waiting.append(piece if isinstance(piece, str) else (operands[piece[0]], piece[1]))
    return "".join(written)
