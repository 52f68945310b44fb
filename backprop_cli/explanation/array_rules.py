"""What an equation does to the gradient of an array that stands in it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..numerals import MINUS
from ..operations import ARRAY_FUNCTIONS, FUNCTIONS
from ..syntax.tree import (
    Call,
    Comparison,
    Definition,
    Indexed,
    Name,
    Operator,
    Range,
    Reduction,
    parts,
)
from ..tensors.lowering.names import walk
from ..tensors.outlines.outline import Item

LINEAR = {"multiply", "divide", "negate"}
SENTENCES = {
    "product": "a factor in a sum of products: its gradient is again a sum of products, of the"
    " gradient from above and the other factors, over the indices that it has not itself",
    "sum": "sum copies the gradient to every term",
    "mean": "mean copies the gradient to every term, divided by their number",
    "prod": "prod gives each factor the gradient times the product of all others",
    "max": "max routes: the largest element gets the whole gradient, the others nothing",
    "min": "min routes: the smallest element gets the whole gradient, the others nothing",
    "looked-up": "an element that is looked up hands its gradient back to its place in the array;"
    " the places that are not looked up get nothing",
    "windows": "an element that several windows see adds up what each of them hands back",
    "copied": "used for every {index}: so its gradient is a sum over {index}",
    "matmul": "a matrix product: each factor gets the gradient from above times the other factor,"
    " transposed",
    "if": "if hands the gradient to the branch that was taken",
}


def rules(name: str, reader: Item) -> Iterator[tuple[str, str]]:
    """What happens to the gradient of `name` in an item that reads it: a key for each rule, and a
    sentence. The same rule may come more than once.
    """
    bodies: list[tuple[Any, tuple[str, ...]]] = [(reader.body, ())] if reader.body else []
    for each in reader.equations:
        bodies.append((each.body, left_indices(each)))
    for body, left in bodies:
        for node, around in references(body, name):
            yield from around_it(around)
            yield from inside_it(node, around, left)


def left_indices(definition: Definition) -> tuple[str, ...]:
    """The indices on the left side of a definition."""
    return tuple(s.name for s in definition.subscripts or () if isinstance(s, Name))


def references(body: Any, name: str) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """Where `name` stands as a value, each with what stands around it, the innermost last."""
    waiting: list[tuple[Any, tuple[Any, ...]]] = [(body, ())]
    while waiting:
        node, around = waiting.pop()
        if isinstance(node, (Name, Indexed)):
            if node.name == name:
                yield node, around
            continue  # subscripts pass no gradient on
        if isinstance(node, (Comparison, Range)):
            continue
        inner = (*around, node)
        if isinstance(node, Reduction):
            waiting.append((node.body, inner))
        waiting += [(part, inner) for part in reversed(parts(node))]


def around_it(around: tuple[Any, ...]) -> Iterator[tuple[str, str]]:
    """The rules of what stands around an array, the outermost first."""
    for place, node in enumerate(around):
        if isinstance(node, Reduction):
            below = around[place + 1 :]
            linear = all(isinstance(n, Operator) and n.operation in LINEAR for n in below)
            product = linear and any(getattr(n, "operation", "") == "multiply" for n in below)
            if node.operation in ("sum", "mean") and product:
                yield "product", SENTENCES["product"]
            if node.operation != "sum" or not product:
                yield node.operation, SENTENCES[node.operation]
        elif isinstance(node, Operator) and node.operation == "matmul":
            yield "matmul", SENTENCES["matmul"]
        elif isinstance(node, Call):
            key = "if" if node.function in ("if", "where") else node.function
            row = FUNCTIONS.get(key) or ARRAY_FUNCTIONS.get(key)
            text = SENTENCES.get(key) if len(node.arguments) == 1 or key == "if" else None
            text = text or (pretty_pattern(row.pattern) if row is not None else "")
            if text:
                yield key, text


def pretty_pattern(text: str) -> str:
    """What a row of the table says, as it is written on a blackboard."""
    text = text.replace(" * ", "·").replace("*", "·").replace("^2", "²").replace("'", "’")
    return text.replace(" - ", f" {MINUS} ")


def inside_it(
    node: Any, around: tuple[Any, ...], left: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    """The rules of an array's own subscripts."""
    subscripts = node.subscripts if isinstance(node, Indexed) else ()
    inner = [each for subscript in subscripts for each in walk(subscript)]
    if any(isinstance(each, Indexed) for each in inner):
        yield "looked-up", SENTENCES["looked-up"]
    own = {each.name for each in inner if isinstance(each, Name)}
    bound = {
        binder.index.name if isinstance(binder, Range) else getattr(binder, "name", "")
        for each in around if isinstance(each, Reduction) for binder in each.binders
    }  # fmt: skip
    indices = set(left) | bound
    if any(len({e.name for e in walk(s) if isinstance(e, Name)} & indices) > 1 for s in subscripts):
        yield "windows", SENTENCES["windows"]
    missing = [index for index in left if index not in own]
    product = any(key == "product" for key, _ in around_it(around))
    if missing and not product:
        index = " and ".join(missing)
        yield f"copied {index}", SENTENCES["copied"].format(index=index)


__all__ = ["rules"]
