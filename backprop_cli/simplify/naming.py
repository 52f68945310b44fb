"""Names for parts of formulas: definitions of the user's, and t1, t2, … for what occurs twice."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import NamedTuple

from ..graph import Graph
from . import Simplified
from .measure import sizes
from .printing import formula_text

LONGEST_FORMULA = 5_000  # nodes up to which a formula is written out in full
WORTH_A_NAME = 4  # nodes of the smallest part that gets a name
CONDITIONS = frozenset(
    {"less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "and", "or", "not"}
)


class Definition(NamedTuple):
    """A name that formulas stand on: `name = node`, with the names that its own formula may use."""

    name: str
    graph: Graph
    node: int
    names: Mapping[int, str]

    @property
    def formula(self) -> str:
        """Its formula."""
        return formula_text(self.graph, self.node, self.names)


class Names:
    """Names for shared parts that no input, constant or function has: t1, t2, …"""

    def __init__(self, taken: set[str]) -> None:
        fresh = (f"t{number}" for number in count(1))
        self.fresh = (name for name in fresh if name not in taken)

    def __next__(self) -> str:
        return next(self.fresh)


def own_length(graph: Graph, node: int, lengths: list[int]) -> int:
    """The length of a definition's own formula, other definitions by name."""
    return 1 + sum(lengths[source] for source in graph.inputs[node])


def names_in(definition: Definition) -> set[str]:
    """The definitions and inputs that a definition's formula names."""
    graph = definition.graph
    found: set[str] = set()
    seen: set[int] = set()
    waiting = list(graph.inputs[definition.node])
    while waiting:
        node = waiting.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in definition.names:
            found.add(definition.names[node])
        else:
            waiting.extend(graph.inputs[node])
            if node in graph.names:
                found.add(graph.names[node])
    return found


def shared_names(result: Simplified, names: Names, define: bool) -> dict[int, str]:
    """Names for the parts that occur more than once: if asked for, or if a formula is too long."""
    graph = result.graph
    lengths = sizes(graph)
    if not define and all(lengths[node] <= LONGEST_FORMULA for node in result.outputs):
        return {}
    uses = [0] * len(graph)
    needed = bytearray(len(graph))
    for output in result.outputs:
        needed[output] = 1
        uses[output] += 1
    for node in range(len(graph) - 1, -1, -1):
        if needed[node]:
            for source in graph.inputs[node]:
                needed[source] = 1
                uses[source] += 1
    return {
        node: next(names)
        for node in range(len(graph))
        if uses[node] > 1
        and graph.inputs[node]
        and lengths[node] >= WORTH_A_NAME
        and graph.operations[node].name not in CONDITIONS
    }
