"""Blank sheets: one student's questions with their own numbers, and a line for each answer.

A blank sheet that is handed in as it is reads as one on which everything was skipped.
"""

from __future__ import annotations

from collections.abc import Iterator

from ...syntax.printer import print_statement
from .key import Key, Question
from .truth import chosen_inputs

SHAPES = {1: "a vector of {} numbers: [1, 2, …]", 2: "a {} × {} matrix: [[1, 2], [3, 4]]"}


def blank_sheet(key: Key, id: str, name: str = "") -> str:
    """The sheet for one student, as text."""
    lines = [f"title: {one_line(key.title)}"] if key.title else []
    lines.append(f"id: {one_line(id)}")
    if name:
        lines.append(f"name: {one_line(name)}")
    lines += [
        "",
        "# Write your answers in place of the question marks: 3, -0.25, 1/3 or 2e-3.",
        "# What you leave as a question mark counts as not answered.",
    ]
    for question in key.questions:
        lines += ["", *blank_question(key, question, id)]
    return "\n".join(lines) + "\n"


def blank_question(key: Key, question: Question, id: str) -> Iterator[str]:
    """One question: what is given as comments, what is asked as answers left open."""
    yield question.label
    yield f"#   {one_line(question.formula)}"
    for part in question.program.statements[:-1]:
        yield f"#   {one_line(print_statement(part))}"
    if question.numeric:
        inputs = chosen_inputs(key, question, id)
        given = ", ".join(f"{name} = {one_line(bound.text)}" for name, bound in inputs.items())
        yield f"#   at {given}"
    else:
        yield "#   The answers are formulas."
    for item in question.items:
        shape = SHAPES.get(len(item.shape), "").format(*item.shape)
        yield f"{item.name} = ?" + (f"  # {shape}" if shape else "")


def one_line(text: str) -> str:
    """A text without line breaks and control characters: it must not become an answer."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())
