"""`let q = x + y` below `f = (x + y)*z`: gives a part of a formula its name.

The formula need not mention q: wherever its tree has the part, up to the order of sums and
products, the name takes its place, so that the graph has one node for it.
"""

from __future__ import annotations

from typing import Any

from ...errors import Label, refuse
from ...syntax.tree import (
    Call,
    Comparison,
    Definition,
    Expression,
    Name,
    Number,
    Operator,
    Program,
    Vector,
)

COMMUTATIVE = frozenset({"add", "multiply"})


def named_parts(formula: Definition, lets: list[Definition], source: str) -> Program:
    """The program of the lets and the formula, with the names in place of the parts.

    Raises BackpropError for a let that is no part of the formula, or only another name.
    """
    shapes = Shapes()
    names: dict[int, str] = {}
    bodies: dict[str, Definition] = {}
    for let in lets:
        if let.parameters is not None:
            continue
        if isinstance(let.body, Name):
            raise refuse(
                "key", f"'{let.name}' is only another name for '{let.body.name}'", let.name_span,
                f"ask about {let.body.name} itself",
            )  # fmt: skip
        shape = shapes.of(let.body)
        if shape in names:
            first = bodies[names[shape]]
            raise refuse(
                "key", f"'{let.name}' and '{first.name}' are the same part of the formula",
                let.name_span, "keep one of them", related=(Label(first.name_span, "here"),),
            )  # fmt: skip
        names[shape], bodies[let.name] = let.name, let
        shapes.meaning[let.name] = shape  # where a later part says q, it says x + y
    used: set[str] = set()
    statements = [
        let if let.parameters is not None else replaced(let, shapes, names, used, let.name)
        for let in lets
    ]
    statements.append(replaced(formula, shapes, names, used, ""))
    for name, let in bodies.items():
        if name not in used:
            raise refuse(
                "key", f"'{name}' is no part of {formula.name}", let.name_span,
                f"write {formula.name} with {name}, or with brackets around the part",
            )  # fmt: skip
    return Program(tuple(statements), source)


class Shapes:
    """Numbers for trees: equal ones for equal trees, whatever the order of sums and products."""

    def __init__(self) -> None:
        self.meaning: dict[str, int] = {}  # of names that are parts
        self.known: dict[Any, int] = {}
        self.found: dict[int, tuple[Expression, int]] = {}  # by identity; keeps the tree alive

    def of(self, root: Expression) -> int:
        """The number of a tree. Uses a stack of its own, so no depth is too deep."""
        waiting = [(root, False)]
        while waiting:
            node, ready = waiting.pop()
            if id(node) in self.found:
                continue
            if ready:
                self.found[id(node)] = node, self.number(node)
                continue
            waiting.append((node, True))
            waiting.extend((child, False) for child in children_of(node))
        return self.found[id(root)][1]

    def number(self, node: Expression) -> int:
        """The number of a node whose children have theirs."""
        if isinstance(node, Name) and node.name in self.meaning:
            return self.meaning[node.name]
        inner = [self.found[id(child)][1] for child in children_of(node)]
        if isinstance(node, Operator) and node.operation in COMMUTATIVE:
            inner.sort()
        key: tuple[Any, ...] = (type(node).__name__, label_of(node), *inner)
        return self.known.setdefault(key, len(self.known))


def children_of(node: Expression) -> tuple[Expression, ...]:
    if isinstance(node, (Operator, Comparison)):
        return node.operands
    if isinstance(node, Call):
        return node.arguments
    return node.items if isinstance(node, Vector) else ()


def label_of(node: Expression) -> Any:
    if isinstance(node, Operator):
        return node.operation
    if isinstance(node, Comparison):
        return node.relations
    if isinstance(node, Call):
        return node.function
    if isinstance(node, Number):
        return node.text
    return node.name if isinstance(node, Name) else None


def with_children(node: Expression, children: tuple[Expression, ...]) -> Expression:
    if isinstance(node, (Operator, Comparison)):
        return node._replace(operands=children)
    if isinstance(node, Call):
        return node._replace(arguments=children)
    return node._replace(items=children) if isinstance(node, Vector) else node


def replaced(
    definition: Definition, shapes: Shapes, names: dict[int, str], used: set[str], own: str
) -> Definition:
    """The definition with the names of other parts in their places; they are added to `used`."""
    shapes.of(definition.body)
    done: list[Expression] = []
    waiting: list[tuple[Expression, bool]] = [(definition.body, False)]
    while waiting:
        node, ready = waiting.pop()
        inner = children_of(node)
        if ready:
            start = len(done) - len(inner)
            children = tuple(done[start:])
            del done[start:]
            same = all(a is b for a, b in zip(children, inner, strict=True))
            done.append(node if same else with_children(node, children))
            continue
        name = names.get(shapes.found[id(node)][1])
        if name is not None and name != own:
            used.add(name)
            done.append(Name(name, node.span))
        elif inner:
            waiting.append((node, True))
            waiting.extend((child, False) for child in reversed(inner))
        else:
            done.append(node)
    return definition._replace(body=done[0])
