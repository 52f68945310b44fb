"""What the readers of all formats share: cells, bad rows, and the columns that come out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from ..errors import BackpropError, refuse, similar
from ..limits import over_limit

Array = Any  # a NumPy array; NumPy is imported only where arrays are made

LISTED = 10_000  # bad rows that are listed one by one; all are counted
MOST_CELLS = 200_000_000  # the limit 'cells': 1.6 GB of doubles
LARGEST_WHOLE = 1 << 53  # beyond it, not every whole number is a double
SHOWN = 40

NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
WHOLE = re.compile(r"[-+]?[0-9]+")
DECIMAL_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+(?:[eE][-+]?[0-9]+)?")
MISSING = {"nan", "+nan", "-nan", "na", "n/a", "null", "none", "<na>", "#n/a", "missing"}
INFINITE = re.compile(r"[-+]?(?:inf|infinity|∞)", re.IGNORECASE)


class Bad(NamedTuple):
    """A row that cannot be used: its first bad cell.

    line    counted from 1: the physical line of the cell in a text file; otherwise the row.
    column  the column's name; empty if the row as a whole is at fault.
    text    what stands there.
    reason  what is wrong with it, as the end of a sentence.
    unit    "line", or "row" in files without lines.
    """

    file: str
    line: int
    column: str
    text: str
    reason: str
    unit: str = "line"

    def message(self) -> str:
        """The place, the text and the reason."""
        place = f"{self.file}, {self.unit} {self.line}"
        if not self.column:
            return f"{place}: {self.reason}"
        shown = self.text if len(self.text) <= SHOWN else self.text[: SHOWN - 1] + "…"
        cell = f"'{shown}' " if shown.strip() else "the cell "
        return f"{place}, column '{self.column}': {cell}{self.reason}"


class Columns(NamedTuple):
    """Columns of numbers.

    arrays   by name; each has `rows` entries along its first axis, in the order of the file.
             Columns written in whole numbers only are int64, the others float64; the arrays of
             .npy and .npz keep float32.
    file     what the data came from, for messages.
    bad      the rows that were left out (the first 10,000 of them), in the order of the file.
    skipped  how many were left out.
    """

    arrays: dict[str, Array]
    rows: int
    file: str = ""
    bad: tuple[Bad, ...] = ()
    skipped: int = 0


class Reading(NamedTuple):
    """Columns as a file holds them, with the rows that cannot be used.

    bad_rows  their numbers from 0, ascending, each once.
    bad       the first of them, up to LISTED, described.
    """

    arrays: dict[str, Array]
    rows: int
    bad_rows: Array
    bad: list[Bad]


class Table(Protocol):
    """An opened file: its columns' names are known, its cells are not read yet."""

    file: str
    names: list[str]

    def read(self, names: Sequence[str]) -> Reading:
        """The columns of these names."""
        ...


class Fault(NamedTuple):
    """A cell that is no number: its row and column, counted from 0."""

    row: int
    column: int
    text: str
    reason: str


def read_number(text: str) -> tuple[float, str]:
    """The number that a cell says, or NaN and the reason why it says none."""
    nothing = float("nan")
    cell = text.strip().replace("−", "-")
    if not cell:
        return nothing, "is empty"
    if NUMBER.fullmatch(cell):
        value = float(cell)
        if value in (float("inf"), float("-inf")):
            return nothing, "is too large for a double"
        if abs(value) >= LARGEST_WHOLE and WHOLE.fullmatch(cell) and beyond(cell):
            return nothing, BEYOND
        return value, ""
    word = cell.lower()
    if word in MISSING:
        return nothing, "is a missing value, not a number"
    if INFINITE.fullmatch(cell):
        return nothing, "is infinite"
    if DECIMAL_COMMA.fullmatch(cell):
        return nothing, f"has a decimal comma; write {cell.replace(',', '.')}"
    if word in ("true", "false"):
        return nothing, "is true or false, not a number; write 1 or 0"
    return nothing, "is not a number"


BEYOND = "is a whole number beyond 2^53, which a double cannot hold exactly"


def beyond(digits: str) -> bool:
    """Whether a whole number is larger than 2^53 in size."""
    shorter = digits.lstrip("+-").lstrip("0")
    return len(shorter) > 16 or int(shorter or "0") > LARGEST_WHOLE


def suspects(values: Array) -> Array:
    """The rows whose numbers need a second look: NaN, infinite, or beyond 2^53 in size.

    A double of 2^53 may come from 2^53 + 1.
    """
    import numpy as np

    if not len(values) or (values.max() < LARGEST_WHOLE and values.min() > -LARGEST_WHOLE):
        return np.empty(0, np.int64)
    if values.dtype.kind == "i":  # not through abs: that of the least int64 is itself
        return np.flatnonzero((values > LARGEST_WHOLE) | (values < -LARGEST_WHOLE))
    return np.flatnonzero(~(np.abs(values) < LARGEST_WHOLE))


def check_cells(rows: int, columns: int, file: str) -> None:
    """Refuse more cells than memory should take, before they are read."""
    if rows * columns > MOST_CELLS:
        raise over_limit("cells", MOST_CELLS, f"cells in {file}")


def finished(reading: Reading, file: str, skip_bad: bool) -> Columns:
    """The columns without the bad rows; raises BackpropError for the first of them, unless
    `skip_bad`.
    """
    count = len(reading.bad_rows)
    if not count:
        return Columns(reading.arrays, reading.rows, file)
    first = reading.bad[0].message()
    if not skip_bad:
        more = f" (and {count - 1:,} more bad row{'s' * (count > 2)})" if count > 1 else ""
        raise refuse(
            "file-content", f"{first}{more}", help="correct it, or leave such rows out: --skip-bad"
        )
    if count == reading.rows:
        raise refuse("file-content", f"every row is bad; {first}", help="correct the data")
    import numpy as np

    keep = np.ones(reading.rows, bool)
    keep[reading.bad_rows] = False
    arrays = {name: array[keep] for name, array in reading.arrays.items()}
    return Columns(arrays, reading.rows - count, file, tuple(reading.bad), count)


# ---------------------------------------------------------------------------- names of columns


def no_column(
    name: str, names: Sequence[str], file: str, wanted: str | None = None
) -> BackpropError:
    """The error for a column that is not there, which the variable `wanted` was to be."""
    near = similar(name, list(names))
    listed = ", ".join(map(shortened, names[:8])) + (", …" if len(names) > 8 else "")
    other = f"to use another column: --column {wanted or name}=NAME"
    help = f"did you mean '{near[0]}'?" if near else other
    message = f"{file} has no column '{shortened(name)}'; it has {listed or 'none'}"
    return refuse("file-content", message, help=help, suggestions=tuple(near))


def shortened(name: str) -> str:
    return name if len(name) <= SHOWN else name[: SHOWN - 1] + "…"


def check_names(names: Iterable[str], file: str) -> None:
    """Refuse names that stand twice and empty ones, among the columns that are read."""
    seen: dict[str, int] = {}
    for place, name in enumerate(names, 1):
        if not name:
            raise refuse(
                "file-content",
                f"column {place} of {file} has no name",
                help="name it in the header, or say which columns to read",
            )
        if name in seen:
            raise refuse(
                "file-content",
                f"two columns of {file} are called '{shortened(name)}': {seen[name]} and {place}",
                help="rename one of them",
            )
        seen[name] = place


NUMBERED = re.compile(r"(.*?)([0-9]+)(\D*)", re.DOTALL)


def is_group(pattern: str) -> bool:
    """Whether a pattern says several columns."""
    return any(sign in pattern for sign in "*:,")


def expanded(pattern: str, names: Sequence[str], file: str) -> list[str]:
    """The columns that a pattern says, in its order.

    `x0:x63`  the columns x0, x1, … x63 by number, wherever they stand; any column if the ends are
              not the same name with two numbers: those from the first to the last, as they stand.
    `x*`      all columns x and a whole number, by number; a gap is an error.  `*`: all columns.
    `a,b,x*`  one after the other.
    """
    found: list[str] = []
    for part in map(str.strip, pattern.split(",")):
        if part in names or not is_group(part):
            found += [part]
        elif part == "*":
            found += names
        elif "*" in part:
            found += starred(part, names, file)
        else:
            found += spanned(part, names, file)
    missing = [name for name in found if name not in names]
    if missing:
        raise no_column(missing[0], names, file)
    twice = {name for name in found if found.count(name) > 1} if len(found) < 10_000 else set()
    if twice:
        raise refuse("file-content", f"'{pattern}' takes the column '{min(twice)}' twice")
    return found


def spanned(part: str, names: Sequence[str], file: str) -> list[str]:
    """The columns of `first:last`."""
    first, _, last = map(str.strip, part.partition(":"))
    low, high = NUMBERED.fullmatch(first), NUMBERED.fullmatch(last)
    if low and high and (low[1], low[3]) == (high[1], high[3]):
        start, end = int(low[2]), int(high[2])
        if end - start >= len(names):
            lacking = f"{low[1]}{end}{low[3]}"
            raise no_column(lacking if lacking not in names else last, names, file)
        width = len(low[2]) if low[2].startswith("0") else 0
        found = [f"{low[1]}{number:0{width}d}{low[3]}" for number in range(start, end + 1)]
    else:
        for end_name in (first, last):
            if end_name not in names:
                raise no_column(end_name, names, file)
        found = list(names[names.index(first) : names.index(last) + 1])
    if not found:
        raise refuse(
            "file-content",
            f"'{part}' says no column: '{last}' stands before '{first}'",
            help=f"write {last}:{first}",
        )
    return found


def starred(part: str, names: Sequence[str], file: str) -> list[str]:
    """The columns of `x*`, in the order of their numbers."""
    before, _, after = part.partition("*")
    numbered: dict[int, str] = {}
    for name in names:
        inside = name[len(before) : len(name) - len(after)]
        if name.startswith(before) and name.endswith(after) and WHOLE.fullmatch(inside):
            number = int(inside) if len(inside) < 16 else -1
            if number in numbered:
                both = f"'{numbered[number]}' and '{name}'"
                raise refuse("file-content", f"{both} have the same number in '{part}'")
            numbered[number] = name
    order = sorted(numbered)
    if not order:
        raise no_column(f"{before}0{after}", names, file)
    if order[-1] - order[0] + 1 != len(order):
        gap = next(n for n in range(order[0], order[-1]) if n not in numbered)
        raise refuse(
            "file-content",
            f"{file} has no column '{before}{gap}{after}', but '{numbered[order[-1]]}'",
            help="write the columns out, as in x0:x4,x6:x9",
        )
    return [numbered[number] for number in order]


def stacked(arrays: Mapping[str, Array], names: Sequence[str]) -> Array:
    """Columns side by side: shape (rows, columns); an only one of more axes stays as it is."""
    import numpy as np

    parts = [arrays[name] for name in names]
    if len(parts) == 1 and parts[0].ndim > 1:
        return parts[0]
    return np.column_stack(parts)
