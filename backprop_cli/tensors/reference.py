"""The reference pages of what only arrays have: functions of whole arrays, and reductions."""

from __future__ import annotations

from ..operations import ARRAY_FUNCTIONS, Operation
from ..reference import Entry
from .blocks import BLOCKS, Block

REDUCTIONS = {
    "sum": "adds up the body for all values of the indices; it copies the gradient to each",
    "prod": "multiplies; each factor gets the gradient times the product of all others",
    "max": "the largest; it gets the whole gradient, equal ones share it",
    "min": "the smallest; it gets the whole gradient, equal ones share it",
    "mean": "the sum over the number of values",
}


def page(name: str, written: str, parameters: str, pattern: str, row: Operation | None) -> Entry:
    return Entry(
        name,
        written,
        row.aliases if row else (),
        tuple(parameters.split(", ")),
        row.domain.text if row else "arrays whose lengths fit",
        row.kink.text if row and row.kink else "",
        row.kink.says if row and row.kink else "",
        {},
        pattern,
        row.source if row else "",
    )


def of_row(row: Operation) -> Entry:
    return page(row.name, f"{row.name}({row.parameters})", row.parameters, row.pattern, row)


def of_block(block: Block) -> Entry:
    parameters = block.parameters
    return page(block.name, f"{block.name}({parameters})", parameters, block.text, None)


def of_reduction(name: str) -> Entry:
    written = f"{name}[i, j in 1..9, i < j] body"
    return page(name, written, "body", REDUCTIONS[name], None)


def array_functions() -> list[Entry]:
    """Every function of whole arrays, and the reductions over indices."""
    rows = {id(row): row for row in ARRAY_FUNCTIONS.values()}
    return [
        *map(of_reduction, REDUCTIONS),
        *map(of_block, BLOCKS.values()),
        *map(of_row, rows.values()),
    ]


def array_entry(name: str) -> Entry | None:
    """The page of a function of whole arrays; None for any other name."""
    if name in BLOCKS:
        return of_block(BLOCKS[name])
    return of_row(ARRAY_FUNCTIONS[name]) if name in ARRAY_FUNCTIONS else None
