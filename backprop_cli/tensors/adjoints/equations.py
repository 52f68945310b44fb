"""The gradient of a program of index equations, as index equations again.

For each equation v[i…] = body and each element u[g…] in it, du gets the share
sum[indices that g does not say] dv[i…] * (∂body/∂u[g…]). Where g is a plain index it is renamed;
where it is index + number it is solved for the index, which splits du into pieces; elsewhere a
condition chooses: sum[i, y[i] == k]. A recurrence so gives the recurrence backwards, and
backpropagation through time is no special case.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from ...errors import BackpropError, refuse
from ...findings import Finding
from ...syntax.tree import (
    Call,
    Comparison,
    Definition,
    Expression,
    Indexed,
    Name,
    Program,
    Reduction,
)
from ...variables import listed, unknown_variables
from .index_forms import (
    NOWHERE,
    as_expression,
    call,
    comparison,
    count_of,
    element,
    everything,
    name,
    names_of,
    number,
    operation,
    replaced,
)
from .lines import AdjointLines
from .local_slopes import Slopes, is_number
from .own_indices import free_indices, name_again, own_indices, refreshed
from .single_equations import Equation, SingleEquations
from .terms import Share


class Adjoint(NamedTuple):
    """The gradient by one array: its name, and its lines."""

    of: str
    name: str
    lines: tuple[Definition, ...]


class AdjointProgram(NamedTuple):
    """All gradients of a program.

    adjoints   from the output backwards, the parameters last.
    changed    definitions whose text differs from the program's: what max and min choose from has
               a name of its own.
    fresh      sizes that the program does not name, for each input that needs them.
    ties       whether a max or min is among them, whose ties share no gradient here.
    wanted     the inputs by which it is taken.
    output     what the output is called: its own name, or f.
    """

    program: Program
    adjoints: tuple[Adjoint, ...]
    changed: tuple[Definition, ...]
    fresh: Mapping[str, tuple[Expression, ...]]
    ties: bool
    wanted: tuple[str, ...] = ()
    output: str = "f"


def adjoint_equations(
    program: Program, shapes: Mapping[str, tuple[int, ...]] | None = None
) -> list[tuple[str, Definition]]:
    """The adjoint of every definition and parameter, from the output backwards, as definitions:
    (array, d<array>[…] = …), one for each line.

    shapes  of the inputs that are given; others are as long as they are declared.
    Raises BackpropError for programs without a single number as output, and for functions whose
    derivative no index equation can say.
    """
    found = differentiated(program, shapes)
    return [(adjoint.of, line) for adjoint in found.adjoints for line in adjoint.lines]


def differentiated(
    program: Program,
    shapes: Mapping[str, tuple[int, ...]] | None = None,
    wrt: Collection[str] = (),
) -> AdjointProgram:
    """The gradient of a program as index equations.

    wrt  the inputs by which it is taken; by default all that are declared `param`, or all inputs if
         none is.
    """
    try:
        return Differentiation(SingleEquations(program, shapes or {}), wrt).result()
    except BackpropError as error:
        raise error.located(program.source) from None


def differentiate_program(
    program: Program,
    shapes: Mapping[str, tuple[int, ...]],
    wrt: Collection[str],
    options: Mapping[str, bool],
) -> AdjointProgram:
    """`differentiated`, for values as a person gave them: refuses those of no variable. `options`
    are the command's, which a misspelled name may have meant.
    """
    try:
        single = SingleEquations(program, shapes)
        inputs = [label for label in single.axes if label not in single.equations]
        unknown = [label for label in shapes if label not in inputs]
        if unknown:
            raise unknown_variables(unknown, inputs, [], options)
        return Differentiation(single, wrt).result()
    except BackpropError as error:
        raise error.located(program.source) from None


def gradient_notes(found: AdjointProgram) -> list[Finding]:
    """What a person should know about the equations."""
    notes = []
    if found.ties:
        notes.append(
            Finding(
                "tie",
                "where several elements of a max[…] or min[…] are the largest, each gets the whole"
                " gradient here; eval lets them share it equally",
            )
        )
    if not found.wanted:
        notes.append(Finding("no-variables", "the formula has no variables to differentiate by"))
    return notes


class Differentiation:
    """One program, with the shares that its equations give to each array."""

    def __init__(self, single: SingleEquations, wrt: Collection[str]) -> None:
        self.single = single
        self.extents = single.extents
        self.wanted = self.chosen(wrt)
        self.names: dict[str, str] = {}
        self.changed: dict[str, None] = {}
        self.shares: dict[str, list[Share]] = {}
        self.ties = False
        self.slopes = Slopes(single.is_taken, lambda label: label in self.names.values())
        for label in [*filter(None, single.equations), *single.names.free]:
            self.names[label] = self.new_name(f"d{label}")
        self.separate_choices()
        self.active = self.depending(self.wanted)

    # -------------------------------------------------------------------------------------- by what

    def chosen(self, wrt: Collection[str]) -> list[str]:
        """The inputs to differentiate by."""
        single = self.single
        inputs = [label for label in single.axes if label not in single.equations]
        inputs = [label for label in inputs if label not in single.sizes.known]
        for label in wrt:
            if label in single.equations:
                raise refuse(
                    "unknown-variable",
                    f"'{label}' is defined by the formula, and no variable",
                    help=f"its variables are {listed(inputs)}",
                )
            if label not in inputs:
                raise unknown_variables([label], inputs, [], {})
        if wrt:
            return list(dict.fromkeys(wrt))
        roles = single.names.roles
        declared = [label for label in inputs if roles.get(label) == "param"]
        return declared or [label for label in inputs if label not in self.subscripts()]

    def subscripts(self) -> set[str]:
        """The inputs that stand within subscripts: whole numbers."""
        found: set[str] = set()
        for equation in self.equations():
            for node in everything(equation.body):
                if isinstance(node, Indexed):
                    inside = [n for s in node.subscripts for n in everything(s)]
                    found |= {n.name for n in inside if isinstance(n, (Name, Indexed))}
        return found

    def equations(self) -> list[Equation]:
        return [each for lines in self.single.equations.values() for each in lines]

    def new_name(self, label: str) -> str:
        while self.single.is_taken(label) or label in self.names.values():
            label += "_"
        return label

    def depending(self, wanted: Collection[str]) -> set[str]:
        """All arrays on which the wanted inputs have an influence."""
        users: dict[str, set[str]] = {}
        for equation in self.equations():
            for node in everything(equation.body):
                if isinstance(node, (Name, Indexed)):
                    users.setdefault(node.name, set()).add(equation.name)
        found: set[str] = set()
        waiting = list(wanted)
        while waiting:
            label = waiting.pop()
            if label not in found:
                found.add(label)
                waiting.extend(users.get(label, ()))
        return found

    # ---------------------------------------------------------------------------- max and min apart

    def separate_choices(self) -> None:
        """Give names to what max[…] and min[…] choose from, and to what they choose: the gradient
        goes to the elements that equal the result, so both must be the very same numbers.
        """
        equations = self.single.equations
        waiting = self.equations()
        while waiting:
            equation = waiting.pop()
            made: list[Equation] = []

            def apart(node: Any, equation: Equation = equation, made: list[Equation] = made) -> Any:
                if not isinstance(node, Reduction) or node.operation not in ("max", "min"):
                    return None
                whole = node is equation.body and equation.name != ""
                if not isinstance(node.body, (Indexed, Name)):
                    made.append(self.named(node.body))
                    node = node._replace(body=element(made[-1].name, made[-1].left))
                    made[-1] = self.copied(made[-1])
                if not whole:
                    made.append(self.named(node))
                    reference = element(made[-1].name, made[-1].left)
                    made[-1] = self.copied(made[-1])
                    return reference
                return node

            body = replaced(equation.body, apart)
            if body is equation.body or not made:
                continue
            lines = equations[equation.name]
            lines[lines.index(equation)] = equation._replace(body=body)
            if equation.name:
                self.changed[equation.name] = None
            for each in made:
                equations[each.name] = [each]
                self.changed[each.name] = None
                waiting.append(each)

    def named(self, body: Any) -> Equation:
        """A definition of its own for a part of a formula, over the indices in it."""
        left = tuple(name(own) for own in free_indices(body, self.extents))
        label = next(t for k in range(1, 10_000) if not self.single.is_taken(t := f"t{k}"))
        axes = tuple(self.extents[own.name] for own in left)
        self.single.axes[label] = axes  # type: ignore[assignment]
        self.names[label] = self.new_name(f"d{label}")
        return Equation(label, left, body)

    def copied(self, equation: Equation) -> Equation:
        """The same equation with indices of its own."""
        new = {own: name_again(own, self.single.elements) for own in index_names(equation.left)}

        def other(node: Any) -> Any:
            return new.get(node.name) if isinstance(node, Name) else None

        left = tuple(new[own] for own in index_names(equation.left))
        return Equation(equation.name, left, replaced(equation.body, other))

    # --------------------------------------------------------------------------------------- shares

    def result(self) -> AdjointProgram:
        """Every equation hands on its gradient, the last one first."""
        single = self.single
        for label, lines in single.equations.items():
            if label not in self.active:
                continue
            for equation in lines:
                self.share(equation)
        maker = AdjointLines(single, self.slopes, self.names)
        adjoints = []
        output = single.output
        order = [label for label in reversed(list(single.equations)) if label != output]
        for label in [*order, *self.wanted]:
            if label in self.active:
                made = maker.lines_of(label, self.shares.get(label, []))
                adjoints.append(Adjoint(label, self.names[label], made))
        changed = [
            maker.lettering.forward(each)
            for label in self.changed
            for each in single.equations[label]
        ]
        texts = [*changed, *(line for adjoint in adjoints for line in adjoint.lines)]
        used = set().union(*(names_of(part) for line in texts for part in parts_of(line)))
        fresh = {
            label: sizes
            for label, sizes in single.fresh.items()
            if used & set().union(*map(names_of, sizes))
        }
        return AdjointProgram(
            single.program,
            tuple(adjoints),
            tuple(changed),
            fresh,
            self.ties,
            tuple(self.wanted),
            output or "f",
        )

    def share(self, equation: Equation) -> None:
        """What one equation gives to the arrays that its formula names."""
        output = equation.name == self.single.output
        upstream = number(1) if output else element(self.names[equation.name], equation.left)
        itself = element(equation.name, equation.left) if equation.name else None
        waiting: list[tuple[Any, Any, Any, tuple[str, ...], tuple[Expression, ...]]] = [
            (equation.body, itself, upstream, (), ())
        ]
        while waiting:
            body, whole, above, over, conditions = waiting.pop()
            gated = kinked(body) if whole is not None else None
            if isinstance(body, (Name, Indexed, Reduction)):
                parts = [(body, number(1))] if self.is_active(body) else []
            elif gated is not None:
                holds = comparison("greater", whole, number(0))
                parts = [(gated, call("if", holds, number(1), number(0)))]
                if not isinstance(gated, (Name, Indexed, Reduction)):
                    inner = self.slopes.derivatives(gated, None, self.is_active)
                    parts = [(atom, call("if", holds, slope, number(0))) for atom, slope in inner]
                parts = [part for part in parts if self.is_active(part[0])]
            else:
                parts = self.slopes.derivatives(body, whole, self.is_active)
            for atom, slope in parts:
                product = above
                if not is_number(slope, "1"):
                    product = self.slopes.simplified(operation("multiply", above, slope))
                if not isinstance(atom, Reduction):
                    subscripts = atom.subscripts if isinstance(atom, Indexed) else ()
                    own = tuple(index_names(equation.left))
                    found = Share(subscripts, product, (*own, *over), conditions)
                    self.shares.setdefault(atom.name, []).append(found)
                    continue
                inside = refreshed(atom, self.single.elements)
                waiting.append(self.entered(inside, whole, product, over, conditions))

    def is_active(self, atom: Any) -> bool:
        """Whether a gradient has to pass into an atom."""
        nodes = [n for n in everything(atom) if isinstance(n, (Name, Indexed))]
        if isinstance(atom, Reduction):
            return any(node.name in self.active for node in nodes)
        return atom.name in self.active

    def entered(
        self,
        node: Reduction,
        whole: Any,
        above: Any,
        over: tuple[str, ...],
        conditions: tuple[Expression, ...],
    ) -> tuple[Any, Any, Any, tuple[str, ...], tuple[Expression, ...]]:
        """The gradient at the inside of a reduction, and the indices and conditions there."""
        own = [each for each in node.binders if isinstance(each, Name)]
        holds: list[Any] = [each for each in node.binders if not isinstance(each, Name)]
        kind = node.operation
        if kind == "mean":
            above = self.slopes.simplified(operation("divide", above, self.count(node)))
        elif kind == "prod":
            other = refreshed(node, self.single.elements)
            renamed = [each for each in other.binders if isinstance(each, Name)]
            differs: Any = None
            for a, b in zip(renamed, own, strict=True):
                one = comparison("not_equal", a, b)
                differs = one if differs is None else operation("or", differs, one)
            others = other._replace(binders=(*other.binders, differs))
            above = self.slopes.simplified(operation("multiply", above, others))
        elif kind in ("max", "min"):
            self.ties = True
            equal = Comparison(("equal",), (node.body, whole), NOWHERE)
            chosen = set().union(*(own_indices(each) for each in (equal, *holds)))
            own = [each for each in own if each.name in chosen]  # others tie, and share
            if holds:
                above = call("if", equal, above, number(0))
            else:
                holds = [equal]
        names = tuple(each.name for each in own)
        return node.body, None, above, (*over, *names), (*conditions, *holds)

    def count(self, node: Reduction) -> Expression:
        """How many elements a mean has."""
        own = [each for each in node.binders if isinstance(each, Name)]
        if len(own) < len(node.binders):
            other = refreshed(node, self.single.elements)
            return other._replace(operation="sum", body=number(1))
        result: Any = None
        for each in own:
            extent = self.extents[each.name]
            assert extent is not None
            count = as_expression(self.single.sizes.settled(count_of(extent)))
            result = count if result is None else operation("multiply", result, count)
        return result  # type: ignore[no-any-return]


def kinked(body: Any) -> Any:
    """u in relu(u) and max(0, u), whose value says on which side u is; None in anything else."""
    if not isinstance(body, Call):
        return None
    arguments = [each for each in body.arguments if not is_number(each, "0")]
    if body.function == "relu" or (body.function == "max" and len(body.arguments) == 2):
        wanted = 1 if body.function == "relu" else len(body.arguments) - 1
        return arguments[0] if len(arguments) == wanted == 1 else None
    return None


def parts_of(line: Definition) -> tuple[Any, ...]:
    """All expressions in a line."""
    return (line.body, *(line.subscripts or ()), *line.ranges)


def index_names(left: tuple[Expression, ...]) -> list[str]:
    """The indices on a left side."""
    return [each.name for each in left if isinstance(each, Name) and "#" in each.name]


__all__ = ["Adjoint", "AdjointProgram", "adjoint_equations", "differentiated"]
