"""Answers to their places: which answer belongs to what was asked, and what finds no place."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from ...formulas import node_id
from ...syntax.printer import print_expression
from ...syntax.tree import Expression, Vector
from ..asking.key import Key, Question
from ..marks import Mark, Remark
from ..quantities import Element, Item
from ..reading.sheets import Answer, Sheet, clipped

MOST_STRAYS = 50  # named on one sheet; a hostile one has a hundred thousand


class Slot(NamedTuple):
    """One element that is asked, with what was written for it.

    position    of the element in its item, row by row.
    answer      the answer it is part of; None where there is none.
    expression  its own part of that answer.
    verdict     already clear: skipped, shape, unreadable or undecided; "" if not.
    """

    item: Item
    position: int
    element: Element
    answer: Answer | None
    expression: Expression | None
    verdict: str = ""
    reason: str = ""

    @property
    def name(self) -> str:
        return self.item.element_name(self.position)

    @property
    def most(self) -> Fraction:
        return self.item.points / len(self.item.elements)

    @property
    def written(self) -> str | None:
        """What was written for this element."""
        if self.answer is None:
            return None
        if self.item.shape and self.expression is not None:
            return print_expression(self.expression)
        return self.answer.text

    def mark(self, kind: str, verdict: str, points: Fraction, expected: str, **more: Any) -> Mark:
        """The mark for this element."""
        answer = self.answer
        return Mark(
            self.name,
            kind,
            node_id(self.element.node),
            self.written,
            verdict,
            points,
            self.most,
            expected,
            line=answer.line if answer else 0,
            **more,
        )


def sorted_answers(
    key: Key, sheet: Sheet, remarks: list[Remark]
) -> dict[str, dict[str, list[Answer]]]:
    """The answers by question and by what they answer; what finds no place becomes a remark."""
    found: dict[str, dict[str, list[Answer]]] = {}
    strays = 0
    questions = {question.label: question for question in key.questions}
    for answer in sheet.answers:
        owners = owners_of(answer, questions)
        if len(owners) == 1:
            question, item = owners[0]
            found.setdefault(question.label, {}).setdefault(item.name, []).append(answer)
        elif owners or not answer.step:
            strays += 1
            if strays <= MOST_STRAYS:
                remarks.append(stray(answer, questions, [owner for owner, _ in owners]))
    if strays > MOST_STRAYS:
        more = f"… and {strays - MOST_STRAYS:,} more answers that find no place"
        remarks.append(Remark("problem", 0, more))
    for items in found.values():
        for name, given in items.items():
            items[name] = without_steps(name, given, remarks)
    return found


def without_steps(name: str, given: list[Answer], remarks: list[Remark]) -> list[Answer]:
    """The answers to one thing: those on lines of their own, or else those that a chain gives on
    its way, as in df/dx = df/dy = -4. What becomes of the latter is a remark.
    """
    steps = [answer for answer in given if answer.step]
    if not steps:
        return given
    own = [answer for answer in given if not answer.step]
    values = {
        as_written(answer).rpartition("=")[2]
        for answer in own
        if answer.written.expression is not None
    }
    if not values:
        said = f"read as {name} = {clipped(steps[-1].text)}, too"
        remarks.append(Remark("note", steps[-1].line, said))
        return steps
    others = [step for step in steps if as_written(step) not in values]
    if others:
        said = f"{name} = {clipped(others[0].text)} is not read: {name} has a line of its own"
        remarks.append(Remark("note", others[0].line, said))
    return own


def as_written(answer: Answer) -> str:
    """An answer's text without blanks, to compare it with others."""
    return "".join(answer.text.split())


def owners_of(answer: Answer, questions: dict[str, Question]) -> list[tuple[Question, Item]]:
    """The questions that an answer may be for: its own, or those that ask for such a thing."""
    if answer.label is not None:
        question = questions.get(answer.label)
        item = question and asked_item(question, answer)
        return [(question, item)] if question and item else []
    found = ((question, asked_item(question, answer)) for question in questions.values())
    return [(question, item) for question, item in found if item is not None]


def asked_item(question: Question, answer: Answer) -> Item | None:
    """What an answer answers, if it is asked."""
    quantity = answer.quantity
    by_name = {item.name: item for item in question.items}
    if quantity.by is None and quantity.of in by_name:
        return by_name[quantity.of]
    item = question.names.find(quantity)
    if item is None:
        return None
    if item.name in by_name:
        return by_name[item.name]
    same = [asked for asked in question.items if asked.elements == item.elements]
    return same[0] if same else None


def stray(answer: Answer, questions: dict[str, Question], owners: list[Question]) -> Remark:
    """The remark on an answer without a place."""
    quantity = answer.quantity
    said = quantity.of if quantity.by is None else f"d{quantity.of or 'f'}/d{quantity.by}"
    if owners:
        labels = " and ".join(question.label for question in owners)
        help = f"'{said}' is asked in {labels}: which one is meant?"
        return Remark("problem", answer.line, help)
    if answer.label is not None and answer.label not in questions:
        return Remark("problem", answer.line, f"there is no question {answer.label}")
    asked = questions[answer.label] if answer.label else None
    if asked is not None and asked.names.find(quantity) is not None:
        return Remark("note", answer.line, f"'{said}' was not asked in {asked.label}")
    near = asked.names.near(quantity) if asked is not None else []
    help = f"; did you mean {' or '.join(near)}?" if near else ""
    return Remark("problem", answer.line, f"'{said}' is nothing that was asked{help}")


def slots_of(question: Question, answers: dict[str, list[Answer]]) -> Iterator[Slot]:
    """Every element that is asked, with its part of the answer."""
    for item in question.items:
        given = answers.get(item.name, [])
        texts = {as_written(answer) for answer in given}
        answer = given[-1] if given else None
        verdict, reason = "", ""
        parts: list[Expression | None] = [None] * len(item.elements)
        if answer is None or answer.written.expression is None:
            verdict = "skipped"
        elif len(texts) > 1:
            verdict = "undecided"
            lines = ", ".join(str(each.line) for each in given)
            reason = f"answered {len(given)} times, and not alike (lines {lines})"
        else:
            shape, cells = parts_of(answer.written.expression)
            if shape == item.shape:
                parts = list(cells)
            else:
                verdict = "shape"
                reason = f"{shown(item.shape)} asked, {shown(shape)} written"
        for position, element in enumerate(item.elements):
            yield Slot(item, position, element, answer, parts[position], verdict, reason)


def parts_of(expression: Expression) -> tuple[tuple[int, ...], list[Expression]]:
    """The shape of what was written, and its elements row by row; ragged rows have the shape -1."""
    if not isinstance(expression, Vector):
        return (), [expression]
    rows = expression.items
    if not any(isinstance(row, Vector) for row in rows):
        return (len(rows),), list(rows)
    cells = [list(row.items) if isinstance(row, Vector) else [row] for row in rows]
    widths = {len(row) for row in cells}
    width = widths.pop() if len(widths) == 1 else -1
    return (len(rows), width), [cell for row in cells for cell in row]


def shown(shape: tuple[int, ...]) -> str:
    """A shape in words."""
    if not shape:
        return "one number is"
    if len(shape) == 1:
        return f"{shape[0]} number{'s are' if shape[0] != 1 else ' is'}"
    if shape[1] < 0:
        return "rows of different length are"
    return f"{shape[0]} × {shape[1]} numbers are"
