"""Reductions in index equations: which values their indices have, and what they become.

A sum of products is one contraction; with conditions, and for prod, max and min, the body is
worked out over all indices and folded.
"""

from __future__ import annotations

from math import prod
from typing import Any

from ...errors import Label as Mark
from ...errors import refuse
from ...syntax.tree import Comparison, Expression, Name, Range, Reduction, parts
from .affine import Label
from .arrays import Value
from .expressions import Expressions
from .products import factors
from .ranges import bound_names
from .scope import Scope

EMPTY_RESULT = {"sum": "0", "prod": "1"}
NEUTRAL = {"sum": "0", "prod": "1", "max": "-inf", "min": "inf"}


class Reductions(Expressions):
    """How reductions are lowered."""

    def reduction(
        self, node: Reduction, scope: Scope, waiting: list[Any], done: list[Value]
    ) -> None:
        """sum, prod, max, min, mean over indices."""
        inner, over, conditions = self.bind(node, scope)
        if any(label.size <= 0 for label in over):
            if node.operation not in EMPTY_RESULT:
                empty = next(label for label in over if label.size <= 0)
                raise refuse(
                    "index",
                    f"'{node.operation}' of nothing: '{empty.name}' runs over"
                    f" {empty.first}..{empty.last}, which is empty",
                    node.name_span,
                    "write the smaller value first, or leave out the range",
                )
            done.append(self.space.constant(EMPTY_RESULT[node.operation], node.span))
            return
        if node.operation in ("sum", "mean") and not conditions:
            self.sum_of_products(node, inner, over, waiting)
            return
        self.guarded(
            lambda holds, values: self.masked(node, over, holds, values[0]),
            (node.body,),
            inner,
            waiting,
            conditions,
        )

    def bind(
        self, node: Reduction, scope: Scope
    ) -> tuple[Scope, list[Label], list[Expression]]:
        """The scope inside a reduction, its labels, and the conditions on them."""
        names = bound_names(
            node.binders, lambda name: name in scope.indices or self.taken(name) is not None
        )
        ranges = {b.index.name: b for b in node.binders if isinstance(b, Range)}
        conditions = [b for b in node.binders if not isinstance(b, (Name, Range))]
        seen: set[str] = set()
        for name in names:
            self.check_index(name, scope, name.name in seen)
            seen.add(name.name)
        solved, masks = self.values_of_indices(names, ranges, [node.body, *conditions], scope)
        indices = dict(scope.indices)
        over = []
        for name in names:
            label = self.label(name.name, *solved[name.name])
            indices[name.name] = label
            over.append(label)
        return scope._replace(indices=indices), over, [*masks, *conditions]

    def check_index(self, name: Name, scope: Scope, twice: bool) -> None:
        """Refuse an index that has the name of something else."""
        where = self.taken(name.name)
        if scope.parameters is not None and name.name in scope.parameters:
            where = name.span
        if where is None and name.name not in scope.indices and not twice:
            return
        related = (Mark(where, "it is used here"),) if where is not None else ()
        outside = where is None and not twice
        kind = "is bound twice"
        if outside:
            kind = "already runs outside of this sum"
        elif where is not None:
            kind = "is also the name of something else"
        raise refuse(
            "index",
            f"the index '{name.name}' {kind}",
            name.span,
            "give the index a letter of its own",
            related=related,
        )

    def values_of_indices(
        self,
        names: list[Name],
        ranges: dict[str, Range],
        bodies: list[Expression],
        scope: Scope,
    ) -> tuple[dict[str, tuple[int, int]], list[Expression]]:
        """The first and last value of each index, and conditions for ranges whose ends move."""
        problem = self.problem(scope)
        outer: dict[str, Any] = dict(scope.indices)
        for index in scope.indices.values():
            if isinstance(index, Label):
                problem.say(index, (index.first, index.last))
        keys: dict[str, Any] = {n: key for n, key in outer.items() if isinstance(key, Label)}
        keys |= {name.name: name.name for name in names}
        masks: list[Expression] = []
        for name, given in ranges.items():
            forms = [problem.form(end, keys) for end in (given.first, given.last)]
            if any(form is None or not form.integral for form in forms):
                self.whole(given.first, scope, "the first value of an index")
                self.whole(given.last, scope, "the last value of an index")
            problem.fixed.add(name)
            problem.pending.append((name, forms[0], forms[1]))  # type: ignore[arg-type]
            for form, relation, end in zip(
                forms, ("greater_equal", "less_equal"), (given.first, given.last), strict=True
            ):
                if form is not None and form.terms:
                    masks.append(Comparison((relation,), (given.index, end), given.span))
        for step, bounds in scope.steps.items():
            # What a line says of its other indices must not depend on the step.
            problem.say((step, "step"), bounds)
            keys[step] = (step, "step")
        problem.steps = frozenset(scope.steps)
        for place, body in enumerate(bodies):
            problem.read(body, keys, guarded=place == 0 and bool(masks or len(bodies) > 1))
        solved = problem.solve()
        for name_ in names:
            if name_.name not in solved:
                raise refuse(
                    "index",
                    f"nothing says over which values the index '{name_.name}' runs",
                    name_.span,
                    f"write them: {name_.name} in 0..9, or for {name_.name} in 0..9",
                )
        return {name.name: solved[name.name] for name in names}, masks

    def sum_of_products(
        self, node: Reduction, scope: Scope, over: list[Label], waiting: list[Any]
    ) -> None:
        """A sum without conditions: one contraction of the factors of its body."""
        bound = {label.name for label in over}
        negative, found = factors(node.body, lambda e: mentions(e, bound))

        def finish(_: Any, values: list[Value]) -> Value:
            space, span = self.space, node.span
            inside: list[Value] = []
            divisors: list[Value] = []
            for factor, value in zip(found, values, strict=True):
                if factor.divides and mentions(factor.expression, bound):
                    value = space.apply("reciprocal", value, span=factor.expression.span)
                elif factor.divides:
                    divisors.append(value)
                    continue
                inside += [value] * factor.power
            result = space.contract(inside, set(over), span)
            if node.operation == "mean":
                count = prod(label.size for label in over)
                result = space.apply("divide", result, space.constant(count, span), span=span)
            for divisor in divisors:
                result = space.apply("divide", result, divisor, span=span)
            return space.apply("negate", result, span=span) if negative else result

        self.then(finish, node, scope, waiting, [factor.expression for factor in found])

    def masked(
        self, node: Reduction, over: list[Label], holds: Value | None, body: Value
    ) -> Value:
        """A reduction of its body where a condition holds."""
        space, span = self.space, node.span
        name = node.operation
        if holds is None:
            return space.reduce(name, body, over, span)
        kind = "sum" if name == "mean" else name
        neutral = space.constant(NEUTRAL[kind], span)
        chosen = space.apply("where", holds, body, neutral, span=span)
        result = space.reduce(kind, chosen, over, span)
        if name == "mean":
            one, zero = space.constant(1), space.constant(0)
            counted = space.apply("where", holds, one, zero, span=span)
            result = space.apply("divide", result, space.reduce("sum", counted, over, span))
        return result


def mentions(expression: Expression, names: set[str]) -> bool:
    """Whether one of `names` stands in an expression."""
    waiting: list[Any] = [expression]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Name) and node.name in names:
            return True
        waiting.extend(parts(node))
        if isinstance(node, Reduction):
            waiting.append(node.body)
            waiting.extend(node.binders)
        elif isinstance(node, Range):
            waiting += [node.first, node.last]
    return False
