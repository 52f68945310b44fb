"""Arrays of `@file` values and of JSON lists."""

from __future__ import annotations

from typing import Any

from ..columns import read_columns
from ..columns.delimited import Delimited
from ..columns.numpy_files import Archive, read_npy
from ..columns.reading import open_table
from ..columns.sources import Source, beginning
from ..columns.table import is_group
from ..errors import BackpropError, refuse
from ..limits import DEFAULT_LIMITS, Limits
from .lists import cell_value, nested_array
from .parts import Array, Part

OF_A_RUN = "backprop.train/"  # what `training.checkpoints` puts before them


def array_from_file(name: str, path: str, key: str) -> Array:
    """The array of a data file.

    `.npy`                 the array, whatever its shape.
    `.npz`                 the array called `key`; without one, the array of the variable's name.
    `.csv` and the like    the column `key`, or that of the variable's name, as a vector; several
                           columns (`x0:x63`, `x*`, `a,b`) or a file of numbers without a header as
                           a matrix (one such column: a vector).

    Raises BackpropError for what is no file of real numbers.
    """
    beginning(path)  # refuses what is no regular file
    ending = path.lower().rpartition(".")[2]
    if ending == "npy":
        if key:
            raise refuse(
                "file-content",
                f"'{path}' is one array, without parts to choose '{key}' from",
                help=f"write @{path}",
            )
        return read_npy(path)
    if ending == "npz":
        archive = Archive(Source(path, "npz", None))
        wanted = key or name
        if wanted not in archive.names:
            listed = ", ".join(archive.names[:8])
            raise refuse(
                "file-content",
                f"'{path}' has no array '{wanted}'; it has {listed}",
                help=f"write @{path}:{archive.names[0]}",
            )
        return archive.array(wanted)
    return from_table(name, path, key)


def arrays_of_archive(path: str) -> list[tuple[str, Array]]:
    """All arrays of an .npz file with their names, but for those by which `train --save` keeps the
    state of a run.

    Raises BackpropError for what is no file of real numbers.
    """
    beginning(path)
    archive = Archive(Source(path, "npz", None))
    names = [name for name in archive.names if not name.startswith(OF_A_RUN)]
    return [(name, archive.array(name)) for name in names]


def from_table(name: str, path: str, key: str) -> Array:
    """A column or several of a file with rows; all of a file of numbers without a header."""
    table = open_table(path, header=None)
    if isinstance(table, Delimited) and not table.header and not key:
        key = "*" if len(table.names) > 1 else "0"
    absent = key if key and not is_group(key) else ("" if key else name)
    if absent and absent not in table.names and f"{absent}[0]" not in table.names:
        listed = ", ".join(table.names[:8])
        raise refuse(
            "file-content",
            f"'{path}' has no column '{absent}'; it has {listed}",
            help=f"write @{path}:{table.names[0]}, or @{path}:* for all columns",
        )
    return read_columns(table, wanted=[name], rename={name: key or name}).arrays[name]


def json_array(value: list[Any], what: str, limits: Limits = DEFAULT_LIMITS) -> Array:
    """The array of a JSON list: of numbers, of texts with constant expressions, of such lists.

    Numbers arrive as they are written. Raises BackpropError for anything else in the lists.
    """
    waiting: list[list[Any]] = [value]
    copied: list[Any] = []
    copies: list[list[Any]] = [copied]
    while waiting:
        original, copy = waiting.pop(), copies.pop()
        for item in original:
            if isinstance(item, list):
                inner: list[Any] = []
                waiting.append(item)
                copies.append(inner)
                copy.append(inner)
            else:
                copy.append(json_number(item, what, limits))
    try:
        return nested_array(copied)
    except BackpropError as error:
        found = error.diagnostic
        raise BackpropError(
            found._replace(code="file-content", message=f"{what}: {found.message}")
        ) from None


def json_number(item: Any, what: str, limits: Limits) -> float | int:
    """One number of a JSON list."""
    if not isinstance(item, str):
        kind = {dict: "an object", bool: "true or false"}.get(type(item), "null")
        raise refuse("file-content", f"{what} has {kind} among its numbers", help="write numbers")
    try:
        return cell_value(Part(item, 0), limits)
    except BackpropError as error:
        raise error.located(item, what) from None
