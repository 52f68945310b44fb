"""Recurrences by their text: which index moves, and which references reach into other steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ...syntax.tree import Definition, Indexed, Range
from ..lowering.affine import over_names
from ..lowering.moving import acyclic, references
from ..lowering.names import names_in

Equations = Mapping[str, Sequence[Definition]]


class Recurrence(NamedTuple):
    """Definitions that need each other.

    indices  the indices that move from step to step, mostly one.
    members  the definitions, in the order of one step.
    ranges   for each index what its step lines say behind `for`, if they do.
    ends     for each index its first and last value, base lines included; only known with values.
    """

    indices: tuple[str, ...]
    members: tuple[str, ...]
    ranges: tuple[Range | None, ...] = ()
    ends: tuple[tuple[int, int] | None, ...] = ()


def recurrence_of(group: Sequence[str], equations: Equations, run: Any = None) -> Recurrence:
    """The recurrence of definitions that need each other."""
    candidates: dict[str, None] = {}
    for name in group:
        for line in equations[name]:
            for subscript in line.subscripts or ():
                candidates |= dict.fromkeys(names_in(subscript))
    indices = [index for index in candidates if moves(index, group, equations)]
    single = next((i for i in indices if orders(i, group, equations)), None)
    chosen = (single,) if single is not None else tuple(indices)
    ranges = tuple(range_of(index, group, equations) for index in chosen)
    ends: list[tuple[int, int] | None] = []
    for place, _ in enumerate(chosen):
        domains = [] if run is None else [
            run.lowered.steps[name].domain for name in group if name in run.lowered.steps
        ]  # fmt: skip
        known = [domain[place] for domain in domains if len(domain) > place]
        ends.append((min(a for a, _ in known), max(b for _, b in known)) if known else None)
    return Recurrence(chosen, tuple(group), ranges, tuple(ends))


def places(name: str, equations: Equations, index: str) -> list[int]:
    """The axes of a definition at which an index stands alone or moved by a number."""
    found: dict[int, None] = {}
    for line in equations[name]:
        for axis, subscript in enumerate(line.subscripts or ()):
            form = over_names(subscript)
            if form is not None and index in [key for key, _ in form.terms]:
                found[axis] = None
    return list(found)


def distances(index: str, group: Sequence[str], equations: Equations) -> list[Fraction | None]:
    """How far each reference inside a group is from its own step; None where that varies."""
    found: list[Fraction | None] = []
    for name in group:
        for line in equations[name]:
            for reference, _ in references(line.body, set(group)):
                found += distance(index, name, line, reference, equations)
    return found


def distance(
    index: str, name: str, line: Definition, reference: Any, equations: Equations
) -> list[Fraction | None]:
    """How far one reference is from the step it stands in; nothing where the line is of one step
    that is fixed.
    """
    own, other = places(name, equations, index), places(reference.name, equations, index)
    if not own or not other:
        return [None]
    left = over_names((line.subscripts or ())[own[0]])
    if left is None or not left.terms:
        return []
    if not isinstance(reference, Indexed) or len(reference.subscripts) <= other[0]:
        return [None]
    right = over_names(reference.subscripts[other[0]])
    apart = None if right is None else right.plus(left, -1)
    return [None if apart is None or apart.terms else apart.constant]


def moves(index: str, group: Sequence[str], equations: Equations) -> bool:
    """Whether any reference reaches into another value of an index."""
    return any(each != 0 for each in distances(index, group, equations))


def orders(index: str, group: Sequence[str], equations: Equations) -> bool:
    """Whether an index alone can be the steps: each definition has it, and what is read of the same
    step leads to no circle.
    """
    if not all(places(name, equations, index) for name in group):
        return False
    found = distances(index, group, equations)
    signs = {each > 0 for each in found if each}
    if len(signs) > 1 or not signs or reads_itself(index, group, equations):
        return False
    recurrence = Recurrence((index,), tuple(group))
    return acyclic({name: earlier_steps(name, recurrence, equations)[1] for name in group})


def reads_itself(index: str, group: Sequence[str], equations: Equations) -> bool:
    """Whether a definition reads itself at the same value of an index."""
    return any(
        not any(each != 0 for each in distance(index, name, line, reference, equations))
        for name in group
        for line in equations[name]
        for reference, _ in references(line.body, {name})
    )


def earlier_steps(
    name: str, recurrence: Recurrence, equations: Equations
) -> tuple[list[str], set[str]]:
    """What a definition reads of other steps, in order, and what of its own step."""
    before: dict[str, None] = {}
    same: set[str] = set()
    group = set(recurrence.members)
    for line in equations[name]:
        for reference, _ in references(line.body, group):
            apart = [
                each
                for index in recurrence.indices
                for each in distance(index, name, line, reference, equations)
            ]
            if any(each != 0 for each in apart):
                before[reference.name] = None
            elif reference.name != name:
                same.add(reference.name)
    return list(before), same


def range_of(index: str, group: Sequence[str], equations: Equations) -> Range | None:
    """What a line says behind `for` about an index."""
    lines = [line for name in group for line in equations[name]]
    lines.sort(key=lambda line: not references(line.body, set(group)))
    return next((r for line in lines for r in line.ranges if r.index.name == index), None)


__all__ = ["Recurrence", "earlier_steps", "recurrence_of"]
