"""Canvas's gradebook, filled in from the teacher's own export.

Canvas makes a new assignment of every column it does not know, and reads 1,234 as 1.234: only the
cells of one column that exists already are written, with a point and nothing between thousands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..homework.marks import SheetMarks
from ..numerals import decimal
from .worksheets import Filled, Worksheet, filled_in, number_in, only, scaled

IDS = ("sis login id", "sis user id", "integration id", "id")
POINTS_POSSIBLE = "points possible"


def canvas_gradebook(
    data: bytes,
    title: str,
    most: Fraction,
    marks: Sequence[SheetMarks],
    users: Mapping[str, str],
    grade_column: str | None = None,
) -> Filled:
    """The export with the points of all who stand in it and whose points are settled.

    title  of the key; `most` the points it can give.
    users  Canvas's user numbers of ids, where the hand-ins said them.

    Raises BackpropError where the column is not clear, or is one that Canvas does not read.
    """
    sheet = Worksheet(data, "the Canvas gradebook")
    if "ID" not in sheet.headers:
        raise sheet.unsure("has no column 'ID'; is it an export of the gradebook?")
    name = grade_column or title
    if not name:
        raise sheet.unsure("has many columns, and the key has no title to choose one by")
    column = sheet.column(name)
    first, possible = points_possible(sheet, column)
    if column < 5 or possible == "(read only)":
        raise sheet.unsure(f"has '{sheet.headers[column]}', which Canvas does not import")
    maximum = number_in(possible) or most
    by_id = rows_by_id(sheet, first)

    def row_of(id: str) -> int | None:
        user = users.get(id, "")
        rows = by_id["id"].get(user, set()) if user else set()
        for kind in IDS:
            rows = rows or by_id[kind].get(id.casefold(), set())
        row = only(rows)
        return row if row is not None and column < len(sheet.rows[row]) else None

    def fill(row: int, one: SheetMarks) -> None:
        sheet.fill(row, column, decimal(one.points * maximum / most))

    return filled_in(sheet, marks, row_of, fill, scaled("Canvas", maximum, most))


def points_possible(sheet: Worksheet, column: int) -> tuple[int, str]:
    """The first row of a student, and what the row of possible points says of a column."""
    for row in range(1, min(len(sheet.rows), 4)):
        if sheet.text(row, 0).strip().casefold() == POINTS_POSSIBLE:
            return row + 1, sheet.text(row, column).strip().casefold()
    return 1, ""


def rows_by_id(sheet: Worksheet, first: int) -> dict[str, defaultdict[str, set[int]]]:
    """The rows of students by what stands in each column of ids."""
    titles = [header.casefold() for header in sheet.headers]
    found: dict[str, defaultdict[str, set[int]]] = {}
    for kind in IDS:
        found[kind] = defaultdict(set)
        if titles.count(kind) == 1:
            for row in range(first, len(sheet.rows)):
                found[kind][sheet.text(row, titles.index(kind)).strip().casefold()].add(row)
    return found
