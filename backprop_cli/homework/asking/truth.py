"""The true numbers of a question: values and gradients in balls narrow enough to be points."""

from __future__ import annotations

from typing import Any, NamedTuple

from flint import arb, ctx

from ...bindings import Bound, number
from ...errors import refuse
from ...namespaces import balls
from ...numerals import plain
from ...run import backward, forward
from ..quantities import Element
from .key import Key, Question

BITS = 160
ATTEMPTS = 64
SAMPLE = 20  # students whose draws are tried before a key is used


class Truth(NamedTuple):
    """One question at one point.

    values  of each node.
    slopes  the local derivatives of each node along its inputs; None where none passes.
    along   for each node whose gradient is asked: that gradient along every node, 0 where no path
            leads.
    """

    values: list[Any]
    slopes: list[tuple[Any, ...] | None]
    along: dict[int, list[Any]]

    def of(self, of: int | None, node: int) -> Any:
        """A value (`of` None) or the gradient of `of` along a node."""
        return self.values[node] if of is None else self.along[of][node]


def true_numbers(question: Question, inputs: dict[str, Bound]) -> Truth:
    """Values and gradients at a point. Raises balls.Undecided where a choice stays open."""
    with ctx.workprec(BITS):
        given = {name: number(bound.value, balls) for name, bound in inputs.items()}
        values = forward(question.graph, balls, given)
        slopes: list[tuple[Any, ...] | None] = [None] * len(values)
        along: dict[int, list[Any]] = {}
        for top in tops(question):
            adjoints, kept = backward(question.graph, values, balls, top, keep=True)
            along[top] = [arb(0) if adjoint is None else arb(adjoint) for adjoint in adjoints]
            slopes = [new or old for new, old in zip(kept, slopes, strict=True)]
        return Truth(
            [value if isinstance(value, bool) else arb(value) for value in values], slopes, along
        )


def tops(question: Question) -> list[int]:
    """The nodes whose gradients are asked."""
    asked = {element.of for item in question.items for element in item.elements}
    return sorted(top for top in asked if top is not None)


def asked_elements(question: Question) -> list[Element]:
    """All that a question asks, one by one."""
    return [element for item in question.items for element in item.elements]


def all_finite(question: Question, truth: Truth) -> bool:
    """Whether everything that is asked is a finite number."""
    return all(truth.of(e.of, e.node).is_finite() for e in asked_elements(question))


def trouble(question: Question, truth: Truth) -> str:
    """Why a point is no good for a question, "" if it is: what is not finite, or at a kink."""
    graph = question.graph
    for element in asked_elements(question):
        if not truth.of(element.of, element.node).is_finite():
            return f"{element.name} is not a finite number"
    for node, operation in enumerate(graph.operations):
        if operation.kink is None:
            continue
        arguments = [truth.values[i] for i in graph.inputs[node]]
        if all(isinstance(u, bool) or u.is_finite() for u in arguments) and operation.kink.holds(
            *map(plain, arguments)
        ):
            return f"{operation.name} is at a kink ({operation.kink.text})"
    return ""


class Unusable(ArithmeticError):
    """There are no numbers with which a question can be answered; the message says why."""


def chosen(key: Key, question: Question, id: str) -> tuple[dict[str, Bound], Truth]:
    """A student's numbers, and what is true of them.

    Draws that would put the student at a kink, or where a number is not finite, are made again; a
    kink is taken if there is nothing else. Raises Unusable where no attempt gives finite answers.
    """
    kinked: tuple[dict[str, Bound], Truth] | None = None
    reason = "a choice in it cannot be decided"
    for attempt in range(ATTEMPTS if question.draws else 1):
        inputs = question.inputs(key.seed, id, attempt)
        try:
            truth = true_numbers(question, inputs)
        except balls.Undecided:
            continue
        if not trouble(question, truth):
            return inputs, truth
        if all_finite(question, truth):
            kinked = kinked or (inputs, truth)
        else:
            reason = trouble(question, truth)
    if kinked is None:
        raise Unusable(reason)
    return kinked


def chosen_inputs(key: Key, question: Question, id: str) -> dict[str, Bound]:
    """A student's numbers, as the blank sheet shows them."""
    try:
        return chosen(key, question, id)[0]
    except Unusable:
        return question.inputs(key.seed, id)


def check_numbers(key: Key) -> None:
    """Refuse a key with a question that nobody's numbers can answer.

    Raises BackpropError, with exit status 2.
    """
    for question in key.questions:
        if not question.numeric:
            continue
        for student in range(SAMPLE if question.draws else 1):
            try:
                chosen(key, question, f"student {student}")
                break
            except Unusable as error:
                reason = str(error)
        else:
            raise refuse(
                "key", f"{question.label} has no answer: {reason}", question.span,
                "choose other numbers; check --lint may propose some",
            ).located(key.source, "the key")  # fmt: skip
