"""What names mean inside one expression, and what each array of the program is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Union

from ...errors import Span
from ...syntax.tree import Definition
from .affine import Affine, Label
from .arrays import Value

Index = Union[Label, int]  # an axis, or one value where a recurrence is written out


class Scope(NamedTuple):
    """indices     the indices by name.
    parameters  the arguments of the function that is being written out; None outside.
    steps       the first and last value of the indices that are written out, in the whole line.
    guards      conditions under which alone the expression counts: the branch of an `if`, the
                body of a sum with conditions. A subscript may leave its axis where they fail.
    """

    indices: Mapping[str, Index] = {}
    parameters: Mapping[str, Value] | None = None
    guards: tuple[Value, ...] = ()
    steps: Mapping[str, tuple[int, int]] = {}


class Stored(NamedTuple):
    """A named array: an input or a finished definition. `span` is where it was named."""

    value: Value
    span: Span | None
    role: str = "definition"


class Line(NamedTuple):
    """One statement of a definition that is written out.

    forms   its subscripts at the axes that are written out.
    domain  the first and last value of each of these axes for which it holds.
    says    whether it says itself for which values it is: h[0], or with 'for'.
    steps   the first and last value of its indices that are written out.
    """

    equation: Definition
    forms: list[Affine]
    domain: list[tuple[int, int]]
    says: bool
    steps: dict[str, tuple[int, int]]


class Unrolled:
    """A definition that is written out along some of its axes, one part after the other.

    equations  its statements; each has whole numbers or indices at `axes`.
    lines      the same, understood.
    parts      the finished parts by their position along `axes`.
    ranges     for each part the first of its nodes in the graph, and the one behind its last.
    """

    def __init__(self, name: str, equations: list[Definition], axes: tuple[int, ...]) -> None:
        self.name = name
        self.equations = equations
        self.axes = axes
        self.lines: list[Line] = []
        self.parts: dict[tuple[int, ...], Value] = {}
        self.ranges: dict[tuple[int, ...], tuple[int, int]] = {}
        self.stacks: dict[tuple[tuple[int, int], ...], Value] = {}
        self.domain: tuple[tuple[int, int], ...] = ()
