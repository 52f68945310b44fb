"""Data files as named columns of numbers.

    >>> from backprop_cli.columns import read_columns
    >>> table = read_columns("points.csv", wanted=["x", "y"])
    >>> table.arrays["x"], table.rows

CSV, TSV, NDJSON, Parquet, Arrow, `.npz` and `.npy`, also compressed. Nothing is dropped, cut or
coerced in silence: a cell that is no number is an error with file, line and column, or, with
`skip_bad`, its row is left out, counted and listed.
"""

from .reading import data_format, gather, open_table, read_columns
from .table import Bad, Columns

__all__ = ["Bad", "Columns", "data_format", "gather", "open_table", "read_columns"]
