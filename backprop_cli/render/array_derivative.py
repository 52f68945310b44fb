"""The gradient of a program over arrays as lines of text, as LaTeX and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from ..findings import Finding
from ..syntax.printer import print_program
from ..syntax.tree import Definition
from ..tensors.adjoints.equations import Adjoint, AdjointProgram
from ..tensors.adjoints.index_forms import everything
from ..tensors.adjoints.program import derivative_program, fresh_declaration, written
from .derivative import folded, label
from .json import finding_json, write_list, write_object, write_text
from .plain import in_encoding, safe, width


def sides(line: Definition) -> tuple[str, str]:
    """The left side of a definition, and its formula with the values of its indices."""
    left = written(line._replace(ranges=())).partition(" = ")[0]
    return left, written(line).partition(" = ")[2]


def all_lines(found: AdjointProgram) -> list[Definition]:
    """What is named anew, then all gradients from the output backwards."""
    return [*found.changed, *(line for adjoint in found.adjoints for line in adjoint.lines)]


def print_gradients(found: AdjointProgram, console: Console) -> None:
    """An aligned line for each equation; at a terminal long ones are folded."""
    rows = [sides(line) for line in all_lines(found)]
    declared = [written(declaration) for declaration in fresh_declaration(found)]
    encoding = console.encoding
    widest = max((width(safe(left)) for left, _ in rows), default=0)
    margin = min(widest, 24)
    room = max(console.width - margin - 3, 30) if console.is_terminal else 0
    with console.capture() as captured:
        for said in declared:
            console.print(Text(in_encoding(safe(said), encoding)), soft_wrap=True)
        for left, right in rows:
            left = safe(left)
            space = " " * max(margin - width(left), 0)
            line = Text(in_encoding(f"{left}{space} = ", encoding))
            parts = folded(in_encoding(safe(right), encoding), room)
            line.append(("\n" + " " * (margin + 3)).join(parts))
            console.print(line, soft_wrap=True)
    console.file.write(captured.get())


# ------------------------------------------------------------------------------------------- LaTeX


def latex_lines(lines: Sequence[Definition], adjoints: Mapping[str, str], name: str) -> list[str]:
    """Each equation in LaTeX, dW as the partial derivative by W."""
    from .explain_arrays_text import LatexEquations

    style = LatexEquations()
    style.adjoints = adjoints
    style.output = name
    texts = []
    for line in lines:
        ranges = list(style.ranges(line))
        tail = rf" \qquad ({', '.join(ranges)})" if ranges else ""
        texts.append(f"{style.left(line)} &= {style.expression(line.body)}{tail}")
    return texts


def gradients_latex(found: AdjointProgram, name: str) -> str:
    """An `align*` block (package amsmath) to paste into a document."""
    adjoints = {adjoint.name: adjoint.of for adjoint in found.adjoints}
    body = " \\\\\n".join(f"  {text}" for text in latex_lines(all_lines(found), adjoints, name))
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}\n"


# ------------------------------------------------------------------------------------------- JSON


def gradients_json(
    found: AdjointProgram, name: str, wanted: Sequence[str], warnings: Sequence[Finding]
) -> str:
    """`backprop.diff/1`, as for formulas of single numbers; each name with its indices."""
    others = [adjoint for adjoint in found.adjoints if adjoint.of not in wanted]
    definitions = [*found.changed, *(line for adjoint in others for line in adjoint.lines)]
    derivatives = [adjoint for adjoint in found.adjoints if adjoint.of in wanted]
    members = {
        "schema": '"backprop.diff/1"',
        "ok": "true",
        "expression": write_text(found.program.source),
        "parsed": write_text(print_program(found.program)),
        "name": write_text(name),
        "order": "1",
        "hessian": "false",
        "numbers": "null",
        "digits": "null",
        "bindings": "{}",
        "value": "null",
        "definitions": write_list([definition_json(line) for line in definitions]),
        "derivatives": write_list([adjoint_json(each, found, name) for each in derivatives]),
        "warnings": write_list([finding_json(finding) for finding in warnings]),
    }
    return write_object(members)


def definition_json(line: Definition) -> str:
    left, right = sides(line)
    return write_object({"name": write_text(left), "formula": write_text(right)})


def adjoint_json(adjoint: Adjoint, found: AdjointProgram, name: str) -> str:
    adjoints = {each.name: each.of for each in found.adjoints}
    latex = r" \\ ".join(latex_lines(adjoint.lines, adjoints, name)).replace(" &= ", " = ")
    return write_object(
        {
            "variables": write_list([write_text(adjoint.of)]),
            "label": write_text(label(name, (adjoint.of,))),
            "formula": write_text("; ".join(map(written, adjoint.lines))),
            "program": write_text(derivative_program(found, adjoint.of)),
            "latex": write_text(latex),
            "length": str(sum(len(everything(line.body)) for line in adjoint.lines)),
            "simplified": "true",
            "value": "null",
        }
    )


__all__ = ["gradients_json", "gradients_latex", "print_gradients"]
