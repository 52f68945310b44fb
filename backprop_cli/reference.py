"""The reference page of each operation, made from its row: nothing here knows a function."""

from __future__ import annotations

from typing import NamedTuple

from .formulas import formulas, titles
from .graph import Graph
from .namespaces.graphs import differentiate
from .notation import CALLED
from .operations import FUNCTIONS, OPERATIONS, Operation

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
