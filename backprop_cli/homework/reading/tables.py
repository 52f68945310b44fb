"""Tables on a sheet: Markdown's with bars, or cells with tabs between them as spreadsheets copy
them. Rows → answers.

Read are `name | value`, rows of nodes with columns of values and gradients, and the same turned
round: columns of nodes, with a row of values and one of gradients.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from .identity import words
from .lines import SIGN, Cell, column, tidy

RULE = re.compile(r"[\s|:+-]*-[\s|:+-]*")
BAR = re.compile(r"(?<!\\)\|")
FIGURE = re.compile(r"[-+−–]?[0-9.]")
PER_NODE = re.compile(r"[d∂]\s*(\w*?)\s*/\s*[d∂]\s*(?:[·•∙⋅.…_*?()\s-]*|\(?\s*node\s*\)?)")
MOST_COLUMNS = 200

NODE, VALUE, GRADIENT, QUESTION, OTHER = "node", "value", "gradient", "question", "other"
COLUMNS = {
    NODE: ("node", "name", "variable", "var", "quantity", "what", "item", "term", "symbol",
           "gate", "nodes", "knoten", "variables"),
    VALUE: ("value", "values", "forward", "forward value", "forward pass", "val", "answer",
            "result", "answers", "your answer", "number", "wert", "valeur", "valor"),
    GRADIENT: ("gradient", "grad", "gradients", "derivative", "backward", "backward pass",
               "adjoint", "gradient value", "gradiente", "ableitung"),
    QUESTION: ("question", "problem", "frage", "aufgabe"),
}  # fmt: skip
MEANING = {title: kind for kind, titles in COLUMNS.items() for title in titles}


class Row(NamedTuple):
    """One row of a table: the line it stands on, and its cells."""

    line: int
    cells: tuple[str, ...]


class Table(NamedTuple):
    """The rows of a table, whether a rule stands below the first, and the line behind its end."""

    rows: tuple[Row, ...]
    ruled: bool
    end: int


class Column(NamedTuple):
    """What a column or a row holds; `of` is the node of df/d· for gradients, "" for the output."""

    kind: str
    of: str = ""


class Cells(NamedTuple):
    """What a table says: its answers, and the titles of columns that are not read."""

    answers: tuple[Cell, ...]
    unread: tuple[str, ...]


def table_at(lines: list[str], start: int) -> Table | None:
    """The table that starts at a line, counted from 0; None where there is none."""
    first = lines[start].strip()
    if "|" in first:
        framed = first[0] == "|" and first[-1] == "|" and len(first) > 2
        below = lines[start + 1].strip() if start + 1 < len(lines) else ""
        if not framed and not ("|" in below and RULE.fullmatch(below)):
            return None
        divider = "|"
    elif "\t" in first and not SIGN.search(first):
        divider = "\t"
    else:
        return None
    rows: list[Row] = []
    ruled, end = False, start
    for end in range(start, len(lines) + 1):
        line = lines[end].strip() if end < len(lines) else ""
        if divider not in line:
            break
        if divider == "|" and RULE.fullmatch(line):
            ruled = ruled or len(rows) == 1
        else:
            rows.append(Row(end + 1, cells_of(line, divider)))
    return Table(tuple(rows), ruled, end)


def cells_of(line: str, divider: str) -> tuple[str, ...]:
    """The cells of a row, without the bars around it; `\\|` is a bar inside a cell."""
    if divider == "\t":
        return tuple(map(tidy, line.split("\t", MOST_COLUMNS)))
    inner = line.removeprefix("|")
    parts = BAR.split(inner[:-1] if BAR.search(inner[-1:]) else inner, MOST_COLUMNS)
    return tuple(tidy(part.replace(r"\|", "|")) for part in parts)


def column_of(title: str) -> Column | None:
    """What a title says of its column; None where it is not one that is known."""
    plain = title.strip(" *_`$")
    if per_node := PER_NODE.fullmatch(plain):
        return Column(GRADIENT, per_node[1])
    kind = MEANING.get(words(plain))
    return Column(kind) if kind else None


def table_answers(table: Table) -> Cells:
    """The answers of a table, row by row."""
    head, below = table.rows[0], table.rows[1:]
    columns = [column_of(title) for title in head.cells]
    sides = [column_of(row.cells[0]) for row in below]
    if any(side is not None and side.kind in (VALUE, GRADIENT) for side in sides):
        return turned(head, below, sides)
    known = [column.kind for column in columns if column is not None]
    if known and (NODE in known or set(known) & {VALUE, GRADIENT}):
        return by_columns(head, below, columns)
    pairs = [row for row in table.rows if len(row.cells) == 2]
    if table.ruled and pairs and not FIGURE.match(pairs[0].cells[-1]):
        pairs = pairs[1:]
    pairs = [row for row in pairs if row.cells[1]]
    cells = tuple(answer(None, row.cells[0], row.cells[1], row.line) for row in pairs)
    wide = any(len(row.cells) > 2 for row in table.rows)
    return Cells(cells, head.cells if wide else ())


def by_columns(head: Row, below: tuple[Row, ...], columns: list[Column | None]) -> Cells:
    """The answers of a table with a row for each node."""
    kinds = [column.kind if column else OTHER for column in columns]
    names = kinds.index(NODE) if NODE in kinds else kinds.index(OTHER) if OTHER in kinds else 0
    columns = [None if place == names else kind for place, kind in enumerate(columns)]
    asked = kinds.index(QUESTION) if QUESTION in kinds else None
    cells: list[Cell] = []
    for row in below:
        if names >= len(row.cells):
            continue
        label = row.cells[asked] if asked is not None and asked < len(row.cells) else ""
        label = f"Q{label}" if label.isdigit() else label
        for kind, text in zip(columns, row.cells, strict=False):
            if kind is not None and kind.kind in (VALUE, GRADIENT) and text:
                cells.append(answer(kind, f"{label} {row.cells[names]}", text, row.line))
    unread = (
        title
        for place, (title, kind) in enumerate(zip(head.cells, kinds, strict=True))
        if kind == OTHER and place != names and title
    )
    return Cells(tuple(cells), tuple(unread))


def turned(head: Row, below: tuple[Row, ...], sides: list[Column | None]) -> Cells:
    """The answers of a table with a column for each node."""
    cells = (
        answer(side, name, text, row.line)
        for row, side in zip(below, sides, strict=True)
        if side is not None and side.kind in (VALUE, GRADIENT)
        for name, text in list(zip(head.cells, row.cells, strict=False))[1:]
        if name and text
    )
    unread = (row.cells[0] for row, side in zip(below, sides, strict=True) if side is None)
    return Cells(tuple(cells), tuple(title for title in unread if title))


def answer(kind: Column | None, name: str, text: str, line: int) -> Cell:
    """One cell as an answer: the gradient of the node `kind.of`, or of the output, or a value."""
    label, plain = column(name.strip())
    plain = plain.strip(" *_`$")
    if kind is not None and kind.kind == GRADIENT:
        plain = f"d{kind.of}/d{plain}" if kind.of else f"{plain}.grad"
    return Cell(label, plain, text, line)
