"""Random small programs of index equations, each with its meaning as loops over single numbers.

A program is made as text and, beside it, as Python functions of the values of its indices: nothing
is shared with the code that is tested, not even the parser. Numbers carry their derivative along a
direction (`Dual`), so gradients are compared without a step size.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

Environment = dict[Any, Any]  # values of indices, by Index, and of a function's arguments, by name


# ------------------------------------------------------------------------------------------ numbers


class Dual(NamedTuple):
    """A number and its derivative along a direction."""

    value: float
    slope: float = 0.0


def dual(x: Any) -> Dual:
    return x if isinstance(x, Dual) else Dual(float(x))


def add(x: Any, y: Any) -> Dual:
    a, b = dual(x), dual(y)
    return Dual(a.value + b.value, a.slope + b.slope)


def subtract(x: Any, y: Any) -> Dual:
    a, b = dual(x), dual(y)
    return Dual(a.value - b.value, a.slope - b.slope)


def multiply(x: Any, y: Any) -> Dual:
    a, b = dual(x), dual(y)
    return Dual(a.value * b.value, a.slope * b.value + a.value * b.slope)


def divide(x: Any, y: Any) -> Dual:
    a, b = dual(x), dual(y)
    return Dual(a.value / b.value, (a.slope - a.value / b.value * b.slope) / b.value)


def through(value: Callable[[float], float], slope: Callable[[float], float]) -> Callable:
    def call(x: Any) -> Dual:
        a = dual(x)
        return Dual(value(a.value), slope(a.value) * a.slope)

    return call


FUNCTIONS: dict[str, Callable[[Any], Dual]] = {
    "tanh": through(math.tanh, lambda x: 1 - math.tanh(x) ** 2),
    "sin": through(math.sin, math.cos),
    "sigmoid": through(
        lambda x: 1 / (1 + math.exp(-x)), lambda x: math.exp(-x) / (1 + math.exp(-x)) ** 2
    ),
    "atan": through(math.atan, lambda x: 1 / (1 + x * x)),
    "relu": through(lambda x: max(0.0, x), lambda x: float(x > 0)),
    "abs": through(abs, lambda x: float((x > 0) - (x < 0))),
}


def greater(x: Any, y: Any) -> Dual:
    return max(dual(x), dual(y), key=lambda a: a.value)


def smaller(x: Any, y: Any) -> Dual:
    return min(dual(x), dual(y), key=lambda a: a.value)


def shared(choose: Callable[[Any, Any], Dual]) -> Callable[[Any, Any], Dual]:
    """max or min of two numbers, of which equal ones share the gradient equally."""

    def call(x: Any, y: Any) -> Dual:
        a, b = dual(x), dual(y)
        return Dual(a.value, (a.slope + b.slope) / 2) if a.value == b.value else choose(a, b)

    return call


def folded(operation: Callable[[Any, Any], Dual], start: float | None) -> Callable:
    def call(values: list[Dual]) -> Dual:
        assume(values or start is not None)  # the greatest of nothing is an error
        result = dual(values[0] if start is None else start)
        for value in values:
            result = operation(result, value)
        return result

    return call


def mean(values: list[Dual]) -> Dual:
    assume(values)
    return divide(folded(add, 0.0)(values), len(values))


REDUCTIONS: dict[str, Callable[[list[Dual]], Dual]] = {
    "sum": folded(add, 0.0),
    "prod": folded(multiply, 1.0),
    "max": folded(greater, None),
    "min": folded(smaller, None),
    "mean": mean,
}
RELATIONS: dict[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "!=": lambda a, b: a != b,
    "==": lambda a, b: a == b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


# ------------------------------------------------------------------------------------------- pieces


class Term(NamedTuple):
    """A text that needs no brackets, and its value."""

    text: str
    value: Callable[[Environment], Any]


class Use(NamedTuple):
    """constant + Σ by · index stands as a subscript of an axis with the values first..last."""

    terms: tuple[tuple[int, Index], ...]
    constant: int
    first: int
    last: int


class Index:
    """An index; `bounds` is None as long as only its uses say its values."""

    def __init__(self, name: str, bounds: tuple[int, int] | None = None) -> None:
        self.name = name
        self.bounds = bounds
        self.said = bounds is not None

    @property
    def values(self) -> range:
        assert self.bounds is not None
        return range(self.bounds[0], self.bounds[1] + 1)


class Array:
    """Something with axes: the first and last value of each, and the value at a position.

    `before` is what stands in front of its subscripts: "h[t - 1, ".
    """

    def __init__(
        self,
        before: str,
        axes: Sequence[tuple[int, int]],
        at: Callable[[Environment, tuple[int, ...]], Any],
    ) -> None:
        self.before = before
        self.axes = list(axes)
        self.at = at

    def element(self, environment: Environment, position: tuple[int, ...]) -> Any:
        for value, (first, last) in zip(position, self.axes, strict=True):
            assume(first <= value <= last)
        return self.at(environment, position)


def ends(use: Use, without: Index | None = None) -> tuple[int, int]:
    """The least and greatest value of a subscript, whatever its other indices are."""
    low = high = use.constant
    for by, index in use.terms:
        if index is not without:
            assert index.bounds is not None
            values = (by * index.bounds[0], by * index.bounds[1])
            low, high = low + min(values), high + max(values)
    return low, high


def solve(uses: list[Use]) -> None:
    """Give every index the values for which its subscripts fit; refuse what has two readings."""
    for use in uses:
        if use.constant == 0 and len(use.terms) == 1 and use.terms[0][0] == 1:
            index = use.terms[0][1]
            if not index.said:
                assume(index.bounds in (None, (use.first, use.last)))
                index.bounds = (use.first, use.last)
    fitted: dict[Index, tuple[int, int]] = {}
    progress = True
    while progress:
        progress = False
        found: dict[Index, tuple[int, int]] = {}
        for use in uses:
            unknown = [index for _, index in use.terms if index.bounds is None]
            if len(unknown) == 1:
                low, high = fitting(use, unknown[0])
                known = found.get(unknown[0], (low, high))
                found[unknown[0]] = (max(low, known[0]), min(high, known[1]))
        for index, bounds in found.items():
            index.bounds = fitted[index] = bounds
            progress = True
    for use in uses:
        if len(use.terms) == 1 and not use.terms[0][1].said:
            index = use.terms[0][1]
            low, high = fitting(use, index)
            assume(index.bounds is not None)
            assert index.bounds is not None
            index.bounds = (max(low, index.bounds[0]), min(high, index.bounds[1]))
    for index, bounds in fitted.items():
        again = [fitting(use, index) for use in uses if index in (i for _, i in use.terms)]
        best = (max(low for low, _ in again), min(high for _, high in again))
        assume(best == index.bounds == bounds)  # or it depends on what is solved first
    for use in uses:
        for _, index in use.terms:
            assume(index.bounds is not None and index.bounds[0] <= index.bounds[1])
        low, high = ends(use)
        assume(use.first <= low and high <= use.last)


def fitting(use: Use, index: Index) -> tuple[int, int]:
    """The values of one index for which a subscript fits, tried one after the other."""
    by = next(by for by, each in use.terms if each is index)
    low, high = ends(use, index)
    fits = [k for k in range(-20, 21) if use.first <= low + by * k and high + by * k <= use.last]
    assume(fits)
    return fits[0], fits[-1]


# ---------------------------------------------------------------------------------------- generator


class Made(NamedTuple):
    """A program, the inputs that it needs, its value with the derivative along a direction, and
    whether a max or min met a tie.
    """

    text: str
    inputs: dict[str, np.ndarray]
    value: Dual
    direction: dict[str, np.ndarray]
    tied: bool


class Maker:
    """Makes one program from choices that hypothesis draws."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.lines: list[str] = []
        self.arrays: list[Array] = []
        self.inputs: dict[str, np.ndarray] = {}
        self.direction: dict[str, np.ndarray] = {}
        self.functions: list[tuple[str, Callable[..., Any]]] = []
        self.row_functions: list[tuple[str, int, Callable[..., Any]]] = []
        self.letters = (f"{letter}{n or ''}" for n in itertools.count() for letter in "ijklmpqs")
        self.names = (f"v{n}" for n in itertools.count(1))
        self.uses: list[Use] = []
        self.tied = False  # whether a max or min over indices has met two that are the same
        self.guarded = False  # by a condition: then x[i - 1] may leave its axis where that fails
        self.random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def pick(self, options: Sequence[Any]) -> Any:
        return options[self.draw(st.integers(0, len(options) - 1))]

    def number(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, high)))

    # -------------------------------------------------------------------------------------- inputs

    def input(self, name: str, shape: tuple[int, ...]) -> Array:
        values = np.round(self.random.uniform(-1.5, 1.5, shape), 3)
        self.inputs[name] = values
        self.direction[name] = np.round(self.random.uniform(-1, 1, shape), 3)
        array = Array(f"{name}[" if shape else name, [(0, n - 1) for n in shape], self.given(name))
        self.arrays.append(array)
        return array

    def given(self, name: str) -> Callable[[Environment, tuple[int, ...]], Dual]:
        def at(_: Environment, position: tuple[int, ...]) -> Dual:
            return Dual(float(self.inputs[name][position]), float(self.direction[name][position]))

        return at

    def whole_input(self, length: int, first: int, last: int) -> Array:
        """An array of whole numbers that can stand as subscripts of an axis first..last."""
        name = f"y{len(self.inputs)}"
        self.inputs[name] = self.random.integers(first, last + 1, length)
        return Array(f"{name}[", [(0, length - 1)], lambda _, at: int(self.inputs[name][at]))

    # ---------------------------------------------------------------------------------- subscripts

    def affine(self, terms: list[tuple[int, Index]], constant: int) -> Term:
        text = " + ".join(
            index.name if by == 1 else f"{by}*{index.name}" for by, index in terms
        ).replace("+ -", "- ")
        if constant or not terms:
            sign = f" {'-' if constant < 0 else '+'} {abs(constant)}"
            text = f"{text}{sign}" if terms else str(constant)
        return Term(text, lambda env: constant + sum(by * env[index] for by, index in terms))

    def subscript(self, axis: tuple[int, int], scope: list[Index]) -> Term:
        first, last = axis
        kind = self.number(0, 11)
        if not scope or kind == 0:
            return self.affine([], self.number(first, last))
        index = self.pick(scope)
        if kind == 1 and first == 0:
            by = self.number(0, 3)
            plain = self.affine([(1, index)], by)
            length = last + 1
            return Term(f"({plain.text}) mod {length}", lambda env: plain.value(env) % length)
        if kind == 2 and index.bounds is not None and index.bounds[0] >= 0:
            whole = self.whole_input(index.bounds[1] + 1, first, last)
            return Term(
                f"{whole.before}{index.name}]", lambda env: whole.element(env, (env[index],))
            )
        if kind == 3 and first == 0 and index.bounds is not None:
            assume(index.bounds[0] >= 0 and index.bounds[1] // 2 <= last)
            return Term(f"floor({index.name}/2)", lambda env: env[index] // 2)
        terms = [(1, index)]
        if kind == 4:
            terms = [(self.pick([2, -1]), index)]
        if kind in (5, 6):
            other = self.pick(scope)
            if other is not index:
                terms.append((self.pick([1, 1, -1]), other))
        constant = 0 if kind > 7 else self.number(-2, 2)
        constant += last if terms[0][0] == -1 else 0
        if not self.guarded or (len(terms) == 1 and terms[0][0] == 1 and constant == 0):
            self.uses.append(Use(tuple(terms), constant, first, last))
        return self.affine(terms, constant)

    def element(self, scope: list[Index], arrays: Sequence[Array] | None = None) -> Term:
        array = self.pick(arrays or self.arrays)
        places = [self.subscript(axis, scope) for axis in array.axes]
        text = ", ".join(place.text for place in places)
        closing = "]" if "[" in array.before else ""
        if not places:
            return Term(array.before.removesuffix(", ") + closing, lambda env: array.at(env, ()))
        return Term(
            f"{array.before}{text}{closing}",
            lambda env: array.element(env, tuple(place.value(env) for place in places)),
        )

    # --------------------------------------------------------------------------------- expressions

    def expression(self, depth: int, scope: list[Index], near: Sequence[Array] = ()) -> Term:
        """An expression over some indices; `near` are arrays that a recurrence steps from."""
        kind = self.number(0, 16) if depth > 0 else self.number(0, 3)
        if kind == 0 and self.number(0, 1):
            value = self.number(1, 9)
            return Term(str(value), lambda _: value)
        if kind == 1 and scope:
            index = self.pick(scope)
            if index.bounds is not None:
                return Term(index.name, lambda env: env[index])
        if kind <= 3:
            return self.element(scope, near if near and self.number(0, 1) else None)
        if kind <= 9:
            return self.reduction(depth, scope, near)
        if kind == 13:
            return self.choice(depth, scope, near)
        one = self.expression(depth - 1, scope, near)
        if kind == 10:
            name = self.pick(sorted(FUNCTIONS))
            return Term(f"{name}({one.text})", lambda env: FUNCTIONS[name](one.value(env)))
        if kind == 11 and self.functions:
            name, call = self.pick(self.functions)
            other = self.expression(depth - 1, scope, near)
            return Term(
                f"{name}({one.text}, {other.text})",
                lambda env: call(one.value(env), other.value(env)),
            )
        if kind == 12:
            return Term(f"({one.text})^2", lambda env: multiply(one.value(env), one.value(env)))
        return self.combined(one, self.expression(depth - 1, scope, near))

    def combined(self, one: Term, other: Term) -> Term:
        kind = self.number(0, 5)
        if kind == 0:
            return Term(
                f"({one.text} - {other.text})",
                lambda env: subtract(one.value(env), other.value(env)),
            )
        if kind == 1:
            return Term(
                f"({one.text} + {other.text})", lambda env: add(one.value(env), other.value(env))
            )
        if kind == 2:
            return Term(
                f"({one.text}/(2 + {other.text}^2))",
                lambda env: divide(
                    one.value(env), add(2, multiply(other.value(env), other.value(env)))
                ),
            )
        if kind == 3:
            name, operation = self.pick([("max", shared(greater)), ("min", shared(smaller))])
            return Term(
                f"{name}({one.text}, {other.text})",
                lambda env: operation(one.value(env), other.value(env)),
            )
        return Term(
            f"({one.text}*{other.text})", lambda env: multiply(one.value(env), other.value(env))
        )

    def choice(self, depth: int, scope: list[Index], near: Sequence[Array]) -> Term:
        condition = self.condition(scope)
        if condition is None:
            return self.element(scope)
        text, holds = condition
        outside, self.guarded = self.guarded, True
        one = self.expression(depth - 1, scope, near)
        other = self.expression(depth - 1, scope, near)
        self.guarded = outside
        return Term(
            f"if({text}, {one.text}, {other.text})",
            lambda env: one.value(env) if holds(env) else other.value(env),
        )

    def condition(self, scope: list[Index]) -> tuple[str, Callable[[Environment], bool]] | None:
        """A comparison of indices."""
        known = [index for index in scope if index.bounds is not None]
        if not known:
            return None
        left = self.pick(known)
        right = self.pick([*known, None, None])
        sign = self.pick(sorted(RELATIONS))
        constant = self.number(0, 2)
        if right is None or right is left:
            text = f"{left.name} {sign} {constant}"
            return text, lambda env: RELATIONS[sign](env[left], constant)
        text = f"{left.name} {sign} {right.name} + {constant}"
        return text, lambda env: RELATIONS[sign](env[left], env[right] + constant)

    # ---------------------------------------------------------------------------------- reductions

    def reduction(self, depth: int, scope: list[Index], near: Sequence[Array]) -> Term:
        name = self.pick(["sum", "sum", "sum", "prod", "max", "min", "mean"])
        own = [Index(next(self.letters)) for _ in range(self.number(1, 2))]
        binders = []
        moving: list[tuple[Index, Index]] = []
        for index in own:
            kind = self.number(0, 3)
            outer = [i for i in scope if i.bounds is not None and i.bounds[0] >= 0]
            if kind == 0:
                first = self.number(0, 1)
                index.bounds = (first, first + self.number(0, 2))
                binders.append(f"{index.name} in {index.bounds[0]}..{index.bounds[1]}")
            elif kind == 1 and outer and self.number(0, 1):
                end = self.pick(outer)
                assert end.bounds is not None
                index.bounds = (0, end.bounds[1])
                moving.append((index, end))
                binders.append(f"{index.name} in 0..{end.name}")
            else:
                binders.append(index.name)
            index.said = index.bounds is not None
        condition = None
        if self.number(0, 2) == 0:
            condition = self.condition([*scope, *own])
            if condition is not None:
                binders.append(condition[0])
        outside = self.guarded
        self.guarded = outside or condition is not None or bool(moving)
        body = self.body(depth - 1, [*scope, *own], near)
        self.guarded = outside
        for index in own:
            stands = index.said or any(index is i for use in self.uses for _, i in use.terms)
            assume(stands)

        def value(env: Environment) -> Dual:
            found: list[Dual] = []
            for point in itertools.product(*(index.values for index in own)):
                inner = {**env, **dict(zip(own, point, strict=True))}
                if all(inner[index] <= inner[end] for index, end in moving) and (
                    condition is None or condition[1](inner)
                ):
                    found.append(body.value(inner))
            result = REDUCTIONS[name](found)
            if name in ("max", "min"):
                same = [each for each in found if dual(each).value == result.value]
                self.tied = self.tied or len(same) > 1
            return result

        return Term(f"({name}[{', '.join(binders)}] {body.text})", value)

    def body(self, depth: int, scope: list[Index], near: Sequence[Array]) -> Term:
        """A product without brackets, as Σ takes it, or any expression."""
        one = self.expression(depth, scope, near)
        if self.number(0, 1):
            return one
        other = self.element(scope, near if near and self.number(0, 1) else None)
        return Term(
            f"{one.text}*{other.text}", lambda env: multiply(one.value(env), other.value(env))
        )

    # --------------------------------------------------------------------------------- definitions

    def function(self) -> None:
        name = f"f{len(self.functions)}"
        kind = self.number(0, 2)
        if kind == 0:
            self.lines.append(f"{name}(u, v) = u*v + tanh(u)")
            call = lambda u, v: add(multiply(u, v), FUNCTIONS["tanh"](u))  # noqa: E731
        elif kind == 1:
            self.lines.append(f"{name}(u, v) = max(u, v)/(1 + u^2)")
            call = lambda u, v: divide(greater(u, v), add(1, multiply(u, u)))  # noqa: E731
        else:
            self.lines.append(f"{name}(u, v) = sum[o in 1..2] (u + o)*v")
            call = lambda u, v: multiply(add(add(u, 1), add(u, 2)), v)  # noqa: E731
        self.functions.append((name, call))

    def definition(self) -> None:
        name = next(self.names)
        left = [Index(next(self.letters)) for _ in range(self.number(0, 2))]
        ranges = []
        for index in left:
            if self.number(0, 2) == 0:
                first = self.number(0, 1)
                index.bounds = (first, first + self.number(0, 2))
                index.said = True
                ranges.append(f"{index.name} in {first}..{index.bounds[1]}")
        self.uses = []
        body = self.expression(2, left)
        solve(self.uses)
        subscripts = f"[{', '.join(index.name for index in left)}]" if left else ""
        tail = f" for {', '.join(ranges)}" if ranges else ""
        self.lines.append(f"{name}{subscripts} = {body.text}{tail}")
        self.add_array(name, left, body)

    def add_array(self, name: str, left: list[Index], body: Term) -> None:
        for index in left:
            assume(index.bounds is not None and index.bounds[0] <= index.bounds[1])
        known: dict[tuple[int, ...], Any] = {}

        def at(_: Environment, position: tuple[int, ...]) -> Any:
            if position not in known:
                known[position] = dual(body.value(dict(zip(left, position, strict=True))))
            return known[position]

        axes = [index.bounds for index in left]
        self.arrays.append(Array(f"{name}[" if left else name, axes, at))  # type: ignore[arg-type]

    def recurrence(self) -> None:
        """One or two definitions that step along t, up or down, from one or two given values."""
        steps = self.number(1, 3)
        reach = self.number(1, 2)
        down = self.number(0, 1)
        names = [next(self.names) for _ in range(self.number(1, 2))]
        t = Index("t", (0, steps - 1) if down else (reach, steps + reach - 1))
        t.said = True
        width = self.number(1, 3)
        inner = [(0, width - 1)] * self.number(0, 1)
        known: dict[tuple[Any, ...], Any] = {}
        bodies: dict[tuple[str, int | None], tuple[list[Index], Term]] = {}

        def at(name: str, time: int, position: tuple[int, ...]) -> Any:
            key = (name, time, position)
            if key not in known:
                stepped = time in t.values
                left, body = bodies[name, None if stepped else time]
                env = dict(zip(left, position, strict=True))
                known[key] = dual(body.value({**env, **({t: time} if stepped else {})}))
            return known[key]

        def reader(name: str, back: int) -> Array:
            away = back if down else -back
            sign = "" if not away else f" {'-' if away < 0 else '+'} {abs(away)}"
            before = f"{name}[t{sign}" + (", " if inner else "")
            return Array(before, inner, lambda env, at_: at(name, env[t] + away, at_))

        base = range(steps, steps + reach) if down else range(reach)
        for place, name in enumerate(names):
            for time in base:
                bodies[name, time] = self.line(name, str(time), inner, [], [])
            earlier = [reader(other, back) for other in names for back in range(1, reach + 1)]
            earlier += [reader(other, 0) for other in names[:place]]
            bodies[name, None] = self.line(name, "t", inner, [t], earlier)
        first, last = min(base[0], t.bounds[0]), max(base[-1], t.bounds[1])  # type: ignore[index]
        for name in names:
            self.arrays.append(
                Array(
                    f"{name}[",
                    [(first, last), *inner],
                    lambda _, position, name=name: at(name, position[0], position[1:]),
                )
            )

    def line(
        self,
        name: str,
        first: str,
        inner: list[tuple[int, int]],
        moving: list[Index],
        near: list[Array],
    ) -> tuple[list[Index], Term]:
        """One line of a recurrence."""
        left = [Index(next(self.letters), bounds) for bounds in inner]
        for index in left:
            index.said = True
        self.uses = []
        body = self.expression(1, [*moving, *left], near)
        if near and self.number(0, 3):
            step = self.element([*moving, *left], near)
            one = body
            body = Term(f"tanh({step.text} + {one.text})", lambda env: FUNCTIONS["tanh"](
                add(step.value(env), one.value(env))))  # fmt: skip
        solve(self.uses)
        ranges = [f"{i.name} in {i.values[0]}..{i.values[-1]}" for i in [*moving, *left]]
        tail = f" for {', '.join(ranges)}" if ranges else ""
        subscripts = ", ".join([first, *(i.name for i in left)])
        self.lines.append(f"{name}[{subscripts}] = {body.text}{tail}")
        return left, body

    def output(self) -> Term:
        """Every definition that has been made, added up."""
        self.uses = []
        made = [array for array in self.arrays if array.before.startswith("v")]
        parts: list[Term] = []
        for array in made or self.arrays[:1]:
            own = [Index(next(self.letters), axis) for axis in array.axes]
            if not own:
                parts.append(Term(array.before, lambda env, array=array: array.at(env, ())))
                continue
            names = ", ".join(index.name for index in own)

            def value(env: Environment, array: Array = array, own: list[Index] = own) -> Dual:
                total = Dual(0.0)
                for point in itertools.product(*(index.values for index in own)):
                    total = add(total, array.at({}, point))
                return total

            parts.append(Term(f"sum[{names}] {array.before}{names}]", value))
        text = " + ".join(part.text for part in parts)

        def total(env: Environment) -> Dual:
            return folded(add, 0.0)([part.value(env) for part in parts])

        return Term(text, total)


@st.composite
def programs(draw: Callable[[Any], Any]) -> Made:
    """A program with its inputs, its value and the derivative of that along a direction."""
    maker = Maker(draw)
    maker.input("a", ())
    for name in ("x", "w"):
        maker.input(name, (maker.number(2, 5),))
    maker.input("M", (maker.number(2, 4), maker.number(2, 4)))
    if maker.number(0, 1):
        maker.function()
    for _ in range(maker.number(1, 3)):
        (maker.recurrence if maker.number(0, 3) == 0 else maker.definition)()
    output = maker.output()
    maker.lines.append(f"minimize {output.text}")
    text = "\n".join(maker.lines)
    used = {name: value for name, value in maker.inputs.items() if mentioned(name, text)}
    value = dual(output.value({}))
    assume(math.isfinite(value.value) and abs(value.value) < 1e6 and abs(value.slope) < 1e8)
    return Made(text, used, value, maker.direction, maker.tied)


def mentioned(name: str, text: str) -> bool:
    return re.search(rf"\b{name}\b", text) is not None


def along(gradient: Mapping[str, np.ndarray], direction: Mapping[str, np.ndarray]) -> float:
    """The derivative along a direction, from a gradient."""
    return math.fsum(
        float(np.sum(value * direction[name]))
        for name, value in gradient.items()
        if name in direction
    )
