"""Choices with settings, such as `adam(beta1=0.95)`: a name, and numbers in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import NamedTuple

from ..errors import BackpropError, refuse, similar
from ..lowering import lower
from ..namespaces import floats
from ..run import forward
from ..syntax import parse

CHOICE = re.compile(r"\s*([A-Za-z][\w-]*)\s*(?:\((.*)\))?\s*", re.DOTALL)
EQUATION = re.compile(r"\s*([^\W\d]\w*)\s*=(.*)", re.DOTALL)


class Setting(NamedTuple):
    """A choice and all its settings, those that were left out by their usual values."""

    name: str
    values: dict[str, float]

    def __str__(self) -> str:
        inside = ", ".join(f"{name}={value:g}" for name, value in self.values.items())
        return f"{self.name}({inside})" if inside else self.name

    def unusual(self, usual: Mapping[str, float]) -> Setting:
        """The same with those settings alone that differ from the usual ones."""
        changed = {name: value for name, value in self.values.items() if value != usual.get(name)}
        return Setting(self.name, changed)


def read_setting(text: str, option: str, known: Mapping[str, Mapping[str, float]]) -> Setting:
    """The choice that a text says; `known` has the usual settings of each.

    Raises BackpropError for an unknown name or setting, and for a value that is no finite number.
    """
    found = CHOICE.fullmatch(text)
    name = found[1].lower() if found else ""
    if found is None or name not in known:
        near = similar(name or text.strip(), list(known))
        help = f"did you mean {near[0]}?" if near else f"choose one of {', '.join(known)}"
        raise refuse(
            "usage", f"{option} does not know '{text.strip()}'", help=help, suggestions=tuple(near)
        )
    values = dict(known[name])
    seen: set[str] = set()
    for part in parts(found[2] or ""):
        equation = EQUATION.fullmatch(part)
        key = equation[1] if equation else part.strip()
        if equation is None or key not in values:
            raise unknown_setting(option, name, key, list(values))
        if key in seen:
            raise refuse("usage", f"{option} {name}: '{key}' is given twice", help="once is enough")
        seen.add(key)
        values[key] = constant(equation[2], f"{option} {name}: {key}")
    return Setting(name, values)


def unknown_setting(option: str, name: str, key: str, known: list[str]) -> BackpropError:
    if not known:
        return refuse(
            "usage", f"{option} {name} has no settings", help=f"write {option} {name}"
        )  # fmt: skip
    near = similar(key, known)
    written = f"write {option} '{name}({(near or known)[0]}=…)'"
    help = f"it has {', '.join(known)}: {written}"
    return refuse("usage", f"{option} {name} has no setting '{key}'", help=help)


def parts(text: str) -> Iterator[str]:
    """A text cut at its commas, but for those inside brackets; nothing for an empty text."""
    depth = begin = 0
    for position, character in enumerate(text):
        depth += (character in "([{") - (character in ")]}")
        if character == "," and depth == 0:
            yield text[begin:position]
            begin = position + 1
    if text.strip():
        yield text[begin:]


def constant(text: str, what: str) -> float:
    """The number that a constant expression of our language says, such as `1e-3` or `2*60`."""
    try:
        lowered = lower(parse(text))
    except BackpropError as error:
        found = error.diagnostic._replace(code="usage", status=None)
        message = f"{what} cannot be read: {found.message}"
        raise BackpropError(found._replace(message=message)).located(text, what) from None
    names = list(lowered.graph.input_nodes())
    if names:
        raise refuse(
            "usage", f"{what} takes a number, and '{names[0]}' is a name", help="write a number"
        )
    value = float(forward(lowered.graph, floats, {})[lowered.output])
    if not isfinite(value):
        raise refuse("usage", f"{what} takes a finite number, not {text.strip()}")
    return value
