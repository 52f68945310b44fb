"""A graph as rails beside a list of its nodes, like the history of a repository.

Each rail leads down to one node, from all those above that read it. Below a node, lines lead from
its rail to those of what it reads, its own rail goes on to one of them:

    ├─╮  the end has no rail above: a new one begins        ├─┤  it joins one that is there
    ├─╯  the other rail ends here, and goes on in this one   ╰─┤  this rail ends in the other one

A line that only passes a rail is cut by it: ─│─.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple


class Track(NamedTuple):
    """One line beside a node, or between nodes (None). `below` is how its rails go on."""

    node: int | None
    line: str
    below: str

    def translated(self, table: Mapping[int, int]) -> Track:
        """The same with other characters."""
        return Track(self.node, self.line.translate(table), self.below.translate(table))


def tracks(graph: Mapping[int, Sequence[int]]) -> Iterator[Track]:
    """The lines for the nodes in the order of `graph`, which has what each of them reads. A node
    stands before all that it reads; what has no place of its own is hinted at below the last line.
    """
    work = _Rails()
    for node, sources in graph.items():
        yield from work.node(node, sources)
    if work.rails:
        yield Track(None, work.picture(dict.fromkeys(work.rails, "┊")), "")


class _Rails:
    """`rails` has the node that each occupied column leads to."""

    def __init__(self) -> None:
        self.rails: dict[int, int] = {}
        self.columns: dict[int, int] = {}  # of each node that a rail leads to
        self.free: list[int] = []
        self.count = 0
        self.ended = -1  # the column of a node right above that reads nothing

    def open(self, node: int | None = None) -> int:
        """The first free column; a rail to `node` begins there."""
        if self.free:
            column = heapq.heappop(self.free)
        else:
            column = self.count
            self.count += 1
        if node is not None:
            self.lead(column, node)
        return column

    def beside(self, other: int) -> int:
        """The first free column that is not right below a node to which nothing leads on."""
        column = self.open()
        if column == other:
            column = self.open()
            heapq.heappush(self.free, other)
        return column

    def lead(self, column: int, node: int) -> None:
        self.rails[column] = node
        self.columns[node] = column

    def picture(self, signs: Mapping[int, str]) -> str:
        """The rails, with some columns and the blanks behind them replaced."""
        last = max([*self.rails, *signs], default=-1)
        rails = (signs.get(at) or ("│" if at in self.rails else " ") for at in range(last + 1))
        return " ".join(rails).rstrip()

    def node(self, node: int, sources: Sequence[int]) -> Iterator[Track]:
        """A node's own line, and those that lead to what it reads."""
        column = self.columns.pop(node, None)
        if column is None:
            column = self.beside(self.ended)
        self.rails.pop(column, None)
        self.ended = -1 if sources else column
        line = self.picture({column: "●"})
        known = {source for source in sources if source in self.columns}
        fresh = [source for source in dict.fromkeys(sources) if source not in known]
        if fresh:
            self.lead(column, fresh[0])
        yield Track(node, line, self.picture({column: "│"} if sources else {}))
        opened = [self.open(source) for source in fresh[1:]]
        for side in (
            [end for end in opened if end > column],
            [end for end in opened if end < column],
        ):
            if side:
                yield self.branches(column, side)
        joined = [source for source in sources if source in known]
        twice = [source for place, source in enumerate(sources) if source in sources[:place]]
        twice = [source for source in twice if source not in known]
        for source in twice:
            if self.columns[source] == column:
                yield from self.loop(column)
            else:
                joined.append(source)
        for place, source in enumerate(joined):
            ends = not fresh and place == len(joined) - 1
            yield self.join(column, self.columns[source], ends)
        if not fresh:
            heapq.heappush(self.free, column)

    def branches(self, column: int, ends: list[int]) -> Track:
        """Rails that begin on one side of a node's own."""
        right = ends[0] > column
        farthest = max(ends) if right else min(ends)
        signs = dict.fromkeys(ends, "┬")
        signs[farthest] = "╮" if right else "╭"
        signs[column] = "├" if right else "┤"
        return Track(None, self.level(column, farthest, signs), "")

    def loop(self, column: int) -> Iterator[Track]:
        """A second way to where a node's own rail leads."""
        end = self.open()
        right = end > column
        for begins in (True, False):
            corner = "╮╯"[not begins] if right else "╭╰"[not begins]
            signs = {column: "├" if right else "┤", end: corner}
            yield Track(None, self.level(column, end, signs), "")
        heapq.heappush(self.free, end)

    def join(self, column: int, end: int, ends: bool) -> Track:
        """A line to a rail that is there already; with `ends` a node's own rail goes no further."""
        right = end > column
        own = ("╰" if right else "╯") if ends else ("├" if right else "┤")
        signs = {column: own, end: "┤" if right else "├"}
        return Track(None, self.level(column, end, signs), "")

    def level(self, start: int, end: int, signs: Mapping[int, str]) -> str:
        """The rails with a line from one column to another."""
        first, last = min(start, end), max(start, end)
        passed = {
            at: signs.get(at) or ("│" if at in self.rails else "─") for at in range(first, last + 1)
        }
        cells = list(self.picture(passed).ljust(2 * last + 1))
        cells[2 * first + 1 : 2 * last : 2] = "─" * (last - first)
        return "".join(cells).rstrip()
