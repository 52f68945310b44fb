"""overrides.csv in the output folder: points and comments that the teacher sets by hand. They win.

Columns: id, question (empty: the whole sheet), points, comment.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from ...numerals import decimal
from ..asking.key import MOST_POINTS, Key
from ..marks import Remark, SheetMarks

NAME = "overrides.csv"
COLUMNS = ("id", "question", "points", "comment")
POINTS = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?|[0-9]{1,9}/[1-9][0-9]{0,8}")
LONGEST_COMMENT = 2_000  # characters


class Override(NamedTuple):
    """One row. `question` is "" for the whole sheet; `points` None where only words are added."""

    id: str
    question: str
    points: Fraction | None
    comment: str
    line: int


class Overrides(NamedTuple):
    """All rows that can be used, by the id in small letters, and what is wrong with the others."""

    rows: Mapping[str, Sequence[Override]]
    problems: tuple[Remark, ...]

    def of(self, id: str) -> Sequence[Override]:
        """The rows on a student; capitals do not count."""
        return self.rows.get(id.casefold(), ())


def read_overrides(text: str, key: Key) -> Overrides:
    """The overrides that a CSV says. A bad row costs that row only."""
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    found: dict[tuple[str, str], Override] = {}
    problems: list[Remark] = []
    try:
        names = [cell.strip().lower() for cell in next(reader, [])]
        if text and not {"id", "points"} <= {*names}:
            say = f"the first line names the columns: {','.join(COLUMNS)}"
            return Overrides({}, (Remark("problem", 1, say),))
        for cells in reader:
            values = dict(zip(names, (cell.strip() for cell in cells), strict=False))
            if not any(values.values()):
                continue
            row = override(values, key, reader.line_num)
            if isinstance(row, str):
                problems.append(Remark("problem", reader.line_num, row))
                continue
            place = row.id.casefold(), row.question
            if place in found:
                say = f"{row.id} {row.question}".strip() + " stands twice; the later line counts"
                problems.append(Remark("problem", row.line, say))
            found[place] = row
    except csv.Error as error:
        problems.append(Remark("problem", reader.line_num, f"not a CSV from here on: {error}"))
    rows: dict[str, list[Override]] = {}
    for row in found.values():
        rows.setdefault(row.id.casefold(), []).append(row)
    return Overrides(rows, tuple(problems))


def override(values: Mapping[str, str], key: Key, line: int) -> Override | str:
    """One row, or what is wrong with it."""
    id = values.get("id", "").removeprefix("'")
    question, points = values.get("question", ""), values.get("points", "")
    comment = values.get("comment", "")
    labels = {each.label.lower(): each.label for each in key.questions}
    if not id:
        return "a row without an id"
    if question and question.lower() not in labels:
        return f"there is no question {question}; there are {', '.join(labels.values())}"
    if not points and not comment:
        return "neither points nor a comment"
    if len(comment) > LONGEST_COMMENT:
        return f"a comment has at most {LONGEST_COMMENT:,} characters"
    number = None
    if points:
        if not POINTS.fullmatch(points):
            return f"'{points}' is no number of points"
        number = Fraction(points.replace(",", "."))
        if number > MOST_POINTS:
            return f"points go from 0 to {MOST_POINTS:,}"
    return Override(id, labels.get(question.lower(), ""), number, comment, line)


def surplus(overrides: Overrides, key: Key) -> list[Remark]:
    """A note for each row with more points than there are: a bonus, or 100 typed for 10."""
    most = {"": key.points} | {question.label: question.points for question in key.questions}
    return [
        Remark(
            "note", row.line,
            f"{row.question or 'the sheet'} gets {decimal(row.points)} points of "
            f"{decimal(most[row.question])}",
        )
        for rows in overrides.rows.values()
        for row in rows
        if row.points is not None and row.points > most[row.question]
    ]  # fmt: skip


def strangers(overrides: Overrides, ids: Iterable[str]) -> list[Remark]:
    """A remark for each row on somebody who is not in the class."""
    known = {id.casefold() for id in ids}
    return [
        Remark("problem", row.line, f"nobody has the id {row.id}")
        for id, rows in overrides.rows.items()
        if id not in known
        for row in rows
    ]


def overridden(marks: SheetMarks, rows: Sequence[Override]) -> SheetMarks:
    """One sheet's marks with the teacher's.

    Whoever sets points has looked: the sheet counts as graded once nothing in it is open.
    """
    by_question = {row.question: row for row in rows}
    whole = by_question.get("")
    questions = tuple(
        question._replace(override=row.points, comment=row.comment)
        if (row := by_question.get(question.label))
        else question
        for question in marks.questions
    )
    marks = marks._replace(questions=questions)
    if whole is not None:
        marks = marks._replace(override=whole.points, comment=whole.comment)
    set_by_hand = any(row.points is not None for row in rows)
    settled = marks.override is not None or not any(question.human for question in questions)
    if set_by_hand and settled:
        marks = marks._replace(status="graded")
    return marks
