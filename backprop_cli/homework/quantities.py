"""What can be asked about a graph, and under which names students answer: q, dx, df/dx, x.grad."""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import count
from typing import NamedTuple

from ..errors import similar
from ..graph import Graph
from ..syntax.homework_tree import Array, Quantity

JOINED = re.compile(r"d_?(\w+?)_?d_?(\w+)")  # dfdx, df_dx
LONGEST_FAMILY = 1_000


class Element(NamedTuple):
    """One number or formula that is asked.

    name  canonical: q, or df/dx.
    of    the node whose gradient it is; None for a value.
    node  the node whose value it is, or along which the gradient is.
    """

    name: str
    of: int | None
    node: int


class Item(NamedTuple):
    """One answer that is asked: a number, or a vector or matrix of them, row by row.

    shape   () for a number, (3,) for a vector, (2, 3) for a matrix.
    points  its share of the question's.
    """

    name: str
    shape: tuple[int, ...]
    elements: tuple[Element, ...]
    points: Fraction = Fraction(0)

    def element_name(self, position: int) -> str:
        """The name of one element: g, g[0], or H[1,0]."""
        if not self.shape:
            return self.name
        if len(self.shape) == 1:
            return f"{self.name}[{position}]"
        row, column = divmod(position, self.shape[1])
        return f"{self.name}[{row},{column}]"


class Names:
    """The names of a question: its inputs, its named parts, its output, and families of inputs such
    as w for w0, w1, w2 and W for W00 to W12.
    """

    def __init__(self, graph: Graph, output: int, output_name: str) -> None:
        self.output = output
        self.nodes = {name: node for node, name in graph.names.items()}
        self.nodes[output_name] = output
        self.title = {node: name for name, node in self.nodes.items()}
        self.inputs = tuple(graph.input_nodes())

    def family(self, name: str) -> tuple[tuple[int, ...], list[str]] | None:
        """The shape and members of a family of inputs, numbered without gaps from 0 or 1."""
        if name in self.nodes:
            return None
        for pattern in ("{}{}", "{}_{}"):
            for first in (0, 1):
                members = []
                for index in count(first):
                    member = pattern.format(name, index)
                    if member not in self.nodes or index > LONGEST_FAMILY:
                        break
                    members.append(member)
                if len(members) > 1:
                    return (len(members),), members
        for pattern in ("{}{}{}", "{}_{}_{}", "{}{}_{}"):
            for first in (0, 1):
                rows: list[list[str]] = []
                for i in count(first):
                    row: list[str] = []
                    while (member := pattern.format(name, i, first + len(row))) in self.nodes:
                        row.append(member)
                    if not row or len(rows) > LONGEST_FAMILY:
                        break
                    rows.append(row)
                if rows and len(rows) * len(rows[0]) > 1 and len({*map(len, rows)}) == 1:
                    return (len(rows), len(rows[0])), [name for row in rows for name in row]
        return None

    def gradient(self, of: str | None, by: str) -> Item | None:
        """The gradient of `of` (None: the output) along a node or a family."""
        top = self.output if of is None else self.nodes.get(of)
        if top is None:
            return None
        title = self.title[top]
        if by in self.nodes:
            element = Element(f"d{title}/d{by}", top, self.nodes[by])
            return Item(element.name, (), (element,))
        family = self.family(by)
        if family is None:
            return None
        shape, members = family
        elements = (Element(f"d{title}/d{name}", top, self.nodes[name]) for name in members)
        return Item(f"d{title}/d{by}", shape, tuple(elements))

    def value(self, name: str) -> Item | None:
        """The value of a node or a family."""
        if name in self.nodes:
            return Item(name, (), (Element(name, None, self.nodes[name]),))
        family = self.family(name)
        if family is None:
            return None
        shape, members = family
        return Item(name, shape, tuple(Element(m, None, self.nodes[m]) for m in members))

    def find(self, quantity: Quantity) -> Item | None:
        """What a quantity means here; None if nothing. A node called dx wins over a gradient."""
        of, by = quantity.of, quantity.by
        if quantity.primed:
            by = by or (self.inputs[0] if len(self.inputs) == 1 else None)
            return self.gradient(of, by) if by else None
        if by is not None:
            return self.gradient(of, by)
        assert of is not None
        found = self.value(of)
        if found is None and of[0] == "d" and len(of) > 1:
            found = self.gradient(None, of[1:]) or self.gradient(None, of[1:].removeprefix("_"))
        joined = JOINED.fullmatch(of)
        if found is None and joined:
            found = self.gradient(joined[1], joined[2])
        return found

    def array(self, name: str, array: Array) -> Item | None:
        """A vector or matrix of single quantities; None where its rows differ in length."""
        rows = array.items
        if all(isinstance(row, Quantity) for row in rows):
            found = [self.find(row) for row in rows if isinstance(row, Quantity)]
            shape: tuple[int, ...] = (len(found),)
        else:
            found, widths = [], set()
            for row in rows:
                if not isinstance(row, Array):
                    return None
                cells = [cell for cell in row.items if isinstance(cell, Quantity)]
                widths.add(len(cells) if len(cells) == len(row.items) else -1)
                found += map(self.find, cells)
            if len(widths) != 1 or -1 in widths:
                return None
            shape = (len(rows), widths.pop())
        elements = [item.elements[0] for item in found if item is not None and not item.shape]
        return Item(name, shape, tuple(elements)) if len(elements) == len(found) else None

    def near(self, quantity: Quantity) -> list[str]:
        """Names that an unknown one may be a slip of."""
        wanted = quantity.by or quantity.of or ""
        known = [*self.nodes, *(f"d{name}" for name in self.nodes)]
        return similar(wanted, known)
