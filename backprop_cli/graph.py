"""The computational graph: a flat, append-only list of nodes.

A node is an index. It names one row of the table of operations and refers only to earlier nodes, so
the order of the list is an order of evaluation, and its reverse is one of back-propagation. Values
and gradients live outside, in a `Run`; running a graph never changes it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from .errors import Span
from .operations import OPERATIONS, Operation

INPUT = OPERATIONS["input"]
CONSTANT = OPERATIONS["constant"]


class Node(NamedTuple):
    """A view of one node, for reading."""

    index: int  # type: ignore[assignment]
    operation: Operation
    inputs: tuple[int, ...]
    name: str | None
    literal: str | None
    span: Span | None


class Section(NamedTuple):
    """The nodes `start` to `stop` - 1, as which a definition or one call of a function was written.

    `arguments` are the nodes that a call hands to the function; None for a definition.
    """

    name: str
    arguments: tuple[int, ...] | None
    start: int
    stop: int


class Graph:
    """Nodes in order of evaluation.

    operations[i], inputs[i]  what node i computes, and from which earlier nodes.
    names      the input's or the definition's name of a node that has one.
    literals   the text of a constant: a numeral, or one of pi, e, tau, inf.
    spans      where in the source text a node was written.
    origins    for a node of a derivative: the node whose backward step made it.
    scopes     the definitions and calls that wrote nodes; one inside another comes before it.
    """

    __slots__ = (  # noqa: RUF023  (in the order of the docstring)
        "operations",
        "inputs",
        "names",
        "literals",
        "spans",
        "origins",
        "scopes",
        "_leaves",
    )

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self.inputs: list[tuple[int, ...]] = []
        self.names: dict[int, str] = {}
        self.literals: dict[int, str] = {}
        self.spans: dict[int, Span] = {}
        self.origins: dict[int, int] = {}
        self.scopes: list[Section] = []
        self._leaves: dict[tuple[str, str], int] = {}

    def __len__(self) -> int:
        return len(self.operations)

    def __iter__(self) -> Iterator[Node]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: int) -> Node:
        return Node(
            index,
            self.operations[index],
            self.inputs[index],
            self.names.get(index),
            self.literals.get(index),
            self.spans.get(index),
        )

    def append(self, operation: Operation, inputs: tuple[int, ...]) -> int:
        """Add a node for `operation` applied to earlier nodes, unchecked; return its index."""
        self.operations.append(operation)
        self.inputs.append(inputs)
        return len(self.operations) - 1

    def apply(self, name: str, *inputs: int, span: Span | None = None) -> int:
        """Add a node by the name of its operation; return its index.

        Raises KeyError for an unknown operation and ValueError for an input that is no earlier
        node.
        """
        operation = OPERATIONS[name]
        count = len(self.operations)
        for node in inputs:
            if not 0 <= node < count:
                raise ValueError(f"{name} refers to node {node} of {count}")
        if not operation.variadic and len(inputs) != len(operation.signature()[0]):
            raise ValueError(f"{name}({operation.parameters}) cannot take {len(inputs)} inputs")
        node = self.append(operation, inputs)
        if span is not None:
            self.spans[node] = span
        return node

    def input(self, name: str, span: Span | None = None) -> int:
        """The node of the input called `name`, made at the first call."""
        return self._leaf(INPUT, name, self.names, span)

    def constant(self, literal: str | int, span: Span | None = None) -> int:
        """The node of a constant, made at the first call."""
        return self._leaf(CONSTANT, str(literal), self.literals, span)

    def _leaf(
        self, operation: Operation, text: str, texts: dict[int, str], span: Span | None
    ) -> int:
        key = (operation.name, text)
        node = self._leaves.get(key)
        if node is None:
            node = self._leaves[key] = self.append(operation, ())
            texts[node] = text
            if span is not None:
                self.spans[node] = span
        return node

    def input_nodes(self) -> dict[str, int]:
        """The inputs by name, in order of their first use."""
        return {name: node for (kind, name), node in self._leaves.items() if kind == "input"}

    def copy(self) -> Graph:
        """A graph with the same nodes, to append to."""
        other = Graph()
        for field in self.__slots__:
            setattr(other, field, getattr(self, field).copy())
        return other
