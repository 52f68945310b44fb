"""Which of two things that share a column stands above the other: as few crossings as possible.

Things that are joined by a straight wire form a segment, and all segments have one common order
from top to bottom (global sifting: Bachmaier, Brandenburg, Brunner, Hübner 2010), so that no two
straight wires ever cross. The start is the order in which the formula names its arguments.
"""

from __future__ import annotations

from typing import NamedTuple

SOLID = 1000  # how much worse than a crossing it is when a wire runs through a region
MOST_ROUNDS = 8
MOST_STEPS = 400_000  # comparisons of two wires: about half a second
KICKS, KICKED = 100, 2  # how often so many segments are thrown elsewhere, to find a better order
MOST_KICK_STEPS = 30_000


class Edge(NamedTuple):
    """A wire from one segment to another between the columns `gap` and `gap` + 1.

    `port` tells the inputs of one gate apart, from the top.
    """

    left: int
    right: int
    port: int
    gap: int
    weight: int = 1


def order_segments(count: int, edges: list[Edge], start: list[int]) -> list[int]:
    """The segments from top to bottom."""
    work = _Sifting(count, edges, start)
    work.improve()
    best, fewest = work.order[:], work.crossings()
    base = best
    for attempt in range(KICKS):
        if not fewest or work.steps > MOST_KICK_STEPS:
            break
        work.restart(start[::-1] if attempt == 0 else kicked(base, attempt))
        work.improve()
        found = work.crossings()
        if found <= fewest:
            base = work.order[:]
            best = base if found < fewest else best
            fewest = found
    return best


def kicked(order: list[int], seed: int) -> list[int]:
    """The order with a few segments at other places, the same ones in every run."""
    order = order[:]
    state = seed
    for _ in range(KICKED):
        places = []
        for _ in range(2):
            state = (state * 1103515245 + 12345) % 2**31
            places.append((state >> 8) % len(order))
        order.insert(places[1], order.pop(places[0]))
    return order


def crosses(first: Edge, second: Edge, position: list[float]) -> bool:
    """Whether two wires in the same gap cross."""
    left = position[first.left] - position[second.left]
    if not left:
        return False
    right = position[first.right] - position[second.right] or first.port - second.port
    return left * right < 0


class _Sifting:
    def __init__(self, count: int, edges: list[Edge], start: list[int]) -> None:
        self.count = count
        self.gaps: dict[int, list[Edge]] = {}
        self.incident: list[dict[int, list[Edge]]] = [{} for _ in range(count)]
        for edge in edges:
            self.gaps.setdefault(edge.gap, []).append(edge)
            for segment in {edge.left, edge.right}:
                self.incident[segment].setdefault(edge.gap, []).append(edge)
        in_gap = {
            gap: {segment for edge in found for segment in (edge.left, edge.right)}
            for gap, found in self.gaps.items()
        }
        self.near = [{other for gap in own for other in in_gap[gap]} for own in self.incident]
        self.steps = 0
        self.restart(start)

    def restart(self, start: list[int]) -> None:
        self.order = start[:]
        self.position = [0.0] * self.count
        self.number()

    def crossing_pairs(self) -> list[tuple[Edge, Edge]]:
        position = self.position
        found = []
        for edges in self.gaps.values():
            for place, first in enumerate(edges):
                found += [
                    (first, second)
                    for second in edges[place + 1 :]
                    if crosses(first, second, position)
                ]
        return found

    def crossings(self) -> int:
        """The weighted number of crossings."""
        return sum(first.weight * second.weight for first, second in self.crossing_pairs())

    def improve(self) -> None:
        """Move one segment after the other to its best place, until nothing gets better."""
        for _ in range(MOST_ROUNDS):
            pairs = self.crossing_pairs()
            involved = {
                segment for pair in pairs for edge in pair for segment in (edge.left, edge.right)
            }
            gain = 0
            for segment in sorted(involved, key=lambda found: (len(self.incident[found]), found)):
                gain += self.sift(segment)
                if self.steps > MOST_STEPS:
                    return
            if not gain:
                return

    def sift(self, segment: int) -> int:
        """Move a segment to its best place; returns how many crossings that saves.

        Only the segments that share a gap with it count: it is moved past one after the other, to
        the top and then down, half a place beside each.
        """
        position, near = self.position, self.near[segment]
        others = [other for other in self.order if other in near and other != segment]
        home = position[segment]
        start = sum(position[other] < home for other in others)
        best_slot, best, change = start, 0, 0
        for slot in range(start - 1, -1, -1):
            position[segment] = position[others[slot]] + 0.5
            change += self.passing(others[slot], segment)
            if change < best:
                best_slot, best = slot, change
        for slot, other in enumerate(others):
            position[segment] = position[other] - 0.5
            change += self.passing(segment, other)
            nearer = abs(slot + 1 - start) < abs(best_slot - start)
            if change < best or (change == best and nearer):
                best_slot, best = slot + 1, change
        position[segment] = home
        if best_slot != start:
            self.order.remove(segment)
            beside = others[best_slot] if best_slot < start else others[best_slot - 1]
            self.order.insert(self.order.index(beside) + (best_slot > start), segment)
            self.number()
        return -best

    def number(self) -> None:
        """Number the segments from the top."""
        for place, segment in enumerate(self.order):
            self.position[segment] = place

    def passing(self, upper: int, lower: int) -> int:
        """What it does to the crossings when two neighbouring segments change places."""
        theirs = self.incident[lower]
        change = 0
        for gap, mine in self.incident[upper].items():
            if gap in theirs:
                change += self.change(upper, lower, mine, theirs[gap])
        return change

    def change(self, upper: int, lower: int, mine: list[Edge], others: list[Edge]) -> int:
        """What swapping two neighbouring segments does to the crossings of their wires in a gap."""
        position = self.position
        self.steps += len(mine) * len(others)
        pair = (upper, lower)
        change = 0
        for first in mine:
            for second in others:
                left = position[first.left] - position[second.left]
                right = position[first.right] - position[second.right]
                left_turns = left and first.left in pair and second.left in pair
                right_turns = right and first.right in pair and second.right in pair
                if bool(left_turns) == bool(right_turns):
                    continue
                now = left * (right or first.port - second.port)
                if now:
                    weight = first.weight * second.weight
                    change += weight if now > 0 else -weight
        return change
