"""How long a formula is."""

from __future__ import annotations

from collections.abc import Container

from ..graph import Graph

# Operations whose sign contains a numeral: x^2, 1/x.
WITH_NUMERAL = frozenset({"square", "reciprocal"})
ENDLESS = 10**15  # sizes beyond are all the same


def sizes(graph: Graph, kept: Container[int] = ()) -> list[int]:
    """For each node the length of its formula written out in full: shared parts count each time.

    A number or name is 1 (as are the nodes of `kept`), a sign or a call is 1 and its operands; -2
    is a sign and a number, x^2 a sign and two operands.
    """
    found: list[int] = []
    for node, (operation, inputs) in enumerate(zip(graph.operations, graph.inputs, strict=True)):
        if node in kept:
            found.append(1)
        elif inputs:
            own = 1 + (operation.name in WITH_NUMERAL)
            found.append(min(ENDLESS, own + sum(found[source] for source in inputs)))
        else:
            found.append(1 + graph.literals.get(node, "").startswith("-"))
    return found
