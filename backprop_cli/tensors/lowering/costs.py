"""What a program over arrays takes, counted node by node before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import prod

from ...errors import Span, refuse
from ...limits import Limits, over_limit
from ..kernels.contraction import SLAB, Contraction, joined, order

MOST_AXES = 32  # of one array, in any version of NumPy


class Budget:
    """What the nodes of a graph take so far, with limits on it.

    held      numbers in all arrays that have memory of their own; a view has none.
    products  multiplications of two numbers in sums of products.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.held = 0
        self.products = 0

    def hold(self, shape: Sequence[int], span: Span | None) -> None:
        """Count an array of this shape; raises BackpropError for the first that is too much."""
        check_axes(len(shape), span)
        self.held += prod(shape)
        limit = self.limits.elements
        if self.held > limit:
            raise over_limit("elements", limit, "numbers in the arrays of the formula", span)

    def sum_up(self, spec: Contraction, span: Span | None) -> None:
        """Count a sum of products, with its result and what it needs on the way."""
        check_axes(max(len(operand.labels) for operand in spec.operands), span)
        self.hold(spec.shape, span)
        every = prod(size for _, size in spec.sizes)
        longest = max(prod(each) for each in operand_shapes(spec))
        if every <= SLAB or longest > self.limits.products:
            self.multiply(every, span)
        else:
            between, products = worst(spec)
            self.hold((between,), span)
            self.multiply(products, span)

    def multiply(self, count: int, span: Span | None) -> None:
        """Count products."""
        self.products += count
        limit = self.limits.products
        if self.products > limit:
            raise over_limit("products", limit, "products in the sums of the formula", span)


def operand_shapes(spec: Contraction) -> list[tuple[int, ...]]:
    sizes = dict(spec.sizes)
    return [tuple(sizes[label] for label in operand.labels) for operand in spec.operands]


def check_axes(count: int, span: Span | None) -> None:
    if count > MOST_AXES:
        raise refuse(
            "limit", f"an array with more than {MOST_AXES} axes (the limit 'axes')", span,
            "give parts of the formula names of their own, with fewer indices",
        )  # fmt: skip


def worst(spec: Contraction) -> tuple[int, int]:
    """The most numbers that a contraction or one of its gradients holds between its operands and
    its result, and the most products.
    """
    found = [through(spec)]
    if len(spec.operands) > 1:
        found += [through(spec.adjoint(place)) for place in range(len(spec.operands))]
    return max(held for held, _ in found), max(products for _, products in found)


@lru_cache(maxsize=1024)
def through(spec: Contraction) -> tuple[int, int]:
    """The numbers held on the way through one contraction, and its products."""
    sizes = dict(spec.sizes)
    held = copied(spec, sizes)
    names = [operand.labels for operand in spec.operands]
    if len(names) == 1:
        return held, prod(sizes[label] for label in names[0])
    products = 0
    steps = order(tuple(names), spec.out, spec.sizes) if len(names) > 2 else ()
    for left, right in (*steps, (0, 1)):
        rest = [k for k in range(len(names)) if k not in (left, right)]
        kept = joined(names, left, right, spec.out)
        shared = set(names[left]) & set(names[right])
        both = set(kept) | shared
        products += prod(sizes[label] for label in both)
        if rest:
            held += prod(sizes[label] for label in kept)
        names = [*(names[k] for k in rest), kept]
    return held, products


def copied(spec: Contraction, sizes: dict[int, int]) -> int:
    """The numbers of windows that a matrix product must copy at a time: they are cut along an axis
    of the result, if they have one.
    """
    total = 0
    for operand in spec.operands:
        if operand.view is None or len(spec.operands) == 1:
            continue
        count = prod(operand.view.lengths)
        if count > max(SLAB, 2 * prod(operand.view.shape)):
            cuttable = [label for label in operand.labels if label in spec.out]
            total += max(SLAB, count // max((sizes[label] for label in cuttable), default=1))
    return total
