"""In which column of a terminal each part of a circuit stands, in which order, and in which row.

A wire that passes a column takes part in it like a gate, so that all wires lead from one column to
the next.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

from .levels import Item, levels

SWEEPS = 4


class Link(NamedTuple):
    """A piece of wire from one column to the next; `port` counts a gate's inputs from the top."""

    left: Item
    right: Item
    port: int


class Plan(NamedTuple):
    """Where everything stands.

    starts     the column of each part; its wire goes on to the last one that needs it.
    layers     what stands in each column, from the top; in the last one only wires end.
    links      the wires behind each column but the last.
    rows       a gate has its value in the row above and its gradient in the row below.
    crossings  how many pairs of wires cross.
    """

    starts: list[int]
    layers: list[list[Item]]
    links: list[list[Link]]
    rows: dict[Item, int]
    crossings: int

    @property
    def height(self) -> int:
        """How many rows the parts need."""
        return max(self.rows.values()) - min(self.rows.values()) + 3


def plan(sources: Sequence[Sequence[int]], ordered: Sequence[bool], output: int) -> Plan:
    """The plan of a circuit whose parts stand in an order of evaluation; `ordered` says whether the
    order of a part's inputs counts, which then keep it from the top.

    The output, and every part that none reads, goes on to the right edge.
    """
    starts: list[int] = []
    for read in sources:
        starts.append(1 + max((starts[source] for source in read), default=-1))
    last = max(starts) + 1
    used = {source for read in sources for source in read}
    ends = [start if part in used and part != output else last for part, start in enumerate(starts)]
    for part, read in enumerate(sources):
        for source in read:
            ends[source] = max(ends[source], starts[part] - 1)
    layers: list[list[Item]] = [[] for _ in range(last + 1)]
    links: list[list[Link]] = [[] for _ in range(last)]
    for part, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for port, source in enumerate(sources[part]):
            here = Link((source, start - 1), (part, start), port if ordered[part] else 0)
            links[start - 1].append(here)
        for level in range(start, end + 1):
            layers[level].append((part, level))
            if level < end:
                links[level].append(Link((part, level), (part, level + 1), 0))
    order = _Order(layers, links)
    crossings = order.improve()
    links = [order.with_ports(channel) for channel in links]
    pieces = [(link.left, link.right) for channel in links for link in channel]
    return Plan(starts, layers, links, levels(starts, layers, pieces), crossings)


class _Order:
    """The layers, sorted in place so that few wires cross; only helpful changes are made."""

    def __init__(self, layers: list[list[Item]], links: list[list[Link]]) -> None:
        self.layers = layers
        self.links = links
        self.place: dict[Item, int] = {}
        self.before: dict[Item, list[Link]] = defaultdict(list)
        self.behind: dict[Item, list[Link]] = defaultdict(list)
        for link in (link for channel in links for link in channel):
            self.before[link.right].append(link)
            self.behind[link.left].append(link)
        for layer in layers:
            self.number(layer)

    def number(self, layer: list[Item]) -> None:
        self.place.update((item, place) for place, item in enumerate(layer))

    def improve(self) -> int:
        """Sort; returns how many pairs of wires still cross."""
        first = [list(layer) for layer in self.layers]
        self.swap_neighbours()
        best = (self.crossings(), [list(layer) for layer in self.layers])
        self.restore(first)
        for sweep in range(SWEEPS):
            self.sweep(backwards=sweep % 2 == 1)
            kept = [list(layer) for layer in self.layers]
            self.swap_neighbours()
            found = self.crossings()
            if found < best[0]:
                best = (found, [list(layer) for layer in self.layers])
            self.restore(kept)
        self.restore(best[1])
        return best[0]

    def with_ports(self, channel: list[Link]) -> list[Link]:
        """The links from the top, each with its gate's port."""
        counts: dict[Item, int] = defaultdict(int)
        found = []
        for link in sorted(channel, key=lambda link: (link.port, self.place[link.left])):
            left, right = link.left, link.right
            found.append(Link(left, right, counts[right]))
            counts[right] += 1
        return found

    def restore(self, layers: list[list[Item]]) -> None:
        for layer, order in zip(self.layers, layers, strict=True):
            layer[:] = order
            self.number(layer)

    def sweep(self, backwards: bool) -> None:
        """Put every item of a layer at the mean of those to which the layer before it leads."""
        for layer in self.layers[-2::-1] if backwards else self.layers[1:]:
            means = {}
            for item in layer:
                places = self.right_places(item) if backwards else self.left_places(item)
                means[item] = sum(places) / len(places) if places else self.place[item]
            layer.sort(key=means.__getitem__)
            self.number(layer)

    def left_places(self, item: Item) -> list[float]:
        return [self.place[link.left] for link in self.before[item]]

    def right_places(self, item: Item) -> list[float]:
        """Where an item's wires lead to; the ports of a gate count as places next to each other."""
        return [
            self.place[link.right] + link.port / (1 + len(self.before[link.right]))
            for link in self.behind[item]
        ]

    def swap_neighbours(self) -> None:
        """Exchange items that stand next to each other as long as wires are disentangled by it."""
        better = True
        while better:
            better = False
            for layer in self.layers:
                for place in range(len(layer) - 1):
                    upper, lower = layer[place], layer[place + 1]
                    if self.tangled(upper, lower) > self.tangled(lower, upper):
                        layer[place], layer[place + 1] = lower, upper
                        self.place[lower], self.place[upper] = place, place + 1
                        better = True

    def tangled(self, upper: Item, lower: Item) -> int:
        """How many wires of two items cross if `upper` stands above `lower`."""
        sides: tuple[Callable[[Item], list[float]], ...] = (self.left_places, self.right_places)
        return sum(
            above > below for side in sides for above in side(upper) for below in side(lower)
        )

    def crossings(self) -> int:
        """How many pairs of wires cross."""
        count = 0
        for channel in self.links:
            order = sorted(
                (self.place[link.left], self.place[link.right], link.port) for link in channel
            )
            passed: list[tuple[int, int]] = []
            for _, place, port in order:
                count += len(passed) - bisect_right(passed, (place, port))
                insort(passed, (place, port))
        return count
