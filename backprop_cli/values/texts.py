"""The array that a value's text says, with the arithmetic around it."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ..errors import BackpropError, Span, refuse
from ..limits import DEFAULT_LIMITS, Limits, over_limit
from .forms import FORM, form_value
from .lists import list_value
from .parts import Array, Part

PLACEHOLDER = "A"
OPENING, CLOSING = "([{", ")]}"
STEPS: dict[str, Callable[..., Any]] = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "negate": operator.neg,
}


def array_value(name: str, text: str, limits: Limits = DEFAULT_LIMITS) -> Array | None:
    """The array that a value's text says; None if the text says a single number, or nothing.

    Raises BackpropError for lists with rows of different lengths, random numbers without a seed,
    sizes that are none, and more cells than the limit.
    """
    text = text.strip()
    if "[" not in text and not FORM.search(text):
        return None
    forms = array_forms(text)
    if not forms:
        return None
    try:
        if len(text) > limits.characters:
            raise over_limit("characters", limits.characters, "characters")
        return around(text, forms, limits)
    except BackpropError as error:
        raise in_value(name, text, error) from None


def in_value(name: str, text: str, error: BackpropError) -> BackpropError:
    """An error inside a value, as an error of the binding, with its place in the text."""
    found = error.diagnostic
    if found.code == "limit":
        return error
    message = f"the value of '{name}' cannot be read: {found.message}"
    help = found.help or "write numbers between brackets and commas: [1, 2.5, pi]"
    told = BackpropError(found._replace(code="bad-value", message=message, help=help, source=""))
    return told.located(text, f"the value of {name}")


def array_forms(text: str) -> list[Span]:
    """The outermost array forms of a text; none if its brackets do not match."""
    found: list[Span] = []
    opened: list[tuple[int, str, bool]] = []  # where, which bracket, whether it is a form
    named = {match.end() - 1: match.start() for match in FORM.finditer(text)}
    for place, sign in enumerate(text):
        if sign in OPENING:
            opened.append((named.get(place, place), sign, place in named))
        elif sign == "," and opened and opened[-1][1] == "[":
            opened[-1] = (*opened[-1][:2], True)
        elif sign in CLOSING:
            if not opened or OPENING.index(opened[-1][1]) != CLOSING.index(sign):
                return []
            start, _, form = opened.pop()
            if form:
                while found and found[-1].start >= start:
                    found.pop()
                found.append(Span(start, place + 1))
                if sign == "]" and opened and opened[-1][1] == "[":
                    opened[-1] = (*opened[-1][:2], True)  # [[1, 2]] is a matrix of one row
    return found if not opened else []


def around(text: str, forms: list[Span], limits: Limits) -> Array:
    """The array of a text: its form, with the arithmetic around it."""
    if len(forms) > 1:
        raise refuse(
            "bad-value",
            "two arrays in one value",
            forms[1],
            "bind two names, and combine them in the formula",
        )
    form = forms[0]
    part = Part(text[form.start : form.end], form.start)
    array = list_value(part, limits) if part.text.startswith("[") else form_value(part, limits)
    if form == Span(0, len(text)):
        return array
    blank = " " * (form.end - form.start - 1)
    return computed(text[: form.start] + PLACEHOLDER + blank + text[form.end :], array, form)


def computed(text: str, array: Array, form: Span) -> Array:
    """The arithmetic of a text whose only name stands for the array."""
    import numpy as np

    from ..lowering import lower
    from ..namespaces import floats
    from ..syntax import parse_binding
    from ..syntax.tree import Program, Result

    written = parse_binding(text)
    if written.uncertainty is not None:
        raise refuse("bad-value", "an array has no uncertainty", form, "leave the ± out")
    graph = lower(Program((Result(written.value, False, written.value.span),), text)).graph
    strange = [name for name in graph.input_nodes() if name != PLACEHOLDER]
    if strange or text.count(PLACEHOLDER) > 1:
        raise refuse("bad-value", "a value cannot refer to names", form, "write numbers")
    values: list[Any] = []
    arrays: set[int] = set()
    for node, operation in enumerate(graph.operations):
        arguments = [values[i] for i in graph.inputs[node]]
        if operation.name == "input":
            arrays.add(node)
            values.append(array)
        elif not arguments:
            values.append(floats.constant(graph.literals[node]))
        elif not arrays.intersection(graph.inputs[node]):
            values.append(operation.forward(floats, *arguments))
        elif operation.name in STEPS:
            arrays.add(node)
            with np.errstate(all="ignore"):
                values.append(STEPS[operation.name](*arguments))
        else:
            raise refuse(
                "bad-value",
                f"'{operation.name}' of an array inside a value",
                graph.spans.get(node),
                "in a value, only + - * / stand around an array; write the rest in the formula",
            )
    return values[-1]
