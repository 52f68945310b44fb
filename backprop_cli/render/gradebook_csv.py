"""grades.csv: one row a student, for a spreadsheet (RFC 4180, UTF-8)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from ..homework.asking.key import Key
from ..homework.marks import SheetMarks
from ..numerals import decimal

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def grades_csv(key: Key, marks: Sequence[SheetMarks]) -> str:
    """The grades in the order given.

    Who handed in nothing that can be read has no points, and no 0 either. Texts that a spreadsheet
    would take for formulas have an apostrophe before them.
    """
    file = io.StringIO(newline="")
    table = csv.writer(file, lineterminator="\r\n")
    labels = [question.label for question in key.questions]
    table.writerow(
        ["id", "name", "points", "max", "percent", "status", *labels, "first error", "file"]
    )
    for sheet in marks:
        table.writerow(row_of(key, sheet, labels))
    return file.getvalue()


def row_of(key: Key, sheet: SheetMarks, labels: Sequence[str]) -> list[str]:
    """One student's cells."""
    has_points = sheet.override is not None or sheet.status in ("graded", "human")
    questions = {question.label: question for question in sheet.questions}
    points = [
        decimal(questions[label].points) if has_points and label in questions else ""
        for label in labels
    ]
    percent = sheet.points / key.points * 100
    return [
        cell(sheet.id),
        cell(sheet.name),
        decimal(sheet.points) if has_points else "",
        decimal(key.points),
        decimal(percent) if has_points else "",
        sheet.status,
        *points,
        first_error(sheet),
        cell(sheet.file),
    ]


def first_error(sheet: SheetMarks) -> str:
    """The first of the first errors: Q1 df/dx; "" where there is none."""
    for question in sheet.questions:
        if question.first_error is not None:
            return f"{question.label} {question.first_error}"
    return ""


def cell(text: str) -> str:
    """A user's text as a cell that is no formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
