"""Arrays of `.npy` and `.npz` files: real numbers only, never pickles, sizes checked beforehand."""

from __future__ import annotations

import math
import os
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import refuse
from ..whole_files import whole_file
from .sources import Source, damaged
from .table import (
    BEYOND,
    LARGEST_WHOLE,
    LISTED,
    Array,
    Bad,
    Reading,
    check_cells,
    suspects,
)

MOST_MEMBERS = 10_000
NOT_NUMBERS = {
    "O": "Python objects",
    "c": "complex numbers",
    "b": "true and false",
    "U": "texts",
    "S": "texts",
    "V": "records",
    "M": "dates",
    "m": "durations",
}


def read_npy(path: str) -> Array:
    """The array of a `.npy` file, of any shape: int64, float32 or float64."""
    with open(path, "rb") as file:
        return array_of(file, os.path.getsize(path), f"'{path}'")


def array_of(file: Any, size: int, name: str) -> Array:
    """The array of an opened `.npy` file of so many bytes; messages call it `name`.

    The header says shape and type: both are checked against the size before memory is taken.
    """
    import numpy as np
    from numpy.lib import format

    try:
        version = format.read_magic(file)
        readers = {(1, 0): format.read_array_header_1_0, (2, 0): format.read_array_header_2_0}
        shape, _, dtype = readers[version](file)
    except (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
        raise damaged(name, "NumPy array") from None
    kind = dtype.kind
    if kind in NOT_NUMBERS or kind not in "iuf":
        raise refuse(
            "file-content",
            f"{name} holds {NOT_NUMBERS.get(kind, 'no numbers')}, not real numbers",
            help="save 1 and 0: np.save(file, array.astype(float))"
            if kind == "b"
            else "save an array of real numbers",
        )
    if kind == "f" and dtype.itemsize > 8:
        raise refuse(
            "file-content",
            f"{name} holds numbers of {dtype.itemsize * 8} bits, more than a double has",
            help="save array.astype(float)",
        )
    count = math.prod(shape)
    check_cells(count, 1, name)
    if min(shape, default=0) < 0 or file.tell() + count * dtype.itemsize != size:
        raise damaged(name, "NumPy array", "its header and its size disagree")
    file.seek(0)
    try:
        array = format.read_array(file, allow_pickle=False)
    except (ValueError, EOFError, OSError, zipfile.BadZipFile, zlib.error):
        raise damaged(name, "NumPy array") from None
    return np.ascontiguousarray(plain(array, name)).reshape(shape)


def write_npz(path: str, arrays: Mapping[str, Array]) -> None:
    """Write arrays to an .npz file without compression, whole or not at all. The same arrays give
    the same bytes.
    """
    import numpy as np

    with whole_file(path) as stream, zipfile.ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as entry:
                np.lib.format.write_array(entry, np.ascontiguousarray(array).reshape(array.shape))


def plain(array: Array, name: str) -> Array:
    """The array as int64, float32 or float64, in the machine's own order of bytes."""
    import numpy as np

    if array.dtype.kind == "f":
        return array.astype(np.float32 if array.dtype.itemsize == 4 else np.float64, copy=False)
    if array.dtype.kind == "u" and array.dtype.itemsize == 8 and (array > LARGEST_WHOLE).any():
        raise refuse("file-content", f"{name} holds {array.max()}, which {BEYOND}")
    return array.astype(np.int64, copy=False)


class Archive:
    """An opened `.npz` file: its arrays' names and, one by one, the arrays."""

    def __init__(self, source: Source) -> None:
        """Raises BackpropError for what is no zip file, or unfolds to more than the limit."""
        self.file = source.file
        self.source = source
        try:
            with source.opened() as file, zipfile.ZipFile(file) as archive:
                members = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
            raise damaged(self.file, "npz file") from None
        self.members = {
            one.filename.removesuffix(".npy"): one
            for one in members[:MOST_MEMBERS]
            if one.filename.endswith(".npy")
        }
        self.names = list(self.members)
        if not self.names or len(members) > MOST_MEMBERS:
            raise damaged(self.file, "npz file", "it holds no arrays" * (not self.names))

    def array(self, name: str) -> Array:
        """One array, of any shape."""
        member = self.members[name]
        place = f"'{name}' in {self.file}"
        check_cells(member.file_size // 8, 1, place)
        if member.flag_bits & 1:
            raise damaged(place, "NumPy array", "it is encrypted")
        try:
            with (
                self.source.opened() as file,
                zipfile.ZipFile(file) as archive,
                archive.open(member) as inside,
            ):
                return array_of(inside, member.file_size, place)
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
            raise damaged(place, "NumPy array") from None


class NamedArrays:
    """An opened `.npz` file as a table: each array is a column of rows along its first axis."""

    def __init__(self, source: Source) -> None:
        self.file = source.file
        self.archive = Archive(source)
        self.names = self.archive.names

    def read(self, names: Sequence[str]) -> Reading:
        """The arrays of these names, which must have equally many rows."""
        arrays = {name: self.archive.array(name) for name in names}
        rows: dict[str, int] = {}
        for name, array in arrays.items():
            if not array.ndim:
                raise refuse(
                    "file-content", f"'{name}' in {self.file} is a single number, without rows"
                )
            rows[name] = len(array)
        if len(set(rows.values())) > 1:
            least, most = min(rows, key=lambda n: rows[n]), max(rows, key=lambda n: rows[n])
            raise refuse(
                "file-content",
                f"the arrays of {self.file} have different numbers of rows: '{least}' has"
                f" {rows[least]:,} and '{most}' {rows[most]:,}",
                help="say which columns to read",
            )
        return checked(arrays, next(iter(rows.values())), self.file)


class Matrix:
    """An opened `.npy` file as a table: its columns are called 0, 1, …"""

    def __init__(self, source: Source) -> None:
        self.file = source.file
        with source.opened() as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(0)
            array = array_of(file, size, self.file)
        if not 1 <= array.ndim <= 2:
            raise refuse(
                "file-content",
                f"{self.file} has {array.ndim} axes; a table has rows and columns",
                help="save it in an .npz file with a name: np.savez(file, X=array)",
            )
        self.array = array.reshape(len(array), -1) if array.size else array.reshape(0, 1)
        self.names = [str(place) for place in range(self.array.shape[1])]

    def read(self, names: Sequence[str]) -> Reading:
        """The columns of these names."""
        arrays = {name: self.array[:, self.names.index(name)] for name in names}
        return checked(arrays, len(self.array), self.file)


def checked(arrays: dict[str, Array], rows: int, file: str) -> Reading:
    """The columns, with the rows that hold NaN, infinities or whole numbers beyond 2^53."""
    import numpy as np

    if not rows:
        raise refuse("file-content", f"{file} has no rows")
    first: dict[int, Bad] = {}
    for name, array in arrays.items():
        flat = array.reshape(rows, -1)
        width = flat.shape[1]
        doubt = suspects(flat.ravel())
        values = flat.ravel()[doubt]
        wrong = doubt[~np.isfinite(values) | (array.dtype.kind == "i")]
        at, starts = np.unique(wrong // max(width, 1), return_index=True)
        for row, start in zip(at.tolist(), starts.tolist(), strict=True):
            if row in first:
                continue
            value = flat.ravel()[wrong[start]]
            index = np.unravel_index(int(wrong[start]) % width, array.shape[1:])
            inside = f"{name}[{','.join(map(str, index))}]" if array.ndim > 1 else name
            first[row] = Bad(file, row + 1, inside, str(value), reason(value), "row")
    rows_found = sorted(first)
    bad = [first[row] for row in rows_found[:LISTED]]
    return Reading(arrays, rows, np.array(rows_found, np.int64), bad)


def reason(value: Any) -> str:
    """Why a number of a binary file cannot be used."""
    if value != value:
        return "is a missing value, not a number"
    return "is infinite" if value in (float("inf"), float("-inf")) else BEYOND


__all__ = ["Archive", "Matrix", "NamedArrays", "array_of", "read_npy", "write_npz"]
