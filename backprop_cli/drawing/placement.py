"""Where everything stands from top to bottom, one region after the other, inner ones first.

A region is laid out on its own, then stands in the one around it like a large gate. A wire over
more than one column is held by a pin in each column that it passes; all wires from one source share
their pins, so that they branch off one after the other.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

from .diagram import Drawn
from .heights import Gap, Pull, heights
from .layers import Layers, region_path
from .ordering import SOLID, Edge, order_segments
from .shapes import Shape

VERTEX, PIN, REGION, ENTRY = "vertex", "pin", "region", "entry"
PIN_REACH = 5.0
SPACE = 9.0  # between the reaches of two neighbours in a column
PADDING = 9.0  # inside a region's border
CAPTION = 18.0  # above a region's border
STRAIGHTEN, STRAIGHTEN_PORT = 10.0, 4.0  # wires that rise by less are made level: into a gate with
# one input, and with several, which stands better between them
FADING = 0.3  # how much weaker wires pull from column to column, so that gates follow their inputs


class Item(NamedTuple):
    """Something that stands in the columns `first` to `last`: a vertex, a pin of a wire from vertex
    `of`, a region, or the place where a wire from outside comes in.
    """

    kind: str
    of: int
    first: int
    last: int


class Link(NamedTuple):
    """A wire between items in neighbouring columns, into a port of the second one."""

    left: int
    right: int
    port: int


class Stop(NamedTuple):
    """A place that wires go through: a pin (`vertex` is its source) or a vertex, at a height."""

    kind: str
    vertex: int
    column: int
    height: float


class Hop(NamedTuple):
    """A wire from one stop to the next, in the next column; `port` is -1 at a pin."""

    left: int
    right: int
    port: int


class Placement(NamedTuple):
    """Stops with their heights, hops between them, and top and bottom of each region's border.

    `stops` begins with the vertices, in their order.
    """

    stops: list[Stop]
    hops: list[Hop]
    borders: list[tuple[float, float]]
    height: float


def place(diagram: Drawn, layers: Layers, shapes: list[Shape]) -> Placement:
    """The placement of a diagram, from 0 downwards."""
    return _Placing(diagram, layers, shapes).placement()


class Solved(NamedTuple):
    """A region that is laid out around its own middle.

    at      the height of each item.
    doors   the wires that come in from outside, from the top: source, item, port and height.
    exit    the height of the wire that goes out.
    """

    items: list[Item]
    links: list[Link]
    at: list[float]
    doors: list[tuple[int, int, int, float]]
    exit: float
    top: float
    bottom: float


class _Placing:
    def __init__(self, diagram: Drawn, layers: Layers, shapes: list[Shape]) -> None:
        self.diagram = diagram
        self.layers = layers
        self.shapes = shapes
        self.solved: dict[int, Solved] = {}
        self.paths = [region_path(diagram, vertex.region) for vertex in diagram.vertices]
        self.last_of: dict[int, int] = {}  # the vertex whose value leaves each region
        for vertex, path in enumerate(self.paths):
            for region in path:
                self.last_of[region] = vertex

    def placement(self) -> Placement:
        for region in range(len(self.diagram.regions)):
            self.solved[region] = self.solve(region)
        whole = self.solved[-1] = self.solve(-1)
        return self.collected(whole)

    # ------------------------------------------------------------------------- one region at a time

    def solve(self, region: int) -> Solved:
        """Lay out a region (-1: the whole), the regions inside it being done."""
        items, links, doors = self.contents(region)
        segments, offsets = straight_runs(items, links, self.offset, self.exit)
        segment_of = {item: at for at, run in enumerate(segments) for item in run}
        edges = edges_of(items, links, segment_of)
        start = argument_order(items, links, segment_of, len(segments))
        order = order_segments(len(segments), edges, start)
        shown = [at for at in order if items[segments[at][0]].kind != ENTRY]
        number = {at: place for place, at in enumerate(shown)}
        stacks = self.stacks(items, [segments[at] for at in shown], offsets)
        pulls = []
        for left, right, port in links:
            upper, lower = segment_of[left], segment_of[right]
            if upper != lower and upper in number:
                offset = offsets[left] + self.exit(items[left]) - offsets[right]
                offset -= self.offset(items[right], port)
                into = items[right]
                alone = into.kind == PIN or (into.kind == VERTEX and self.is_single(into.of))
                tolerance = STRAIGHTEN if alone else STRAIGHTEN_PORT
                weight = FADING ** min(into.first, 60)
                pulls.append(Pull(number[upper], number[lower], offset, weight, tolerance))
        found = heights(list(range(len(shown))), gaps_of(stacks), pulls)
        at = [0.0] * len(items)
        for item, segment in segment_of.items():
            if segment in number:
                at[item] = found[number[segment]] + offsets[item]
        return self.centred(region, items, links, at, doors)

    def contents(self, region: int) -> tuple[list[Item], list[Link], list[tuple[int, int, int]]]:
        """The items of a region, the links between them, and which links come from outside: source
        vertex, item, port.
        """
        items: list[Item] = []
        wanted: list[tuple[int, int, int]] = []  # source vertex, item, port
        base: dict[int, int] = {}  # the item from which a source's wires start
        for at, vertex in enumerate(self.diagram.vertices):
            if vertex.region == region:
                base[at] = len(items)
                wanted += [(source, len(items), port) for port, source in enumerate(vertex.sources)]
                items.append(Item(VERTEX, at, self.layers.of[at], self.layers.of[at]))
        for inner, (_, parent) in enumerate(self.diagram.regions):
            if parent == region:
                base[self.last_of[inner]] = len(items)
                doors = self.solved[inner].doors
                wanted += [(door[0], len(items), port) for port, door in enumerate(doors)]
                span = self.layers.starts[inner], self.layers.ends[inner]
                items.append(Item(REGION, inner, *span))
        before = self.layers.starts[region] - 1 if region >= 0 else -1
        readers: dict[int, list[tuple[int, int]]] = {}
        for source, item, port in wanted:
            readers.setdefault(source, []).append((item, port))
        links: list[Link] = []
        for source, found in readers.items():
            if source not in base:
                base[source] = len(items)
                items.append(Item(ENTRY, source, before, before))
            self.run_wires(source, base[source], found, items, links)
        entries = {at for at, item in enumerate(items) if item.kind == ENTRY}
        outside = [(items[a].of, b, port) for a, b, port in links if a in entries]
        return items, links, outside

    def run_wires(
        self,
        source: int,
        base: int,
        readers: list[tuple[int, int]],
        items: list[Item],
        links: list[Link],
    ) -> None:
        """Add pins and links from a source to all that reads it."""
        column = items[base].last
        farthest = max(items[item].first for item, _ in readers)
        pins = {column: base}
        for passed in range(column + 1, farthest):
            pins[passed] = len(items)
            links.append(Link(pins[passed - 1], len(items), 0))
            items.append(Item(PIN, source, passed, passed))
        links.extend(Link(pins[items[item].first - 1], item, port) for item, port in readers)

    def is_single(self, vertex: int) -> bool:
        """Whether a gate has one input."""
        return len(self.diagram.vertices[vertex].sources) == 1

    def offset(self, item: Item, port: int) -> float:
        """How far below the middle of an item a wire enters."""
        if item.kind == VERTEX:
            return self.shapes[item.of].ports[port]
        return self.solved[item.of].doors[port][3] if item.kind == REGION else 0.0

    def exit(self, item: Item) -> float:
        """How far below the middle of an item its wire leaves."""
        return self.solved[item.of].exit if item.kind == REGION else 0.0

    def reach(self, item: Item) -> tuple[float, float]:
        """How far an item reaches up and down from its middle."""
        if item.kind == VERTEX:
            return self.shapes[item.of].top, self.shapes[item.of].bottom
        if item.kind == REGION:
            return self.solved[item.of].top, self.solved[item.of].bottom
        return PIN_REACH, PIN_REACH

    def stacks(
        self, items: list[Item], segments: list[list[int]], offsets: list[float]
    ) -> list[list[tuple[int, float, float]]]:
        """What stands in each column, from the top: segment, its upper end, its lower end."""
        columns: list[list[tuple[int, float, float]]] = [[] for _ in range(self.layers.columns)]
        for segment, run in enumerate(segments):
            for at in run:
                top, bottom = self.reach(items[at])
                for column in range(items[at].first, items[at].last + 1):
                    columns[column].append((segment, offsets[at] - top, offsets[at] + bottom))
        return columns

    def centred(
        self,
        region: int,
        items: list[Item],
        links: list[Link],
        at: list[float],
        doors: list[tuple[int, int, int]],
    ) -> Solved:
        """A region around the wire that leaves it; the whole from 0 downwards."""
        shown = [place for place, item in enumerate(items) if item.kind != ENTRY]
        top = min(at[place] - self.reach(items[place])[0] for place in shown)
        bottom = max(at[place] + self.reach(items[place])[1] for place in shown)
        middle = top if region < 0 else (top + bottom) / 2
        at = [height - middle for height in at]
        found = [
            (source, item, port, at[item] + self.offset(items[item], port))
            for source, item, port in doors
        ]
        found.sort(key=lambda door: door[3])
        leaving = 0.0
        if region >= 0:
            last = self.last_of[region]
            for place in shown:
                item = items[place]
                if item.kind == VERTEX and item.of == last:
                    leaving = at[place]
                elif item.kind == REGION and self.last_of[item.of] == last:
                    leaving = at[place] + self.exit(item)
        above = middle - top + PADDING + CAPTION
        return Solved(items, links, at, found, leaving, above, bottom - middle + PADDING)

    # ------------------------------------------------------------------------------- all together

    def collected(self, whole: Solved) -> Placement:
        """Every item at its place in the whole."""
        stops = [
            Stop(VERTEX, at, self.layers.of[at], 0.0) for at in range(len(self.diagram.vertices))
        ]
        hops: list[Hop] = []
        borders = [(0.0, 0.0)] * len(self.diagram.regions)
        number: dict[tuple[int, int], int] = {}  # (region, item): stop
        middles = {-1: 0.0}
        for region in [-1, *reversed(range(len(self.diagram.regions)))]:
            solved, middle = self.solved[region], middles[region]
            for at, item in enumerate(solved.items):
                height = middle + solved.at[at]
                if item.kind == VERTEX:
                    stops[item.of] = Stop(VERTEX, item.of, item.first, height)
                    number[region, at] = item.of
                elif item.kind == PIN:
                    number[region, at] = len(stops)
                    stops.append(Stop(PIN, item.of, item.first, height))
                elif item.kind == REGION:
                    middles[item.of] = height
                    inner = self.solved[item.of]
                    borders[item.of] = (height - inner.top + CAPTION, height + inner.bottom)
                    number[region, at] = self.last_of[item.of]
        for region, solved in self.solved.items():
            for left, right, port in solved.links:
                if solved.items[left].kind != ENTRY:
                    hops.append(self.hop(number, region, left, right, port))
        height = whole.bottom - PADDING
        return Placement(stops, hops, borders, height)

    def hop(
        self, number: dict[tuple[int, int], int], region: int, left: int, right: int, port: int
    ) -> Hop:
        """A link as a hop; one into a region goes on to what it meets inside."""
        start = number[region, left]
        solved = self.solved[region]
        while solved.items[right].kind == REGION:
            region = solved.items[right].of
            solved = self.solved[region]
            _, right, port, _ = solved.doors[port]
        is_pin = solved.items[right].kind == PIN
        return Hop(start, number[region, right], -1 if is_pin else port)


def edges_of(items: list[Item], links: list[Link], segment_of: dict[int, int]) -> list[Edge]:
    """What may cross: the links, and the regions as wires that nothing may cross."""
    edges = [
        Edge(segment_of[left], segment_of[right], port, items[left].last)
        for left, right, port in links
    ]
    for at, item in enumerate(items):
        own = segment_of[at]
        edges += [Edge(own, own, 0, gap, SOLID) for gap in range(item.first, item.last)]
    return edges


def gaps_of(stacks: list[list[tuple[int, float, float]]]) -> list[Gap]:
    """How far neighbours in a column must be apart."""
    apart: dict[tuple[int, int], float] = {}
    for stack in stacks:
        for (upper, _, end), (lower, start, _) in pairwise(stack):
            apart[upper, lower] = max(apart.get((upper, lower), 0.0), end - start + SPACE)
    return [(upper, lower, distance) for (upper, lower), distance in apart.items()]


def straight_runs(
    items: list[Item],
    links: list[Link],
    offset: Callable[[Item, int], float],
    leaving: Callable[[Item], float],
) -> tuple[list[list[int]], list[float]]:
    """The segments: items along one level wire, from the left, and how far below the segment's
    height each stands.

    A wire is level where it is the only one out of its left end and into its right end, and where
    it goes on from pin to pin. `offset` says where it enters an item, `leaving` where it leaves.
    """
    out_of, into = [0] * len(items), [0] * len(items)
    for left, right, _ in links:
        out_of[left] += 1
        into[right] += 1
    onward: dict[int, Link] = {}
    heads = set(range(len(items)))
    for link in links:
        kinds = items[link.left].kind, items[link.right].kind
        alone = out_of[link.left] == 1 and into[link.right] == 1
        if ENTRY not in kinds and (alone or kinds == (PIN, PIN)):
            onward[link.left] = link
            heads.discard(link.right)
    segments, offsets = [], [0.0] * len(items)
    for head in sorted(heads):
        run = [head]
        while run[-1] in onward:
            left, right, port = onward[run[-1]]
            entering = offset(items[right], port)
            offsets[right] = offsets[left] + leaving(items[left]) - entering
            run.append(right)
        segments.append(run)
    return segments, offsets


def argument_order(
    items: list[Item], links: list[Link], segment_of: dict[int, int], count: int
) -> list[int]:
    """The segments as the formula names them: what a gate reads first, the gate, the
    rest."""
    sources: list[list[tuple[int, int]]] = [[] for _ in items]
    ends = set(range(len(items)))
    for left, right, port in links:
        sources[right].append((port, left))
        ends.discard(left)
    order: dict[int, None] = {}
    seen: set[int] = set()
    waiting = [(end, False) for end in sorted(ends)]
    while waiting:
        at, is_due = waiting.pop()
        if is_due:
            order.setdefault(segment_of[at])
        elif at not in seen:
            seen.add(at)
            found = [source for _, source in sorted(sources[at])]
            half = (len(found) + 1) // 2
            waiting.extend((source, False) for source in reversed(found[half:]))
            waiting.append((at, True))
            waiting.extend((source, False) for source in reversed(found[:half]))
    return list(order)
