"""The data of `backprop train`: read, put under the names of the formula, and split."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ..errors import refuse, similar
from ..syntax.tree import Declaration, Name, Program

Arrays = Mapping[str, Any]
WORD = re.compile(r"[^\W\d]\w*")
MOST_TOLD = 5  # bad rows
FRACTION = re.compile(r"\s*(-?(?:\d+\.?\d*|\.\d+)\s*%?)\s*")


class TrainingData(NamedTuple):
    """Named arrays of `rows` data points, and how many rows of the file were left out."""

    arrays: Arrays
    rows: int
    skipped: int = 0
    bad: tuple[str, ...] = ()


def read_data(
    path: str, program: Program, given: Collection[str], columns: list[str], skip_bad: bool
) -> TrainingData:
    """The data in a file, under the names of the formula.

    `columns` are texts such as `X=x0:x63` that make one array of several columns, or `y=label` that
    give one another name. Read are the names that the formula declares as data; where it declares
    none, the columns whose names stand in it, but for those of `given`.
    """
    from ..columns import open_table, read_columns

    made: dict[str, str] = {}
    for name, chosen in map(assigned, columns):
        if made.setdefault(name, chosen) != chosen or columns.count(f"{name}={chosen}") > 1:
            raise refuse("usage", f"--column has '{name}' twice", help="leave one of them out")
    table = open_table(path)
    wanted = data_names(program)
    if not wanted:
        written = set(WORD.findall(program.source)) - {*given, *declared(program, "param")}
        wanted = [name for name in table.names if name in written and name not in made]
    if made:
        check_made(made, program)
    wanted += [name for name in made if name not in wanted]
    if not wanted:
        listed = ", ".join(list(table.names)[:8]) or "no columns"
        raise refuse(
            "file-content", f"no column of '{path}' is in the formula; it has {listed}",
            help="name columns with --column NAME=COLUMN, or declare them: data x[N]",
        )  # fmt: skip
    found = read_columns(table, wanted=wanted, rename=made, skip_bad=skip_bad)
    bad = tuple(bad.message() for bad in found.bad[:MOST_TOLD])
    return TrainingData(found.arrays, found.rows, found.skipped, bad)


def check_made(made: Collection[str], program: Program) -> None:
    """Refuse columns under names that the formula has not."""
    written = set(WORD.findall(program.source))
    for name in made:
        if name not in written:
            near = similar(name, data_names(program))
            raise refuse(
                "usage", f"--column names '{name}', which the formula has not",
                help=f"did you mean '{near[0]}'?" if near else "it takes NAME=COLUMNS: y=label",
            )  # fmt: skip


def assigned(text: str) -> tuple[str, str]:
    """The name and the columns of `X=x0:x63`."""
    name, equals, chosen = (part.strip() for part in text.partition("="))
    if not name or not equals or not chosen:
        raise refuse(
            "usage", f"--column takes NAME=COLUMNS, not '{text}'", help="write --column X=x0:x63"
        )
    return name, chosen


def data_names(program: Program) -> list[str]:
    """The names that the formula declares as data."""
    return declared(program, "data")


def declared(program: Program, role: str) -> list[str]:
    """The names that the formula declares in a role, param or data."""
    return [
        name.name
        for statement in program.statements
        if isinstance(statement, Declaration) and statement.role == role
        for name in statement.names
    ]


def size_names(program: Program) -> set[str]:
    """The names in the sizes of declared arrays: N of data x[N]."""
    return {
        axis.name
        for statement in program.statements
        if isinstance(statement, Declaration)
        for axes in statement.sizes or ()
        for axis in axes or ()
        if isinstance(axis, Name)
    }


def fraction(text: str) -> float | None:
    """The part of the data that `0.2` or `20%` holds out; None for the name of a file."""
    found = FRACTION.fullmatch(text)
    if found is None or os.path.exists(text):
        return None
    written = found[1]
    value = float(written[:-1]) / 100 if written.endswith("%") else float(written)
    if not 0 < value < 1:
        raise refuse(
            "usage", f"--validation takes a part of the data, not {written}",
            help="write --validation 0.2",
        )  # fmt: skip
    return value


def split(data: TrainingData, part: float, seed: int) -> tuple[TrainingData, TrainingData]:
    """The data to train on, and a part of them to validate on, chosen by the seed."""
    from ..training.batches import held_out

    if data.rows < 2:
        raise refuse("usage", f"--validation cannot split {data.rows} data points", help="use more")
    kept, out = held_out(data.rows, part, seed)
    return chosen(data, kept), chosen(data, out)


def chosen(data: TrainingData, rows: Any) -> TrainingData:
    return TrainingData({name: array[rows] for name, array in data.arrays.items()}, len(rows))


def digest(data: TrainingData | None) -> str:
    """A short name for the content of data, the same for the same content."""
    if data is None:
        return "none"
    from hashlib import blake2b

    import numpy as np

    found = blake2b(digest_size=12)
    for name, array in data.arrays.items():
        found.update(f"{name} {array.dtype.str} {array.shape}\n".encode())
        found.update(np.ascontiguousarray(array).view(np.uint8).data if array.size else b"")
    return found.hexdigest()
