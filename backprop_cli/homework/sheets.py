"""What a student handed in: answers as they were written, and what could not be read."""

from __future__ import annotations

from typing import NamedTuple

from ..syntax.homework_tree import Quantity, Written
from .marks import Remark


class Answer(NamedTuple):
    """One answer of a sheet.

    label     of the question (Q1), None where the sheet has no heading for it.
    quantity  what is answered.
    written   its right side, read; `text` the same as it was written.
    line      of the sheet, from 1 (the row of a table, the line of JSON where it is known, or 0).
    """

    label: str | None
    quantity: Quantity
    written: Written
    text: str
    line: int


class Sheet(NamedTuple):
    """One sheet. `id` and `name` are what the sheet itself says, "" where it says nothing."""

    id: str
    name: str
    answers: tuple[Answer, ...]
    remarks: tuple[Remark, ...]
