"""A program of index equations as a few items: inputs, definitions, the output, and which reads
which. What explanations and pictures speak of, in place of thousands of nodes.

With values it is made from an `ArrayRun`; without any, from the text alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

from ...errors import BackpropError, refuse
from ...lowering import CONSTANTS
from ...syntax.tree import (
    Definition,
    Expression,
    Indexed,
    Name,
    Program,
    Reduction,
    Result,
    parts,
    whole_literal,
)
from ..lowering.names import Names, step_line, strongly_connected
from ..lowering.ranges import bound_names
from ..running.evaluation import ArrayRun
from .extents import Extents
from .steps import Recurrence, earlier_steps, recurrence_of

INPUT, DEFINITION, OUTPUT = "input", "definition", "output"


class Item(NamedTuple):
    """An input, a definition or the output.

    role       param, data or "" of an input.
    equations  of a definition; several are the lines of a recurrence or of pieces.
    body       what an output without a name computes.
    reads      the items it reads, in the order of its text: `before` those that it reads from
               other steps of its recurrence, itself among them, `now` the others. One may be both.
    recurrence its number in the outline, -1 for none.
    sizes      the length of each axis: a number, a text such as T+1, or the name of its index; None
               where it cannot be known.
    value, gradient  arrays; None without values, and where no gradient passes.
    """

    name: str
    kind: str
    role: str
    equations: tuple[Definition, ...]
    body: Expression | None
    reads: tuple[str, ...]
    before: tuple[str, ...]
    now: tuple[str, ...]
    recurrence: int
    sizes: tuple[str, ...] | None
    value: Any
    gradient: Any

    @property
    def step_line(self) -> Definition:
        """The equation after whose left side it is called: the one with most indices, h[t,i]."""
        return step_line(self.equations)


class Outline(NamedTuple):
    """Items: the inputs in the order of their first use, then definitions after what they read.

    `functions` are the program's own, which are written out where they are called.
    """

    program: Program
    items: tuple[Item, ...]
    output: str
    recurrences: tuple[Recurrence, ...]
    functions: tuple[Definition, ...]
    run: ArrayRun | None

    def item(self, name: str) -> Item:
        """The item of a name."""
        return next(item for item in self.items if item.name == name)


def outline(
    program: Program,
    run: ArrayRun | None = None,
    given: Mapping[str, Any] | None = None,
    whole: Collection[str] = (),
) -> Outline:
    """The outline of a program, with the values of a run if there is one, and the values `given`
    to all inputs, also to those that only say subscripts and have no node; those in `whole` are
    whole numbers.

    Raises BackpropError for names that are defined twice, and by themselves.
    """
    try:
        return _Outlining(program, run, given or {}, whole).outline()
    except BackpropError as error:
        raise error.located(program.source) from None


class _Outlining:
    def __init__(
        self,
        program: Program,
        run: ArrayRun | None,
        given: Mapping[str, Any],
        whole: Collection[str],
    ) -> None:
        self.whole = whole
        self.program = program
        self.run = run
        self.given = {**given, **({} if run is None else run.inputs)}
        self.names = Names(program, self.given)
        self.equations = self.names.equations
        self.order: list[str] = []
        self.recurrences: list[Recurrence] = []
        self.member_of: dict[str, int] = {}
        self.within = {name: self.reads_in(f.body, f.parameters or ())
                       for name, f in self.names.functions.items()}  # fmt: skip
        self.reads = {name: self.read_by(lines) for name, lines in self.equations.items()}
        self.before: dict[str, tuple[str, ...]] = {}
        self.now: dict[str, tuple[str, ...]] = {}

    def outline(self) -> Outline:
        for group in strongly_connected(self.names.needs):
            self.add_group(group)
        last = self.program.statements[-1]
        body = last.body if isinstance(last, Result) else None
        output = self.free_title()
        if isinstance(last, Definition):
            output = last.name
        elif isinstance(body, Name) and body.name in self.equations:
            output, body = body.name, None
        extents = Extents(self.program, self.names, self.order)
        items = [self.input(name, extents) for name in self.inputs(body)]
        items += [self.definition(name, extents) for name in self.order]
        if body is not None:
            items.append(self.result(output, body))
        functions = tuple(self.names.functions.values())
        return Outline(
            self.program, tuple(items), output, tuple(self.recurrences), functions, self.run
        )

    # ------------------------------------------------------------------------------------ the order

    def add_group(self, group: list[str]) -> None:
        """Definitions that need each other: a recurrence, in the order of one step."""
        name = group[0]
        if len(group) == 1 and name not in self.names.needs[name]:
            self.order.append(name)
            return
        found = recurrence_of(group, self.equations, self.run)
        if not found.indices and self.run is not None:
            self.order += group  # h[0] = …, h[1] = 2*h[0]: lines for whole numbers alone
            return
        if not found.indices:
            raise refuse(
                "cycle",
                f"'{name}' is defined by itself: {' → '.join([*group, name][:8])}",
                self.equations[name][-1].name_span,
                "a recurrence needs a first value and steps: h[0] = …; h[t] = … h[t-1] …",
            )
        left: dict[str, set[str]] = {}
        for member in group:
            before, same = earlier_steps(member, found, self.equations)
            self.before[member] = tuple(before)
            later = {*before, member} - same
            self.now[member] = tuple(each for each in self.reads[member] if each not in later)
            left[member] = same
        ordered: list[str] = []
        while left:
            ready = [each for each, needs in left.items() if not needs & left.keys()] or [*left][:1]
            ordered += ready
            for each in ready:
                del left[each]
        for member in group:
            self.member_of[member] = len(self.recurrences)
        self.recurrences.append(found._replace(members=tuple(ordered)))
        self.order += ordered

    def free_title(self) -> str:
        """A name for an output that has none."""
        taken = {*self.equations, *self.names.functions, *self.names.free}
        return next(name for name in ("f", "output", "result", "f(…)") if name not in taken)

    def inputs(self, body: Expression | None) -> list[str]:
        """The inputs that anything reads, in order."""
        found: dict[str, None] = {}
        for name in self.order:
            found |= dict.fromkeys(self.reads[name])
        if body is not None:
            found |= dict.fromkeys(self.reads_in(body, ()))
        mine = [name for name in found if name not in self.equations]
        if self.run is not None:
            lowered = self.run.lowered.inputs
            return [
                *(name for name in mine if name in self.given),
                *(name for name in lowered if name not in found),
            ]
        return mine

    # -------------------------------------------------------------------------------------- reading

    def read_by(self, lines: Iterable[Definition]) -> tuple[str, ...]:
        """What the lines of a definition read."""
        found: dict[str, None] = {}
        for line in lines:
            bound = set(self.names.left_indices(line))
            found |= dict.fromkeys(self.reads_in(line.body, (), bound))
        return tuple(found)

    def reads_in(
        self, body: Expression, parameters: Collection[Name], bound: Collection[str] = ()
    ) -> list[str]:
        """The inputs and definitions whose values an expression reads. A bare name inside a
        subscript or a range is a size or an index.
        """
        found: dict[str, None] = {}
        names = {*bound, *(p.name for p in parameters)}
        waiting: list[tuple[Any, set[str], bool]] = [(body, names, False)]
        while waiting:
            node, inner, whole = waiting.pop()
            if isinstance(node, Reduction):
                more = self.binders(node, inner)
                deeper = inner | {name.name for name in more}
                waiting.append((node.body, deeper, whole))
                waiting += [(b, deeper, True) for b in reversed(node.binders)]
                continue
            declared = isinstance(node, Name) and node.name in self.names.roles
            free = isinstance(node, Name) and (declared or not whole)
            if free and self.is_read(node.name, inner):
                found[node.name] = None
            if isinstance(node, Indexed) and node.name not in inner:
                found[node.name] = None
            own = getattr(node, "function", None)
            if own in self.names.functions:
                found |= dict.fromkeys(getattr(self, "within", {}).get(own, ()))
            below = whole or isinstance(node, Indexed)
            waiting += [(part, inner, below) for part in reversed(parts(node))]
        return list(found)

    def binders(self, node: Reduction, bound: Collection[str]) -> list[Name]:
        """The indices that a reduction binds."""
        return bound_names(node.binders, lambda name: name in bound or self.names.is_known(name))

    def is_read(self, name: str, bound: Collection[str]) -> bool:
        """Whether a bare name is an input or a definition."""
        if name in bound or name in self.names.size_names or name in self.names.functions:
            return False
        if name in self.equations or name in self.names.roles or name in self.given:
            return True
        return name not in CONSTANTS and not (name == "T" and self.names.transposes)

    # ---------------------------------------------------------------------------------------- items

    def input(self, name: str, extents: Extents) -> Item:
        role = self.names.roles.get(name, "")
        value = gradient = None
        sizes = extents.of(name)
        if self.run is not None:
            import numpy as np

            made = self.run.lowered.inputs.get(name)
            gradient = None if made is None else self.adjoint(made.node)
            value = np.asarray(self.given[name] if made is None else self.run.values[made.node])
            if name in self.whole and gradient is None:
                value = value.astype(np.int64)  # labels, letters
            sizes = tuple(map(str, value.shape))
        return Item(name, INPUT, role, (), None, (), (), (), -1, sizes, value, gradient)

    def definition(self, name: str, extents: Extents) -> Item:
        value, gradient = self.numbers(name)
        sizes = extents.of(name) if value is None else tuple(map(str, value.shape))
        return Item(
            name, DEFINITION, "", tuple(self.equations[name]), None, self.reads[name],
            self.before.get(name, ()), self.now.get(name, self.reads[name]),
            self.member_of.get(name, -1), sizes, value, gradient,
        )  # fmt: skip

    def result(self, name: str, body: Expression) -> Item:
        value = gradient = None
        sizes: tuple[str, ...] | None = None
        last = self.program.statements[-1]
        if isinstance(last, Result) and (last.objective or whole_literal(body) is not None):
            sizes = ()
        if self.run is not None:
            node = self.run.lowered.output.node
            import numpy as np

            value, gradient = np.asarray(self.run.values[node]), self.adjoint(node)
            sizes = tuple(map(str, value.shape))
        reads = tuple(self.reads_in(body, ()))
        return Item(name, OUTPUT, "", (), body, reads, (), reads, -1, sizes, value, gradient)

    def adjoint(self, node: int) -> Any:
        """The gradient at a node in its shape; None where none arrives or none was asked for."""
        from ..running.reporting import adjoint_of

        assert self.run is not None
        return adjoint_of(self.run, node)

    def numbers(self, name: str) -> tuple[Any, Any]:
        """The value and the gradient of a definition; a recurrence's are put together."""
        if self.run is None:
            return None, None
        made = self.run.lowered.steps.get(name)
        if made is None:
            stored = self.run.lowered.defined.get(name)
            if stored is None:
                return None, None
            import numpy as np

            node = stored.value.node
            return np.asarray(self.run.values[node]), self.adjoint(node)
        from ..running.reporting import gathered

        return gathered(self.run, made)[:2]


__all__ = ["DEFINITION", "INPUT", "OUTPUT", "Item", "Outline", "outline"]
