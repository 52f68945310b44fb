"""What an explanation says once, where a reader first wonders about it.

Fields in braces are formulas, those with !s words.
"""

from __future__ import annotations

import re
from string import Formatter

from ..numerals import MINUS
from ..operations import Operation
from .lecture import Lecture

REMARKS = {
    "seed": "the start: {f} changes exactly as fast as {f} itself",
    "bare": "{f} is the input {x} itself: there is no gate in between",
    "no-input": "there is no variable here, so there is nothing to pass a gradient to",
    "chain": "{above} is the gradient at this gate’s output, {below} the one at its input."
    " Why multiply? {gate} moves {slope} times as fast as {x}, and {f} moves {size} times as fast"
    " as {gate}: together {product} times (chain rule)",
    "fork": "+= because {x} is used {times!s}: each use adds its share, none overwrites another",
    "twice": "{x} stands in this gate twice: two edges, two shares",
    "square": "a square is one gate with one edge; as {product} it has two edges with slope {x}"
    " each, which add up to the same",
    "constant": "the constant {c} gets no line: it cannot change, so nobody asks for its gradient",
    "loser": "{x} gets 0: it was not chosen here, so a small change of it changes nothing",
    "condition": "the condition {x} only chooses: no gradient passes through it",
    "zero-times-infinity": "0 · inf has no value: the result is NaN",
    "one-gate": "written out with minus, exp, 1 + u and 1/u the gradient is the same:"
    " the slopes of the four gates multiply to {slope}",
    "together": "{gates} together are {function}: as one gate its slope is {slope}, with the same"
    " gradients",
    "waits": "{sides} is complete here: {uses!s} uses have sent their share",
    "unreached": "no gradient arrives at {gates}: {f} does not change with it here",
    "unreached-many": "no gradient arrives at {gates}: {f} does not change with them here",
    "zero": "a gradient of 0 is a result, not an error: a small change of {x} does not change {f}"
    " (to first order)",
    "no-path": "{x} gets 0: no path leads from it to {f}",
    "blocked": "{x} gets 0: each path from it to {f} is blocked by a gate that passes nothing here",
    "one": "the gradient passes unchanged",
    "minus-one": "the sign flips",
    "nothing": "nothing passes",
    "scaled": "the gradient is scaled by it",
    "nan": "NaN (not a number): {formula} has no value here",
    "moves-up": "{x} up {step} → {f} up about {change}",
    "moves-down": "{x} up {step} → {f} down about {change}",
    "stays": "{x} up {step} → {f} stays as it is",
    "kink": "{x}: no forecast, {f} does not follow this gradient here (a kink, jump or stop)",
    "infinite": "{x}: no forecast, the slope is infinite",
    "undefined": "{x}: no forecast, {f} has no value or no slope here",
    "unread": "{count!s} more likewise",
    "uncertain": "{f} = {value} ± {size}",
    "share": "{share!s} % of its variance from {x} ± {size}",
}

CONSTANT_SLOPES = {1.0: "one", -1.0: "minus-one", 0.0: "nothing"}


def remark(style: Lecture, key: str, **fields: str) -> str:
    """One of the remarks, with its formulas marked as such."""
    parts = []
    for text, field, _, conversion in Formatter().parse(REMARKS[key]):
        parts.append(style.prose(text))
        if field:
            parts.append((style.prose if conversion else style.inline)(fields[field]))
    return "".join(parts)


MINUS_SIGN = re.compile(r"(?<![\w)])-(?=[\w(])|-(?=\d)|(?<= )-(?= )")
SIGNS = {"*": "·", "^2": "²"}
APOSTROPHE = re.compile(r"(?<=\w)'(?=\w)")


def pattern(row: Operation, titles: list[str], style: Lecture) -> str:
    """The row's line on what the gate does, about the gate's own inputs."""
    return about(row, row.pattern, titles, style)


def about(row: Operation, text: str, titles: list[str], style: Lecture) -> str:
    """A row's sentence on its parameters as one on a gate's inputs, which are called `titles`."""
    text = typographic(text)
    parameters = [] if row.variadic else row.signature()[0]
    names = dict(zip(parameters, titles, strict=False))
    names.pop("a", None)  # an article, too
    if not names:
        return style.prose(text)
    parts = re.split(rf"(?<![A-Za-z0-9_])({'|'.join(names)})(?![A-Za-z0-9_])", text)
    return "".join(
        style.in_words(names[part]) if place % 2 else style.prose(part)
        for place, part in enumerate(parts)
    )


def typographic(text: str) -> str:
    """A sentence from the table of operations with the signs of print."""
    text = APOSTROPHE.sub("’", MINUS_SIGN.sub(MINUS, text))
    for plain, sign in SIGNS.items():
        text = text.replace(plain, sign)
    return text


def listed(names: list[str], most: int = 6) -> str:
    """Names for a sentence: the first of them, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most:,} more"
