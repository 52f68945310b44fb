"""What index equations mean, one number at a time: an oracle for small arrays, without any array
operation of ours.

`value_of(program, bindings)` runs a program of index equations with bare Python numbers and loops.
It knows the scalar functions and the reductions; whole-array forms are written out by hand below,
as few as the samples need. Slow on purpose: nothing is shared with the code that is tested but the
parser.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from backprop_cli.syntax.tree import (
    Call,
    Comparison,
    Definition,
    Indexed,
    Name,
    Number,
    Operator,
    Program,
    Range,
    Reduction,
    Result,
)

Scope = Mapping[str, Any]
UNBOUNDED = 1 << 30

SIGNS: dict[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "divide": lambda a, b: a / b,
    "negate": lambda a: -a,
    "power": lambda a, b: a**b,
    "mod": lambda a, b: a % b,
}
RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "less": lambda a, b: a < b,
    "less_equal": lambda a, b: a <= b,
    "greater": lambda a, b: a > b,
    "greater_equal": lambda a, b: a >= b,
    "equal": lambda a, b: a == b,
    "not_equal": lambda a, b: a != b,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": math.exp,
    "log": math.log,
    "sqrt": math.sqrt,
    "tanh": math.tanh,
    "abs": abs,
    "floor": math.floor,
    "max": max,
    "min": min,
    "relu": lambda u: max(0.0, u),
    "sigmoid": lambda u: 1 / (1 + math.exp(-u)),
    "σ": lambda u: 1 / (1 + math.exp(-u)),
    "softplus": lambda u: math.log(1 + math.exp(u)),
    "dot": lambda u, v: math.fsum(a * b for a, b in zip(u, v, strict=True)),
    "norm": lambda u: math.sqrt(math.fsum(a * a for a in u)),
    "softmax": lambda u: [math.exp(a) / math.fsum(map(math.exp, u)) for a in u],
}
REDUCTIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": math.fsum,
    "prod": math.prod,
    "max": max,
    "min": min,
    "mean": lambda values: math.fsum(values) / len(values),
}


def value_of(program: Program, bindings: Mapping[str, Any]) -> float:
    """The value of the last statement."""
    loops = Loops(program, bindings)
    last = program.statements[-1]
    assert isinstance(last, Result), "end the program with the objective"
    return float(loops.evaluate(last.body, {}))


class Loops:
    """One program and the values of its inputs; elements of definitions are worked out when they
    are first asked for, and kept.
    """

    def __init__(self, program: Program, bindings: Mapping[str, Any]) -> None:
        self.inputs = {name: np.asarray(value) for name, value in bindings.items()}
        self.sizes: dict[str, int] = {}
        self.equations: dict[str, list[Definition]] = {}
        self.functions: dict[str, Definition] = {}
        self.known: dict[tuple[Any, ...], Any] = {}
        self.shapes: dict[str, list[int]] = {}
        self.ranges: dict[int, dict[str, range]] = {}
        for statement in program.statements:
            if isinstance(statement, Definition) and statement.parameters is not None:
                self.functions[statement.name] = statement
            elif isinstance(statement, Definition):
                self.equations.setdefault(statement.name, []).append(statement)
            elif not isinstance(statement, Result):
                for name, sizes in zip(statement.names, statement.sizes, strict=True):
                    for size, length in zip(sizes or (), self.inputs[name.name].shape, strict=True):
                        stated = (
                            self.sizes.setdefault(size.name, length)
                            if isinstance(size, Name)
                            else int(size.text)  # type: ignore[union-attr]
                        )
                        assert stated == length, f"{name.name} has {length} where {stated} is due"

    # ------------------------------------------------------------------------------------- values

    def evaluate(self, node: Any, scope: Scope) -> Any:
        """The value of an expression, with indices and a function's arguments in `scope`."""
        if isinstance(node, Number):
            number = float(node.text)
            return int(number) if number == int(number) else number
        if isinstance(node, Name):
            return self.named(node.name, scope)
        if isinstance(node, Indexed):
            return self.part(node.name, tuple(self.whole(s, scope) for s in node.subscripts), scope)
        if isinstance(node, Reduction):
            return self.reduced(node, scope)
        if isinstance(node, Comparison):
            values = [self.evaluate(operand, scope) for operand in node.operands]
            return all(
                RELATIONS[relation](a, b)
                for relation, a, b in zip(node.relations, values, values[1:], strict=False)
            )
        if isinstance(node, Operator):
            if node.operation in ("and", "or"):
                kind = all if node.operation == "and" else any
                return kind(self.evaluate(operand, scope) for operand in node.operands)
            return SIGNS[node.operation](*(self.evaluate(u, scope) for u in node.operands))
        assert isinstance(node, Call)
        if node.function == "if":
            condition, then, otherwise = node.arguments
            return self.evaluate(then if self.evaluate(condition, scope) else otherwise, scope)
        arguments = [self.evaluate(argument, scope) for argument in node.arguments]
        function = self.functions.get(node.function)
        if function is None:
            return FUNCTIONS[node.function](*arguments)
        parameters = [parameter.name for parameter in function.parameters or ()]
        return self.evaluate(function.body, dict(zip(parameters, arguments, strict=True)))

    def whole(self, node: Any, scope: Scope) -> int:
        value = self.evaluate(node, scope)
        assert value == int(value), "a subscript is a whole number"
        return int(value)

    def named(self, name: str, scope: Scope) -> Any:
        if name in scope:
            return scope[name]
        if name in self.sizes:
            return self.sizes[name]
        return self.part(name, (), scope)

    def part(self, name: str, subscripts: tuple[int, ...], scope: Scope) -> Any:
        """An element of an input or a definition, or with fewer subscripts a row of it."""
        if name in scope:  # a function's argument
            value = scope[name]
            for subscript in subscripts:
                value = value[subscript]
            return value
        if name in self.inputs:
            array = self.inputs[name]
            assert all(0 <= k < n for k, n in zip(subscripts, array.shape, strict=False)), name
            return array[subscripts].tolist()
        axes = self.shape(name)
        if len(subscripts) < len(axes):
            return [self.part(name, (*subscripts, k), scope) for k in range(axes[len(subscripts)])]
        key = (name, *subscripts)
        if key not in self.known:
            self.known[key] = self.element(name, subscripts)
        return self.known[key]

    def element(self, name: str, subscripts: tuple[int, ...]) -> Any:
        """By the one equation whose left side covers these subscripts."""
        found = []
        for equation in self.equations[name]:
            ranges = self.free(equation)
            left = equation.subscripts or ()
            scope = {
                index.name: value
                for index, value in zip(left, subscripts, strict=False)
                if isinstance(index, Name)
            }
            rest = zip(left, subscripts, strict=False)
            fits = all(
                value in ranges[index.name]
                if isinstance(index, Name)
                else self.whole(index, {}) == value
                for index, value in rest
            )
            if fits:
                found.append((equation, scope))
        assert len(found) == 1, f"{name}{list(subscripts)} has {len(found)} equations"
        equation, scope = found[0]
        value = self.evaluate(equation.body, scope)
        for subscript in subscripts[len(equation.subscripts or ()) :]:
            value = value[subscript]  # a definition without indices that is an array
        return value

    def reduced(self, node: Reduction, scope: Scope) -> Any:
        ranges, conditions = self.binders(node, scope)
        values = []
        for point in itertools.product(*ranges.values()):
            inner = {**scope, **dict(zip(ranges, point, strict=True))}
            if all(self.evaluate(condition, inner) for condition in conditions):
                values.append(self.evaluate(node.body, inner))
        return REDUCTIONS[node.operation](values)

    # ------------------------------------------------------------------------------------- ranges

    def binders(self, node: Reduction, scope: Scope) -> tuple[dict[str, range], list[Any]]:
        """The values of each index of a reduction, and the conditions on them."""
        ranges: dict[str, range] = {}
        conditions, names = [], []
        for binder in node.binders:
            if isinstance(binder, Range):
                first, last = self.whole(binder.first, scope), self.whole(binder.last, scope)
                ranges[binder.index.name] = range(first, last + 1)
            elif isinstance(binder, Name):
                names.append(binder.name)
            else:
                conditions.append(binder)
                if isinstance(binder, Comparison) and isinstance(binder.operands[0], Name):
                    name = binder.operands[0].name
                    if name not in scope and name not in names and name not in ranges:
                        names.append(name)
        if names:
            key = id(node)
            if key not in self.ranges:
                self.ranges[key] = self.fitting(node.body, names, ranges, scope)
            ranges.update(self.ranges[key])
        return ranges, conditions

    def free(self, equation: Definition) -> dict[str, range]:
        """The values of each index on the left side of an equation."""
        key = id(equation)
        if key not in self.ranges:
            ranges = self.stated(equation)
            names = [
                index.name
                for index in equation.subscripts or ()
                if isinstance(index, Name) and index.name not in ranges
            ]
            if names:
                ranges.update(self.fitting(equation.body, names, ranges, {}))
            self.ranges[key] = ranges
        return self.ranges[key]

    def stated(self, equation: Definition) -> dict[str, range]:
        """The values of each index for which an equation says them."""
        return {
            item.index.name: range(self.whole(item.first, {}), self.whole(item.last, {}) + 1)
            for item in equation.ranges
        }

    def shape(self, name: str) -> list[int]:
        """How long each axis of a definition is: up to the last element that an equation gives."""
        if name not in self.shapes:
            equations = self.equations[name]
            axes = [UNBOUNDED] * len(equations[0].subscripts or ())
            self.shapes[name] = list(axes)  # while it is worked out, it bounds nothing
            for equation in equations:  # the base first: a step has what `for` adds to its axes
                stated = self.stated(equation)
                for axis, index in enumerate(equation.subscripts or ()):
                    end = axes[axis]
                    if not isinstance(index, Name):
                        end = self.whole(index, {}) + 1
                    elif index.name in stated:
                        end = stated[index.name].stop
                    elif equation is equations[0]:
                        end = self.free(equation)[index.name].stop
                    axes[axis] = end if axes[axis] == UNBOUNDED else max(axes[axis], end)
            if not axes and not equations[0].subscripts:
                value = self.evaluate(equations[0].body, {})
                axes = [len(value)] if isinstance(value, list) else []
            self.shapes[name] = axes
        return self.shapes[name]

    def fitting(
        self, body: Any, names: Sequence[str], given: Mapping[str, range], scope: Scope
    ) -> dict[str, range]:
        """0..n for each of `names`, so that every subscript in `body` fits."""
        uses = list(
            subscripts_in(
                body,
                {**given, **{k: range(v, v + 1) for k, v in scope.items() if isinstance(v, int)}},
                self,
            )
        )
        found: dict[str, range] = {}
        for plain in (True, False):  # x[i] first, then x[2*i + p]
            for name in names:
                if name in found:
                    continue
                count = UNBOUNDED
                for subscript, length, inner in uses:
                    if mentions(subscript, name) and isinstance(subscript, Name) == plain:
                        count = min(count, self.most(subscript, length, name, {**inner, **found}))
                if count < UNBOUNDED:
                    found[name] = range(count)
        missing = set(names) - set(found)
        assert not missing, f"nothing says how far {sorted(missing)} runs in {body}"
        return found

    def most(self, subscript: Any, length: int, name: str, others: Mapping[str, range]) -> int:
        """How many values of `name` from 0 on fit, at the ends of all other indices' ranges."""
        if isinstance(subscript, Name) or length == UNBOUNDED:
            return length
        ends = {
            other: sorted({values[0], values[-1]})
            for other, values in others.items()
            if other != name and mentions(subscript, other)
        }
        count = 0
        while count <= length and all(
            0
            <= self.whole(subscript, {**dict(zip(ends, point, strict=True)), name: count})
            < length
            for point in itertools.product(*ends.values())
        ):
            count += 1
        return count


def mentions(node: Any, name: str) -> bool:
    """Whether a name stands anywhere in an expression."""
    if isinstance(node, Name):
        return node.name == name
    return isinstance(node, tuple) and any(mentions(part, name) for part in node)


def subscripts_in(
    node: Any, ranges: Mapping[str, range], loops: Loops
) -> list[tuple[Any, int, dict[str, range]]]:
    """Every subscript, the length of its axis, and the ranges of the indices bound around it."""
    if isinstance(node, Indexed):
        array = loops.inputs.get(node.name)
        if array is None and node.name not in loops.equations:
            return []
        axes = loops.shape(node.name) if array is None else array.shape
        found = [
            (subscript, length, dict(ranges))
            for subscript, length in zip(node.subscripts, axes, strict=False)
        ]
        for subscript in node.subscripts:
            found += subscripts_in(subscript, ranges, loops)
        return found
    if isinstance(node, Reduction):
        named = {b.index.name for b in node.binders if isinstance(b, Range)}
        known = {k: v for k, v in ranges.items() if isinstance(v, range)}
        inner, _ = loops.binders(node, {})
        assert named <= set(inner)
        return subscripts_in(node.body, {**known, **inner}, loops)
    if isinstance(node, tuple):
        return [item for part in node for item in subscripts_in(part, ranges, loops)]
    return []
