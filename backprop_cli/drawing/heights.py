"""How high each segment stands: wires as level as possible, nothing on top of anything else.

The pendulum method (Sander 1996): every wire pulls at its ends, segments that push against each
other move together, and none ever moves through its neighbour.
"""

from __future__ import annotations

from typing import NamedTuple

ROUNDS = 100
TOUCH = 1e-6
STILL = 0.05
DAMPING = 0.6
FREE = 0.1  # how strongly something without wires stays where it is


class Pull(NamedTuple):
    """A wire: level when the height of `left` plus `offset` is that of `right`.

    It is made level where it rises by less than `tolerance` and there is room.
    """

    left: int
    right: int
    offset: float
    weight: float
    tolerance: float


Gap = tuple[int, int, float]  # an upper and a lower segment, and how far apart they must be


def heights(order: list[int], gaps: list[Gap], pulls: list[Pull]) -> list[float]:
    """The height of each segment, downwards from 0; `order` is from top to bottom."""
    work = _Pendulum(order, gaps, pulls)
    work.swing()
    work.straighten()
    return work.at


class _Pendulum:
    def __init__(self, order: list[int], gaps: list[Gap], pulls: list[Pull]) -> None:
        self.order = order
        self.pulls = pulls
        self.gaps = gaps
        count = len(order)
        self.at = [0.0] * count
        self.above: list[list[tuple[int, float]]] = [[] for _ in range(count)]
        self.below: list[list[tuple[int, float]]] = [[] for _ in range(count)]
        for upper, lower, distance in gaps:
            self.above[lower].append((upper, distance))
            self.below[upper].append((lower, distance))
        self.wires: list[list[tuple[int, float, float]]] = [[] for _ in range(count)]
        for left, right, offset, weight, _ in pulls:
            self.wires[right].append((left, offset, weight))
            self.wires[left].append((right, -offset, weight))
        for segment in order:
            places = (self.at[upper] + distance for upper, distance in self.above[segment])
            self.at[segment] = max(places, default=0.0)

    def force(self, segment: int) -> tuple[float, float]:
        """How far the wires want to move a segment, and how strongly."""
        wanted = weights = 0.0
        for other, offset, weight in self.wires[segment]:
            wanted += weight * (self.at[other] + offset)
            weights += weight
        return (wanted / weights - self.at[segment], weights) if weights else (0.0, FREE)

    def swing(self) -> None:
        """Move everything until nothing moves any more."""
        for _ in range(ROUNDS):
            if self.move(*self.clusters()) < STILL:
                return

    def clusters(self) -> tuple[list[int], list[float]]:
        """The cluster of each segment, and how far each cluster wants to move."""
        count = len(self.order)
        root = list(range(count))
        forces = [self.force(segment) for segment in range(count)]
        pull = [force for force, _ in forces]
        mass = [weight for _, weight in forces]

        def find(segment: int) -> int:
            while root[segment] != segment:
                root[segment] = root[root[segment]]
                segment = root[segment]
            return segment

        touching = [
            (upper, lower)
            for upper, lower, distance in self.gaps
            if self.at[lower] - self.at[upper] - distance < TOUCH
        ]
        merged = True
        while merged:
            merged = False
            for upper, lower in touching:
                first, second = find(upper), find(lower)
                if first != second and pull[first] > pull[second] + TOUCH:
                    total = mass[first] + mass[second]
                    pull[first] = (pull[first] * mass[first] + pull[second] * mass[second]) / total
                    mass[first] = total
                    root[second] = first
                    merged = True
        return [find(segment) for segment in range(count)], pull

    def move(self, cluster: list[int], pull: list[float]) -> float:
        """Move each cluster as far as it wants and may; returns the largest move."""
        members: dict[int, list[int]] = {}
        for segment in self.order:
            members.setdefault(cluster[segment], []).append(segment)
        largest = 0.0
        down = [found for name, found in members.items() if pull[name] > 0]
        up = [found for name, found in members.items() if pull[name] < 0]
        for found in [*reversed(down), *up]:
            name = cluster[found[0]]
            step = self.allowed(found, name, cluster, DAMPING * pull[name])
            for segment in found:
                self.at[segment] += step
            largest = max(largest, abs(step))
        return largest

    def allowed(self, found: list[int], name: int, cluster: list[int], wanted: float) -> float:
        """How far a cluster may move in the direction that it wants to."""
        room = abs(wanted)
        for segment in found:
            here = self.at[segment]
            if wanted > 0:
                for other, distance in self.below[segment]:
                    if cluster[other] != name:
                        room = min(room, self.at[other] - here - distance)
            else:
                for other, distance in self.above[segment]:
                    if cluster[other] != name:
                        room = min(room, here - self.at[other] - distance)
        room = max(room, 0.0)
        return room if wanted > 0 else -room

    def straighten(self) -> None:
        """Make wires level that are almost so, if one of their ends has room and no level wire."""
        level = [False] * len(self.order)
        tilted = []
        for pull in self.pulls:
            rise = self.at[pull.right] - self.at[pull.left] - pull.offset
            if abs(rise) < TOUCH:
                level[pull.left] = level[pull.right] = True
            elif abs(rise) < pull.tolerance:
                tilted.append((abs(rise), pull))
        tilted.sort()
        for _, pull in tilted:
            rise = self.at[pull.right] - self.at[pull.left] - pull.offset
            for segment, step in ((pull.right, -rise), (pull.left, rise)):
                if not level[segment] and self.has_room(segment, step):
                    self.at[segment] += step
                    level[pull.left] = level[pull.right] = True
                    break

    def has_room(self, segment: int, step: float) -> bool:
        """Whether a segment can move by `step` without touching its neighbours."""
        new = self.at[segment] + step
        free_above = all(new - self.at[upper] >= gap for upper, gap in self.above[segment])
        return free_above and all(self.at[lower] - new >= gap for lower, gap in self.below[segment])
