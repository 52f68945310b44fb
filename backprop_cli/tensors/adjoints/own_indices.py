"""Indices with names of their own (i#7): which there are in an expression, new ones for copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ...syntax.tree import Name, Reduction
from .elements import Elements
from .index_forms import base, children, everything, replaced, with_children


def replaced_inside(root: Any, found: Callable[[Any], Any]) -> Any:
    """Like `replaced`, but what has been replaced is looked into once more."""
    done: list[Any] = []
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            count = len(children(node))
            new = tuple(done[len(done) - count :])
            del done[len(done) - count :]
            done.append(with_children(node, new))
            continue
        node = found(node) or node
        inside = children(node)
        if inside:
            waiting.append((node, True))
            waiting.extend((part, False) for part in reversed(inside))
        else:
            done.append(node)
    return done[0]


def own_indices(node: Any) -> set[str]:
    """The indices in an expression."""
    return {n.name for n in everything(node) if isinstance(n, Name) and "#" in n.name}


def free_indices(node: Any, extents: Mapping[str, Any]) -> list[str]:
    """The indices in an expression that it does not bind itself, in order."""
    nodes = everything(node)
    bound = {
        binder.name
        for each in nodes
        if isinstance(each, Reduction)
        for binder in each.binders
        if isinstance(binder, Name)
    }
    found = [n.name for n in nodes if isinstance(n, Name) and n.name in extents]
    return [own for own in dict.fromkeys(found) if own not in bound]


def name_again(own: str, elements: Elements) -> Name:
    """A new index with the same letter and the same values."""
    return elements.index(base(own), elements.extents[own])


def refreshed(node: Reduction, elements: Elements) -> Reduction:
    """A reduction whose bound indices, and those of the reductions in it, are its own."""
    bound = {
        binder.name
        for each in everything(node)
        if isinstance(each, Reduction)
        for binder in each.binders
        if isinstance(binder, Name)
    }
    new = {own: name_again(own, elements) for own in sorted(bound)}

    def other(each: Any) -> Any:
        return new.get(each.name) if isinstance(each, Name) else None

    return replaced(node, other)  # type: ignore[no-any-return]
