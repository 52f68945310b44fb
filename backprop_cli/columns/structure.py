"""The records of a delimited text: where they begin, how many fields they have, on which line.

RFC 4180: a quotation mark opens a field only at its start and closes it only at its end; inside, a
doubled one stands for itself. A line end inside quotation marks belongs to the field. A file where
quotation marks stand otherwise has more than one reading and is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ..errors import refuse

NEWLINE, QUOTE = 10, 34
PIECE = 1 << 24  # bytes looked at together: a few such pieces of memory, whatever the file's size


class Structure(NamedTuple):
    """The records of a text below its header.

    data       all bytes, with the header.
    start      where the first record begins.
    records    how many there are.
    wrong      the records with another number of fields than the header, ascending, from 0.
    fields     how many fields each of these has.
    quoted     whether the text has quotation marks.
    first_line the number of the first line: 0 where an empty one was put before the data.
    """

    data: bytes
    separator: int
    start: int
    records: int
    wrong: Any
    fields: Any
    quoted: bool
    first_line: int


def structure(
    data: bytes, separator: int, start: int, columns: int, file: str, first_line: int = 1
) -> Structure:
    """The structure of a text whose header ends at `start` and has so many columns."""
    quoted = data.find(b'"') >= 0
    if quoted:
        check_quotes(data, separator, file, first_line)
        signs = b"".join(outside(data, separator))
    else:
        others = bytes(code for code in range(256) if code not in (separator, NEWLINE))
        signs = data.translate(None, others)
    signs = signs[signs.find(b"\n") + 1 :] if b"\n" in signs else b""
    if not data.endswith(b"\n") and start < len(data):
        signs += b"\n"  # the last line needs no end
    row = bytes([separator]) * (columns - 1) + b"\n"
    records = len(signs) // len(row)
    if signs == row * records:
        return Structure(data, separator, start, records, (), (), quoted, first_line)
    import numpy as np

    ends = np.flatnonzero(np.frombuffer(signs, np.uint8) == NEWLINE)
    fields = np.diff(ends, prepend=-1)
    wrong = np.flatnonzero(fields != columns)
    return Structure(data, separator, start, len(ends), wrong, fields[wrong], quoted, first_line)


def pieces(data: bytes) -> Iterator[tuple[int, Any]]:
    """The bytes as NumPy arrays, piece by piece, each with its offset."""
    import numpy as np

    codes = np.frombuffer(data, np.uint8)
    for place in range(0, len(codes), PIECE):
        yield place, codes[place : place + PIECE]


def positions(data: bytes, code: int) -> Any:
    """Where a byte stands, ascending."""
    import numpy as np

    found = [np.flatnonzero(piece == code) + place for place, piece in pieces(data)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def masks(data: bytes) -> Iterator[tuple[int, Any, Any]]:
    """Offset, bytes, and which of them stand outside quotation marks, piece by piece."""
    import numpy as np

    inside = 0
    for place, piece in pieces(data):
        # Counted modulo 256, which leaves odd counts odd.
        counts = np.cumsum(piece == QUOTE, dtype=np.uint8) + np.uint8(inside)
        yield place, piece, counts & 1 == 0
        inside = int(counts[-1]) & 1


def outside(data: bytes, separator: int) -> Iterator[bytes]:
    """The separators and line ends outside quotation marks, in their order."""
    for _, piece, free in masks(data):
        yield piece[((piece == separator) | (piece == NEWLINE)) & free].tobytes()


def record_ends(table: Structure) -> Any:
    """Where the line ends are that end a record, the header's first."""
    import numpy as np

    if not table.quoted:
        return positions(table.data, NEWLINE)
    found = [
        np.flatnonzero((piece == NEWLINE) & free) + place
        for place, piece, free in masks(table.data)
    ]
    return np.concatenate(found)


def check_quotes(data: bytes, separator: int, file: str, first_line: int) -> None:
    """Refuse quotation marks within a field, and one that is never closed."""
    import numpy as np

    marks = positions(data, QUOTE)
    codes = np.frombuffer(data, np.uint8)
    borders = np.zeros(256, bool)
    borders[[separator, NEWLINE, QUOTE]] = True
    before = borders[codes[np.maximum(marks[0::2] - 1, 0)]] | (marks[0::2] == 0)
    borders[13] = True
    closing = marks[1::2]
    after = borders[codes[np.minimum(closing + 1, len(codes) - 1)]] | (closing == len(codes) - 1)
    wrong = np.concatenate([marks[0::2][~before], closing[~after]])
    if len(wrong):
        line = line_of(data, int(wrong.min())) + first_line - 1
        raise refuse(
            "file-content",
            f"{file}, line {line}: a quotation mark within a cell",
            help='put the whole cell in quotation marks, and write "" for each mark inside it',
        )
    if len(marks) % 2:
        line = line_of(data, int(marks[-1])) + first_line - 1
        raise refuse(
            "file-content",
            f"{file}, line {line}: a quotation mark opens a cell and is never closed",
            help="close it",
        )


def line_of(data: bytes, place: int) -> int:
    """The line of a byte, counted from 1."""
    return data.count(b"\n", 0, place) + 1


class Lines:
    """The texts and lines of single records, found when they are asked for."""

    def __init__(self, table: Structure) -> None:
        self.table = table
        self.ends = record_ends(table)
        self.newlines = positions(table.data, NEWLINE) if table.quoted else self.ends

    def record(self, number: int) -> tuple[str, int]:
        """The text of a record, numbered from 0, and the line that it begins on."""
        import numpy as np

        start = int(self.ends[number]) + 1
        end = int(self.ends[number + 1]) if number + 1 < len(self.ends) else len(self.table.data)
        text = self.table.data[start:end].decode("utf-8", "replace").removesuffix("\r")
        return text, int(np.searchsorted(self.newlines, start)) + self.table.first_line

    def line(self, number: int, column: int) -> int:
        """The line that one cell of a record begins on."""
        text, line = self.record(number)
        if "\n" not in text:
            return line
        separator, quoted, fields = chr(self.table.separator), False, 0
        for sign in text:
            if fields == column:
                break
            quoted ^= sign == '"'
            fields += sign == separator and not quoted
            line += sign == "\n"
        return line
