"""Recurrences: definitions that need themselves, written out along the index that moves.

h[0,i] = …, h[t,i] = … h[t-1,j] … is written out over t alone: for each t one array over i. The
parts are worked out as they are needed, so steps may go up or down, and reach back any distance.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from math import prod
from typing import Any

from ...errors import BackpropError, refuse
from ...errors import Label as Mark
from ...graph import Section
from ...limits import over_limit
from ...syntax.tree import Definition, Expression, Indexed, Name, Number, Range
from ..kernels import families
from .access import Access
from .arrays import Value
from .moving import Moving, references
from .names import names_in, walk
from .scope import Line, Scope, Unrolled

Position = tuple[int, ...]
NODES_PER_STEP = 10  # in the time that writing out a step of a recurrence takes


class Recurrences(Moving):
    """How definitions that need each other are written out."""

    unrolled: dict[str, Unrolled]

    def unroll(self, group: list[str]) -> None:
        """Write out definitions that need each other."""
        axes = self.moving_axes(group)
        for name in group:
            self.unrolled[name] = Unrolled(name, self.names.equations[name], axes[name])
        self.find_domains(group)
        for name in group:
            start = len(self.graph)
            for position in self.positions(self.unrolled[name]):
                self.work_out(name, position)
            self.graph.scopes.append(Section(name, None, start, len(self.graph)))

    # --------------------------------------------------------------------------------- the domain

    def find_domains(self, group: list[str]) -> None:
        """The domain of each name; one may follow from another's."""
        left = list(group)
        while left:
            unsolved: list[str] = []
            for name in left:
                try:
                    self.unrolled[name].domain = self.domain(self.unrolled[name])
                except BackpropError:
                    unsolved.append(name)
            if len(unsolved) == len(left):
                self.domain(self.unrolled[left[0]])  # nothing more is known: its own refusal
            left = unsolved

    def domain(self, made: Unrolled) -> tuple[tuple[int, int], ...]:
        """The first and last value of each axis that is written out."""
        found: list[list[tuple[int, int]]] = [[] for _ in made.axes]
        for equation in made.equations:
            for place, (low, high) in enumerate(self.equation_domain(made, equation)):
                found[place].append((low, high))
        return tuple((min(low for low, _ in f), max(high for _, high in f)) for f in found)

    def equation_domain(self, made: Unrolled, equation: Definition) -> list[tuple[int, int]]:
        """The values of the written-out axes for which one line holds."""
        ranges = {each.index.name: each for each in equation.ranges}
        domain = []
        for axis in made.axes:
            subscript = (equation.subscripts or ())[axis]
            form = self.left_form(subscript)
            if form is None or not form.integral or len(form.terms) > 1:
                raise self.bad_step(subscript)
            if not form.terms:
                domain.append((int(form.constant), int(form.constant)))
                continue
            index = form.terms[0][0]
            if index in ranges:
                first = self.whole(ranges[index].first, Scope(), "the first value of an index")
                last = self.whole(ranges[index].last, Scope(), "the last value of an index")
                bounds = (first, last)
            else:
                bounds = self.found_range(equation, index)
            shifted = form.bounds({index: bounds})
            assert shifted is not None
            domain.append(shifted)
        return domain

    def found_range(self, equation: Definition, index: str) -> tuple[int, int]:
        """The values of a step's index for which the subscripts of other arrays fit."""
        problem = self.problem(Scope())
        others = self.indices_in_all(equation)
        problem.read(equation.body, {name: name for name in others})
        solved = problem.solve()
        if index not in solved:
            where = next(
                n for s in equation.subscripts or () for n in walk(s)
                if isinstance(n, Name) and n.name == index
            )
            raise refuse(
                "index",
                f"nothing says over which values the index '{index}' runs",
                where.span,
                f"write them behind the line: for {index} in 1..9",
            )
        return solved[index]

    def indices_in_all(self, equation: Definition) -> list[str]:
        return [name for s in equation.subscripts or () for name in self.indices_in(s)]

    def bad_step(self, subscript: Expression) -> BackpropError:
        return refuse(
            "bad-definition",
            "a recurrence is written for whole numbers and single indices: h[0], h[t], h[t+1]",
            subscript.span,
            "write h[t, …] = … h[t-1, …] …",
        )

    def positions(self, made: Unrolled) -> list[Position]:
        count = prod(high - low + 1 for low, high in made.domain)
        most = self.limits.nodes // NODES_PER_STEP
        if count > most:
            span = made.equations[-1].name_span
            what = f"values of '{made.name}', each as long in the making as {NODES_PER_STEP} nodes"
            raise over_limit("nodes", most, what, span)
        return list(product(*(range(low, high + 1) for low, high in made.domain)))

    # ------------------------------------------------------------------------------------ the parts

    def work_out(self, name: str, position: Position) -> None:
        """The part of an array at one position, and first all parts that it needs."""
        open_: dict[tuple[str, Position], None] = {(name, position): None}
        while open_:
            current = next(reversed(open_))
            made = self.unrolled[current[0]]
            if current[1] in made.parts:
                open_.popitem()
                continue
            equation, scope = self.equation_at(made, current[1])
            missing = self.missing_part(equation, scope)
            if missing is None:
                start = len(self.graph)
                left = [
                    s for axis, s in enumerate(equation.subscripts or ()) if axis not in made.axes
                ]
                value = self.indexed_equation(self.shortened(equation, scope), left, scope)
                made.parts[current[1]] = value
                made.ranges[current[1]] = (start, len(self.graph))
                if value.node >= start and value.node not in self.graph.names:
                    at = ", ".join(map(str, current[1]))
                    self.graph.names[value.node] = f"{current[0]}[{at}]"
                open_.popitem()
            elif missing in open_:
                steps = [*list(open_)[list(open_).index(missing) :], missing]
                shown = [f"{n}[{', '.join(map(str, p))}]" for n, p in steps]
                raise self.cyclic(shown)
            else:
                open_[missing] = None

    def shortened(self, equation: Definition, scope: Scope) -> Definition:
        """A line without the ranges of the indices that are written out."""
        ranges = tuple(each for each in equation.ranges if each.index.name not in scope.indices)
        return equation._replace(ranges=(*ranges, *self.borrowed(equation)))

    def borrowed(self, equation: Definition) -> list[Range]:
        """The values of the indices that only other lines of the same array say: h[0,i] = 0 runs
        over the same i as the step.
        """
        made = self.unrolled[equation.name]
        own = self.said_by(equation)
        found = []
        for axis, subscript in enumerate(equation.subscripts or ()):
            if axis in made.axes or not isinstance(subscript, Name) or subscript.name in own:
                continue
            for other in made.equations:
                index = (other.subscripts or ())[axis]
                known = self.said_by(other) if isinstance(index, Name) else {}
                if isinstance(index, Name) and index.name in known:
                    first, last = (Number(str(end), index.span) for end in known[index.name])
                    found.append(Range(subscript, first, last, subscript.span))
                    break
        return found

    def said_by(self, equation: Definition) -> dict[str, tuple[int, int]]:
        """The values of the indices on a line's left side, as far as it says them itself."""
        problem = self.problem(Scope())
        names = {name: name for name in self.indices_in_all(equation)}
        for each in equation.ranges:
            ends = [self.whole_form(end, Scope()) for end in (each.first, each.last)]
            if all(end is not None and end.whole is not None for end in ends):
                problem.say(each.index.name, tuple(end.whole for end in ends))  # type: ignore
        problem.read(equation.body, names)
        solved = problem.solve()
        return {name: solved[name] for name in names if name in solved}

    def equation_at(self, made: Unrolled, position: Position) -> tuple[Definition, Scope]:
        """The line that defines one position, and what its indices are there."""
        if not made.lines:
            made.lines = [self.understood(made, equation) for equation in made.equations]
        found: list[tuple[Definition, Scope]] = []
        said: list[tuple[Definition, Scope]] = []
        for line in made.lines:
            indices: dict[str, Any] = {}
            fits = True
            for form, value, (low, high) in zip(line.forms, position, line.domain, strict=True):
                fits = fits and low <= value <= high
                for index, by in form.terms:
                    at = (value - form.constant) / by
                    fits = fits and at.denominator == 1 and indices.setdefault(index, at) == at
            if fits:
                whole = {index: int(at) for index, at in indices.items()}
                scope = Scope(whole, steps=line.steps)
                (said if line.says else found).append((line.equation, scope))
        found = said or found
        where = ", ".join(map(str, position))
        if len(found) > 1:
            raise refuse(
                "defined-twice",
                f"'{made.name}' is defined twice at [{where}]",
                found[1][0].name_span,
                "let the values of the lines not overlap: for t in 1..T",
                related=(Mark(found[0][0].name_span, "first defined here"),),
            )
        if not found:
            raise refuse(
                "out-of-range",
                f"'{made.name}' has no value at [{where}]",
                made.equations[0].name_span,
                f"add a line for it: {made.name}[{where}, …] = …",
            )
        return found[0]

    def understood(self, made: Unrolled, equation: Definition) -> Line:
        """What a line says of the axes that are written out."""
        forms = [self.left_form((equation.subscripts or ())[axis]) for axis in made.axes]
        known = [form for form in forms if form is not None]
        ranged = {each.index.name for each in equation.ranges}
        says = all(index in ranged for form in known for index, _ in form.terms)
        domain = self.equation_domain(made, equation)
        steps = {}
        for form, bounds in zip(known, domain, strict=True):
            for index, by in form.terms:
                ends = sorted(int((end - form.constant) / by) for end in bounds)
                steps[index] = (ends[0], ends[1])
        return Line(equation, known, domain, says, steps)

    def missing_part(self, equation: Definition, scope: Scope) -> tuple[str, Position] | None:
        """A part that a line needs and that is not there yet."""
        for reference, ranges in references(equation.body, set(self.unrolled)):
            made = self.unrolled[reference.name]
            if not made.domain or isinstance(reference, Name):
                continue
            if len(reference.subscripts) <= max(made.axes):
                continue
            spans = [
                self.reach(reference.subscripts[axis], scope, ranges) or ends
                for axis, ends in zip(made.axes, made.domain, strict=True)
            ]
            for position in product(*(range(low, high + 1) for low, high in spans)):
                inside = all(
                    low <= at <= high for at, (low, high) in zip(position, made.domain, strict=True)
                )
                if inside and position not in made.parts:
                    return reference.name, position
        return None

    def reach(
        self, subscript: Expression, scope: Scope, ranges: Mapping[str, Range]
    ) -> tuple[int, int] | None:
        """The least and the greatest value of a subscript inside sums over `ranges`; None if that
        is not known before the run.
        """
        problem = self.problem(scope)
        names = set(names_in(subscript)) & ranges.keys()
        for name in names:
            first = self.whole_form(ranges[name].first, scope)
            last = self.whole_form(ranges[name].last, scope)
            if first is None or last is None or first.terms or last.terms:
                return None
            problem.say(name, (int(first.constant), int(last.constant)))
        keys = {name: name for name in names}
        form = problem.form(subscript, keys)
        return None if form is None else form.bounds(problem.known)

    def axes_of(self, node: Indexed, scope: Scope) -> list[tuple[Expression, int, int]] | None:
        made = self.unrolled.get(node.name)
        if made is None or node.name in (scope.parameters or ()):
            return super().axes_of(node, scope)
        if not made.domain or len(node.subscripts) <= max(made.axes):
            return None
        found = [
            (node.subscripts[axis], low, high - low + 1)
            for axis, (low, high) in zip(made.axes, made.domain, strict=True)
        ]
        part = next(iter(made.parts.values()), None)
        if part is not None:
            rest = [s for axis, s in enumerate(node.subscripts) if axis not in made.axes]
            found += list(zip(rest, part.starts, part.shape, strict=False))
        return found

    def part_of(self, node: Indexed, scope: Scope) -> tuple[Value, list[Expression]] | None:
        if node.name not in self.unrolled:
            return None
        made = self.unrolled[node.name]
        if len(node.subscripts) <= max(made.axes):
            return None
        rest = [s for axis, s in enumerate(node.subscripts) if axis not in made.axes]
        spans = []
        for axis, (first, last) in zip(made.axes, made.domain, strict=True):
            form = self.whole_form(node.subscripts[axis], scope)
            bounds = form and form.bounds({k: (k.first, k.last) for k, _ in form.terms})
            low, high = bounds or (first, last)
            spans.append((max(low, first), min(high, last)))
            if low > last or high < first:
                raise self.nothing_there(made, node, axis, low if low > last else high, scope)
        position = tuple(low for low, _ in spans)
        fixed = [self.whole_form(node.subscripts[axis], scope) for axis in made.axes]
        if position in made.parts and [f and f.whole for f in fixed] == list(position):
            return made.parts[position], rest
        moving = [node.subscripts[axis] for axis in made.axes]
        return self.stack_of(made, tuple(spans), node), [*moving, *rest]

    def ruled_out(self, node: Indexed, scope: Scope) -> Value | None:
        made = self.unrolled.get(node.name)
        if made is None or not scope.guards or len(node.subscripts) <= max(made.axes):
            return None
        for axis, (first, last) in zip(made.axes, made.domain, strict=True):
            form = self.whole_form(node.subscripts[axis], scope)
            bounds = form and form.bounds({k: (k.first, k.last) for k, _ in form.terms})
            if not bounds or (bounds[0] <= last and first <= bounds[1]):
                continue
            zero = self.space.constant(0, node.span)
            return Access(self.space, node, zero, scope.guards).checked(zero, None)
        return None

    def nothing_there(
        self, made: Unrolled, node: Indexed, axis: int, value: int, scope: Scope
    ) -> BackpropError:
        """The refusal of a step that no line defines."""
        low, high = made.domain[made.axes.index(axis)]
        places = ["…"] * len(node.subscripts)
        places[axis] = str(value)
        part = f"{node.name}[{', '.join(places)}]"
        at = ", ".join(f"{k} = {v}" for k, v in scope.indices.items() if isinstance(v, int))
        return refuse(
            "out-of-range",
            f"nothing defines {part}{f', which is needed at {at}' if at else ''}: the lines of"
            f" '{node.name}' define {low}..{high}",
            node.span,
            f"add a line {part} = …, or say with 'for' where the steps begin and end",
            related=(Mark(made.equations[0].name_span, "defined here"),),
        )

    def stack_of(self, made: Unrolled, spans: tuple[tuple[int, int], ...], node: Any) -> Value:
        """Several parts as one array, the written-out axes first."""
        known = made.stacks.get(spans)
        if known is not None:
            return known
        positions = list(product(*(range(low, high + 1) for low, high in spans)))
        missing = [position for position in positions if position not in made.parts]
        if missing:
            at = ", ".join(map(str, missing[0]))
            raise self.cyclic([f"{made.name}[{at}]", f"{made.name}[{at}]"])
        values = [made.parts[position] for position in positions]
        first = values[0]
        for value in values:
            if value.shape != first.shape or value.starts != first.starts:
                raise refuse(
                    "shape",
                    f"the parts of '{made.name}' do not have the same shape",
                    made.equations[0].name_span,
                    "let all lines define the same range of the other indices",
                )
        stacked = self.space.stacked(values, getattr(node, "span", None))
        lengths = tuple(high - low + 1 for low, high in spans)
        if len(lengths) > 1:
            stacked = self.reshaped(stacked, (*lengths, *first.shape))
        firsts = (*(low for low, _ in spans), *first.starts)
        made.stacks[spans] = stacked._replace(firsts=firsts)
        return made.stacks[spans]

    def reshaped(self, value: Value, shape: tuple[int, ...]) -> Value:
        node = self.space.append(families.reshape(value.shape, shape), (value.node,), None)
        return Value(node, (), shape)

    def whole_of(self, made: Unrolled) -> Value:
        """The whole array, with its axes in the order of its subscripts."""
        value = self.stack_of(made, made.domain, made.equations[0])
        rank = len(value.shape)
        others = [axis for axis in range(rank) if axis not in made.axes]
        source = {axis: place for place, axis in enumerate((*made.axes, *others))}
        order = tuple(source[axis] for axis in range(rank))
        shape = tuple(value.shape[axis] for axis in order)
        node = self.space.rearranged(value, order, shape, None)
        return Value(node, (), shape, None, tuple(value.starts[axis] for axis in order))

    def indexed_equation(
        self, definition: Definition, left: list[Expression], scope: Scope
    ) -> Value:
        raise NotImplementedError
