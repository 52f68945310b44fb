"""What is to be said about a homework key, on the screen."""

from __future__ import annotations

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..homework.asking.key import Key, Question
from ..homework.linting.lint import Complaint
from .plain import in_encoding, safe
from .screen import show

WIDEST_ANSWERS = 26  # columns of the answers beside an error
MOST_ANSWERS = 6


def print_lint(key: Key, complaints: list[Complaint], console: Console) -> None:
    """Question by question: what is wrong, which errors stay hidden, and what to write instead."""
    encoding = console.encoding
    parts: list[RenderableType] = []
    for question in key.questions:
        parts += headline(question, encoding)
        of_it = [complaint for complaint in complaints if complaint.label == question.label]
        parts += [part for complaint in of_it for part in told(complaint, 2, encoding)]
        if not of_it:
            parts.append(paragraph("nothing to complain about", 2, encoding))
        parts.append("")
    of_all = [complaint for complaint in complaints if not complaint.label]
    parts += [part for complaint in of_all for part in told(complaint, 0, encoding)]
    show(console, *parts)


def headline(question: Question, encoding: str) -> list[RenderableType]:
    """The question, and below it the inputs."""
    found = [paragraph(f"{question.label}  {question.formula}", 0, encoding, "bold")]
    if question.at:
        texts = ", ".join(f"{name} = {bound.text}" for name, bound in question.at.items())
        found.append(paragraph(f"at {texts}".replace("-", "−"), 4, encoding))
    return [*found]


def told(complaint: Complaint, indent: int, encoding: str) -> list[RenderableType]:
    """One complaint: a sentence with what helps below it, or an error beside its answers."""
    if complaint.code == "hidden":
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=WIDEST_ANSWERS, overflow="fold")
        row.add_column(overflow="fold")
        row.add_row(text(names(complaint), encoding), text(complaint.message, encoding))
        return [Padding(row, (0, 0, 0, indent + 2))]
    found = [paragraph(complaint.message, indent, encoding)]
    if complaint.help:
        found.append(paragraph(complaint.help, indent + 2, encoding))
    for line in complaint.lines:
        found.append(paragraph(f"write  {line}", indent + 2, encoding, "bold"))
    return [*found]


def names(complaint: Complaint) -> str:
    """The first of its answers."""
    few = complaint.answers[:MOST_ANSWERS]
    more = len(complaint.answers) - len(few)
    return ", ".join(few) + (f" and {more} more" if more else "")


def paragraph(said: str, indent: int, encoding: str, style: str = "") -> Padding:
    """A text whose further lines are indented as the first."""
    return Padding(text(said, encoding, style), (0, 0, 0, indent))


def text(said: str, encoding: str, style: str = "") -> Text:
    """Any text, in signs that the output has."""
    return Text(in_encoding(safe(said), encoding), style)
