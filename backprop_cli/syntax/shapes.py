"""Whether a program is one over arrays, told by how it is written."""

from __future__ import annotations

from typing import Any

from .tree import (
    Call,
    Comparison,
    Declaration,
    Definition,
    Indexed,
    Operator,
    Program,
    Reduction,
    Vector,
)


def has_arrays(program: Program) -> bool:
    """Whether it has subscripts, indices, sizes of axes, vectors, or products of matrices.

    Calls of functions of whole arrays are another question: of the table of functions.
    """
    waiting: list[Any] = []
    for statement in program.statements:
        if isinstance(statement, Declaration):
            if any(sizes is not None for sizes in statement.sizes):
                return True
            continue
        if isinstance(statement, Definition) and statement.subscripts is not None:
            return True
        waiting.append(statement.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (Indexed, Reduction)):
            return True
        if isinstance(node, Operator):
            if node.operation == "matmul":
                return True
            waiting.extend(node.operands)
        elif isinstance(node, Vector):
            if len(node.items) > 1:
                return True
            waiting.extend(node.items)
        elif isinstance(node, Call):
            waiting.extend(node.arguments)
        elif isinstance(node, Comparison):
            waiting.extend(node.operands)
    return False


def defined_functions(program: Program) -> set[str]:
    """The names of the functions that a program defines."""
    return {
        statement.name
        for statement in program.statements
        if isinstance(statement, Definition) and statement.parameters is not None
    }
