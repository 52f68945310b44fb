"""Which gates are drawn as one box.

Gates are only put together if a single value leaves the box, so that the circuit between boxes has
no cycle, and the box's value and gradient are those of its last gate.
"""

from __future__ import annotations

from typing import NamedTuple

from ..graph import Graph
from ..reporting import Report


class Collapse(NamedTuple):
    """What is put into boxes: gates farther than `depth` from the output, each definition and each
    call of a function (`definitions`), all but the `top` gates with the largest |gradient·value|.
    """

    depth: int | None = None
    definitions: bool = False
    top: int | None = None

    @property
    def active(self) -> bool:
        """Whether anything is put into boxes."""
        return self.definitions or self.depth is not None or self.top is not None


class Groups(NamedTuple):
    """`members` has the gates of each group by its last gate, in order of evaluation."""

    members: dict[int, tuple[int, ...]]


def grouped(report: Report, gates: list[int], collapse: Collapse) -> Groups:
    """The groups of `gates`. A gate joins the group of the gates that read it if that is one group,
    and of the same kind.
    """
    kinds = kinds_of(report, gates, collapse)
    readers: dict[int, set[int]] = {gate: set() for gate in gates}
    root = {gate: gate for gate in gates}
    members: dict[int, list[int]] = {}
    for gate in reversed(gates):
        above = {root[reader] for reader in readers[gate]}
        kind = kinds.get(gate)
        if kind is not None and len(above) == 1:
            only = next(iter(above))
            if kinds.get(only) == kind:
                root[gate] = only
        members.setdefault(root[gate], []).append(gate)
        for source in report.rows[gate].inputs:
            if source in readers:
                readers[source].add(gate)
    return Groups({last: tuple(reversed(found)) for last, found in members.items()})


def kinds_of(report: Report, gates: list[int], collapse: Collapse) -> dict[int, object]:
    """What each gate may be put together with; gates that stay as they are have no kind."""
    if not collapse.active:
        return {}
    if collapse.definitions:
        owners = owners_of(report.graph)
        kinds: dict[int, object] = {gate: owners[gate] for gate in gates if owners[gate] >= 0}
    else:
        kinds = {}
    if collapse.depth is not None:
        far = distances(report, collapse.depth)
        kinds.update({gate: "far" for gate in gates if gate not in far})
    if collapse.top is not None:
        ranked = sorted(gates, key=lambda gate: (-weight(report, gate), gate))
        kept = {*ranked[: collapse.top], report.output}
        kinds.update({gate: "rest" for gate in gates if gate not in kept})
    return kinds


def owners_of(graph: Graph) -> list[int]:
    """The innermost scope of each node, -1 for none."""
    owners = [-1] * len(graph)
    scopes = graph.scopes
    order = sorted(range(len(scopes)), key=lambda at: (scopes[at].start, -scopes[at].stop, -at))
    open_scopes: list[int] = []
    position = 0
    for node in range(len(graph)):
        while open_scopes and scopes[open_scopes[-1]].stop <= node:
            open_scopes.pop()
        while position < len(order) and scopes[order[position]].start <= node:
            if scopes[order[position]].stop > node:
                open_scopes.append(order[position])
            position += 1
        if open_scopes:
            owners[node] = open_scopes[-1]
    return owners


def distances(report: Report, farthest: int) -> set[int]:
    """The nodes at most `farthest` gates away from the output."""
    found = {report.output}
    edge = [report.output]
    for _ in range(farthest):
        edge = list({source for node in edge for source in report.rows[node].inputs} - found)
        found.update(edge)
    return found


def weight(report: Report, gate: int) -> float:
    """|gradient·value|: how much of the output hangs on a gate; 0 where that is no number."""
    row = report.rows[gate]
    try:
        size = abs(float(row.gradient) * float(row.value))
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return size if size == size else 0.0
