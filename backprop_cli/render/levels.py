"""The rows of a circuit in a terminal: wires as level as possible, in little height."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import floor

Item = tuple[int, int]  # a part, and a column in which it or its wire stands
Piece = tuple[Item, Item]  # of a wire, from one column to the next

TURNS = 8
STRAIGHT = 3.0  # how much more a passing wire insists on its row than a gate
BEND = 4  # what a bent wire costs that might be level
FLUSH = 2  # a gate that is level with one of its several inputs
OUTSIDE = 2  # or above or below all of them
HEIGHT = 2  # a row
STEPS = (-3, -2, -1, 1, 2, 3)


def levels(starts: list[int], layers: list[list[Item]], pieces: list[Piece]) -> dict[Item, int]:
    """A row for each item that keeps the order in its column. Two gates in a column are three rows
    apart, a gate and a wire that passes the column two, two wires one.
    """
    return _Levels(starts, layers, pieces).best()


class _Levels:
    def __init__(self, starts: list[int], layers: list[list[Item]], pieces: list[Piece]) -> None:
        self.starts = starts
        self.layers = layers
        self.left: dict[Item, list[Item]] = defaultdict(list)
        self.right: dict[Item, list[Item]] = defaultdict(list)
        for left, right in pieces:
            self.left[right].append(left)
            self.right[left].append(right)
        self.rows: dict[Item, int] = {}
        self.neighbours: dict[Item, list[tuple[Item, int]]] = defaultdict(list)
        for layer in layers:
            for upper, lower in pairwise(layer):
                gap = 3 - self.passes(upper) - self.passes(lower)
                self.neighbours[lower].append((upper, gap))
                self.neighbours[upper].append((lower, -gap))

    def passes(self, item: Item) -> bool:
        """Whether an item is only a wire in this column."""
        return self.starts[item[0]] < item[1]

    def best(self) -> dict[Item, int]:
        """The best of a few tries that differ in which end of a wire follows the other."""
        self.settle(self.layers[0], {})
        tries = []
        for turn in range(TURNS):
            forth = turn % 2 == 0
            for layer in self.layers[1:] if forth else self.layers[-2::-1]:
                follows = self.left if forth else self.right
                self.settle(layer, {item: follows[item] for item in layer if follows[item]})
            kept = dict(self.rows)
            self.straighten()
            tries.append((self.cost(self.left) + HEIGHT * self.height(), turn, self.rows))
            self.rows = kept
        return min(tries)[2]

    def settle(self, layer: list[Item], follows: Mapping[Item, list[Item]]) -> None:
        """Set the rows of a column, close to the mean of the items that each one follows (least
        squares): neighbours that come too close share their mean.
        """
        offsets: list[int] = []
        blocks: list[tuple[float, float, int]] = []  # weighted sum, weight, how many items
        for item in layer:
            gap = next((gap for _, gap in self.neighbours[item] if gap > 0), 0)
            offsets.append(offsets[-1] + gap if offsets else 0)
            others = [self.rows[other] for other in follows.get(item, ())]
            goal = sum(others) / len(others) if others else self.rows.get(item, offsets[-1])
            weight = STRAIGHT if self.passes(item) else 1.0
            blocks.append(((goal - offsets[-1]) * weight, weight, 1))
            while len(blocks) > 1 and mean(blocks[-2]) > mean(blocks[-1]):
                above, below = blocks[-2:]
                blocks[-2:] = [(above[0] + below[0], above[1] + below[1], above[2] + below[2])]
        goals = [floor(mean(block) + 0.5) for block in blocks for _ in range(block[2])]
        for item, goal, offset in zip(layer, goals, offsets, strict=True):
            self.rows[item] = goal + offset

    def height(self) -> int:
        return max(self.rows.values()) - min(self.rows.values())

    def cost(self, items: Iterable[Item]) -> int:
        """What the wires that end at some items cost, because they are not level."""
        total = 0
        for item in items:
            sources = self.left[item]
            row = self.rows[item]
            others = [self.rows[source] for source in sources]
            if len(others) > 1 and not min(others) <= row <= max(others):
                total += OUTSIDE
            for source in sources:
                rise = abs(row - self.rows[source])
                total += rise
                if len(sources) == 1:
                    total += BEND if rise else 0
                elif not rise:
                    total += FLUSH
        return total

    def straighten(self) -> None:
        """Move single items, their level, and all that is below a row, while it helps."""
        better = True
        while better:
            better = False
            for item in [item for layer in self.layers for item in layer]:
                level = self.level_with(item)
                below = {other for other, row in self.rows.items() if row >= self.rows[item]}
                for group in ({item}, level, below):
                    better = self.move(group) or better

    def level_with(self, item: Item) -> set[Item]:
        """The items to which level wires lead from an item."""
        found = {item}
        waiting = [item]
        while waiting:
            at = waiting.pop()
            for other in (*self.left[at], *self.right[at]):
                if other not in found and self.rows[other] == self.rows[at]:
                    found.add(other)
                    waiting.append(other)
        return found

    def move(self, group: set[Item]) -> bool:
        """Move a group by the best step, if any makes the drawing better."""
        touched = group | {other for item in group for other in self.right[item]}
        before = dict(self.rows)
        best, kept = self.cost(touched) + HEIGHT * self.height(), before
        for step in STEPS:
            if all(self.has_room(item, step, group) for item in group):
                self.rows = {**before, **{item: before[item] + step for item in group}}
                cost = self.cost(touched) + HEIGHT * self.height()
                if cost < best:
                    best, kept = cost, self.rows
                self.rows = before
        self.rows = kept
        return kept is not before

    def has_room(self, item: Item, step: int, group: set[Item]) -> bool:
        """Whether an item that moves with its group keeps its distance from all others."""
        row = self.rows[item] + step
        return all(
            other in group
            or (row - self.rows[other] >= gap if gap > 0 else row - self.rows[other] <= gap)
            for other, gap in self.neighbours[item]
        )


def mean(block: tuple[float, float, int]) -> float:
    """The mean of a block of items."""
    return block[0] / block[1]
