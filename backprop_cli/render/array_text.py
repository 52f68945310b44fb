"""Arrays as text: small ones whole, in the brackets in which a value can be given, large ones as a
summary.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

from ..numerals import short
from ..tensors.running.reporting import ArrayRow, summary

Array = Any

MOST_NUMBERS = 12  # of an array that is shown whole
MOST_IN_LINE = 6  # of a vector that is shown whole
FOLDED = 18  # columns from which on a vector is folded into several lines of a cell


def number(value: Any) -> str:
    """One number for a person."""
    return short(value.item() if value.dtype.kind != "f" else float(value))


def shape_text(row: ArrayRow, named: bool = True) -> str:
    """The shape of an array, with the names of its sizes if it is declared with them: `C×D =
    10×3073`; an index that does not start at 0 by its values, `1..12`.
    """
    lengths = [
        str(length) if not first else f"{first}..{first + length - 1}"
        for first, length in zip(row.firsts, row.shape, strict=True)
    ]
    text = "×".join(lengths)
    if row.role == "definition" or not any(row.axes) or not named:
        return text
    names = [name or length for name, length in zip(row.axes, lengths, strict=True)]
    return f"{'×'.join(names)} = {text}"


def is_small(array: Array) -> bool:
    """Whether an array is shown whole where there is little room."""
    if array.ndim == 1:
        return bool(array.size <= MOST_IN_LINE)
    return bool(array.size <= MOST_NUMBERS)


def whole_text(array: Array, width: int, folded: bool = True) -> str | None:
    """An array in nested brackets, its columns in line. None if it is wider than `width`: a long
    row is continued on the next line if it may be `folded`, as a vector always is.
    """
    if not array.ndim:
        return number(array)
    if not array.size:
        return "[]"
    cells = [number(value) for value in array.reshape(-1)]
    if array.ndim == 1:
        return filled(cells, width, 0)
    columns = array.shape[-1]
    widths = [max(map(len, cells[k::columns])) for k in range(columns)]
    if sum(widths) + 2 * columns + around(array.ndim) > width:
        if not folded:
            return None
        widths = [max(widths)] * columns
    lines = []
    places = list(product(*map(range, array.shape[:-1])))
    for row, place in enumerate(places):
        items = cells[row * columns : (row + 1) * columns]
        items = [item.rjust(size) for item, size in zip(items, widths, strict=True)]
        opened = trailing_zeros(place)
        ends = array.shape[:-1]
        closed = trailing_zeros(tuple(n - 1 - k for k, n in zip(place, ends, strict=True)))
        start = " " * (len(place) - opened) + "[" * opened
        body = filled(items, width - around(array.ndim), len(place))
        if body is None:
            return None
        lines.append(start + body + "]" * closed + ("" if row == len(places) - 1 else ","))
    return "\n".join(lines)


def around(rank: int) -> int:
    """The columns outside of the innermost brackets: those of the outer ones, or a comma."""
    return rank - 1 + max(1, rank - 1)


def trailing_zeros(place: tuple[int, ...]) -> int:
    """How many of the last numbers are 0."""
    count = 0
    for value in reversed(place):
        if value:
            break
        count += 1
    return count


def filled(items: list[str], width: int, indent: int) -> str | None:
    """`[a, b, …]` in lines of at most `width` columns; None if one item is wider."""
    if max(map(len, items)) + 2 > width:
        return None
    lines, line = [], "["
    for place, item in enumerate(items):
        piece = item + ("," if place < len(items) - 1 else "]")
        if line.strip() not in ("[", "") and len(line) + 1 + len(piece) > width:
            lines.append(line)
            line = " "
        line += ("" if line in ("[", " ") else " ") + piece
    return ("\n" + " " * indent).join([*lines, line])


class Texts:
    """The summaries of arrays, each worked out once."""

    def __init__(self) -> None:
        self.known: dict[int, tuple[Array, str]] = {}  # the array keeps its id taken

    def summary(self, array: Array, whole: bool = False) -> str:
        if id(array) not in self.known:
            self.known[id(array)] = (array, summary_text(array, whole))
        return self.known[id(array)][1]

    def cell(self, array: Array | None, width: int, whole: bool = False) -> str:
        """An array for a column of a table: whole if it is small and narrow enough."""
        if array is None:
            return "–"
        if not array.ndim:
            return number(array)
        text = whole_text(array, width, False) if is_small(array) else None
        if text is None or (array.ndim == 1 and "\n" in text and width < FOLDED):
            return self.summary(array, whole)
        return text


def summary_text(array: Array, whole: bool = False) -> str:
    """A large array in two or three lines: root mean square, range, and what is not finite.

    `whole` are labels and other whole numbers, whose root mean square says nothing.
    """
    found = summary(array)
    lines = []
    if not math.isnan(found.rms):
        if not whole:
            lines.append(f"rms {short(found.rms)}")
        if found.least == found.greatest:
            lines.append(f"all {short(found.least)}")
        else:
            lines.append(f"{short(found.least)} to {short(found.greatest)}")
        if found.least == found.greatest and not whole:
            del lines[0]
    if found.nan:
        lines.append(f"{found.nan:,} NaN")
    if found.infinite:
        lines.append(f"{found.infinite:,} infinite")
    return "\n".join(lines) or "empty"
