"""The syntax tree as text: how a formula was read. Parses back to the same tree."""

from __future__ import annotations

import re

from ..notation import (
    ATOM,
    COMPARE,
    SUM,
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
    Name,
    Number,
    Operator,
    Program,
    Statement,
)

HEADS = ("param", "data", "minimize")  # words of the language, but names behind a bracket


def print_program(program: Program) -> str:
    """All statements, separated by semicolons."""
    return "; ".join(map(print_statement, program.statements))


def print_statement(statement: Statement) -> str:
    """One statement."""
    if isinstance(statement, Declaration):
        return f"{statement.role} {', '.join(name.name for name in statement.names)}"
    body = print_expression(statement.body)
    if isinstance(statement, Definition):
        parameters = statement.parameters
        listed = "" if parameters is None else f"({', '.join(name.name for name in parameters)})"
        return f"{statement.name}{listed} = {body}"
    if statement.objective:
        return f"minimize {body}"
    head = re.match(r"\w*", body)
    return f"({body})" if head and head[0] in HEADS else body


def print_expression(expression: Expression) -> str:
    """An expression, with the brackets it needs and no others."""
    return written_out(expression, _layout)


def _layout(node: Expression) -> tuple[int, list[Piece], tuple[Expression, ...]]:
    if isinstance(node, Number):
        return numeral_precedence(node.text), [node.text], ()
    if isinstance(node, Name):
        return ATOM, [node.name], ()
    if isinstance(node, Operator):
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
    items = call_pieces("", len(node.items))[1]
    return ATOM, ["[", *items[1:-1], "]"], node.items
