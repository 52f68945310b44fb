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


def signs_of_arrays(program: Program) -> tuple[bool, set[str]]:
    """Whether it has subscripts, indices, sizes of axes, vectors or products of matrices; and which
    functions it calls that it does not define.
    """
    waiting: list[Any] = []
    for statement in program.statements:
        if isinstance(statement, Declaration):
            if any(sizes is not None for sizes in statement.sizes):
                return True, set()
            continue
        if isinstance(statement, Definition) and statement.subscripts is not None:
            return True, set()
        waiting.append(statement.body)
    called: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, (Indexed, Reduction)):
            return True, set()
        if isinstance(node, Operator):
            if node.operation == "matmul":
                return True, set()
            waiting.extend(node.operands)
        elif isinstance(node, Vector):
            if len(node.items) > 1:
                return True, set()
            waiting.extend(node.items)
        elif isinstance(node, Call):
            called.add(node.function)
            waiting.extend(node.arguments)
        elif isinstance(node, Comparison):
            waiting.extend(node.operands)
    return False, called - defined_functions(program)


def defined_functions(program: Program) -> set[str]:
    """The names of the functions that a program defines."""
    return {
        statement.name
        for statement in program.statements
        if isinstance(statement, Definition) and statement.parameters is not None
    }
