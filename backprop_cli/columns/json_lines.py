"""NDJSON: one object per line. polars reads it; what is in doubt is read again by Python.

polars would take the last of two equal keys, and reads "2" and true as numbers where it may. So a
column with nulls, or with keys that do not stand once per line, is read from the text of its lines.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ..errors import BackpropError, refuse
from .sources import Source
from .structure import line_of, pieces
from .table import (
    LISTED,
    Array,
    Bad,
    Fault,
    Reading,
    check_cells,
    read_number,
    suspects,
)

KINDS: dict[type, str] = {str: "is a text, not a number", list: "is a list", dict: "is an object"}


class JsonLines:
    """An opened NDJSON file; its columns are the keys of the first object."""

    def __init__(self, source: Source) -> None:
        """Raises BackpropError for a text that does not begin with an object."""
        assert source.data is not None
        self.file = source.file
        self.data = source.data.removeprefix(b"\xef\xbb\xbf")
        if self.data[-4096:].isspace() or not self.data:
            self.data = self.data.rstrip()
        if not self.data:
            raise refuse("file-content", f"{self.file} is empty")
        try:
            if not self.data.isascii():
                self.data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = line_of(self.data, error.start)
            raise refuse(
                "file-content", f"{self.file} is not UTF-8 text (line {line})", help="save it so"
            ) from None
        start = len(self.data) - len(self.data.lstrip())
        end = self.data.find(b"\n", start)
        first = self.data[start : len(self.data) if end < 0 else end]
        try:
            self.names = list(record(first.decode()))
        except ValueError as error:
            raise self.not_json(line_of(self.data, start), str(error)) from None
        if not self.names:
            raise refuse("file-content", f"the first object of {self.file} has no keys")

    def not_json(self, line: int, reason: str) -> BackpropError:
        help = "an object per line, such as {'x': 1, 'y': 2.5}".replace("'", '"')
        if self.data.lstrip()[:1] == b"[":
            help = "write one object per line, without the brackets and commas around them"
        return refuse("file-content", f"{self.file}, line {line}: {reason}", help=help)

    def lines(self) -> list[bytes]:
        """The lines, with empty ones."""
        return self.data.rstrip().split(b"\n")

    def read(self, names: Sequence[str]) -> Reading:
        """The columns of these names."""
        rows = self.count(b"\n") + 1
        check_cells(rows, len(names), self.file)
        read = self.by_polars(list(names), rows)
        return self.by_python(list(names)) if read is None else read

    def count(self, sign: bytes) -> int:
        """How often a character stands in the text, without the empty lines at its end."""
        import numpy as np

        end = self.data[-4096:]
        total = sum(int(np.count_nonzero(piece == sign[0])) for _, piece in pieces(self.data))
        return total - end[len(end.rstrip()) :].count(sign)

    def by_polars(self, names: list[str], rows: int) -> Reading | None:
        """The columns, if nothing about them is in doubt."""
        import numpy as np
        import polars as pl

        if not self.has_each_once(names, rows):
            return None
        types = {name: pl.Int64 if self.whole_at_first(name) else pl.Float64 for name in names}
        try:
            frame = self.parsed(types)
            again = [name for name in names if frame[name].null_count() and types[name] == pl.Int64]
            if again:
                frame = frame.with_columns(self.parsed(dict.fromkeys(again, pl.Float64)))
        except (pl.exceptions.PolarsError, pl.exceptions.PanicException, TypeError):
            return None
        if frame.height != rows or any(frame[name].null_count() for name in names):
            return None
        arrays = {name: frame[name].to_numpy() for name in names}
        if any(len(suspects(array)) for array in arrays.values()):
            return None
        return Reading(arrays, rows, np.empty(0, np.int64), [])

    def has_each_once(self, names: list[str], rows: int) -> bool:
        """Whether keys that stand in every line stand there once; False also where it is unclear.

        Where all keys are read, and no value has quotation marks, counting those is enough.
        """
        if b"\\" in self.data:
            return False
        if len(names) == len(self.names) and self.count(b'"') == 2 * len(names) * rows:
            return True
        return all(self.data.count(f'"{name}"'.encode()) == rows for name in names)

    def parsed(self, types: dict[str, Any]) -> Any:
        import polars as pl

        return pl.read_ndjson(self.data, schema=types, ignore_errors=True)

    def whole_at_first(self, name: str) -> bool:
        """Whether the first lines have whole numbers under this key."""
        try:
            found = [record(line.decode()) for line in self.data[: 1 << 14].split(b"\n")[:20][:-1]]
        except ValueError:
            return False
        return bool(found) and all(
            type(one.get(name)) is Written and one[name].kind == "whole" for one in found
        )

    def by_python(self, names: list[str]) -> Reading:
        """The columns, line by line: slower, and with a reason for each bad cell."""
        import numpy as np

        columns: list[list[float]] = [[] for _ in names]
        whole = [True] * len(names)
        bad: list[Bad] = []
        bad_rows: list[int] = []
        for row, line in enumerate(self.lines()):
            fault: Fault | None = None
            try:
                found = record(line.decode())
            except ValueError as error:
                fault = Fault(row, -1, "", f"{error}")
            else:
                for place, name in enumerate(names):
                    value, reason = number_of(found, name)
                    if reason and fault is None:
                        fault = Fault(row, place, shown(found, name), reason)
                    if not reason:
                        whole[place] &= found[name].kind == "whole"
                    columns[place].append(value)
            if fault is None:
                continue
            bad_rows.append(row)
            if len(columns[0]) == row:  # no object
                for column in columns:
                    column[row:] = [float("nan")]
            if len(bad) < LISTED:
                name = names[fault.column] if fault.column >= 0 else ""
                bad.append(Bad(self.file, row + 1, name, fault.text, fault.reason))
        arrays: dict[str, Array] = {}
        kept = np.ones(len(columns[0]), bool)
        kept[bad_rows] = False
        for name, column, all_whole in zip(names, columns, whole, strict=True):
            array = np.array(column, np.float64)
            arrays[name] = np.where(kept, array, 0).astype(np.int64) if all_whole else array
        return Reading(arrays, len(kept), np.array(bad_rows, np.int64), bad)


class Written(str):
    """A JSON number as it is written."""

    kind: str


def written(kind: str) -> Any:
    def made(text: str) -> Written:
        number = Written(text)
        number.kind = kind
        return number

    return made


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; raises ValueError for a key that stands twice."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key '{twice}' stands twice")
    return found


def record(line: str) -> dict[str, Any]:
    """The object of one line, its numbers as they are written; raises ValueError with a reason."""
    if not line.strip():
        raise ValueError("an empty line")
    try:
        found = json.loads(
            line,
            object_pairs_hook=unique,
            parse_int=written("whole"),
            parse_float=written("float"),
            parse_constant=written("named"),
        )
    except json.JSONDecodeError as error:
        reason = error.msg[:1].lower() + error.msg[1:]
        raise ValueError(f"no JSON: {reason} (column {error.colno})") from None
    except RecursionError:
        raise ValueError("an object that nests too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    return found


def number_of(found: dict[str, Any], name: str) -> tuple[float, str]:
    """The number under a key, or NaN and the reason why there is none."""
    if name not in found:
        return float("nan"), "is missing: the object has no such key"
    value = found[name]
    if isinstance(value, Written):
        return read_number(value)
    if value is None or isinstance(value, bool):
        return read_number(shown(found, name))
    return float("nan"), KINDS[type(value)]


def shown(found: dict[str, Any], name: str) -> str:
    """What stands under a key of an object, for a message."""
    value = found.get(name, "")
    if isinstance(value, (list, dict)):
        return "[…]" if isinstance(value, list) else "{…}"
    plain = isinstance(value, Written) or name not in found
    return str(value) if plain else json.dumps(value, ensure_ascii=False)
