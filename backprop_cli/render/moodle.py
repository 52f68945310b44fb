"""Moodle's offline grading worksheet, filled in from the teacher's own export.

Its headers are in the language of the course, and its import goes by them. Columns are therefore
recognised by what stands in them: "Participant 12345" in every row, in whatever language; and the
maximum grade, the same number in every row, behind the grade. What is not recognised is refused.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..homework.marks import SheetMarks
from ..numerals import decimal
from .worksheets import Filled, Worksheet, filled_in, number_in, only, scaled

PARTICIPANT = re.compile(r"(\D*[^\W\d_]\D*?)\s*([0-9]{1,18})")
# What Moodle's language packs call the two columns that are filled in, in small letters.
GRADES = frozenset(
    {
        "grade", "bewertung", "note", "calificación", "valutazione", "nota", "avaliação", "cijfer",
        "ocena", "qualificació", "betyg", "karakter",
    }
)  # fmt: skip
COMMENTS = frozenset(
    {
        "feedback comments", "feedback als kommentar", "feedback par commentaires",
        "comentarios de retroalimentación", "commenti", "commenti feedback",
        "comentários de feedback", "comentários ao trabalho", "feedback opmerkingen",
        "feedbackopmerkingen", "komentarz zwrotny", "comentaris de retroacció",
    }
)  # fmt: skip


def moodle_worksheet(
    data: bytes,
    most: Fraction,
    marks: Sequence[SheetMarks],
    participants: Mapping[str, str],
    grade_column: str | None = None,
) -> Filled:
    """The export with the points of all who stand in it and whose points are settled.

    most          the points that the key can give.
    participants  Moodle's participant numbers of ids, where the hand-ins said them.

    A student without a participant number is found by a cell that is the id: an email address, or
    an ID number. Comments are written where there are none, or those of an earlier run. Raises
    BackpropError where the columns are not clear.
    """
    sheet = Worksheet(data, "the Moodle worksheet")
    identifier = identifier_column(sheet)
    grade, maximum, written = grade_columns(sheet, grade_column)
    comments = [at for at, name in enumerate(sheet.headers) if name.casefold() in COMMENTS]
    by_number, by_cell = rows_by_name(sheet, identifier, grade)

    def row_of(id: str) -> int | None:
        number = participants.get(id, "")
        return only(by_number[number] if number else by_cell[id.casefold()])

    def fill(row: int, one: SheetMarks) -> None:
        points = decimal(one.points * maximum / most)
        sheet.fill(row, grade, points.replace(".", "," if "," in written else "."))
        if len(comments) == 1 and is_ours(sheet.text(row, comments[0]), one):
            sheet.fill(row, comments[0], comment(one))

    return filled_in(sheet, marks, row_of, fill, scaled("the worksheet", maximum, most))


def identifier_column(sheet: Worksheet) -> int:
    """The column in which each row has one word and its own number."""
    for at in range(len(sheet.headers)):
        cells = [sheet.text(row, at) for row in students(sheet)]
        found = [PARTICIPANT.fullmatch(cell.strip()) for cell in cells]
        if not cells or not all(found):
            continue
        words = {match[1] for match in found if match}
        if len(words) == 1 and len({match[2] for match in found if match}) == len(cells):
            return at
    raise sheet.unsure("has no column of participant numbers; is it Moodle's grading worksheet?")


def grade_columns(sheet: Worksheet, name: str | None) -> tuple[int, Fraction, str]:
    """The column of the grade, the maximum grade, and how that is written."""
    known = [at for at, title in enumerate(sheet.headers) if title.casefold() in GRADES]
    if name is not None:
        grade = sheet.column(name)
    elif len(known) == 1:
        grade = known[0]
    else:
        before = [at for at in range(len(sheet.headers) - 1) if may_be_grade(sheet, at)]
        if len(before) != 1:
            raise sheet.unsure("has no column that is surely the grade")
        grade = before[0]
    cells = {sheet.text(row, grade + 1).strip() for row in students(sheet)}
    written = cells.pop() if len(cells) == 1 else ""
    maximum = number_in(written)
    if not maximum:
        title = sheet.headers[grade]
        raise sheet.unsure(f"has no maximum grade behind the column '{title}'")
    return grade, maximum, written


def may_be_grade(sheet: Worksheet, at: int) -> bool:
    """Whether a column has numbers or nothing, and the next one the same number in every row."""
    cells = [sheet.text(row, at).strip() for row in students(sheet)]
    behind = {sheet.text(row, at + 1).strip() for row in students(sheet)}
    numbers = all(not cell or number_in(cell) is not None for cell in cells)
    return numbers and len(behind) == 1 and bool(number_in(behind.pop()))


def students(sheet: Worksheet) -> list[int]:
    """The rows with a student: as long as the headers, or longer."""
    return [row for row in range(1, len(sheet.rows)) if len(sheet.rows[row]) >= len(sheet.headers)]


def rows_by_name(
    sheet: Worksheet, identifier: int, grade: int
) -> tuple[defaultdict[str, set[int]], defaultdict[str, set[int]]]:
    """The rows by participant number, and by what else may be an id."""
    by_number: defaultdict[str, set[int]] = defaultdict(set)
    by_cell: defaultdict[str, set[int]] = defaultdict(set)
    for row in students(sheet):
        found = PARTICIPANT.fullmatch(sheet.text(row, identifier).strip())
        if found:
            by_number[found[2]].add(row)
            by_cell[found[2]].add(row)
        for column in range(grade):
            text = sheet.text(row, column).strip().casefold()
            if text:
                by_cell[text].add(row)
    return by_number, by_cell


def is_ours(text: str, marks: SheetMarks) -> bool:
    """Whether a comment is empty, or what `comment` said of this sheet with other points. Whatever
    a teacher may have written behind it is kept.
    """
    points = r"[0-9.]+/[0-9.]+"
    error = r"(?:, first error at [^;]*?)?"
    words = r"(?: \(.*\))?"
    said = "; ".join(
        f"{re.escape(question.label)} {points}{error}{words}" for question in marks.questions
    )
    end = f" {re.escape(' '.join(marks.comment.split()))}" if marks.comment else ""
    plain = " ".join(html.unescape(text).split())
    return not plain or bool(re.fullmatch(rf"{said}\.(?:{end})?", plain))


def comment(marks: SheetMarks) -> str:
    """A line of feedback. Moodle takes it for HTML."""
    parts = [
        f"{question.label} {decimal(question.points)}/{decimal(question.most)}"
        + (f", first error at {question.first_error}" if question.first_error else "")
        + (f" ({question.comment})" if question.comment else "")
        for question in marks.questions
    ]
    text = "; ".join(parts) + (f". {marks.comment}" if marks.comment else ".")
    return html.escape(" ".join(text.split()))
