"""The gradient of a program as a program: its own lines, those of its gradient, what is asked."""

from __future__ import annotations

from ...syntax.printer import print_statement
from ...syntax.tree import (
    Declaration,
    Definition,
    Expression,
    Indexed,
    Name,
    Result,
    Statement,
)
from .equations import Adjoint, AdjointProgram
from .index_forms import NOWHERE, everything


def derivative_program(found: AdjointProgram, of: str) -> str:
    """A program whose output is the gradient by the input `of`, with nothing that it does not need.

    It has the inputs of the program that was differentiated.
    """
    adjoint = next(each for each in found.adjoints if each.of == of)
    statements = needed(program_statements(found), adjoint)
    return "\n".join([*map(written, statements), adjoint.name])


def program_statements(found: AdjointProgram) -> list[Statement]:
    """All lines: the program's, with those that are changed, and its gradient's."""
    changed: dict[str, list[Definition]] = {}
    for line in found.changed:
        changed.setdefault(line.name, []).append(line)
    statements: list[Statement] = [*fresh_declaration(found)]
    for statement in found.program.statements:
        if isinstance(statement, Definition) and statement.name in changed:
            continue
        if not isinstance(statement, Result):
            statements.append(statement)
    for lines in changed.values():
        statements += lines
    for adjoint in found.adjoints:
        statements += adjoint.lines
    return statements


def fresh_declaration(found: AdjointProgram) -> list[Declaration]:
    """The declaration of the sizes that the program does not name and its gradient needs."""
    names = tuple(Name(name, NOWHERE) for name in found.fresh)
    sizes = tuple(found.fresh.values())
    return [Declaration("data", names, NOWHERE, sizes)] if names else []


def needed(statements: list[Statement], adjoint: Adjoint) -> list[Statement]:
    """The declarations, and the definitions on which an adjoint stands."""
    lines: dict[str, list[Definition]] = {}
    for statement in statements:
        if isinstance(statement, Definition):
            lines.setdefault(statement.name, []).append(statement)
    wanted: set[str] = set()
    waiting = [adjoint.name]
    while waiting:
        name = waiting.pop()
        if name in wanted or name not in lines:
            continue
        wanted.add(name)
        for line in lines[name]:
            for part in (line.body, *(line.subscripts or ())):
                waiting += names_used(part)
    return [s for s in statements if isinstance(s, Declaration) or getattr(s, "name", "") in wanted]


def names_used(expression: Expression) -> list[str]:
    """The arrays and functions that an expression names."""
    found = []
    for node in everything(expression):
        if isinstance(node, (Name, Indexed)):
            found.append(node.name)
        else:
            found.append(getattr(node, "function", ""))
    return found


def written(statement: Statement) -> str:
    """A line, close as on paper."""
    return print_statement(statement).replace(" * ", "*").replace(" / ", "/")


__all__ = ["derivative_program", "fresh_declaration", "program_statements", "written"]
