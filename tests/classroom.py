"""A class of simulated students who work a key by hand: honestly, or with one slip.

Each computes every node forwards and every contribution backwards on paper: every operation is
rounded to the figures that the student works with, and what follows uses the rounded number. With a
slip one number comes out wrong, in one of the ways of the tables below, and the student goes on
from it without a second one.

Marking is measured against this class, so nothing here uses it: only the graph and the rows of the
table of operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from random import Random
from textwrap import dedent
from typing import Any, NamedTuple

from paper import (
    CALCULATOR,
    GATES,
    NONLINEAR,
    Figure,
    Hand,
    Written,
    disturbed,
    on_paper,
    paper,
    slopes_of,
    some_hand,
    written,
)

from backprop_cli.bindings import Bound, number
from backprop_cli.graph import Graph
from backprop_cli.homework.asking.key import Key, Question, read_key
from backprop_cli.namespaces import floats
from backprop_cli.operations import Operation

# The subject's circuits. Every student has numbers of their own.
CIRCUITS = {
    "sum times z": """
        Q1 f = (x+y)*z
        let q = x+y
        draw x,y,z in -9..9 nonzero distinct
        ask q f df/dq dx dy dz""",
    "fork": """
        Q1 f = (a+b)*(b+1)
        let p = a+b
        let r = b+1
        draw a,b in -9..9 step 0.5 nonzero distinct
        ask p r f df/dp df/dr da db""",
    "neuron, step by step": """
        Q1 f = 1/(1+exp(-(w0*x0+w1*x1+w2)))
        let s = w0*x0+w1*x1+w2
        let e = exp(-s)
        let d = 1+e
        draw w0,w1,w2,x0,x1 in -2..2 step 0.1 nonzero
        ask s e d f df/dd df/de df/ds dw0 dw1 dw2 dx0 dx1""",
    "neuron, few steps": """
        Q1 f = sigmoid(w0*x0+w1*x1+w2)
        let s = w0*x0+w1*x1+w2
        draw w0,w1,w2,x0,x1 in -2..2 step 0.5 nonzero
        ask s f df/ds df/dw df/dx""",
    "max gate": """
        Q1 f = 2*(x*y + max(z,w))
        let p = x*y
        let m = max(z,w)
        let t = p + m
        draw x,y,z,w in -9..9 nonzero distinct
        ask p m t f df/dt df/dp df/dm dx dy dz dw""",
    "hinge loss": """
        Q1 L = max(0, s1-s2+1) + max(0, s3-s2+1)
        let m1 = s1-s2+1
        let m3 = s3-s2+1
        draw s1,s2,s3 in -4..4 step 0.1 nonzero distinct
        ask m1 m3 L dL/dm1 dL/dm3 ds1 ds2 ds3""",
    "quotient": """
        Q1 f = x/(x^2+y)
        let d = x^2+y
        draw x,y in 0.5..4 step 0.1
        ask d f df/dd dx dy""",
    "square times exp": """
        Q1 f = x^2*exp(-x)
        let u = x^2
        let v = exp(-x)
        draw x in -2..2 step 0.1 nonzero
        ask u v f df/du df/dv dx""",
    "log-likelihood": """
        Q1 L = -(y*ln(p) + (1-y)*ln(1-p))
        let p = sigmoid(w*x+b)
        let s = w*x+b
        draw y in 0..1
        draw w,x,b in -2..2 step 0.1 nonzero
        ask s p L dL/dp dL/ds dw dx db""",
    "regularised neuron": """
        Q1 L = (a-t)^2 + 0.1*w^2
        let s = w*x+b
        let a = tanh(s)
        let r = a-t
        draw w,x,b,t in -2..2 step 0.25 nonzero
        ask s a r L dL/dr dL/da dL/ds dw dx db""",
    "two layers": """
        Q1 f = v*tanh(w*x+b) + c
        let s = w*x+b
        let h = tanh(s)
        draw v,w,x,b,c in -2..2 step 0.1 nonzero
        ask s h f df/dh df/ds dv dw dx db dc""",
    "sine": """
        Q1 f = x*sin(x*y)
        let u = x*y
        let s = sin(u)
        draw x,y in -2..2 step 0.1 nonzero
        ask u s f df/ds df/du dx dy""",
}


def circuit(name: str) -> Key:
    """The key with one of the circuits."""
    return read_key(f"seed: 7\n{dedent(CIRCUITS[name]).strip()}\n")


# ------------------------------------------------------------------------------------------ slips


class Slip(NamedTuple):
    """One error: its kind, and where.

    node    whose value (`top` None), whose hand-over to its input `place`, or whose sum is wrong.
    top     the node whose gradient is being worked out.
    place   of the input; None for the whole gate or the sum.
    chance  chooses the digit, the operand or the path.
    """

    kind: str
    node: int
    top: int | None = None
    place: int | None = None
    chance: int = 0


class Gate(NamedTuple):
    """What stands on paper around a node when its hand-over to input `place` is worked out."""

    row: Operation
    upstream: Any
    slope: Any
    out: Any
    x: list[Any]
    place: int
    chance: int

    @property
    def own(self) -> Any:
        return self.x[self.place]

    @property
    def other(self) -> Any:
        return self.x[1 - self.place]


def at_output(gate: Gate) -> Any:
    """The slope of a function of one input, taken at its output."""
    out = float(gate.out)
    return gate.upstream * gate.row.slopes(floats, gate.row.forward(floats, out), out)[0]


def without_square(gate: Gate) -> Any:
    if gate.row.name == "divide" and gate.place == 0:
        return gate.upstream * gate.slope
    return -(gate.upstream * (gate.x[0] / gate.x[1] if len(gate.x) == 2 else 1 / gate.own))


def without_sign(gate: Gate) -> Any:
    right = gate.upstream * gate.slope
    return right if gate.row.name == "divide" and gate.place == 0 else -right


def routed_wrong(gate: Gate) -> Any:
    """The loser gets the gradient, the winner gets nothing, or all get it."""
    nothing = gate.upstream * 0
    if gate.chance % 3 == 0:
        return nothing if gate.slope else gate.upstream
    return nothing if gate.chance % 3 == 1 else gate.upstream


SIGNED = frozenset({"multiply", "add", "subtract", "negate"})
BINARY = frozenset({"multiply", "add", "subtract", "divide"})

# kind: (operations, wrong value from the row, the right value, chance and the inputs)
FORWARD: dict[str, tuple[frozenset[str], Callable[..., Any]]] = {
    "added-instead-of-multiplied": (frozenset({"multiply"}), lambda row, out, c, x, y: x + y),
    "multiplied-instead-of-added": (frozenset({"add"}), lambda row, out, c, x, y: x * y),
    "sign": (SIGNED, lambda row, out, c, *x: -out),
    "operand-sign": (
        BINARY,
        lambda row, out, c, x, y: row.forward(floats, *((-x, y) if c % 2 else (x, -y))),
    ),
    "wrong-way-round": (
        frozenset({"subtract", "divide"}),
        lambda row, out, c, x, y: row.forward(floats, y, x),
    ),
    "doubled-instead-of-squared": (frozenset({"square"}), lambda row, out, c, x: 2 * x),
    "smaller-taken": (frozenset({"max"}), lambda row, out, c, *x: min(x)),
    "log-base": (frozenset({"log"}), lambda row, out, c, x: math.log10(x)),
    "degrees": (
        frozenset({"sin"}),
        lambda row, out, c, x: row.forward(floats, math.radians(x)),
    ),
    "exponent-sign": (frozenset({"exp"}), lambda row, out, c, x: math.exp(-x)),
    "left-out": (BINARY, lambda row, out, c, *x: x[c % 2]),
    "not-applied": (NONLINEAR | {"negate"}, lambda row, out, c, x: x),
}

# kind: (operations, wrong contribution from the gate)
BACKWARD: dict[str, tuple[frozenset[str], Callable[[Gate], Any]]] = {
    "local-slope-only": (GATES | {"add", "subtract"}, lambda g: g.slope),
    "upstream-passed-through": (GATES | {"subtract"}, lambda g: g.upstream),
    "added-instead-of-multiplied": (GATES, lambda g: g.upstream + g.slope),
    "sign": (GATES | {"add", "subtract"}, lambda g: -(g.upstream * g.slope)),
    "slope-at-output": (NONLINEAR, at_output),
    "function-instead-of-derivative": (NONLINEAR, lambda g: g.upstream * g.out),
    "power-rule-on-exp": (
        frozenset({"exp"}),
        lambda g: g.upstream * (g.own * math.exp(g.own - 1)),
    ),
    "power-not-lowered": (frozenset({"square"}), lambda g: g.upstream * (2 * g.out)),
    "power-without-factor": (frozenset({"square"}), lambda g: g.upstream * g.own),
}

# The same for a whole gate: the thought is wrong for all its inputs.
THOUGHTS: dict[str, tuple[frozenset[str], Callable[[Gate], Any]]] = {
    "swapped-multiply": (frozenset({"multiply"}), lambda g: g.upstream * g.own),
    "split-at-add": (frozenset({"add"}), lambda g: g.upstream / 2),
    "quotient-without-square": (frozenset({"divide"}), without_square),
    "quotient-without-sign": (frozenset({"divide"}), without_sign),
    "routed-wrong": (frozenset({"max", "relu"}), routed_wrong),
}

# kind: (fewest contributions, wrong sum from the right one, the contributions and the value)
SUMS: dict[str, tuple[int, Callable[..., Any]]] = {
    "fork-one-path": (2, lambda total, c, parts, value: parts[c % len(parts)]),
    "fork-product": (2, lambda total, c, parts, value: math.prod(parts[1:], start=parts[0])),
    "fork-mean": (2, lambda total, c, parts, value: total / len(parts)),
    "value-copied": (1, lambda total, c, parts, value: value),
}

SEED = "seed-not-one"
RANDOM = ("digit-changed", "off-by-one", "factor-ten", "digits-swapped")  # any number
COPIED = "miscopied"  # digits swapped on the sheet alone


# ------------------------------------------------------------------------------------------- work


def tops(question: Question) -> list[int]:
    """The nodes whose gradients are asked."""
    asked = {element.of for item in question.items for element in item.elements}
    return sorted(top for top in asked if top is not None)


class Work(NamedTuple):
    """Everything on paper: the values, and the gradients of each asked node along all."""

    values: list[Figure]
    along: dict[int, list[Figure]]

    def of(self, top: int | None, node: int) -> Figure:
        return self.values[node] if top is None else self.along[top][node]


def work(question: Question, inputs: Mapping[str, Bound], hand: Hand, slip: Slip | None) -> Work:
    """One student's work, with at most one slip."""
    values = forwards(question.graph, inputs, hand, slip)
    graph = question.graph
    return Work(values, {top: backwards(graph, values, top, hand, slip) for top in tops(question)})


def forwards(
    graph: Graph, inputs: Mapping[str, Bound], hand: Hand, slip: Slip | None
) -> list[Figure]:
    values: list[Figure] = []
    for node in graph:
        x = [values[i] for i in node.inputs]
        if node.operation.name == "input":
            assert node.name is not None
            given = float(number(inputs[node.name].value, floats))
            value = on_paper(given, CALCULATOR, True)
        elif node.literal is not None:
            value = on_paper(floats.constant(node.literal), CALCULATOR, True)
        else:
            exact = all(u.exact for u in x)
            result = node.operation.forward(floats, *map(float, x))
            value = on_paper(result, hand.figures, exact)
        if slip is not None and slip.top is None and slip.node == node.index:
            wrong = (
                FORWARD[slip.kind][1](node.operation, value, slip.chance, *x)
                if slip.kind in FORWARD
                else disturbed(slip.kind, value, hand, slip.chance)
            )
            value = paper(wrong, hand)
        value.figures = hand.figures
        values.append(value)
    return values


def backwards(
    graph: Graph, values: list[Figure], top: int, hand: Hand, slip: Slip | None
) -> list[Figure]:
    """The gradients of one node along all."""
    zero, one = (on_paper(u, hand.figures, True) for u in (0.0, 1.0))
    along = [zero] * len(graph)
    parts: list[list[Figure]] = [[] for _ in range(len(graph))]
    for node in range(top, -1, -1):
        here = slip if slip is not None and slip.node == node else None
        back = here if here is not None and here.top == top else None
        if node == top:
            along[node] = values[top] if back and back.kind == SEED else one
        elif parts[node]:
            along[node] = summed(parts[node], values[node], hand, back)
        else:
            continue
        believed = hand if here is None or here.top is not None else hand._replace(slopes="output")
        for source, part in handed_back(graph, values, node, along[node], believed, back):
            parts[source].append(part)
    return along


def handed_back(
    graph: Graph, values: list[Figure], node: int, upstream: Figure, hand: Hand, slip: Slip | None
) -> Iterator[tuple[int, Figure]]:
    """What a gate gives each of its inputs; nothing along those where nothing passes."""
    sources, row = graph.inputs[node], graph.operations[node]
    x = [values[source] for source in sources]
    slopes = slopes_of(hand, row, values[node], x) if sources else []
    rule = slip and (BACKWARD.get(slip.kind) or THOUGHTS.get(slip.kind))
    for place, slope in enumerate(slopes):
        if slip and rule and slip.place in (None, place):
            gate = Gate(row, upstream, slope, values[node], x, place, slip.chance)
            yield sources[place], paper(rule[1](gate), hand)
        elif slope:
            yield sources[place], upstream * slope


def summed(parts: list[Figure], value: Figure, hand: Hand, slip: Slip | None) -> Figure:
    """What a node receives: the contributions added up one by one."""
    total: Any = parts[0]
    for part in parts[1:]:
        total = total + part
    if slip is not None and slip.kind in SUMS and len(parts) >= SUMS[slip.kind][0]:
        total = SUMS[slip.kind][1](total, slip.chance, parts, value)
    elif slip is not None and slip.kind in RANDOM:
        total = disturbed(slip.kind, total, hand, slip.chance)
    return paper(total, hand)


# -------------------------------------------------------------------------------------- the sheet


class Student(NamedTuple):
    """One student's work on one question.

    answers  what is handed in, by the name of the item.
    slip     None for somebody honest.
    asked    whether the number that went wrong is asked; with a slip only.
    guilty   the answers that may be blamed: the wrong number itself, or if it is not asked those
             that are worked out from it with no other answer between.
    visible  whether one of them differs from the honest answer by more than both are rounded.
    """

    id: str
    inputs: Mapping[str, Bound]
    hand: Hand
    answers: dict[str, str]
    slip: Slip | None = None
    asked: bool = True
    guilty: frozenset[str] = frozenset()
    visible: bool = False

    def sheet(self, label: str) -> str:
        """The hand-in as plain text."""
        lines = [f"{name} = {text}" for name, text in self.answers.items()]
        return "\n".join([f"id: {self.id}", label, *lines, ""])


Place = tuple[Any, int]  # (top or None, node), as of an element


def elements(question: Question) -> dict[Place, str]:
    """The names of the single answers, by what they are about."""
    return {
        (element.of, element.node): item.element_name(at)
        for item in question.items
        for at, element in enumerate(item.elements)
    }


def handed_in(question: Question, done: Work, hand: Hand) -> dict[Place, Written]:
    return {place: written(done.of(*place), hand) for place in elements(question)}


def sheet_answers(question: Question, texts: Mapping[Place, Written]) -> dict[str, str]:
    """The right sides by item; vectors in brackets, matrices row by row."""
    found = {}
    for item in question.items:
        cells = [texts[element.of, element.node].text for element in item.elements]
        if len(item.shape) == 2:
            width = item.shape[1]
            rows = [cells[i : i + width] for i in range(0, len(cells), width)]
            cells = [f"[{', '.join(row)}]" for row in rows]
        found[item.name] = f"[{', '.join(cells)}]" if item.shape else cells[0]
    return found


def depends(graph: Graph, place: Place) -> Iterator[Place]:
    """The numbers that are worked out from a number in one step."""
    top, node = place
    users = [user for user, sources in enumerate(graph.inputs) if node in sources]
    if top is None:
        yield from ((None, user) for user in users)
        return
    yield from ((top, source) for source in graph.inputs[node])


def guilty(question: Question, first: list[Place]) -> set[Place]:
    """The asked numbers that come first on the ways from these."""
    asked, seen, found = elements(question), set(first), set()
    waiting = list(first)
    while waiting:
        place = waiting.pop()
        if place in asked:
            found.add(place)
            continue
        following = [*depends(question.graph, place)]
        if place[0] is None:  # a value is also a slope, and the input of one
            node = place[1]
            for user, sources in enumerate(question.graph.inputs):
                if node in sources or user == node:
                    following += [(top, s) for top in tops(question) for s in sources]
        waiting += [further for further in following if further not in seen]
        seen.update(following)
    return found


def wrong_first(question: Question, slip: Slip) -> list[Place]:
    """The numbers that a slip touches directly."""
    sources = question.graph.inputs[slip.node]
    if slip.top is None or slip.kind in (*SUMS, *RANDOM, COPIED, SEED):
        return [(slip.top, slip.node)]
    if slip.place is not None:
        return [(slip.top, sources[slip.place])]
    return [(slip.top, source) for source in sources]


def slips_of(question: Question) -> list[Slip]:
    """Every slip that this question gives occasion for."""
    graph, asked = question.graph, elements(question)
    found = []
    for node in graph:
        name, sources = node.operation.name, node.inputs
        inner = [i for i, s in enumerate(sources) if graph.operations[s].name != "constant"]
        if sources:
            found += [Slip(kind, node.index) for kind, row in FORWARD.items() if name in row[0]]
        if sources and (None, node.index) in asked:
            found += [Slip(kind, node.index) for kind in (*RANDOM, COPIED)]
        for top in tops(question):
            if node.index < top and (top, node.index) in asked:
                found += [Slip(kind, node.index, top) for kind in (*SUMS, *RANDOM, COPIED)]
            if node.index > top or not inner:
                continue
            found += [
                Slip(kind, node.index, top, place)
                for kind, row in BACKWARD.items()
                if name in row[0]
                for place in inner
            ]
            found += [Slip(k, node.index, top) for k, row in THOUGHTS.items() if name in row[0]]
    return found + [Slip(SEED, top, top) for top in tops(question)]


def finite(done: Work) -> bool:
    gradients = (u for along in done.along.values() for u in along)
    return all(math.isfinite(u) for u in (*done.values, *gradients))


def honest(
    question: Question, inputs: Mapping[str, Bound], hand: Hand
) -> tuple[Hand, Work]:
    """The work of this hand, with more figures if so few lead nowhere (a division by 0)."""
    done = work(question, inputs, hand, None)
    while not finite(done) and hand.figures < CALCULATOR:
        hand = hand._replace(figures=hand.figures + 1)
        done = work(question, inputs, hand, None)
    return hand, done


def good_student(
    question: Question, inputs: Mapping[str, Bound], id: str, random: Random
) -> Student:
    """Somebody who makes no mistake but rounds."""
    hand, done = honest(question, inputs, some_hand(random))
    return Student(
        id, inputs, hand, sheet_answers(question, handed_in(question, done, hand))
    )


def slipping_student(
    question: Question, inputs: Mapping[str, Bound], id: str, slip: Slip, random: Random
) -> Student | None:
    """Somebody with one slip; None where it leads to no number, or to the right one."""
    hand, right = honest(question, inputs, some_hand(random))
    slip = slip._replace(chance=random.randrange(1 << 20))
    texts, names = handed_in(question, right, hand), elements(question)
    first = wrong_first(question, slip)
    if slip.kind == COPIED:
        wrong = disturbed("digits-swapped", right.of(*first[0]), hand, slip.chance)
        shown = {**texts, first[0]: written(paper(wrong, hand), hand)}
    else:
        try:
            done = work(question, inputs, hand, slip)
        except (OverflowError, ValueError, ZeroDivisionError):
            return None
        if not finite(done) or all(done.of(*place) == right.of(*place) for place in first):
            return None
        shown = handed_in(question, done, hand)
    blamed = guilty(question, first)
    if not blamed:
        return None
    seen = {
        place
        for place in blamed
        if abs(shown[place].value - texts[place].value) > shown[place].half + texts[place].half
    }
    return Student(
        id, inputs, hand, sheet_answers(question, shown), slip,
        any(place in names for place in first),
        frozenset(names[place] for place in blamed), bool(seen),
    )  # fmt: skip
