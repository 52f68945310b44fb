"""Nested lists of numbers, written in brackets or in JSON."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

from ..columns.table import NUMBER
from ..errors import Span, refuse
from ..limits import Limits
from .parts import MOST_AXES, Array, Part, constant

WHOLE = re.compile(r"[-+]?[0-9]{1,18}")


def list_value(form: Part, limits: Limits) -> Array:
    """The array of a nested list in brackets."""
    lists: list[list[Any]] = [[]]  # the lists that are open; the first holds the whole
    filled = [False]  # whether each has an item since its last comma
    start, depth = form.start, 0  # of the round brackets and braces of a cell
    for place, sign in enumerate(form.text, form.start):
        depth += (sign in "({") - (sign in ")}")
        if depth or sign not in "[],":
            continue
        cell = Part(form.text[start - form.start : place - form.start], start)
        start = place + 1
        if cell.text.strip():
            if filled[-1] or sign == "[":
                raise refuse("bad-value", "a number and a list side by side", cell.span, "use ','")
            lists[-1].append(cell_value(cell, limits))
            filled[-1] = True
        if sign == "[":
            if filled[-1]:
                raise refuse("bad-value", "two lists without ','", Span(place, place + 1), "add it")
            lists.append([])
            filled.append(False)
        elif sign == ",":
            if not filled[-1]:
                here = Span(place, place + 1)
                raise refuse("bad-value", "nothing stands before this ','", here, "write a number")
            filled[-1] = False
        else:
            lists[-2].append(lists.pop())
            filled[-2:] = [True]
    return nested_array(lists[0][0], form.span)


def cell_value(cell: Part, limits: Limits) -> float | int:
    """One number of a list: an int if it is written as a whole number."""
    text = cell.text.strip().replace("−", "-")
    if WHOLE.fullmatch(text):
        return int(text)
    value = float(text) if NUMBER.fullmatch(text) else constant(cell, limits)
    if math.isinf(value) and "inf" not in text.lower() and "∞" not in text:
        raise refuse("bad-value", f"{text} is too large for a double", cell.span, "write inf")
    return value


def nested_array(nested: list[Any], span: Span | None = None) -> Array:
    """The array of nested lists of numbers; int64 if all are ints, otherwise float64.

    Raises BackpropError for lists of different lengths, naming the row.
    """
    import numpy as np

    shape: list[int] = []
    level: list[Any] = [nested]
    while True:
        length = len(level[0])
        for place, row in enumerate(level):
            if len(row) != length:
                raise refuse(
                    "bad-value",
                    f"the list {at(place, shape)} has {len(row)} and the list"
                    f" {at(0, shape)} {length} items",
                    span,
                    "make all rows equally long",
                )
        shape.append(length)
        if not length:
            raise refuse("bad-value", "a list without numbers", span, "write at least one number")
        items = [item for row in level for item in row]
        deeper = [isinstance(item, list) for item in items]
        if not any(deeper):
            break
        if not all(deeper):
            first = deeper.index(not deeper[0])
            kinds = ("a list", "a number") if deeper[first] else ("a number", "a list")
            raise refuse(
                "bad-value",
                f"{kinds[0]} at {at(first, shape)} and {kinds[1]} at {at(0, shape)}",
                span,
                "make all items numbers, or all lists",
            )
        if len(shape) >= MOST_AXES:
            raise refuse("bad-value", f"a list with more than {MOST_AXES} levels", span)
        level = items
    whole = all(type(item) is int for item in items)
    return np.array(items, np.int64 if whole else np.float64).reshape(shape)


def at(place: int, shape: Sequence[int]) -> str:
    """The subscripts of the item with this number among items of such a shape: [1][0]."""
    found: list[int] = []
    for size in reversed(shape):
        place, index = divmod(place, size)
        found.append(index)
    return "".join(f"[{index}]" for index in reversed(found))
