"""Syntax tree → graph: names, functions and constants are settled here.

Each operation that the user wrote becomes a node of its own, in the order of evaluation; only
inputs and constants are shared. The user's functions are written out wherever they are called.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import pairwise
from typing import Any, NamedTuple

from .calls import check_brackets, check_conditions, check_count, needs_arrays, not_a_function
from .errors import BackpropError, Label, Span, refuse, similar
from .graph import CONSTANT, Graph, Section
from .limits import DEFAULT_LIMITS, Limits, over_limit
from .operations import FUNCTIONS, OPERATIONS, Operation
from .syntax.tree import (
    Call,
    Comparison,
    Declaration,
    Definition,
    Expression,
    Name,
    Number,
    Operator,
    Program,
    Result,
    Statement,
    Vector,
    whole_literal,
)

CONSTANTS = {"pi": "pi", "π": "pi", "e": "e", "tau": "tau", "τ": "tau", "inf": "inf"}
OVERLOADS = {("log", 2): "log_base"}
SIGNS = ("+", "-", "−", "–")
STEPS_PER_NODE = 6  # functions that only hand on their arguments make work and no nodes


class Note(NamedTuple):
    """Something the user should know about how the formula was read; no error."""

    code: str
    message: str
    span: Span


class Lowered(NamedTuple):
    """A graph with its output node, and what was noted on the way."""

    graph: Graph
    output: int
    output_name: str | None
    notes: tuple[Note, ...]


Scope = dict[str, int] | None  # the parameters of the function being written out


def lower(
    program: Program, given: Collection[str] = (), limits: Limits = DEFAULT_LIMITS
) -> Lowered:
    """The graph of a program. `given` are the names that the user binds: they win over constants.

    Raises BackpropError for names that mean nothing here, wrong calls, vectors, and graphs over the
    limit.
    """
    try:
        return _Lowering(program, given, limits).lower()
    except BackpropError as error:
        raise error.located(program.source) from None


class _Lowering:
    def __init__(self, program: Program, given: Collection[str], limits: Limits) -> None:
        self.program = program
        self.given = frozenset(given)
        self.limits = limits
        self.graph = Graph()
        self.values: dict[str, int] = {}
        self.functions: dict[str, Definition] = {}
        self.defined: dict[str, Definition] = {}
        self.used: set[str] = set()
        self.open: dict[str, None] = {}  # the definitions and functions that are being worked out
        self.variables: dict[str, Span] = {}  # inputs that have the name of a function
        self.called: dict[str, Span] = {}  # functions of the table, where they are called
        self.steps = STEPS_PER_NODE * limits.nodes
        self.notes: dict[tuple[str, str], Note] = {}

    # ----------------------------------------------------------------------------------- statements

    def lower(self) -> Lowered:
        statements = self.program.statements
        self.collect_definitions(statements)
        output, output_name = -1, None
        for position, statement in enumerate(statements):
            last = position == len(statements) - 1
            if isinstance(statement, Declaration):
                self.declare(statement, last)
            elif isinstance(statement, Definition):
                output = self.define(statement, last)
                output_name = statement.name
            else:
                output = self.result(statement, last)
                output_name = None
        self.note_unused(statements, output_name)
        return Lowered(self.graph, output, output_name, tuple(self.notes.values()))

    def collect_definitions(self, statements: tuple[Statement, ...]) -> None:
        for statement in statements:
            if not isinstance(statement, Definition):
                continue
            name = statement.name
            if name in self.defined:
                raise refuse(
                    "defined-twice",
                    f"'{name}' is defined twice",
                    statement.name_span,
                    "names are equations, not memory: give the second one another name",
                    related=(Label(self.defined[name].name_span, "first defined here"),),
                )
            if name in self.given:
                raise refuse(
                    "bound-definition",
                    f"'{name}' is defined by the formula, so it cannot be given a value",
                    statement.name_span,
                    f"leave out the value, or remove the line that defines '{name}'",
                )
            self.defined[name] = statement
            if statement.parameters is not None:
                self.functions[name] = statement
                if name in FUNCTIONS:
                    said = f"'{name}' is the function defined here, not the one of the table"
                    self.note("function", name, said, statement.name_span)
            elif name in CONSTANTS:
                said = f"'{name}' is the value defined here, not the constant"
                self.note("constant", name, said, statement.name_span)

    def declare(self, statement: Declaration, last: bool) -> None:
        if last:
            raise refuse(
                "bad-definition",
                "the last line must give the output",
                statement.span,
                "add a line with the formula",
            )
        for name in statement.names:
            if name.name in self.defined:
                raise refuse(
                    "defined-twice",
                    f"'{name.name}' is declared as {statement.role} and defined",
                    name.span,
                    "keep one of the two",
                    related=(Label(self.defined[name.name].name_span, "defined here"),),
                )
            self.graph.input(name.name, name.span)

    def define(self, statement: Definition, last: bool) -> int:
        name = statement.name
        if statement.parameters is not None:
            if last:
                parameters = ", ".join(parameter.name for parameter in statement.parameters)
                raise refuse(
                    "bad-definition",
                    f"the last line defines the function '{name}' and nothing uses it",
                    statement.span,
                    f"add a line that calls it, such as {name}({parameters}), or write {name} = …",
                )
            return -1
        if name not in self.values:
            self.expression(Name(name, statement.name_span))
            self.used.discard(name)
        return self.values[name]

    def result(self, statement: Result, last: bool) -> int:
        if not last:
            raise refuse(
                "unused-statement",
                "nothing uses the result of this line",
                statement.span,
                "name it (q = …); to go on with a formula on the next line, end this one with"
                " the operator",
            )
        return self.expression(statement.body)

    def note_unused(self, statements: tuple[Statement, ...], output_name: str | None) -> None:
        """Note definitions that nothing uses; refuse one whose formula seems to go on below."""
        unused = self.defined.keys() - self.used - {output_name}
        for name in filter(unused.__contains__, self.defined):
            span = self.defined[name].name_span
            self.note("unused-definition", name, f"'{name}' is defined and not used", span)
        for statement, following in pairwise(statements):
            if not isinstance(statement, Definition) or statement.name not in unused:
                continue
            between = self.program.source[statement.span.end : following.span.start + 1]
            if between.endswith(SIGNS) and ";" not in between:
                raise refuse(
                    "unused-statement",
                    f"a line that starts with '{between[-1]}', below '{statement.name}' that"
                    " nothing uses: is it one formula or two?",
                    Span(following.span.start, following.span.start + 1),
                    f"for one formula, end the line above with '{between[-1]}'; for two, use"
                    f" '{statement.name}' or remove it",
                    related=(Label(statement.name_span, "not used"),),
                )

    def note(self, code: str, key: str, message: str, span: Span) -> None:
        self.notes.setdefault((code, key), Note(code, message, span))

    # ---------------------------------------------------------------------------------- expressions

    def expression(self, root: Expression) -> int:
        """The node of an expression. A stack of its own stands for the recursion, so no depth is
        too deep.
        """
        done: list[int] = []
        waiting: list[tuple[Any, Any, Any]] = [(self.visit, root, None)]
        while waiting:
            action, subject, scope = waiting.pop()
            self.steps -= 1
            if self.steps < 0:
                limit = self.limits.nodes
                raise over_limit("nodes", limit, "nodes, or calls that make none", root.span)
            action(subject, scope, waiting, done)
        return done.pop()

    def visit(self, node: Expression, scope: Scope, waiting: list[Any], done: list[int]) -> None:
        """Put the node's value on `done`, or what is left to do for it on `waiting`."""
        if isinstance(node, Number):
            done.append(self.graph.constant(node.text, node.span))
        elif isinstance(node, Name):
            self.name(node, scope, waiting, done)
        elif isinstance(node, Operator):
            self.operator(node, scope, waiting, done)
        elif isinstance(node, Call):
            self.call(node, scope, waiting)
        elif isinstance(node, Comparison):
            waiting.append((self.compare, node, scope))
            waiting.extend((self.visit, operand, scope) for operand in reversed(node.operands))
        elif isinstance(node, Vector):
            waiting.append((self.visit, self.only_item(node), scope))
        else:
            raise needs_arrays(node)

    def append(self, operation: Operation, count: int, span: Span, done: list[int]) -> None:
        """Apply an operation to the last `count` values."""
        inputs = tuple(done[len(done) - count :])
        del done[len(done) - count :]
        node = self.graph.append(operation, inputs)
        self.graph.spans[node] = span
        if node >= self.limits.nodes:
            raise over_limit("nodes", self.limits.nodes, "nodes in the graph", span)
        done.append(node)

    def apply(
        self, work: tuple[Operation, int, Span], _: Scope, waiting: list[Any], done: list[int]
    ) -> None:
        operation, count, span = work
        self.append(operation, count, span, done)

    def only_item(self, node: Vector) -> Expression:
        if len(node.items) > 1:
            raise refuse(
                "not-scalar",
                f"[…] is a vector of {len(node.items)} numbers; a formula here gives a single"
                " number",
                node.span,
                "write its components with names of their own, such as x0 and x1",
            )
        self.note("brackets", str(node.span), "[…] with one item is read as brackets", node.span)
        return node.items[0]

    # ------------------------------------------------------------------------------------ operators

    def operator(self, node: Operator, scope: Scope, waiting: list[Any], done: list[int]) -> None:
        operands = node.operands
        if node.operation == "matmul":
            raise needs_arrays(node)
        operation = OPERATIONS[node.operation]
        if node.operation == "negate" and isinstance(operands[0], Number):
            done.append(self.graph.constant(f"-{operands[0].text}", node.span))
            return
        if node.operation == "power":
            n = whole_literal(operands[1])
            if n == 2:
                operation, operands = OPERATIONS["square"], operands[:1]
            elif n is not None:
                operation = OPERATIONS["whole_power"]
                operands = (operands[0], Number(str(n), operands[1].span))
        elif node.operation == "factorial":
            self.check_factorial(operands[0], scope)
        waiting.append((self.apply, (operation, len(operands), node.span), scope))
        waiting.extend((self.visit, operand, scope) for operand in reversed(operands))

    def check_factorial(self, operand: Expression, scope: Scope) -> None:
        whole = isinstance(operand, Number) and operand.text.isdigit()
        if isinstance(operand, Name) and operand.name not in self.defined:
            whole = operand.name not in (scope or ()) and not self.is_constant(operand.name)
        if not whole:
            raise refuse(
                "factorial",
                "'!' is only read behind a whole number or an input",
                operand.span,
                "write gamma(n + 1) for the factorial of a formula",
            )

    def compare(self, node: Comparison, _: Scope, waiting: list[Any], done: list[int]) -> None:
        operands = done[len(done) - len(node.operands) :]
        del done[len(done) - len(node.operands) :]
        for place, relation in enumerate(node.relations):
            done += operands[place : place + 2]
            self.append(OPERATIONS[relation], 2, node.span, done)
            if place:
                self.append(OPERATIONS["and"], 2, node.span, done)

    # ---------------------------------------------------------------------------------------- names

    def is_constant(self, name: str) -> bool:
        return name in CONSTANTS and name not in self.given and name not in self.defined

    def name(self, node: Name, scope: Scope, waiting: list[Any], done: list[int]) -> None:
        """A parameter, a definition (worked out at its first use), a constant or an input."""
        name = node.name
        if scope is not None and name in scope:
            done.append(scope[name])
        elif name in self.values:
            self.used.add(name)
            done.append(self.values[name])
        elif name in self.functions:
            raise refuse(
                "function-without-brackets",
                f"'{name}' is a function",
                node.span,
                f"write {name}(…)",
                related=(Label(self.defined[name].name_span, "defined here"),),
            )
        elif name in self.defined:
            self.used.add(name)
            self.begin(name, node.span)
            waiting.append((self.finish, self.defined[name], len(self.graph)))
            waiting.append((self.visit, self.defined[name].body, None))
        else:
            done.append(self.leaf(node))

    def leaf(self, node: Name) -> int:
        name = node.name
        if name in CONSTANTS:
            if name not in self.given:
                return self.graph.constant(CONSTANTS[name], node.span)
            self.note("constant", name, f"'{name}' is the value given, not the constant", node.span)
        if name in FUNCTIONS and name not in self.given:
            check_brackets(node, self.program.source)
            self.refuse_both(name, node.span, self.called)
            self.variables[name] = node.span
        return self.graph.input(name, node.span)

    def refuse_both(self, name: str, span: Span, other: dict[str, Span]) -> None:
        """Refuse `gamma*x + gamma(x)`: a variable, or the function of the table?"""
        if name in other:
            raise refuse(
                "unknown-function",
                f"'{name}' is used as a variable and as a function",
                span,
                "give the variable another name",
                related=(Label(other[name], "and here"),),
            )

    def begin(self, name: str, span: Span) -> None:
        """Note that a definition is being worked out; refuse one that needs itself."""
        if name in self.open:
            opened = list(self.open)
            cycle = [*opened[opened.index(name) :], name]
            raise refuse(
                "cycle",
                f"'{name}' is defined by itself: {' → '.join(cycle[:8])}",
                span,
                "names are equations, not memory: give the earlier value another name",
                related=(Label(self.defined[name].name_span, "defined here"),),
            )
        self.open[name] = None

    def finish(self, statement: Definition, before: int, _: list[Any], done: list[int]) -> None:
        """A definition's node is known: name it."""
        self.open.popitem()
        graph, node = self.graph, done[-1]
        if graph.operations[node] is CONSTANT:
            literal = graph.literals[node]
            # A node of its own: not every such number has this name.
            node = done[-1] = graph.append(CONSTANT, ())
            graph.literals[node] = literal
            graph.spans[node] = statement.body.span
        if node >= before and node not in graph.names:
            graph.names[node] = statement.name
        self.values[statement.name] = node
        graph.scopes.append(Section(statement.name, None, before, len(graph)))

    # ---------------------------------------------------------------------------------------- calls

    def call(self, node: Call, scope: Scope, waiting: list[Any]) -> None:
        own = self.functions.get(node.function)
        if own is not None:
            self.used.add(node.function)
            check_count(node, [parameter.name for parameter in own.parameters or ()], 0, False)
            check_conditions(node, None)
            waiting.append((self.enter, (own, node), scope))
            waiting.extend((self.visit, argument, scope) for argument in reversed(node.arguments))
            return
        operation = self.built_in(node, scope)
        names, defaults = operation.signature()
        check_count(node, names, len(defaults), operation.variadic)
        check_conditions(node, operation)
        given = len(node.arguments)
        missing = 0 if operation.variadic else len(names) - given
        count = given + missing
        waiting.append((self.apply, (operation, count, node.span), scope))
        for default in reversed(defaults[len(defaults) - missing :] if missing else []):
            waiting.append((self.visit, Number(default, node.name_span), None))
        waiting.extend((self.visit, argument, scope) for argument in reversed(node.arguments))

    def enter(
        self, work: tuple[Definition, Call], _: Scope, waiting: list[Any], done: list[int]
    ) -> None:
        """Write out a function's body with the values of its arguments."""
        function, call = work
        count = len(call.arguments)
        arguments = done[len(done) - count :]
        del done[len(done) - count :]
        names = [parameter.name for parameter in function.parameters or ()]
        self.begin(function.name, call.name_span)
        waiting.append((self.leave, (function.name, tuple(arguments), len(self.graph)), None))
        waiting.append((self.visit, function.body, dict(zip(names, arguments, strict=True))))

    def leave(self, work: tuple[str, tuple[int, ...], int], *_: Any) -> None:
        """A function's body is written out."""
        self.open.popitem()
        name, arguments, start = work
        self.graph.scopes.append(Section(name, arguments, start, len(self.graph)))

    def built_in(self, node: Call, scope: Scope) -> Operation:
        name = node.function
        operation = FUNCTIONS.get(OVERLOADS.get((name, len(node.arguments)), name))
        known = name in (scope or ()) or name in self.defined or name in self.given
        if operation is not None and not known:
            self.refuse_both(name, node.name_span, self.variables)
            self.called[name] = node.name_span
            return operation
        known = known or self.is_constant(name)
        near = similar(name, [*FUNCTIONS, *self.functions])
        raise not_a_function(node, self.program.source, known, operation is not None, near)
