"""The reference page of each operation, made from its row: nothing here knows a function."""

from __future__ import annotations

from typing import NamedTuple

from .formulas import formulas, titles
from .graph import Graph
from .namespaces.graphs import differentiate
from .notation import CALLED
from .operations import ARRAY_FUNCTIONS, BLOCKS, FUNCTIONS, OPERATIONS, Operation
from .operations.blocks import Block

VARIADIC = ("x1", "x2")  # stand for any number of arguments


class Entry(NamedTuple):
    """One operation for a reader; `slopes` are formulas in its parameters."""

    name: str
    written: str
    aliases: tuple[str, ...]
    parameters: tuple[str, ...]
    domain: str
    kink: str
    convention: str
    slopes: dict[str, str]
    pattern: str
    source: str


def functions() -> list[Entry]:
    """Every operation that a formula can name, in the table's order."""
    rows = {id(row): row for row in FUNCTIONS.values()}
    return [entry(row) for row in OPERATIONS.values() if id(row) in rows]


def entry(row: Operation) -> Entry:
    """The reference entry of a row."""
    names = list(VARIADIC) if row.variadic else row.signature()[0]
    graph = Graph()
    inputs = [graph.input(name) for name in names]
    node = graph.apply(row.name, *inputs)
    derived, gradient = differentiate(graph, node)
    texts = formulas(derived, titles(derived, node))
    slopes = {
        name: texts[gradient[name]] for name in names if derived.literals.get(gradient[name]) != "0"
    }
    listed = "x1, x2, …" if row.variadic else row.parameters
    call = f"{CALLED.get(row.name, row.name)}({listed})"
    sign = formulas(graph, titles(graph, node))[node] if row.symbol else ""
    return Entry(
        row.name,
        f"{sign} or {call}" if sign and not sign.startswith(f"{row.name}(") else call,
        row.aliases,
        (*VARIADIC, "…") if row.variadic else tuple(names),
        row.domain.text,
        row.kink.text if row.kink else "",
        row.kink.says if row.kink else "",
        slopes,
        row.pattern,
        row.source,
    )


# -------------------------------------------------------------------- what only arrays have

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
