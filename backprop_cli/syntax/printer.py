"""The syntax tree as text: how a formula was read. Parses back to the same tree."""

from __future__ import annotations

import re

from ..notation import (
    ATOM,
    COMPARE,
    OR,
    SUM,
    TERM,
    Piece,
    call_pieces,
    numeral_precedence,
    operator_pieces,
    relation,
    written_out,
)
from .tree import (
    Call,
    Comparison,
    Declaration,
    Definition,
    Expression,
    Indexed,
    Name,
    Number,
    Operator,
    Program,
    Range,
    Reduction,
    Statement,
)

HEADS = ("param", "data", "minimize")  # words of the language, but names behind a bracket


def print_program(program: Program) -> str:
    """All statements, separated by semicolons."""
    return "; ".join(map(print_statement, program.statements))


def print_statement(statement: Statement) -> str:
    """One statement."""
    if isinstance(statement, Declaration):
        sizes = statement.sizes or (None,) * len(statement.names)
        declared = (n.name + listed(s) for n, s in zip(statement.names, sizes, strict=True))
        return f"{statement.role} {', '.join(declared)}"
    body = print_expression(statement.body)
    if isinstance(statement, Definition):
        parameters = statement.parameters
        left = "" if parameters is None else f"({', '.join(name.name for name in parameters)})"
        ranges = ", ".join(map(print_range, statement.ranges))
        tail = f" for {ranges}" if ranges else ""
        return f"{statement.name}{left or listed(statement.subscripts)} = {body}{tail}"
    if statement.objective:
        return f"minimize {body}"
    head = re.match(r"\w*", body)
    return f"({body})" if head and head[0] in HEADS else body


def listed(subscripts: tuple[Expression, ...] | None) -> str:
    """Subscripts or sizes in their brackets; nothing for None."""
    return "" if subscripts is None else f"[{', '.join(map(print_expression, subscripts))}]"


def print_range(item: Range) -> str:
    return f"{item.index.name} in {print_expression(item.first)}..{print_expression(item.last)}"


def print_expression(expression: Expression) -> str:
    """An expression, with the brackets it needs and no others."""
    return written_out(expression, _layout)


def _layout(node: Expression) -> tuple[int, list[Piece], tuple[Expression, ...]]:
    if isinstance(node, Number):
        return numeral_precedence(node.text), [node.text], ()
    if isinstance(node, Name):
        return ATOM, [node.name], ()
    if isinstance(node, Operator):
        if node.operation == "negate" and isinstance(node.operands[0], Reduction):
            return TERM, ["-", (0, TERM)], node.operands
        precedence, pieces = operator_pieces(node.operation) or call_pieces(
            node.operation, len(node.operands)
        )
        return precedence, pieces, node.operands
    if isinstance(node, Call):
        precedence, pieces = call_pieces(node.function, len(node.arguments))
        return precedence, pieces, node.arguments
    if isinstance(node, Comparison):
        signs: list[Piece] = [(0, SUM)]
        for place, name in enumerate(node.relations):
            signs += [relation(name), (place + 1, SUM)]
        return COMPARE, signs, node.operands
    if isinstance(node, Indexed):
        inside = call_pieces("", len(node.subscripts))[1]
        return ATOM, [f"{node.name}[", *inside[1:-1], "]"], node.subscripts
    if isinstance(node, Reduction):
        return _reduction(node)
    items = call_pieces("", len(node.items))[1]
    return ATOM, ["[", *items[1:-1], "]"], node.items


def _reduction(node: Reduction) -> tuple[int, list[Piece], tuple[Expression, ...]]:
    pieces: list[Piece] = [f"{node.operation}["]
    operands: list[Expression] = []
    for place, binder in enumerate(node.binders):
        pieces.append(", " if place else "")
        if isinstance(binder, Range):
            first = len(operands)
            pieces += [f"{binder.index.name} in ", (first, SUM), "..", (first + 1, SUM)]
            operands += [binder.first, binder.last]
        else:
            pieces.append((len(operands), OR))
            operands.append(binder)
    pieces += ["] ", (len(operands), TERM)]
    return TERM, pieces, (*operands, node.body)
