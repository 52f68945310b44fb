"""Derivatives as lines of text, as LaTeX and as JSON."""

from __future__ import annotations

import re
from collections.abc import Mapping

from rich.console import Console
from rich.text import Text

from ..derivatives import Derivative, Derivatives
from ..graph import Graph
from ..notation import ATOM, OR, POWER, PRODUCT, UNARY
from ..numerals import short, token
from ..simplify.naming import Definition
from .json import finding_json, write_list, write_object, write_text
from .latex import Latex, latex_name
from .plain import in_encoding, safe, width
from .screen import GRADIENT

BEHIND_A_SIGN = re.compile(r"(?<=[-+,<>=]) ")

# ------------------------------------------------------------------------------------------- text


def label(name: str, variables: tuple[str, ...]) -> str:
    """df/dx, d3f/dx3, d2f/dx dy."""
    order = len(variables)
    times = str(order) if order > 1 else ""
    if len(set(variables)) == 1:
        return f"d{times}{name}/d{variables[0]}{times}"
    return f"d{times}{name}/{' '.join(f'd{variable}' for variable in variables)}"


def print_derivatives(found: Derivatives, console: Console) -> None:
    """An aligned line for each definition and derivative; at a terminal long ones are folded."""
    rows = [(definition.name, definition.formula, "") for definition in found.definitions]
    for derivative in found.derivatives:
        value = "" if derivative.value is None else value_text(derivative, found)
        rows.append((label(found.name, derivative.variables), derivative.formula, value))
    encoding = console.encoding
    margin = max((width(safe(name)) for name, _, _ in rows), default=0)
    room = max(console.width - margin - 3, 30) if console.is_terminal else 0
    with console.capture() as captured:
        for name, formula, value in rows:
            name = safe(name)
            line = Text(in_encoding(f"{name}{' ' * (margin - width(name))} = ", encoding))
            parts = folded(in_encoding(safe(formula), encoding), room)
            line.append(("\n" + " " * (margin + 3)).join(parts))
            if value:
                line.append(" = ")
                line.append(in_encoding(value, encoding), style=GRADIENT)
            console.print(line, soft_wrap=True)
    console.file.write(captured.get())


def value_text(derivative: Derivative, found: Derivatives) -> str:
    """The value behind a formula that does not say it itself."""
    assert found.evaluation is not None
    value = short(derivative.value, found.evaluation.digits)
    return "" if value.replace("−", "-") == derivative.formula else value


def folded(formula: str, room: int) -> list[str]:
    """A formula in lines of at most `room` columns, where a sign ends each: that is still read."""
    if not room or width(formula) <= room:
        return [formula]
    first, *chunks = BEHIND_A_SIGN.split(formula)
    lines = [first]
    for chunk in chunks:
        if width(lines[-1]) + 1 + width(chunk) > room:
            lines.append(chunk)
        else:
            lines[-1] += f" {chunk}"
    return lines


# ------------------------------------------------------------------------------------------ LaTeX


class Handwriting(Latex):
    """LaTeX as in a textbook: factors side by side, e^x, choices as cases."""

    def operation(self, name: str, operands: list[tuple[str, int]]) -> tuple[str, int]:
        texts = [text for text, _ in operands]
        if name == "multiply":
            return self.juxtaposed(operands), PRODUCT
        if name == "divide" and texts[0].startswith("-") and operands[0][1] >= PRODUCT:
            return rf"-\frac{{{texts[0][1:]}}}{{{texts[1]}}}", UNARY
        if name == "exp":
            return f"e^{{{texts[0]}}}", POWER
        if name == "where":
            condition, then, otherwise = texts
            rows = rf"{then} & \text{{if }} {condition} \\ {otherwise} & \text{{otherwise}}"
            return rf"\begin{{cases}} {rows} \end{{cases}}", OR
        if name == "negate":
            text, precedence = operands[0]
            bare = precedence >= PRODUCT and not text.startswith("-")
            return f"-{text if bare else self.bracketed(text)}", UNARY
        if name in ("add", "subtract") and texts[1].startswith("-"):
            operands = [operands[0], (self.bracketed(texts[1]), ATOM)]
        return super().operation(name, operands)

    def juxtaposed(self, operands: list[tuple[str, int]]) -> str:
        """A product without a sign, but for one before a digit."""
        (left, left_own), (right, right_own) = operands
        if left_own < PRODUCT:
            left = self.bracketed(left)
        if right_own < UNARY or right.startswith("-"):
            right = self.bracketed(right)
        sign = r" \cdot " if right[:1].isdigit() or right.startswith(r"\frac{1}") else " "
        return f"{left}{sign}{right}"

    def bracketed(self, text: str) -> str:
        return rf"\left({text}\right)"


def latex_formula(graph: Graph, root: int, names: Mapping[int, str]) -> str:
    """A node's formula in LaTeX; the nodes in `names`, but for the root, stand by their name."""
    writer = Handwriting()
    needed = bytearray(root + 1)
    needed[root] = 1
    for node in range(root, -1, -1):
        if needed[node] and (node not in names or node == root):
            for source in graph.inputs[node]:
                needed[source] = 1
    written: dict[int, tuple[str, int]] = {}
    for node in range(root + 1):
        if not needed[node]:
            continue
        literal = graph.literals.get(node)
        if node in names and node != root:
            written[node] = latex_name(names[node]), ATOM
        elif literal is not None:
            text = writer.constant(literal)
            written[node] = text, UNARY if text.startswith("-") else ATOM
        elif not graph.inputs[node]:
            written[node] = latex_name(graph.names[node]), ATOM
        else:
            operands = [written[source] for source in graph.inputs[node]]
            written[node] = writer.operation(graph.operations[node].name, operands)
    return written[root][0]


def latex_label(name: str, variables: tuple[str, ...], partial: bool) -> str:
    r"""\frac{\partial^{2} f}{\partial x \, \partial y}; an upright d with one variable."""
    sign = r"\partial " if partial else r"\mathrm{d}"
    order = len(variables)
    power = f"^{{{order}}}" if order > 1 else ""
    if len(set(variables)) == 1:
        below = f"{sign}{latex_name(variables[0])}{power}"
    else:
        below = r" \, ".join(f"{sign}{latex_name(variable)}" for variable in variables)
    return rf"\frac{{{sign.strip()}{power} {latex_name(name)}}}{{{below}}}"


def latex_equations(found: Derivatives) -> list[tuple[str, str]]:
    """The two sides of each equation: definitions first."""
    partial = len(found.inputs) > 1
    equations = [(latex_name(d.name), definition_latex(d)) for d in found.definitions]
    for derivative in found.derivatives:
        name = latex_label(found.name, derivative.variables, partial)
        equations.append((name, derivative_latex(derivative)))
    return equations


def definition_latex(definition: Definition) -> str:
    return latex_formula(definition.graph, definition.node, definition.names)


def derivative_latex(derivative: Derivative) -> str:
    return latex_formula(derivative.graph, derivative.node, derivative.names)


def derivatives_latex(found: Derivatives) -> str:
    """An `align*` block (package amsmath) to paste into a document."""
    lines = [f"  {left} &= {right}" for left, right in latex_equations(found)]
    body = " \\\\\n".join(lines)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}\n"


# ------------------------------------------------------------------------------------------- JSON


def derivatives_json(found: Derivatives) -> str:
    """`backprop.diff/1`."""
    evaluation = found.evaluation
    digits = evaluation.digits if evaluation else None
    bindings = evaluation.bindings if evaluation else {}
    value = "null"
    if evaluation is not None:
        value = token(evaluation.run.values[evaluation.run.output], digits)
    members = {
        "schema": '"backprop.diff/1"',
        "ok": "true",
        "expression": write_text(found.source),
        "parsed": write_text(found.parsed),
        "name": write_text(found.name),
        "order": str(found.order),
        "hessian": "true" if found.hessian else "false",
        "numbers": write_text(evaluation.numbers if evaluation else None),
        "digits": "null" if digits is None else str(digits),
        "bindings": write_object({name: token(v, digits) for name, v in bindings.items()}),
        "value": value,
        "definitions": write_list(
            [
                write_object({"name": write_text(d.name), "formula": write_text(d.formula)})
                for d in found.definitions
            ]
        ),
        "derivatives": write_list(
            [derivative_json(derivative, found, digits) for derivative in found.derivatives]
        ),
        "warnings": write_list([finding_json(finding) for finding in found.warnings]),
    }
    return write_object(members)


def derivative_json(derivative: Derivative, found: Derivatives, digits: int | None) -> str:
    return write_object(
        {
            "variables": write_list([write_text(name) for name in derivative.variables]),
            "label": write_text(label(found.name, derivative.variables)),
            "formula": write_text(derivative.formula),
            "program": write_text(derivative.program),
            "latex": write_text(derivative_latex(derivative)),
            "length": str(derivative.length),
            "simplified": "true" if derivative.simplified else "false",
            "value": "null" if derivative.value is None else token(derivative.value, digits),
        }
    )
