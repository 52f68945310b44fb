"""Formulas to draw, and what is where in a picture."""

from __future__ import annotations

import random
import re
import shlex
from typing import NamedTuple

from commandline import ROOT

from backprop_cli import bind, evaluate, parse, report
from backprop_cli.drawing import Collapse, Diagram, diagram
from backprop_cli.drawing.metrics import text_width
from backprop_cli.drawing.picture import VALUE, Along, Gate, Text, Wire
from backprop_cli.operations import FUNCTIONS
from backprop_cli.reporting import Report

Box = tuple[float, float, float, float]  # left, top, right, bottom

NEURON = "s = w0*x0 + w1*x1 + w2; p = {p}; f = p + 0.1*(w0^2 + w1^2)"
POINT = {"w0": "2", "x0": "-1", "w1": "-3", "x1": "-2", "w2": "-3"}
MOCKUP = NEURON.format(p="1/(1+exp(-s))")
BOXED = "sg(u) = 1/(1+exp(-u)); " + NEURON.format(p="sg(s)")
NESTED = "s(u) = 1/(1+exp(-u)); g(a,b) = s(a)*b + s(b*a); q = x*y; f = g(q,x) + g(y,q)*s(x)"


class Case(NamedTuple):
    """A formula with the values of its variables."""

    name: str
    formula: str
    values: dict[str, str]

    def report(self) -> Report:
        return report(evaluate(parse(self.formula), bind(self.values.items())))

    def diagram(self, collapse: Collapse | None = None) -> Diagram:
        return diagram(self.report(), collapse)

    def words(self) -> list[str]:
        """The case on a command line."""
        return [self.formula, *(f"--{name}={value}" for name, value in self.values.items())]


def samples() -> list[Case]:
    """Every run that a file in samples/ states, and the formulas of the mockups."""
    found = [Case("mockup", MOCKUP, POINT), Case("boxed", BOXED, POINT)]
    for path in sorted((ROOT / "samples").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        for place, command in enumerate(re.findall(r"# \$ backprop eval (.*)", text)):
            words = shlex.split(command)[2:]
            values = dict(zip([word[2:] for word in words[::2]], words[1::2], strict=True))
            found.append(Case(f"{path.stem}-{place}", text, values))
    return found


SAMPLES = samples()
CONSTANTS = ("2", "0.5", "3")
ONE = sorted(
    name
    for name, row in FUNCTIONS.items()
    if not row.variadic and len(row.signature()[0]) - len(row.signature()[1]) == 1
)
TWO = sorted(
    name
    for name, row in FUNCTIONS.items()
    if not row.variadic and len(row.signature()[0]) == 2 and not row.signature()[1]
)
MANY = sorted(name for name, row in FUNCTIONS.items() if row.variadic)


def expression(chance: random.Random, names: list[str], depth: int, own: dict[str, int]) -> str:
    """A random expression over all operations and the functions `own` with their arities."""

    def inner() -> str:
        return expression(chance, names, depth - 1, own)

    kind = chance.random()
    if depth == 0 or kind < 0.1:
        return chance.choice([*names, *names, chance.choice(CONSTANTS)])
    if own and kind < 0.25:
        name = chance.choice(sorted(own))
        return f"{name}({', '.join(inner() for _ in range(own[name]))})"
    if kind < 0.4:
        return f"{chance.choice(ONE)}({inner()})"
    if kind < 0.45:
        return f"{chance.choice(TWO)}({inner()}, {inner()})"
    if kind < 0.5:
        return f"{chance.choice(MANY)}({inner()}, {inner()}, {inner()})"
    if kind < 0.53:
        return f"if({inner()} > {inner()}, {inner()}, {inner()})"
    if kind < 0.6:
        return f"({inner()})^2"
    return f"({inner()} {chance.choice('+-*/')} {inner()})"


def random_case(seed: int) -> Case:
    """A random program: functions of its own, definitions, a formula."""
    chance = random.Random(seed)
    names = list("abcd")[: chance.randint(1, 4)]
    own: dict[str, int] = {}
    lines = []
    for name in ("G", "H")[: chance.randint(0, 2)]:
        parameters = ["u", "v"][: chance.randint(1, 2)]
        lines.append(f"{name}({', '.join(parameters)}) = {expression(chance, parameters, 2, own)}")
        own[name] = len(parameters)
    if chance.random() < 0.5:
        lines.append(f"long_name_{seed} = {expression(chance, names, 2, own)}")
        names = [*names, f"long_name_{seed}"]
    lines.append(f"out = {expression(chance, names, chance.randint(2, 4), own)}")
    text = "\n".join(lines)
    values = {
        name: str(chance.randint(-900, 900) / chance.choice([1, 100, 1000, 1e6]))
        for name in "abcd"
        if re.search(rf"\b{name}\b", text)
    }
    if "!" in text or "factorial" in text:  # of whole numbers only
        values = {name: str(chance.randint(0, 9)) for name in values}
    return Case(f"random-{seed}", text, values)


def text_box(text: Text) -> Box:
    """What a text covers, at most."""
    width = text_width(text.text, text.size, text.role == VALUE)
    left = {"start": text.x, "middle": text.x - width / 2, "end": text.x - width}[text.anchor]
    return left, text.y - 0.76 * text.size, left + width, text.y + 0.1 * text.size


def gate_box(gate: Gate) -> Box:
    wide, high = gate.width / 2, gate.height / 2
    return gate.x - wide, gate.y - high, gate.x + wide, gate.y + high


def overlap(first: Box, second: Box) -> bool:
    return (
        first[0] < second[2] - 0.01
        and second[0] < first[2] - 0.01
        and first[1] < second[3] - 0.01
        and second[1] < first[3] - 0.01
    )


def contains(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[2] >= inner[2]
        and outer[3] >= inner[3]
    )


def inside(point: tuple[float, float], box: Box) -> bool:
    return box[0] < point[0] < box[2] and box[1] < point[1] < box[3]


def points(wire: Wire) -> list[tuple[float, float]]:
    """Points along a wire, close to each other."""
    x, y = wire.x, wire.y
    found = []
    for piece in wire.pieces:
        if isinstance(piece, Along):
            steps = max(2, int(abs(piece.x - x) / 3))
            found += [(x + (piece.x - x) * step / steps, y) for step in range(steps + 1)]
        else:
            middle = (x + piece.x) / 2
            for step in range(31):
                t = step / 30
                a, b, c, d = (1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3
                across = a * x + (b + c) * middle + d * piece.x
                found.append((across, (a + b) * y + (c + d) * piece.y))
            y = piece.y
        x = piece.x
    return found
