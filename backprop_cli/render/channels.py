"""The wires between two columns of a circuit, as vertical lines in columns of their own, and level
pieces between them. Every level piece has its row for itself wherever it runs.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .columns import Link
from .levels import Item

BENT, ASIDE = 1, 2  # how far a wire gives way: it reaches no gate in its own row; it leaves its row


class Crossed(Exception):
    """The wires cannot be led past each other in this simple way."""


@dataclass
class Vertical:
    """A vertical line: which rows touch it on its left and its right.

    One that `splits` spreads one wire; any other gathers the inputs of a gate, or only leads a wire
    to another row. In the rows `taps`, at its ends, the wire goes on across the line: it splits.
    """

    lefts: list[int]
    rights: list[int]
    splits: bool
    taps: list[int] = field(default_factory=list)
    column: int = -1

    @property
    def top(self) -> int:
        """The first row."""
        return min(self.lefts + self.rights)

    @property
    def bottom(self) -> int:
        """The last row."""
        return max(self.lefts + self.rights)


class Channel(NamedTuple):
    """`horizontals` lead from one vertical line to another, by their places in `verticals`; None
    stands for the left and the right edge.
    """

    verticals: list[Vertical]
    horizontals: list[tuple[int, int | None, int | None]]
    columns: int


class Rule(NamedTuple):
    """A vertical line that must stand left of another; `wire` is the one that is in the way."""

    left: int
    right: int
    wire: int | None


def route(links: list[Link], rows: dict[Item, int]) -> Channel:
    """Lead all wires of a channel; raises Crossed if that fails."""
    yielding: dict[int, int] = {}
    while True:
        attempt = _Attempt(links, rows, yielding)
        attempt.lead()
        wire = attempt.arrange()
        if wire is None:
            columns = 1 + max((line.column for line in attempt.verticals), default=-1)
            return Channel(attempt.verticals, attempt.horizontals, columns)
        if yielding.get(wire) == ASIDE:
            raise Crossed
        yielding[wire] = yielding.get(wire, 0) + 1


class _Attempt:
    """One way to lead the wires; `yielding` says which give way to others, and how far."""

    def __init__(self, links: list[Link], rows: dict[Item, int], yielding: dict[int, int]) -> None:
        self.yielding = yielding
        self.verticals: list[Vertical] = []
        self.horizontals: list[tuple[int, int | None, int | None]] = []
        self.enters = {link.left[0]: rows[link.left] for link in links}
        self.gates: dict[int, list[int]] = defaultdict(list)
        self.goal = {link.right[0]: rows[link.right] for link in links}
        self.taken = {*self.enters.values(), *self.goal.values()}
        self.claimed: set[int] = set()  # wires that need their row up to the right edge or a gate
        self.exits: dict[int, list[tuple[int, int | None]]] = defaultdict(list)
        self.taps: dict[int, int] = {}  # the vertical line that a wire touches on its way
        self.counts = Counter(link.left[0] for link in links)
        for link in sorted(links, key=lambda link: link.port):
            wire, target = link.left[0], link.right[0]
            if wire == target:
                self.leave(wire, self.goal[target], None)
            else:
                self.gates[target].append(wire)

    def leave(self, wire: int, row: int, line: int | None) -> None:
        """Let a wire end at a vertical line or the right edge."""
        self.exits[wire].append((row, line))
        if row == self.enters[wire]:
            self.claimed.add(wire)

    def lead(self) -> None:
        """Every wire from the left edge to its ends."""
        for gate, wires in self.gates.items():
            if len(wires) == 1:
                self.leave(wires[0], self.goal[gate], None)
        for gate, wires in self.gates.items():
            if len(wires) > 1:
                self.gather(gate, wires)
        for wire, exits in self.exits.items():
            self.spread(wire, exits)

    def gather(self, gate: int, wires: list[int]) -> None:
        """The vertical line in front of a gate."""
        ports, tapped = self.ports(wires, self.goal[gate])
        self.taken.update(ports)
        taps = [self.enters[wire] for wire in tapped]
        self.verticals.append(Vertical(ports, [self.goal[gate]], splits=False, taps=taps))
        self.horizontals.append((self.goal[gate], len(self.verticals) - 1, None))
        for wire, row in zip(wires, ports, strict=True):
            if wire in tapped:
                self.taps[wire] = len(self.verticals) - 1
            else:
                self.leave(wire, row, len(self.verticals) - 1)

    def spread(self, wire: int, exits: list[tuple[int, int | None]]) -> None:
        """From the left edge to all ends of a wire."""
        row = self.enters[wire]
        start = None
        if self.yielding.get(wire) == ASIDE and wire not in self.claimed:
            aside = self.free_rows(row, None, None, 1)[0]
            self.taken.add(aside)
            start = self.add(row, None, Vertical([row], [aside], splits=False))
            row = aside
        if [end for end, _ in exits] == [row]:
            tap = self.taps.get(wire)
            if tap is not None:
                self.horizontals.append((row, start, tap))
                start = tap
            self.horizontals.append((row, start, exits[0][1]))
            return
        fork = self.add(row, start, Vertical([row], [end for end, _ in exits], splits=True))
        self.horizontals.extend((end, fork, line) for end, line in exits)

    def add(self, row: int, start: int | None, line: Vertical) -> int:
        self.verticals.append(line)
        self.horizontals.append((row, start, len(self.verticals) - 1))
        return len(self.verticals) - 1

    def ports(self, wires: list[int], goal: int) -> tuple[list[int], set[int]]:
        """The rows in which wires reach a gate's vertical line, from the top in the order of its
        inputs: their own rows where possible, else free ones close to the gate. And the wires that
        also go on in their own row: only at the ends of the line.
        """
        crossing = {wire for wire in wires if self.taps_at(wire, goal)}
        while True:
            own = [
                self.enters[wire]
                if wire not in self.yielding
                and wire not in wires[:place]
                and (wire not in self.claimed or wire in crossing)
                else None
                for place, wire in enumerate(wires)
            ]
            rows = self.rows_for(own, goal)
            inside = {
                wire
                for place, wire in enumerate(wires)
                if wire in crossing
                and (
                    rows[place] != own[place]
                    or rows[place] not in (min(*rows, goal), max(*rows, goal))
                )
            }
            if not inside:
                return rows, crossing
            crossing -= inside

    def taps_at(self, wire: int, goal: int) -> bool:
        """Whether a wire may go on in its row behind a gate's vertical line, and end there."""
        two = self.counts[wire] == 2 and wire in self.claimed
        return two and wire not in self.taps and self.enters[wire] != goal

    def rows_for(self, own: list[int | None], goal: int) -> list[int]:
        """Rows from the top down: as many of their own as possible."""
        kept = longest_rise(own)
        while True:
            fixed = [row if place in kept else None for place, row in enumerate(own)]
            rows = self.fill(fixed, goal)
            if rows is not None:
                return rows
            kept.pop()

    def fill(self, rows: list[int | None], goal: int) -> list[int] | None:
        """Free rows for the places without one; None if there is no room between the others."""
        found: list[int] = []
        place = 0
        while place < len(rows):
            row = rows[place]
            if row is not None:
                found.append(row)
                place += 1
                continue
            after = next((at for at in range(place, len(rows)) if rows[at] is not None), len(rows))
            above = found[-1] if found else None
            below = rows[after] if after < len(rows) else None
            free = self.free_rows(goal, above, below, after - place)
            if len(free) < after - place:
                return None
            found.extend(sorted(free))
            place = after
        return found

    def free_rows(self, goal: int, above: int | None, below: int | None, count: int) -> list[int]:
        """Up to `count` rows that no wire needs between two others, the closest to `goal` first."""
        reach = len(self.taken) + count
        first = min(goal, goal if below is None else below) - reach if above is None else above + 1
        last = max(goal, goal if above is None else above) + reach if below is None else below - 1
        free = [row for row in range(first, last + 1) if row not in self.taken]
        return sorted(free, key=lambda row: (abs(row - goal), row))[:count]

    # ------------------------------------------------------------------------------------- columns

    def arrange(self) -> int | None:
        """Give each vertical line a column; if that is impossible, the wire that is in the way."""
        rules = self.rules()
        waiting = dict.fromkeys(range(len(self.verticals)), 0)
        for rule in rules:
            waiting[rule.right] += 1
        placed: list[int] = []
        while waiting:
            ready = [place for place, count in waiting.items() if not count]
            if not ready:
                return self.culprit([rule for rule in rules if rule.left in waiting])
            best = min(ready, key=lambda place: (self.tangle(place, waiting), place))
            self.verticals[best].column = self.first_column(best, placed, rules)
            placed.append(best)
            del waiting[best]
            for rule in rules:
                if rule.left == best:
                    waiting[rule.right] -= 1
        return None

    def rules(self) -> set[Rule]:
        """Which lines stand left of which: a piece's start before its end, and where two pieces
        share a row, the one from the left edge before the one to the right edge.
        """
        found = {
            Rule(first, last, None)
            for _, first, last in self.horizontals
            if first is not None and last is not None
        }
        from_left: dict[int, tuple[int, int]] = {}
        wires = {row: wire for wire, row in self.enters.items()}
        for row, first, last in self.horizontals:
            if first is None and last is not None:
                from_left[row] = (last, wires[row])
        for row, first, last in self.horizontals:
            if first is not None and last is not None and from_left.get(row, (-1,))[0] == first:
                from_left[row] = (last, wires[row])
        to_right = {row: first for row, first, last in self.horizontals if last is None}
        for row, start in to_right.items():
            end = from_left.get(row)
            if start is not None and end is not None and end[0] != start:
                found.add(Rule(end[0], start, end[1]))
        return found

    def culprit(self, rules: list[Rule]) -> int:
        """A wire whose row closes a circle of rules."""
        before = {rule.right: rule for rule in sorted(rules, key=lambda rule: rule.wire is None)}
        place = next(iter(before))
        seen: dict[int, int] = {}
        path: list[Rule] = []
        while place not in seen:
            seen[place] = len(path)
            path.append(before[place])
            place = before[place].left
        wires = [rule.wire for rule in path[seen[place] :] if rule.wire is not None]
        return min(wires, key=lambda wire: self.yielding.get(wire, 0))

    def tangle(self, place: int, others: Iterable[int]) -> int:
        """How many crossings more it costs to stand left of the others than right of them."""
        line = self.verticals[place]
        cost = 0
        for other in others:
            if other != place:
                second = self.verticals[other]
                cost += crossed(line, second) - crossed(second, line)
        return cost

    def first_column(self, place: int, placed: list[int], rules: set[Rule]) -> int:
        """The first column right of all that must be left, where the rows are free."""
        line = self.verticals[place]
        before = {rule.left for rule in rules if rule.right == place}
        return 1 + max(
            (
                other.column
                for at in placed
                for other in [self.verticals[at]]
                if at in before or (line.top <= other.bottom and other.top <= line.bottom)
            ),
            default=-1,
        )


def crossed(left: Vertical, right: Vertical) -> int:
    """How many pieces of wire cross the other line if the first line stands left of the second."""
    behind = sum(right.top < row < right.bottom for row in left.rights)
    return behind + sum(left.top < row < left.bottom for row in right.lefts)


def longest_rise(rows: list[int | None]) -> list[int]:
    """The places of a longest rising sequence; None takes no part."""
    best: list[list[int]] = []
    for place, row in enumerate(rows):
        before = [
            chain
            for chain in best
            if row is not None and rows[chain[-1]] < row  # type: ignore[operator]
        ]
        if row is not None:
            best.append([*max(before, key=len, default=[]), place])
    return max(best, key=len, default=[])
