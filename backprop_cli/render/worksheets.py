"""A CSV that another system exported and will import again: what is not filled in stays as it was,
byte for byte, with its delimiter, its quotes, its line ends and its byte-order mark.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from typing import NamedTuple

from ..bindings import decoded
from ..errors import BackpropError, refuse
from ..homework.marks import SheetMarks
from ..numerals import decimal

BOM = b"\xef\xbb\xbf"
DELIMITERS = ",;\t"
MOST_NAMED = 10
NUMBER = re.compile(r"\s*([0-9]{1,9})(?:[.,]([0-9]{1,9}))?\s*")
SUFFIX = re.compile(r" \([0-9]+\)$")  # of an assignment's title in Canvas: its number there


class Filled(NamedTuple):
    """An export, filled in.

    filled     how many rows have got points.
    waiting    ids whose points are not settled: somebody has to look first.
    unmatched  ids that the export does not have, or has twice, or whose row two of them mean.
    notes      what else the teacher should know.
    """

    data: bytes
    filled: int
    waiting: tuple[str, ...]
    unmatched: tuple[str, ...]
    notes: tuple[str, ...]

    def said(self, what: str) -> list[str]:
        """What there is to say, in sentences."""
        lines = [f"{what}: {self.filled} grades filled in", *self.notes]
        if self.waiting:
            lines.append(f"{what}: not filled in until somebody has looked: {few(self.waiting)}")
        if self.unmatched:
            lines.append(f"{what}: not found in it, or twice: {few(self.unmatched)}")
        return lines


class Worksheet:
    """The cells of an export as they are written, row by row, with the end of each row."""

    def __init__(self, data: bytes, what: str) -> None:
        self.what = what
        self.bom = data.startswith(BOM)
        text = decoded(data, what)
        head = re.sub(r'"[^"]*"', "", text.partition("\n")[0])
        self.delimiter = max(DELIMITERS, key=head.count)
        self.rows, self.ends = self.cells_of(text)
        if not self.rows:
            raise refuse("file-content", f"{what} is empty")
        self.headers = [plain_cell(cell).strip() for cell in self.rows[0]]
        self.all_quoted = all(cell.startswith('"') for cell in self.rows[0])

    def cells_of(self, text: str) -> tuple[list[list[str]], list[str]]:
        """The cells of every row, and what stands between the rows."""
        other = re.escape(self.delimiter)
        cell = re.compile(rf'("(?:[^"]|"")*"|[^"\r\n{other}][^\r\n{other}]*|)({other}|\r?\n|\r|\Z)')
        rows: list[list[str]] = []
        ends: list[str] = []
        row: list[str] = []
        at = 0
        while at < len(text) or row:
            found = cell.match(text, at)
            if found is None:
                line = text.count("\n", 0, at) + 1
                raise refuse("file-content", f"{self.what} is no CSV: see line {line}")
            row.append(found[1])
            at = found.end()
            if found[2] != self.delimiter:
                rows.append(row)
                ends.append(found[2])
                row = []
        return rows, ends

    def text(self, row: int, column: int) -> str:
        """What a cell says; "" where the row has no such cell."""
        cells = self.rows[row]
        return plain_cell(cells[column]) if column < len(cells) else ""

    def fill(self, row: int, column: int, text: str) -> None:
        """Write a cell, in the style of the others."""
        special = any(sign in text for sign in (self.delimiter, '"', "\r", "\n"))
        if special or self.all_quoted or self.rows[row][column].startswith('"'):
            text = '"' + text.replace('"', '""') + '"'
        self.rows[row][column] = text

    def data(self) -> bytes:
        """The whole file."""
        lines = map(self.delimiter.join, self.rows)
        text = "".join(line + end for line, end in zip(lines, self.ends, strict=True))
        return (BOM if self.bom else b"") + text.encode("utf-8")

    def column(self, name: str) -> int:
        """The one column of this name; the number behind a title may be left out."""
        wanted = name.strip().casefold()
        titles = [header.casefold() for header in self.headers]
        for known in (titles, [SUFFIX.sub("", title) for title in titles]):
            if known.count(wanted) == 1:
                return known.index(wanted)
            if wanted in known:
                same = [at for at, title in enumerate(known) if title == wanted]
                listed = ", ".join(f"'{self.headers[at]}'" for at in same[:MOST_NAMED])
                raise self.unsure(f"has {len(same)} columns '{name}': {listed}")
        raise self.unsure(f"has no column '{name}'")

    def unsure(self, reason: str) -> BackpropError:
        """A refusal that lists the headers."""
        listed = ", ".join(f"'{header}'" for header in self.headers[:30])
        return refuse(
            "file-content", f"{self.what} {reason}",
            help=f"--grade-column takes one of its columns: {listed}",
        )  # fmt: skip


def filled_in(
    sheet: Worksheet,
    marks: Sequence[SheetMarks],
    row_of: Callable[[str], int | None],
    fill: Callable[[int, SheetMarks], None],
    notes: Sequence[str],
) -> Filled:
    """The export with the points of all who stand in it and whose points are settled.

    row_of  the row of an id; None where the export does not have it, or has it twice.
    fill    writes one sheet's points into a row.

    Two students who would have the same row are both left out.
    """
    found = {one.id: row_of(one.id) for one in marks if one.status != "missing"}
    claims = Counter(row for row in found.values() if row is not None)
    filled, waiting, unmatched = 0, [], []
    for one in marks:
        row = found.get(one.id)
        if one.id not in found:
            continue
        if row is None or claims[row] > 1:
            unmatched.append(one.id)
        elif not settled(one):
            waiting.append(one.id)
        else:
            fill(row, one)
            filled += 1
    return Filled(sheet.data(), filled, tuple(waiting), tuple(unmatched), tuple(notes))


def scaled(where: str, maximum: Fraction, most: Fraction) -> list[str]:
    """What a teacher should know where an export has another maximum than the key."""
    if maximum == most:
        return []
    say = f"{where} grades out of {decimal(maximum)}, the key has {decimal(most)} points"
    return [f"{say}: grades are scaled"]


def only(rows: Collection[int]) -> int | None:
    """The one row of some; None where there is none, or more than one."""
    return next(iter(rows)) if len(rows) == 1 else None


def few(ids: Sequence[str]) -> str:
    """The first of some ids, and how many more there are."""
    more = len(ids) - MOST_NAMED
    return ", ".join(ids[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def plain_cell(cell: str) -> str:
    """A cell without its quotes."""
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def number_in(text: str) -> Fraction | None:
    """A number that is not negative, with a point or a comma; None for anything else."""
    found = NUMBER.fullmatch(text)
    if found is None:
        return None
    digits = found[2] or ""
    return Fraction(int(found[1] + digits), 10 ** len(digits))


def settled(marks: SheetMarks) -> bool:
    """Whether a sheet's points can be handed on: nobody has to look any more."""
    return marks.status == "graded" or marks.override is not None
