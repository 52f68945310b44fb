"""The names of a program of index equations: what is defined, what is needed, what is free."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from ...errors import Label as Mark
from ...errors import Span, refuse
from ...lowering import CONSTANTS
from ...operations import ARRAY_FUNCTIONS, BLOCKS
from ...syntax.tree import (
    Call,
    Declaration,
    Definition,
    Indexed,
    Name,
    Operator,
    Program,
    Range,
    Reduction,
    Result,
    Vector,
    parts,
)
from .ranges import bound_names

Bound = frozenset[str]


class Names:
    """What each name of a program is.

    equations  the definitions by name, in order; several with subscripts for one name are cases.
    functions  the functions that the program defines.
    roles      param or data.
    free       the inputs, sizes and constants that formulas name, where each stands first.
    needs      for each definition the definitions that its formulas name, by way of functions too.
    unused     definitions that nothing needs.
    arrays     whether the program has what only arrays have.
    transposes whether T is free, so that M^T is the transposed matrix.
    """

    def __init__(self, program: Program, given: Collection[str]) -> None:
        self.given = given
        self.equations: dict[str, list[Definition]] = {}
        self.functions: dict[str, Definition] = {}
        self.roles: dict[str, str] = {}
        self.free: dict[str, Span] = {}
        self.arrays = False
        self.transposes = False
        self.size_names: dict[str, Span] = {}
        self.parameters: Bound = frozenset()  # of the function that is being read
        self.collect(program)
        self.needs = self.dependencies(program)
        used = {need for name, needs in self.needs.items() for need in needs if need != name}
        used |= self.used_by_results
        last = program.statements[-1]
        self.unused = [
            name for name in self.equations
            if name not in used and not (isinstance(last, Definition) and last.name == name)
        ]  # fmt: skip

    # ---------------------------------------------------------------------------------- definitions

    def collect(self, program: Program) -> None:
        for statement in program.statements:
            if isinstance(statement, Definition):
                self.define(statement)
        for statement in program.statements:
            if isinstance(statement, Declaration):
                self.declare(statement)

    def define(self, statement: Definition) -> None:
        name = statement.name
        earlier = self.functions.get(name) or self.equations.get(name, [None])[0]
        cases = statement.subscripts is not None and (
            earlier is None or earlier.subscripts is not None
        )
        if earlier is not None and not cases:
            raise refuse(
                "defined-twice",
                f"'{name}' is defined twice",
                statement.name_span,
                "names are equations, not memory: give the second one another name",
                related=(Mark(earlier.name_span, "first defined here"),),
            )
        if name in self.given:
            raise refuse(
                "bound-definition",
                f"'{name}' is defined by the formula, so it cannot be given a value",
                statement.name_span,
                f"leave out the value, or remove the line that defines '{name}'",
            )
        if statement.parameters is not None:
            self.functions[name] = statement
        else:
            self.equations.setdefault(name, []).append(statement)
        self.arrays |= statement.subscripts is not None

    def declare(self, statement: Declaration) -> None:
        sizes = statement.sizes or (None,) * len(statement.names)
        for name, axes in zip(statement.names, sizes, strict=True):
            if name.name in self.equations or name.name in self.functions:
                found = self.functions.get(name.name) or self.equations[name.name][0]
                raise refuse(
                    "defined-twice",
                    f"'{name.name}' is declared as {statement.role} and defined",
                    name.span,
                    "keep one of the two",
                    related=(Mark(found.name_span, "defined here"),),
                )
            self.roles[name.name] = statement.role
            self.free.setdefault(name.name, name.span)
            self.arrays |= axes is not None
            for axis in axes or ():
                for node in walk(axis):
                    if isinstance(node, Name):
                        self.size_names.setdefault(node.name, node.span)

    # --------------------------------------------------------------------------------- dependencies

    def dependencies(self, program: Program) -> dict[str, list[str]]:
        """The definitions that each definition needs; finds the free names on the way."""
        within: dict[str, dict[str, None]] = {}
        for name, function in self.functions.items():
            bound = frozenset(parameter.name for parameter in function.parameters or ())
            self.parameters = bound
            within[name] = self.names_in(function.body, bound)
        self.parameters = frozenset()
        needs: dict[str, list[str]] = {}
        for name, equations in self.equations.items():
            found: dict[str, None] = {}
            for equation in equations:
                bound = frozenset(self.left_indices(equation))
                for each in (*(equation.subscripts or ()), equation.body):
                    found |= self.names_in(each, bound)
                for each_range in equation.ranges:
                    found |= self.names_in(each_range.first, frozenset())
                    found |= self.names_in(each_range.last, frozenset())
            needs[name] = self.expanded(found, within)
        results: dict[str, None] = {}
        for statement in program.statements:
            if isinstance(statement, Result):
                results |= self.names_in(statement.body, frozenset())
        self.used_by_results = set(self.expanded(results, within))
        return needs

    def expanded(
        self, found: Mapping[str, None], within: Mapping[str, Mapping[str, None]]
    ) -> list[str]:
        """The definitions among some names, and those that the functions among them need."""
        seen: dict[str, None] = {}
        waiting = list(found)
        while waiting:
            name = waiting.pop(0)
            if name in seen:
                continue
            seen[name] = None
            waiting += within.get(name, ())
        return [name for name in seen if name in self.equations]

    def is_known(self, name: str) -> bool:
        """Whether a name means something without an index of that name."""
        return (
            name in self.equations
            or name in self.given
            or name in self.size_names
            or name in self.roles
        )

    def is_taken(self, bound: Bound, name: str) -> bool:
        return name in bound or self.is_known(name)

    def left_indices(self, equation: Definition) -> Iterator[str]:
        """The indices on the left side of a definition."""
        for subscript in equation.subscripts or ():
            for node in walk(subscript):
                if isinstance(node, Name) and not self.is_known(node.name):
                    yield node.name
        yield from (each.index.name for each in equation.ranges)

    def names_in(self, expression: Any, bound: Bound) -> dict[str, None]:
        """Definitions and functions that an expression names; notes the names that are free."""
        found: dict[str, None] = {}
        waiting: list[tuple[Any, Bound]] = [(expression, bound)]
        while waiting:
            node, inner = waiting.pop()
            if isinstance(node, Reduction):
                self.arrays = True
                taken = partial(self.is_taken, inner)
                names = bound_names(node.binders, taken)
                deeper = inner | {name.name for name in names}
                waiting += [(node.body, deeper), *((b, deeper) for b in node.binders)]
                continue
            if isinstance(node, Range):
                waiting += [(node.last, inner), (node.first, inner)]
                continue
            name, span = self.named(node)
            if isinstance(node, Indexed) and name in inner - self.parameters:
                raise refuse(
                    "index",
                    f"'{name}' is an index here, so {name}[…] can be no array",
                    span,
                    "give the index a letter of its own",
                )
            if name is not None and name not in inner:
                found[name] = None
                if name not in self.equations and name not in self.functions:
                    self.free_name(name, span)
            waiting.extend((part, inner) for part in reversed(parts(node)))
        return found

    def named(self, node: Any) -> tuple[str | None, Span]:
        """The name that a node uses, and its place; notes what only arrays have."""
        if isinstance(node, Name):
            return node.name, node.span
        if isinstance(node, Indexed):
            self.arrays = True
            return node.name, node.name_span
        if isinstance(node, Call):
            self.arrays |= node.function not in self.functions and (
                node.function in BLOCKS or node.function in ARRAY_FUNCTIONS
            )
            return (node.function if node.function in self.functions else None), node.name_span
        if isinstance(node, Operator):
            self.arrays |= node.operation == "matmul"
        elif isinstance(node, Vector):
            self.arrays |= len(node.items) > 1
        return None, Span(0, 0)

    def free_name(self, name: str, span: Span) -> None:
        if name in CONSTANTS and name not in self.given:
            return
        if name == "T" and name not in self.given and name not in self.size_names:
            self.transposes = True
        self.free.setdefault(name, span)


def step_line(lines: Sequence[Definition]) -> Definition:
    """Of a definition in several lines the one with most indices on its left side: h[t,i]."""
    return max(lines, key=lambda line: sum(isinstance(s, Name) for s in line.subscripts or ()))


def walk(expression: Any) -> Iterator[Any]:
    """An expression and all that is inside of it, but for reductions."""
    waiting = [expression]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(parts(node))


def names_in(expression: Any) -> list[str]:
    """The names that stand alone in an expression, but for reductions."""
    return [node.name for node in walk(expression) if isinstance(node, Name)]


def strongly_connected(needs: Mapping[str, list[str]]) -> list[list[str]]:
    """Groups of names that need each other, each group after those that it needs (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    held: list[str] = []
    groups: list[list[str]] = []
    for root in needs:
        if root in index:
            continue
        waiting: list[tuple[str, Iterator[str]]] = [(root, iter(needs[root]))]
        index[root] = low[root] = len(index)
        held.append(root)
        while waiting:
            name, rest = waiting[-1]
            following = next(rest, None)
            if following is None:
                waiting.pop()
                if waiting:
                    parent = waiting[-1][0]
                    low[parent] = min(low[parent], low[name])
                if low[name] == index[name]:
                    at = held.index(name)
                    groups.append([n for n in needs if n in held[at:]] if at < len(held) - 1
                                  else [name])  # fmt: skip
                    del held[at:]
            elif following not in index:
                index[following] = low[following] = len(index)
                held.append(following)
                waiting.append((following, iter(needs[following])))
            elif following in held:
                low[name] = min(low[name], index[following])
    return groups


__all__ = ["Names", "names_in", "step_line", "strongly_connected", "walk"]
