"""Algebra on derived graphs: the derivative as a person would write it.

    numbers     exact constants
    store       terms: expressions in canonical form, each made once
    algebra     sums, products, powers
    conditions  comparisons and `if`
    functions   identities of functions
    shorten     common factors, common denominators, multiplied out: the shortest of them
    reading     graph → terms
    writing     terms → graph

Bounded: every step counts, and beyond `store.MOST_WORK` steps the graph is returned as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from ..graph import Graph
from .functions import Functions
from .measure import sizes
from .numbers import TooLarge
from .reading import Reader
from .shorten import Shortener
from .writing import Writer

GROWTH = 2  # a graph of so many times the nodes is no simpler, unless its formulas can be read
READABLE = 5_000


class Simplified(NamedTuple):
    """A graph and the nodes of the outputs in it.

    ties        nodes of the given graph, each a max or min, whose tie rule the result leaves out.
    simplified  for each output whether it is new; otherwise it is the output as it was.
    """

    graph: Graph
    outputs: list[int]
    ties: tuple[int, ...]
    simplified: tuple[bool, ...]


def simplify(
    graph: Graph, outputs: list[int], written: int = 0, kept: Mapping[int, str] | None = None
) -> Simplified:
    """The outputs of a graph in simpler form, none of them longer than it was.

    written  how many nodes at the front are the user's: their sums keep their order, and are not
             rearranged.
    kept     nodes that stand for themselves, as inputs of these names.
    """
    kept = dict(kept or {})
    algebra = Functions()
    shortener = Shortener(algebra)
    reader = Reader(algebra, graph, written, kept, shortener.shortest)
    result = Graph()
    writer = Writer(algebra, result)
    try:
        reader.read(outputs)
        found = [writer.write(reader.terms[output]) for output in outputs]
    except TooLarge:
        return copied(graph, outputs, kept)
    before = sizes(graph, kept)
    after = sizes(result)
    if len(result) > GROWTH * len(graph) + 1000 and max(after[new] for new in found) > READABLE:
        return copied(graph, outputs, kept)
    worse = [after[new] > before[old] for new, old in zip(found, outputs, strict=True)]
    if any(worse):
        plain = copied(
            graph, [old for old, bad in zip(outputs, worse, strict=True) if bad], kept, result
        )
        replaced = iter(plain.outputs)
        found = [next(replaced) if bad else new for new, bad in zip(found, worse, strict=True)]
    return Simplified(result, found, tuple(reader.ties), tuple(not bad for bad in worse))


def copied(
    graph: Graph, outputs: list[int], kept: Mapping[int, str], result: Graph | None = None
) -> Simplified:
    """The outputs as they are, in a graph without the nodes that they do not need."""
    result = Graph() if result is None else result
    needed = bytearray(len(graph))
    for output in outputs:
        needed[output] = 1
    for node in range(len(graph) - 1, -1, -1):
        if needed[node] and node not in kept:
            for source in graph.inputs[node]:
                needed[source] = 1
    new: dict[int, int] = {}
    for node in range(len(graph)):
        if not needed[node]:
            continue
        if node in kept:
            new[node] = result.input(kept[node])
        elif graph.operations[node].name == "input":
            new[node] = result.input(graph.names[node])
        elif graph.operations[node].name == "constant":
            new[node] = result.constant(graph.literals[node])
        else:
            new[node] = result.append(
                graph.operations[node], tuple(new[i] for i in graph.inputs[node])
            )
    return Simplified(result, [new[output] for output in outputs], (), (False,) * len(outputs))


__all__ = ["Simplified", "simplify", "sizes"]
