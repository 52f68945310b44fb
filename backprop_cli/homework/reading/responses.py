"""Many sheets in one file: the table of responses that an online form exports, one row a student
and one column an answer, and JSON objects.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ...bindings import json_content
from ...errors import BackpropError, refuse
from ..marks import Remark
from .identity import preference, role, words
from .lines import Cell, Record, column, heading, tidy
from .sheets import clipped, in_words, is_quantity
from .spreadsheets import MOST_ROWS, Row, Spreadsheet
from .tables import column_of

ANSWERS = frozenset({"answers", "questions", "responses"})


class Responses(NamedTuple):
    """The records of a file, and remarks on the file as a whole."""

    records: tuple[Record, ...]
    remarks: tuple[Remark, ...] = ()


# ------------------------------------------------------------------------------------------- tables


def table_responses(table: Spreadsheet) -> Responses:
    """The records of a table with a row for each student.

    Columns such as `Q1 q`, `Q1.q`, `Q1: df/dx` and `Q2 [dg/dx]` are answers. Raises BackpropError
    where no column is.
    """
    titles = table.rows[0].cells
    answers = {
        place: found for place, title in enumerate(titles) if (found := answer_column(title))
    }
    if not answers:
        help = "name the columns as in Q1 q, Q1 df/dx"
        raise refuse("file-content", "none of its columns is an answer", help=help)
    who = people_columns(titles)
    unread = [
        title for place, title in enumerate(titles)
        if title and place not in answers and place not in who.values()
    ]  # fmt: skip
    remarks = list(table.remarks)
    if unread:
        said = ", ".join(map(clipped, unread[:12]))
        remarks.append(Remark("note", 1, f"columns that are not read: {said}"))
    records = tuple(record_of_row(row, who, answers) for row in table.rows[1:])
    return Responses(records, tuple(remarks))


def answer_column(title: str) -> tuple[str | None, str] | None:
    """The question and quantity of a column; None where it is not one of answers."""
    label, name = column(title)
    if label is None and (role(title) or column_of(title)):
        return None
    return (label, name) if is_quantity(name) else None


def people_columns(titles: tuple[str, ...]) -> dict[str, int]:
    """Which column has the id, the name, the email …: role → place, the surest title first."""
    found: dict[str, int] = {}
    form = any(words(title) == "completion time" for title in titles)  # its ID counts responses
    for place, title in enumerate(titles):
        kind = role(title)
        if not kind or kind == "other" or (kind == "id" and form and words(title) == "id"):
            continue
        better = kind == "id" and kind in found and (
            preference(title) < preference(titles[found[kind]])
        )  # fmt: skip
        if kind not in found or better:
            found[kind] = place
    return found


def person(row: Row, who: dict[str, int]) -> tuple[str, str, str]:
    """The id, name and email of a row; the email stands in for an id."""
    email = row.cell(who.get("email"))
    id = row.cell(who.get("id")) or email
    parts = (row.cell(who.get("first")), row.cell(who.get("last")))
    name = row.cell(who.get("name")) or " ".join(filter(None, parts))
    return id, name, email


def record_of_row(
    row: Row, who: dict[str, int], answers: dict[int, tuple[str | None, str]]
) -> Record:
    """One row as a record; empty cells are no answers."""
    cells = (
        Cell(label, name, row.cell(place), row.number)
        for place, (label, name) in answers.items()
        if row.cell(place)
    )
    return Record(*person(row, who), tuple(cells), (), row.number)


def has_answers_below(table: Spreadsheet) -> bool:
    """Whether a table is one student's, with an answer on each row: q,3 and below it f,-12."""
    titles, *rows = (row.cells for row in table.rows)
    if people_columns(titles).keys() - {"name"}:
        return False
    return not any(map(answer_column, titles)) or all(is_quantity(row[0]) for row in rows)


def lines_of(table: Spreadsheet) -> str:
    """A table of one student's answers as the lines of a sheet, with tabs between the cells."""
    rows = (" \t ".join(" ".join(cell.split()) for cell in row.cells) for row in table.rows)
    return "\n".join(rows)


# --------------------------------------------------------------------------------------------- JSON


def json_responses(text: str) -> Responses:
    """The records of a JSON object, of a list of them, or of a file with one on each line."""
    text = text.removeprefix("\ufeff")
    lines = [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > 1 and all(line.lstrip()[0] == "{" for _, line in lines):
        return json_lines(lines)
    content = json_of(text)
    items = content if isinstance(content, list) else [content]
    remarks: list[Remark] = []
    if len(items) > MOST_ROWS:
        remarks.append(Remark("problem", 0, f"only {MOST_ROWS:,} objects are read"))
    records = []
    for place, item in enumerate(items[:MOST_ROWS], 1):
        if isinstance(item, dict):
            records.append(record_of_object(item, place if len(items) > 1 else 0))
        else:
            remarks.append(Remark("problem", 0, f"item {place} is no object"))
    if not records:
        help = 'write {"id": "abc123", "answers": {"Q1": {"q": 3}}}'
        raise refuse("file-content", "it has no object with answers", help=help)
    return Responses(tuple(records), tuple(remarks))


def json_lines(lines: list[tuple[int, str]]) -> Responses:
    """The records of a file with one object on each line; a bad line costs that line."""
    records: list[Record] = []
    remarks: list[Remark] = []
    for number, line in lines[:MOST_ROWS]:
        try:
            records.append(record_of_object(json_of(line), number))
        except BackpropError as error:
            remarks.append(Remark("problem", number, in_words(error.diagnostic)))
    if len(lines) > MOST_ROWS:
        remarks.append(Remark("problem", 0, f"only {MOST_ROWS:,} objects are read"))
    if not records:
        raise refuse("file-content", remarks[0].message)
    return Responses(tuple(records), tuple(remarks))


def json_of(text: str) -> Any:
    """What a JSON text holds, with the numbers as they are written."""
    try:
        return json_content(text, "the sheet")
    except BackpropError as error:
        found = error.diagnostic
        help = 'write {"id": "abc123", "answers": {"Q1": {"q": 3}}}' if found.help else ""
        raise refuse("file-content", found.message, help=help) from None


def record_of_object(item: dict[str, Any], line: int) -> Record:
    """One object as a record: answers by question, or without one."""
    if "nbformat" in item:
        help = "hand in the sheet as plain text"
        raise refuse("file-content", "it is a Jupyter notebook", help=help)
    said = {"id": "", "name": "", "email": ""}
    cells: list[Cell] = []
    remarks: list[Remark] = []
    waiting: list[tuple[str | None, dict[str, Any]]] = [(None, item)]
    while waiting:
        label, entries = waiting.pop(0)
        for key, value in entries.items():
            top = entries is item
            if isinstance(value, dict):
                found = heading(tidy(key))
                if found and not found.rest and label is None:
                    waiting.append((found.label, value))
                elif label is None and words(key) in ANSWERS:
                    waiting.append((None, value))
                else:
                    said_key = clipped(key)
                    remarks.append(Remark("problem", line, f"'{said_key}' is no question"))
                continue
            kind = role(key) if top else ""
            if kind in said and isinstance(value, str):
                said[kind] = said[kind] or value
            elif not kind:
                own, name = column(key)
                text = text_of(value)
                if text is None:
                    message = f"'{clipped(key)}' is no number, formula or vector"
                    remarks.append(Remark("problem", line, message))
                else:
                    cells.append(Cell(own or label, name, text, line))
    return Record(said["id"], said["name"], said["email"], tuple(cells), tuple(remarks), line)


def text_of(value: Any) -> str | None:
    """An entry as a student would write it; None for what is no answer."""
    if isinstance(value, str):
        return value
    if value is None:
        return "?"
    if not isinstance(value, list) or not value:
        return None
    rows = []
    for row in value:
        cells = row if isinstance(row, list) else [row]
        if not all(isinstance(cell, str) for cell in cells):
            return None
        joined = ", ".join(cells)
        rows.append(f"[{joined}]" if isinstance(row, list) else joined)
    return f"[{', '.join(rows)}]"
