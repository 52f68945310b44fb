"""Expressions of index equations → nodes over whole arrays.

An index becomes an axis, a sum of products one contraction, a window a view. Definitions and
recurrences are in `definitions`; this module knows single expressions, with a stack of its own in
place of recursion.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ...errors import BackpropError, Span, refuse
from ...errors import Label as Mark
from ...limits import Limits, over_limit
from ...lowering import CONSTANTS, STEPS_PER_NODE, Note
from ...operations import OPERATIONS
from ...syntax.tree import (
    Call,
    Comparison,
    Definition,
    Expression,
    Indexed,
    Name,
    Number,
    Operator,
    Program,
    Reduction,
    Vector,
    parts,
    whole_literal,
)
from .access import Access
from .affine import Affine, Label, affine, symbol, whole
from .arrays import ArrayGraph, Value
from .blocks import whole_array
from .ranges import Ranges
from .scope import Scope, Stored


class Expressions:
    """Lowers expressions. What names mean beyond the scope comes from the methods that
    `definitions` adds: `stored`, `constant_of`, `taken`, `parts_of`.
    """

    def __init__(self, program: Program, limits: Limits, dtype: str) -> None:
        self.program = program
        self.limits = limits
        self.space = ArrayGraph(limits, dtype)
        self.graph = self.space.graph
        self.functions: dict[str, Definition] = {}
        self.open: dict[str, Span] = {}  # the functions that are being written out
        self.notes: dict[tuple[str, str], Note] = {}
        self.labels = 0
        self.steps = STEPS_PER_NODE * limits.nodes

    # ------------------------------------------------------------------------ what names stand for

    def stored(self, name: str) -> Stored | None:
        """A named array, if there is one."""
        raise NotImplementedError

    def constant_of(self, name: str) -> int | None:
        """The whole number that a name stands for: a size, an input, or a definition of one."""
        raise NotImplementedError

    def taken(self, name: str) -> Span | None:
        """Where a name is defined or first used as something else than an index."""
        raise NotImplementedError

    def part_of(self, node: Indexed, scope: Scope) -> tuple[Value, list[Expression]] | None:
        """For an array that is written out part by part: what a subscript list reads of it, and
        the subscripts that are left.
        """
        raise NotImplementedError

    def ruled_out(self, node: Indexed, scope: Scope) -> Value | None:
        """For a step that no line defines and that a condition guards: a value that does not
        count.
        """
        return None

    def label(self, name: str, first: int, last: int) -> Label:
        self.labels += 1
        return Label(self.labels, name, first, last)

    def note(self, code: str, key: str, message: str, span: Span) -> None:
        self.notes.setdefault((code, key), Note(code, message, span))

    def axes_of(self, node: Indexed, scope: Scope) -> list[tuple[Expression, int, int]] | None:
        """Each subscript with the first value and the length of its axis."""
        if node.name in self.functions or (
            node.name not in (scope.parameters or ()) and self.stored(node.name) is None
        ):
            return None
        base, subscripts = self.base(node, scope)
        Access(self.space, node, base).check_rank(len(subscripts))
        return list(zip(subscripts, base.starts, base.shape, strict=False))

    def reduction(
        self, node: Reduction, scope: Scope, waiting: list[Any], done: list[Value]
    ) -> None:
        """sum, prod, max, min, mean over indices."""
        raise NotImplementedError

    def call(self, node: Call, scope: Scope, waiting: list[Any]) -> None:
        """A function of the table, of whole arrays, or of the program."""
        raise NotImplementedError

    # ----------------------------------------------------------------------------- whole numbers

    def whole_form(self, expression: Expression, scope: Scope) -> Affine | None:
        """An expression as an affine form of labels; None if it is none."""

        def leaf(name: Name) -> Affine | None:
            index = scope.indices.get(name.name)
            if isinstance(index, Label):
                return symbol(index)
            if index is None and scope.parameters and name.name in scope.parameters:
                return None
            number = self.constant_of(name.name) if index is None else index
            return None if number is None else whole(number)

        form = affine(expression, leaf)
        return form if form is not None and form.integral else None

    def problem(self, scope: Scope) -> Ranges:
        """The values of indices, to be found from subscripts inside `scope`."""
        return Ranges(
            lambda name: self.whole_form(name, scope),
            lambda name: name in scope.indices or self.taken(name) is not None,
            lambda node: self.axes_of(node, scope),
        )

    def whole(self, expression: Expression, scope: Scope, what: str) -> int:
        """The whole number that an expression says; raises BackpropError if it says none."""
        form = self.whole_form(expression, scope)
        number = None if form is None else form.whole
        if number is None:
            help = "use numbers, sizes of arrays and inputs that are given as whole numbers"
            said = f"{what} must be a whole number that is known before the run"
            open_names = self.open_names(expression, scope)
            if open_names:
                listed = ", ".join(f"'{name}'" for name in open_names)
                said = f"{what} needs {listed}, which {'has' if len(open_names) < 2 else 'have'}"
                said += " no value"
                help = f"give it: {' '.join(f'{name}=8' for name in open_names)}"
            raise refuse("size", said, expression.span, help)
        return number

    def open_names(self, expression: Expression, scope: Scope) -> list[str]:
        """The names in a whole-number expression that nothing has given a value."""
        waiting: list[Any] = [expression]
        found: dict[str, None] = {}
        while waiting:
            node = waiting.pop()
            waiting.extend(parts(node))
            if (
                isinstance(node, Name)
                and node.name not in scope.indices
                and self.constant_of(node.name) is None
                and self.stored(node.name) is None
            ):
                found[node.name] = None
        return list(found)

    # --------------------------------------------------------------------------------- expressions

    def expression(self, root: Expression, scope: Scope) -> Value:
        """The value of an expression."""
        done: list[Value] = []
        waiting: list[tuple[Any, Any, Scope]] = [(self.visit, root, scope)]
        while waiting:
            action, subject, inner = waiting.pop()
            self.steps -= 1
            if self.steps < 0:
                limit = self.limits.nodes
                raise over_limit("nodes", limit, "nodes, or calls that make none", root.span)
            action(subject, inner, waiting, done)
        return self.space.read(done.pop(), root.span)

    def visit(self, node: Any, scope: Scope, waiting: list[Any], done: list[Value]) -> None:
        """Put the node's value on `done`, or what is left to do for it on `waiting`."""
        if isinstance(node, Number):
            done.append(self.space.constant(node.text, node.span))
        elif isinstance(node, Name):
            done.append(self.name(node, scope))
        elif isinstance(node, Indexed):
            self.indexed(node, scope, waiting)
        elif isinstance(node, Operator):
            self.operator(node, scope, waiting, done)
        elif isinstance(node, Call):
            self.call(node, scope, waiting)
        elif isinstance(node, Reduction):
            self.reduction(node, scope, waiting, done)
        elif isinstance(node, Comparison):
            self.then(self.compare, node, scope, waiting, node.operands)
        elif len(node.items) == 1:
            waiting.append((self.visit, node.items[0], scope))
        else:
            self.then(self.vector, node, scope, waiting, node.items)

    def then(
        self,
        action: Callable[[Any, list[Value]], Value],
        subject: Any,
        scope: Scope,
        waiting: list[Any],
        operands: Sequence[Expression],
    ) -> None:
        """Work out `operands`, then hand their values to `action`, which gives one value."""
        count = len(operands)

        def finish(_: Any, __: Scope, ___: list[Any], done: list[Value]) -> None:
            values = done[len(done) - count :]
            del done[len(done) - count :]
            done.append(action(subject, values))

        waiting.append((finish, None, scope))
        waiting.extend((self.visit, operand, scope) for operand in reversed(operands))

    def vector(self, node: Vector, values: list[Value]) -> Value:
        return self.space.stacked(values, node.span)

    # ---------------------------------------------------------------------------------------- names

    def name(self, node: Name, scope: Scope) -> Value:
        name = node.name
        if scope.parameters is not None and name in scope.parameters:
            return scope.parameters[name]
        index = scope.indices.get(name)
        if isinstance(index, Label):
            return self.space.index(index, node.span)
        if index is not None:
            return self.space.constant(index, node.span)
        if name in self.functions:
            raise refuse(
                "function-without-brackets",
                f"'{name}' is a function",
                node.span,
                f"write {name}(…)",
                related=(Mark(self.functions[name].name_span, "defined here"),),
            )
        found = self.stored(name)
        if found is not None:
            return found.value
        if name in CONSTANTS:
            return self.space.constant(CONSTANTS[name], node.span)
        number = self.constant_of(name)
        if number is not None:
            return self.space.constant(number, node.span)
        raise self.unknown(node)

    def unknown(self, node: Name) -> BackpropError:
        return refuse(
            "index",
            f"'{node.name}' has no value here",
            node.span,
            f"bind the index in a sum[{node.name}] or on the left side of '='",
        )

    def indexed(self, node: Indexed, scope: Scope, waiting: list[Any]) -> None:
        """An element or a part of an array."""
        nothing = self.ruled_out(node, scope)
        if nothing is not None:
            self.then(lambda _, __: nothing, node, scope, waiting, ())
            return
        base, subscripts = self.base(node, scope)
        access = Access(self.space, node, base, scope.guards)
        computed = access.read_forms([self.whole_form(each, scope) for each in subscripts])
        self.then(
            lambda _, values: access.value(values, subscripts),
            node,
            scope,
            waiting,
            [subscripts[place] for place in computed],
        )

    def base(self, node: Indexed, scope: Scope) -> tuple[Value, list[Expression]]:
        """What a subscript list reads, and its subscripts."""
        if scope.parameters is not None and node.name in scope.parameters:
            return scope.parameters[node.name], list(node.subscripts)
        part = self.part_of(node, scope)
        if part is not None:
            return part
        return self.name(Name(node.name, node.name_span), Scope()), list(node.subscripts)

    # ------------------------------------------------------------------------------------ operators

    def operator(self, node: Operator, scope: Scope, waiting: list[Any], done: list[Value]) -> None:
        operands = node.operands
        name = node.operation
        if name == "matmul":
            self.then(
                lambda _, values: whole_array(self.space, "matmul", node.span, values),
                node,
                scope,
                waiting,
                operands,
            )
            return
        if name == "negate" and isinstance(operands[0], Number):
            done.append(self.space.constant(f"-{operands[0].text}", node.span))
            return
        if name == "power":
            if self.is_transpose(operands[1], scope):
                self.then(self.transposed_or_power(scope), node, scope, waiting, operands[:1])
                return
            n = whole_literal(operands[1])
            if n == 2:
                name, operands = "square", operands[:1]
            elif n is not None:
                name, operands = "whole_power", (operands[0], Number(str(n), operands[1].span))
        operation = OPERATIONS[name]
        self.then(
            lambda _, values: self.space.elementwise(operation, values, node.span),
            node,
            scope,
            waiting,
            operands,
        )

    def is_transpose(self, exponent: Expression, scope: Scope) -> bool:
        """Whether `^T` can only mean a transposed matrix."""
        return (
            isinstance(exponent, Name)
            and exponent.name == "T"
            and "T" not in scope.indices
            and "T" not in (scope.parameters or ())
            and self.stored("T") is None
        )

    def transposed_or_power(self, scope: Scope) -> Callable[[Operator, list[Value]], Value]:
        """W^T of a matrix; x^T is a power if T is a number."""

        def finish(node: Operator, values: list[Value]) -> Value:
            if len(values[0].shape) == 2:
                return whole_array(self.space, "transpose", node.span, values)
            exponent = self.name(node.operands[1], scope)  # type: ignore[arg-type]
            return self.space.apply("power", *values, exponent, span=node.span)

        return finish

    def compare(self, node: Comparison, values: list[Value]) -> Value:
        result = None
        for place, relation in enumerate(node.relations):
            one = self.space.apply(relation, *values[place : place + 2], span=node.span)
            result = one if result is None else self.space.apply("and", result, one, span=node.span)
        assert result is not None
        return result

    # ----------------------------------------------------------------------------------- conditions

    def guarded(
        self,
        action: Callable[[Value | None, list[Value]], Value],
        bodies: tuple[Expression, ...],
        scope: Scope,
        waiting: list[Any],
        conditions: list[Expression],
    ) -> None:
        """Work out conditions, then `bodies`, which count where all of them hold (a second body:
        where they do not), then hand both to `action`.
        """

        def branches(_: Any, __: Scope, waiting: list[Any], done: list[Value]) -> None:
            found = done[len(done) - len(conditions) :] if conditions else []
            del done[len(done) - len(found) :]
            holds: Value | None = None
            for condition in found:
                one = holds
                holds = condition if one is None else self.space.apply("and", one, condition)
            inner = [scope, scope]
            if holds is not None:
                fails = self.space.apply("not", holds) if len(bodies) > 1 else holds
                inner = [scope._replace(guards=(*scope.guards, c)) for c in (holds, fails)]

            def finish(_: Any, __: Scope, ___: list[Any], done: list[Value]) -> None:
                values = done[len(done) - len(bodies) :]
                del done[len(done) - len(bodies) :]
                done.append(action(holds, values))

            waiting.append((finish, None, scope))
            for body, own in reversed(list(zip(bodies, inner, strict=False))):
                waiting.append((self.visit, body, own))

        waiting.append((branches, None, scope))
        waiting.extend((self.visit, condition, scope) for condition in reversed(conditions))
