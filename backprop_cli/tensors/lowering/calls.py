"""Calls in index equations: rows of the table, functions of whole arrays, and functions that the
program defines, which are written out.
"""

from __future__ import annotations

from typing import Any

from ...calls import check_conditions, check_count, not_a_function
from ...errors import Label as Mark
from ...errors import refuse, similar
from ...graph import Section
from ...lowering import OVERLOADS
from ...operations import ARRAY_FUNCTIONS, BLOCKS, FUNCTIONS, Operation
from ...syntax.tree import Call, Definition, Number
from .arrays import Value
from .blocks import BUILDERS, WHOLE, whole_array
from .expressions import Expressions
from .scope import Scope

EACH = ("max", "min")  # of several arrays: element by element
ALL_FUNCTIONS = FUNCTIONS | ARRAY_FUNCTIONS


class Calls(Expressions):
    """How calls are lowered."""

    def call(self, node: Call, scope: Scope, waiting: list[Any]) -> None:
        own = self.functions.get(node.function)
        if own is not None:
            check_count(node, [parameter.name for parameter in own.parameters or ()], 0, False)
            check_conditions(node, None)
            self.enter(own, node, scope, waiting)
            return
        if node.function in BLOCKS:
            self.block(node, scope, waiting)
            return
        operation = self.built_in(node, scope)
        names, defaults = operation.signature()
        check_count(node, names, len(defaults), operation.variadic)
        check_conditions(node, operation)
        if operation.name == "where":
            condition, *branches = node.arguments
            self.guarded(
                lambda holds, values: self.chosen(node, holds, values),
                tuple(branches),
                scope,
                waiting,
                [condition],
            )
            return
        given = len(node.arguments)
        missing = 0 if operation.variadic else len(names) - given
        extra = [Number(text, node.name_span) for text in defaults[len(defaults) - missing :]]
        arguments = (*node.arguments, *(extra if missing else ()))
        self.then(
            lambda _, values: self.applied(operation, node, values), node, scope, waiting, arguments
        )

    def block(self, node: Call, scope: Scope, waiting: list[Any]) -> None:
        """A function of whole arrays that is written out."""
        block = BLOCKS[node.function]
        given = len(node.arguments)
        if not block.takes(given):
            last = block.parameters.split(", ")[-1] if block.optional == 1 else "the last ones"
            left = f"; {last} may be left out" if block.optional else ""
            raise refuse(
                "arguments",
                f"'{block.name}' takes {block.numbers_of_arguments()} arguments, not {given}",
                node.span,
                f"write {block.name}({block.parameters}){left}",
            )
        arrays = block.split(given)
        what = f"an argument of {node.function}"
        settings = [self.whole(each, scope, what) for each in node.arguments[arrays:]]
        self.then(
            lambda _, values: BUILDERS[block.name](self.space, node.span, values, settings),
            node,
            scope,
            waiting,
            node.arguments[:arrays],
        )

    def chosen(self, node: Call, holds: Value | None, values: list[Value]) -> Value:
        assert holds is not None
        return self.space.apply("where", holds, *values, span=node.span)

    def applied(self, operation: Operation, node: Call, values: list[Value]) -> Value:
        """A row of the table: on each element, or of whole arrays."""
        arrays = any(value.shape for value in values)
        if operation.name in WHOLE and arrays and len(values) > 1 and operation.name not in EACH:
            name = operation.name
            raise refuse(
                "shape",
                f"'{name}' of several arrays has two readings: of each element, or of all",
                node.span,
                f"write {name}(x) + {name}(y), or {name}(x + y), or indices: {name}[i] x[i]",
            )
        if operation.name in WHOLE and len(values) == 1 and arrays:
            return whole_array(self.space, operation.name, node.span, values)
        if operation.shape is not None:
            return whole_array(self.space, operation.name, node.span, values)
        return self.space.elementwise(operation, values, node.span)

    def enter(self, own: Definition, node: Call, scope: Scope, waiting: list[Any]) -> None:
        """Write out a function's body with the values of its arguments."""
        count = len(node.arguments)
        names = [parameter.name for parameter in own.parameters or ()]

        def begin(_: Any, __: Scope, waiting: list[Any], done: list[Value]) -> None:
            values = [self.space.read(value, node.span) for value in done[len(done) - count :]]
            del done[len(done) - count :]
            if own.name in self.open:
                raise refuse(
                    "cycle",
                    f"'{own.name}' is defined by itself: {' → '.join((*self.open, own.name))}",
                    node.name_span,
                    "a function may not call itself; write a recurrence: h[0] = …; h[t] = …",
                    related=(Mark(own.name_span, "defined here"),),
                )
            self.open[own.name] = node.name_span
            start = len(self.graph)
            nodes = tuple(value.node for value in values)

            def leave(*_: Any) -> None:
                self.open.popitem()
                self.graph.scopes.append(Section(own.name, nodes, start, len(self.graph)))

            waiting.append((leave, None, Scope()))
            inner = Scope({}, dict(zip(names, values, strict=True)))
            waiting.append((self.visit, own.body, inner))

        waiting.append((begin, None, scope))
        waiting.extend((self.visit, argument, scope) for argument in reversed(node.arguments))

    def built_in(self, node: Call, scope: Scope) -> Operation:
        name = node.function
        operation = ALL_FUNCTIONS.get(OVERLOADS.get((name, len(node.arguments)), name))
        known = (
            name in scope.indices
            or name in (scope.parameters or ())
            or self.taken(name) is not None
        )
        if operation is not None and not known:
            return operation
        near = similar(name, [*ALL_FUNCTIONS, *self.functions, *BLOCKS])
        raise not_a_function(node, self.program.source, known, operation is not None, near)
