"""CSV as the world writes it → rows: commas, semicolons or tabs, decimal commas, neutralised cells.

No cell is ever more than text.
"""

from __future__ import annotations

import csv
import io
import re
from typing import NamedTuple

from ...errors import refuse
from ..marks import Remark

MOST_ROWS = 50_000
MOST_COLUMNS = 1_000
DIVIDERS = (",", ";", "\t")
QUOTED = re.compile(r'"[^"]*"')
DECIMAL_COMMA = re.compile(r"\s*([-+−]?[0-9]+),([0-9]+)\s*")


class Row(NamedTuple):
    """A row that is not empty: its number, as spreadsheets count, and its cells."""

    number: int
    cells: tuple[str, ...]

    def cell(self, place: int | None) -> str:
        """The text of a cell; "" for none."""
        return self.cells[place] if place is not None and place < len(self.cells) else ""


class Spreadsheet(NamedTuple):
    """The rows of a CSV, the sign between its cells, and what could not be read of it."""

    rows: tuple[Row, ...]
    divider: str
    remarks: tuple[Remark, ...]


def spreadsheet(text: str) -> Spreadsheet:
    """The rows of a CSV or TSV.

    A broken row ends the reading, with a remark; raises BackpropError if there is no row before it.
    """
    text = text.removeprefix("\ufeff")
    head, _, rest = text.partition("\n")
    divider = ""
    if head.lower().startswith("sep=") and len(head.strip()) == 5:  # Excel's hint
        divider, text = head[4], rest
        head = rest.partition("\n")[0]
    bare = QUOTED.sub("", head[:100_000])
    divider = divider if divider in DIVIDERS else max(DIVIDERS, key=bare.count)
    rows: list[Row] = []
    remarks: list[Remark] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider)
    number = 0
    try:
        for number, cells in enumerate(reader, 1):
            if number > MOST_ROWS:
                remarks.append(Remark("problem", number, f"only {MOST_ROWS:,} rows are read"))
                break
            row = tuple(plain_cell(cell, divider) for cell in cells[:MOST_COLUMNS])
            if any(row):
                rows.append(Row(number, row))
    except csv.Error as error:
        message = f"row {number + 1} is no row of a table ({error}); nothing below it is read"
        remarks.append(Remark("problem", number + 1, message))
    if not rows:
        raise refuse("file-content", "it has no rows" if not remarks else remarks[0].message)
    return Spreadsheet(tuple(rows), divider, tuple(remarks))


def plain_cell(cell: str, divider: str) -> str:
    """A cell's text, without the apostrophe that keeps it from being a formula; with a decimal
    point where the commas cannot be anything but decimal.
    """
    cell = cell.strip()
    if cell[:1] == "'" and cell[1:2] and cell[1] in "=+-−@.0123456789":
        cell = cell[1:]
    if divider == ";" and "," in cell and (found := DECIMAL_COMMA.fullmatch(cell)):
        return f"{found[1]}.{found[2]}"
    return cell
