"""Opens a data file of any format, and chooses among its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .sources import data_format, open_source
from .table import (
    Array,
    Columns,
    Reading,
    Table,
    check_names,
    expanded,
    finished,
    is_group,
    no_column,
    stacked,
)


def open_table(path: str, format: str | None = None, header: bool | None = True) -> Table:
    """The table of a file, or of standard input for `-`; its names are known, no cell is read.

    format  "csv", "tsv", "ndjson", "parquet", "arrow", "npz" or "npy"; without it, the file's name
            or its first bytes tell. A compressed file ends in .gz, .bz2, .xz or .zst.
    header  whether the first line of a CSV or TSV file has the names; None: unless it is all
            numbers.

    Raises BackpropError for what cannot be opened as such a table.
    """
    source = open_source(path, format)
    if source.format in ("csv", "tsv"):
        from .delimited import Delimited

        return Delimited(source, header)
    if source.format == "ndjson":
        from .json_lines import JsonLines

        return JsonLines(source)
    if source.format in ("parquet", "arrow"):
        from .frames import Frame

        return Frame(source)
    from .numpy_files import Matrix, NamedArrays

    return NamedArrays(source) if source.format == "npz" else Matrix(source)


def read_columns(
    path: str | Table,
    *,
    format: str | None = None,
    wanted: Sequence[str] | None = None,
    rename: Mapping[str, str] | None = None,
    skip_bad: bool = False,
) -> Columns:
    """The columns of a file as arrays by name.

    path      a file, "-" for standard input, or a table that `open_table` has opened.
    wanted    the names to read; others are not looked at. Without it all columns are read, and all
              must be numbers.
    rename    for a name of `wanted`, the column that it is called in the file, or a group of
              columns that become an array of shape (rows, columns): `x0:x63`, `x*`, `a,b,c`. A
              wanted X without such a column is also found in columns X[0], X[1], …
    skip_bad  leave rows with bad cells out, instead of an error for the first of them.

    Raises BackpropError for a file that cannot be read, a column that is not there, and, unless
    `skip_bad`, for a cell that is no finite number.
    """
    table = open_table(path, format) if isinstance(path, str) else path
    rename = rename or {}
    if wanted is None:
        taken = {name for one in rename.values() for name in parts(one, table)}
        wanted = [name for name in table.names if name not in taken] + list(rename)
        check_names(table.names, table.file)
    chosen = {name: parts(rename.get(name, name), table, name) for name in wanted}
    needed = dict.fromkeys(name for names in chosen.values() for name in names)
    check_names([name for name in table.names if name in needed], table.file)
    reading = table.read([name for name in table.names if name in needed])
    arrays = {
        name: reading.arrays[names[0]]
        if names == [rename.get(name, name)]
        else stacked(reading.arrays, names)
        for name, names in chosen.items()
    }
    rows, bad_rows, bad = reading.rows, reading.bad_rows, reading.bad
    return finished(Reading(arrays, rows, bad_rows, bad), table.file, skip_bad)


def parts(pattern: str, table: Table, wanted: str | None = None) -> list[str]:
    """The columns of the file that a name or a pattern stands for, for the variable `wanted`."""
    if pattern in table.names:
        return [pattern]
    if is_group(pattern):
        return expanded(pattern, table.names, table.file)
    if f"{pattern}[0]" in table.names:
        return expanded(f"{pattern}[*]", table.names, table.file)
    raise no_column(pattern, table.names, table.file, wanted)


def gather(columns: Columns, pattern: str) -> Array:
    """Columns that were read, side by side: shape (rows, columns).

    `x0:x63`  by number; or from one name to another in the order of the file.
    `x*`      all columns x and a whole number, by number.
    `a,b,x*`  one after the other.
    """
    file = columns.file or "the data"
    return stacked(columns.arrays, expanded(pattern, list(columns.arrays), file))


__all__ = ["data_format", "gather", "open_table", "read_columns"]
