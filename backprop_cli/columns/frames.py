"""Parquet and Arrow files, read by polars: first their metadata, then the columns asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import refuse
from .numpy_files import checked
from .sources import Source, damaged
from .table import LISTED, Array, Bad, Reading, check_cells

KINDS = {"parquet": "Parquet file", "arrow": "Arrow file"}
NOT_NUMBERS = {
    "Boolean": "true and false",
    "String": "texts",
    "Categorical": "texts",
    "Enum": "texts",
    "Decimal": "decimal numbers, which a double cannot hold exactly",
    "List": "lists",
    "Array": "arrays",
    "Struct": "records",
    "Date": "dates",
    "Datetime": "dates",
    "Duration": "durations",
    "Time": "times",
    "Binary": "bytes",
    "Null": "nothing but missing values",
}
WHOLE = ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
REAL = ("Float32", "Float64")


class Frame:
    """An opened Parquet or Arrow file."""

    def __init__(self, source: Source) -> None:
        """Raises BackpropError for a file whose metadata cannot be read."""
        import polars as pl

        self.file = source.file
        self.source = source
        with reported(self.source):
            lazy = self.scanned()
            self.types = {name: kind_of(one) for name, one in lazy.collect_schema().items()}
            self.rows = int(lazy.select(pl.len()).collect().item())
        self.names = list(self.types)

    def scanned(self) -> Any:
        import polars as pl

        path = Path(self.source.path)
        data: Any = self.source.data if self.source.data is not None else path
        # In a name, * and ? are no pattern, and = is no column.
        if self.source.format == "parquet":
            return pl.scan_parquet(data, glob=False, hive_partitioning=False)
        return pl.scan_ipc(data, glob=False, hive_partitioning=False)

    def read(self, names: Sequence[str]) -> Reading:
        """The columns of these names; all must hold numbers."""
        if not self.rows:
            raise refuse("file-content", f"{self.file} has no rows")
        check_cells(self.rows, len(names), self.file)
        for name in names:
            if self.types[name] not in WHOLE + REAL:
                holds = NOT_NUMBERS.get(self.types[name], self.types[name])
                raise refuse(
                    "file-content",
                    f"the column '{name}' of {self.file} holds {holds}, not real numbers",
                    help="save it as float64",
                )
        with reported(self.source):
            frame = self.scanned().select(list(names)).collect()
        return self.converted(frame, names)

    def converted(self, frame: Any, names: Sequence[str]) -> Reading:
        """The columns as arrays, with the rows that have nulls or numbers that are none."""
        import numpy as np

        empty: dict[int, str] = {}
        arrays: dict[str, Array] = {}
        for name in names:
            column = frame[name]
            for row in np.flatnonzero(column.is_null().to_numpy()).tolist():
                empty.setdefault(row, name)
            column = column.fill_null(0)
            if self.types[name] == "UInt64":
                column = column.clip(upper_bound=1 << 62)  # beyond 2^53 all the same
            kind = np.int64 if self.types[name] in WHOLE else np.float64
            arrays[name] = np.asarray(column.to_numpy(), kind)
        reading = checked(arrays, len(frame), self.file)
        if not empty:
            return reading
        bad = {one.line - 1: one for one in reading.bad}
        for row in sorted(empty)[:LISTED]:
            place = Bad(self.file, row + 1, empty[row], "", "is empty", "row")
            if row not in bad or names.index(empty[row]) < names.index(bad[row].column):
                bad[row] = place
        bad_rows = np.union1d(reading.bad_rows, np.array(sorted(empty), np.int64))
        listed = [bad[row] for row in sorted(bad)[:LISTED]]
        return Reading(arrays, reading.rows, bad_rows, listed)


def kind_of(one: Any) -> str:
    """The name of a polars type, without what stands in its brackets."""
    return str(one.base_type().__name__)


@contextmanager
def reported(source: Source) -> Iterator[None]:
    """Turns what polars raises about a file into one error of ours."""
    import polars as pl

    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise damaged(source.file, KINDS[source.format]) from None
