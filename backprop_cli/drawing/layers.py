"""In which column each vertex stands: as far left as what it reads allows, inputs first."""

from __future__ import annotations

from typing import NamedTuple

from .diagram import CONSTANT, INPUT, Drawn


class Layers(NamedTuple):
    """`of` has the column of each vertex, from 0; regions reach from `starts` to `ends`.

    What a region reads from outside stands left of its start, so that wires enter on its left.
    """

    of: list[int]
    starts: list[int]
    ends: list[int]
    columns: int


def layers(diagram: Drawn) -> Layers:
    """The longest path to each vertex, counted in gates; an edge into a region counts for all, and
    what reads a recurrence stands behind all of it.
    """
    vertices, regions = diagram.vertices, diagram.regions
    count = len(vertices)
    paths = [region_path(diagram, vertex.region) for vertex in vertices]
    after: list[list[tuple[int, int]]] = [
        [] for _ in range(count + len(regions) + len(diagram.cycles))
    ]
    waiting_for = [0] * len(after)
    for target, vertex in enumerate(vertices):
        for region in paths[target][-1:]:
            after[count + region].append((target, 0))
        for source in vertex.sources:
            after[source].append((target, 1))
            outside = [region for region in paths[target] if region not in paths[source]]
            after[source].extend((count + region, 1) for region in outside)
    for end, cycle in enumerate(diagram.cycles, count + len(regions)):
        for member in cycle.members:
            after[member].append((end, 0))
        for target, vertex in enumerate(vertices):
            if target not in cycle.members and not set(cycle.members).isdisjoint(vertex.sources):
                beside = any(vertices[source].kind == INPUT for source in vertex.sources)
                after[end].append((target, 2 if beside and diagram.late else 1))
    for region, (_, parent) in enumerate(regions):
        if parent >= 0:
            after[count + parent].append((count + region, 0))
    for targets in after:
        for target, _ in targets:
            waiting_for[target] += 1
    layer = [0] * len(after)
    for index, vertex in enumerate(vertices):
        layer[index] = 0 if vertex.kind in (INPUT, CONSTANT) else 1
    for region in range(len(regions)):
        layer[count + region] = 1
    ready = [place for place, waits in enumerate(waiting_for) if not waits]
    while ready:
        place = ready.pop()
        for target, step in after[place]:
            layer[target] = max(layer[target], layer[place] + step)
            waiting_for[target] -= 1
            if not waiting_for[target]:
                ready.append(target)
    if diagram.late:
        for index, vertex in enumerate(vertices):
            readers = [layer[target] for target, _ in after[index]]
            if vertex.kind == INPUT and readers:
                layer[index] = max(layer[index], min(readers) - 1)
    starts = layer[count : count + len(regions)]
    ends = list(starts)
    for index in range(count):
        for region in paths[index]:
            ends[region] = max(ends[region], layer[index])
    return Layers(layer[:count], starts, ends, max(layer[:count], default=0) + 1)


def region_path(diagram: Drawn, region: int) -> list[int]:
    """The regions around a vertex in `region`, the outermost first."""
    path = []
    while region >= 0:
        path.append(region)
        region = diagram.regions[region].parent
    return path[::-1]
