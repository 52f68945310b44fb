"""The calls of the user's own functions, as rounded boxes around their gates."""

from __future__ import annotations

from typing import NamedTuple

from ..reporting import Report
from .collapse import owners_of
from .metrics import cut

LONGEST_LABEL = 32


class Region(NamedTuple):
    """One call. `parent` is the region around it, -1 for none."""

    label: str
    parent: int


def regions_of(
    report: Report, groups: dict[int, tuple[int, ...]], titles: tuple[str, ...]
) -> tuple[tuple[Region, ...], dict[int, int]]:
    """The calls that are drawn, inner ones first, and the innermost region of each gate.

    A call is left out if one of its gates is inside a box, unless all of them are in the same.
    """
    scopes = report.graph.scopes
    if all(scope.arguments is None for scope in scopes):
        return (), {}
    owners = owners_of(report.graph)
    single = {last for last, members in groups.items() if len(members) == 1}
    boxed = {owners[member] for found in groups.values() if len(found) > 1 for member in found}
    parents = scope_parents(report)
    broken = set(boxed)
    for scope in boxed:  # a box inside a call breaks the calls around it, too
        while scope >= 0:
            broken.add(scope)
            scope = parents[scope]
    inner = {owners[gate] for gate in single if owners[gate] >= 0}
    wanted = set()
    for scope in inner:
        while scope >= 0 and scopes[scope].arguments is not None:
            wanted.add(scope)
            scope = parents[scope]
    drawn = sorted(wanted - broken)
    place = {scope: index for index, scope in enumerate(drawn)}
    regions = tuple(
        Region(label(report, scope, titles), place.get(parent_call(report, scope, parents), -1))
        for scope in drawn
    )
    return regions, {gate: place[owners[gate]] for gate in single if owners[gate] in place}


def scope_parents(report: Report) -> list[int]:
    """The scope right around each scope, -1 for none."""
    scopes = report.graph.scopes
    order = sorted(range(len(scopes)), key=lambda at: (scopes[at].start, -scopes[at].stop, -at))
    parents = [-1] * len(scopes)
    around: list[int] = []
    for scope in order:
        while around and scopes[around[-1]].stop <= scopes[scope].start:
            around.pop()
        if around:
            parents[scope] = around[-1]
        around.append(scope)
    return parents


def parent_call(report: Report, scope: int, parents: list[int]) -> int:
    """The call right around a call; a definition in between belongs to no call."""
    parent = parents[scope]
    return parent if parent >= 0 and report.graph.scopes[parent].arguments is not None else -1


def label(report: Report, scope: int, titles: tuple[str, ...]) -> str:
    """`s(x)`; only `s` where an argument has no name."""
    found = report.graph.scopes[scope]
    arguments = found.arguments or ()
    rows = report.rows
    if all(rows[node].name is not None or not rows[node].inputs for node in arguments):
        return cut(f"{found.name}({', '.join(titles[node] for node in arguments)})", LONGEST_LABEL)
    return cut(found.name, LONGEST_LABEL)
