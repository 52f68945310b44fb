"""CSV and TSV: read by polars, checked cell by cell where polars leaves a doubt.

polars is fast and lenient: it fills short rows with nulls, cuts long ones where only some columns
are read, and turns 1e400 into infinity. So the structure is checked here, and every null, NaN,
infinity and very large number is read again from its text.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from ..errors import BackpropError, refuse
from .sources import Source
from .structure import Lines, Structure, line_of, record_ends, structure
from .table import (
    LARGEST_WHOLE,
    LISTED,
    NUMBER,
    Array,
    Bad,
    Fault,
    Reading,
    check_cells,
    read_number,
    suspects,
)

SAMPLE = 1 << 16  # bytes that tell which columns hold whole numbers
LONGEST_HEADER = 1 << 22
SEPARATORS = {"csv": ord(","), "tsv": ord("\t")}
NAMED_SEPARATORS = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}


class Delimited:
    """An opened CSV or TSV file."""

    def __init__(self, source: Source, header: bool | None = True) -> None:
        """Raises BackpropError for a text without a usable header; without one, the columns are
        called 0, 1, …; None: if the first line is no numbers, it is the header.
        """
        assert source.data is not None
        self.file = source.file
        self.separator = SEPARATORS[source.format]
        self.data = text_of(source.data, self.file)
        first, end = self.first_record()
        if header is None:
            header = not all(NUMBER.fullmatch(name) for name in first)
        self.header = header
        self.names = first if header else [str(place) for place in range(len(first))]
        if header:
            self.check_header(first)
            self.skipped_lines = self.data.count(b"\n", 0, end)
        else:  # an empty header line, so that records and lines are counted in one way
            self.data, self.skipped_lines, end = b"\n" + self.data, 1, 1
        self.first_line = 1 if header else 0
        self.start = end
        self.readable = self.data

    def first_record(self) -> tuple[list[str], int]:
        """The cells of the first record, and where the next one begins."""
        end = self.data.find(b"\n")
        while end >= 0 and self.data.count(b'"', 0, end) % 2 and end < LONGEST_HEADER:
            end = self.data.find(b"\n", end + 1)
        end = len(self.data) if end < 0 else end + 1
        try:
            text = self.data[:end].decode("utf-8")
        except UnicodeDecodeError as error:
            raise refuse(
                "file-content",
                f"{self.file} is not UTF-8 text (line {line_of(self.data, error.start)})",
                help="save it as UTF-8",
            ) from None
        try:
            rows = list(csv.reader(io.StringIO(text, ""), delimiter=chr(self.separator)))
        except csv.Error as error:
            raise refuse("file-content", f"{self.file}, line 1: no header: {error}") from None
        return [cell.strip() for cell in rows[0]] if rows and rows[0] else [""], end

    def check_header(self, names: list[str]) -> None:
        """Refuse a header that is data, or one separated in another way."""
        if names == [""]:
            raise refuse(
                "file-content", f"{self.file}, line 1: an empty line where the names should be"
            )
        if all(NUMBER.fullmatch(name) for name in names):
            raise refuse(
                "file-content",
                f"{self.file} has no header: its first line holds numbers only",
                help="write the names of the columns in the first line",
            )
        if len(names) == 1:
            for sign, word in NAMED_SEPARATORS.items():
                if sign in names[0] and ord(sign) != self.separator:
                    raise refuse(
                        "file-content",
                        f"{self.file} has {word} between its names, not"
                        f" {NAMED_SEPARATORS[chr(self.separator)]}",
                        help="give it the ending .tsv" if sign == "\t" else "save it as CSV",
                    )

    def read(self, names: Sequence[str]) -> Reading:
        """The columns of these names; raises BackpropError for a structure with two readings."""
        table = structure(
            self.data, self.separator, self.start, len(self.names), self.file, self.first_line
        )
        if not table.records:
            below = "its header" if self.header else "this"
            raise refuse("file-content", f"{self.file} has no rows below {below}")
        check_cells(table.records, len(names), self.file)
        if len(table.wrong) and table.wrong[0] == 0:
            self.readable = self.with_whole_first_row(table)
        places = [self.names.index(name) for name in names]
        arrays, faults = self.cells(table, places)
        return described(self, table, dict(zip(names, arrays, strict=True)), faults)

    def cells(self, table: Structure, places: list[int]) -> tuple[list[Array], list[Fault]]:
        """The columns at these places, and the cells that are no numbers."""
        import polars as pl

        whole = self.whole_at_first(places)
        types = {place: pl.Int64 if place in whole else pl.Float64 for place in places}
        frame = self.parsed(places, types)
        if frame.height != table.records:
            raise refuse("file-content", f"{self.file} has lines that cannot be told apart")
        again = [place for place in whole if frame[str(place)].null_count()]
        other = self.parsed(again, pl.Float64) if again else frame
        pairs = [doubtful(frame[str(p)], other[str(p)] if p in again else None) for p in places]
        reread = [place for place, (_, rows) in zip(places, pairs, strict=True) if len(rows)]
        texts = self.parsed(reread, pl.String) if reread else frame
        arrays: list[Array] = []
        faults: list[Fault] = []
        for place, (array, rows) in zip(places, pairs, strict=True):
            if len(rows):
                cells = texts[str(place)].gather(rows).to_list()
                array = settled(array, rows.tolist(), cells, place, faults)
            arrays.append(array)
        return arrays, faults

    def with_whole_first_row(self, table: Structure) -> bytes:
        """The text with zeros for the first row, by which polars counts the columns."""
        ends = record_ends(table)
        end = int(ends[1]) if len(ends) > 1 else len(self.data)
        zeros = bytes([self.separator]).join([b"0"] * len(self.names))
        return self.data[: self.start] + zeros + self.data[end:]

    def whole_at_first(self, places: list[int]) -> list[int]:
        """Which of these columns hold whole numbers only, as far as a sample tells."""
        import polars as pl

        end = self.readable.find(b"\n", self.start + SAMPLE)
        sample = self.readable[self.start : end + 1 if end >= 0 else len(self.data)]
        with suppress(BackpropError):  # a cut through a cell in quotation marks
            whole = self.parsed(places, pl.Int64, sample)
            real = self.parsed(places, pl.Float64, sample)
            pairs = [(place, doubtful(whole[str(place)], real[str(place)])) for place in places]
            return [place for place, (array, _) in pairs if array.dtype.kind == "i"]
        return []

    def parsed(self, places: list[int], types: Any, sample: bytes | None = None) -> Any:
        """Some columns by polars, called by their places; what does not fit the type is null.

        `sample` is a part of the rows, to read instead of all.
        """
        import polars as pl

        kinds = types if isinstance(types, dict) else dict.fromkeys(places, types)
        schema = {str(p): kinds.get(p, pl.Float64) for p in range(len(self.names))}
        try:
            return pl.read_csv(
                self.readable if sample is None else sample,
                has_header=False,
                skip_lines=self.skipped_lines if sample is None else 0,
                separator=chr(self.separator),
                schema=schema,
                columns=places,
                ignore_errors=True,
                truncate_ragged_lines=True,
                encoding="utf8-lossy" if types == pl.String else "utf8",
            )
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
            reason = str(error).partition("\n")[0]
            raise refuse("file-content", f"{self.file} cannot be read: {reason}") from None


def text_of(data: bytes, file: str) -> bytes:
    """The text without a byte-order mark and empty lines at the end, its line ends as newlines."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refuse("file-content", f"{file} is UTF-16 text", help="save it as UTF-8")
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\n" not in data and b"\r" in data:
        data = data.replace(b"\r", b"\n")
    if data.endswith((b"\n\n", b"\n\r\n")) and data.count(b'"') % 2 == 0:
        data = data.rstrip(b"\r\n") + b"\n"
    if not data.strip(b" \t\r\n"):
        raise refuse("file-content", f"{file} is empty")
    return data


def doubtful(first: Any, other: Any) -> tuple[Array, Array]:
    """A column of polars as an array of int64 or float64, and the rows to read from their texts.

    `other` is the column read as float64, where it was read as int64 first and that gave nulls.
    Whole numbers with a few cells that are no numbers at all stay whole numbers.
    """
    import numpy as np

    if first.dtype.is_float():
        array = np.asarray(first.to_numpy(), np.float64)
        return array, suspects(array)
    nulls = first.is_null().to_numpy()
    if other is not None:
        array = np.asarray(other.to_numpy(), np.float64)
        rows = suspects(array)
        if len(rows) != np.count_nonzero(nulls | (np.abs(array) >= LARGEST_WHOLE)):
            return array, rows
    array = first.fill_null(0).to_numpy()
    return array, np.union1d(suspects(array), np.flatnonzero(nulls))


def settled(
    array: Array, rows: list[int], texts: list[str | None], place: int, faults: list[Fault]
) -> Array:
    """A column with the doubtful cells read from their texts; those that are no numbers are added
    to `faults`.
    """
    import numpy as np

    found: list[tuple[int, float]] = []
    for row, text in zip(rows, texts, strict=True):
        value, reason = read_number(text or "")
        if reason:
            faults.append(Fault(row, place, text or "", reason))
        elif value != array[row]:
            found.append((row, value))
    if found:
        at, values = zip(*found, strict=True)
        broken = array.dtype.kind == "i" and not all(
            value.is_integer() and abs(value) <= LARGEST_WHOLE for value in values
        )
        array = array.astype(np.float64) if broken else array.copy()
        array[list(at)] = values
    return array


def described(
    table: Delimited, layout: Structure, arrays: dict[str, Array], faults: list[Fault]
) -> Reading:
    """The columns, with the bad rows in their order, each by its first fault."""
    import numpy as np

    if not faults and not len(layout.wrong):
        return Reading(arrays, layout.records, np.empty(0, np.int64), [])
    lines = Lines(layout)
    first: dict[int, Fault] = {}
    for fault in sorted(faults):
        first.setdefault(fault.row, fault)
    fields = dict(zip(map(int, layout.wrong), map(int, layout.fields), strict=True))
    bad_rows = sorted(first.keys() | fields.keys())
    bad: list[Bad] = []
    for row in bad_rows[:LISTED]:
        if row in fields:
            text, line = lines.record(row)
            reason = miscounted(text, fields[row], len(table.names), chr(table.separator))
            bad.append(Bad(table.file, line, "", text, reason))
        else:
            fault = first[row]
            line = lines.line(row, fault.column)
            name = table.names[fault.column]
            bad.append(Bad(table.file, line, name, fault.text, fault.reason))
    return Reading(arrays, layout.records, np.array(bad_rows, np.int64), bad)


def miscounted(text: str, fields: int, columns: int, separator: str) -> str:
    """What is wrong with a row of another number of fields."""
    if not text.strip():
        return "an empty line"
    reason = f"{fields} cell{'s' * (fields != 1)} where the first line has {columns}"
    if separator == "," and fields > columns:
        reason += "; is there a decimal comma?"
    return reason
