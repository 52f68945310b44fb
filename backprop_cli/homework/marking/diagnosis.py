"""What a wrong number is consistent with: the catalogue tried at every gate it depends on.

First at the gate of the number itself, then at those before it that are not on the sheet. A guess
that agrees with the number is a suspicion and no verdict: a random slip imitates some error in one
case of seven. An error is called certain where two numbers of a sheet agree on it, and on no other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb

from ...namespaces import balls
from ...notation import ATOM, write
from ...numerals import short
from ..marks import Mark, QuestionMarks, Suspicion
from ..misconceptions import (
    FORKS,
    GATES,
    ONE_PATH,
    SEED,
    SLIPS,
    VALUE_COPIED,
    VALUES,
    Gate,
    Misconception,
)
from .following import UNKNOWN, Following, Place, agrees, is_number
from .written import Numeral, Reading, exactly

MOST_UNWRITTEN = 24  # gates before a number that are searched
MOST_REPLAYS = 200
MOST_SUSPICIONS = 6
MOST_PATHS = 8  # of a fork, for sums of some of them


class Guessed(NamedTuple):
    """What somebody would have at a place who makes an error there."""

    error: Misconception
    ball: Any
    fields: dict[str, Any]


def suspicions(following: Following, place: Place) -> tuple[Suspicion, ...]:
    """The errors that the wrong number at a place is consistent with, the simplest first."""
    found: dict[str, Suspicion] = {}
    reading = following.readings[place]
    rule = following.question.rule
    wording = Wording(following)
    for guess in guesses(following, place):
        if is_number(guess.ball) and agrees(reading, guess.ball, rule):
            said = wording.says(guess, place)
            found.setdefault(guess.error.kind, Suspicion(guess.error.kind, said))
    for kind, _, says in slips(following, place):
        found.setdefault(kind, Suspicion(kind, says.format(node=wording.place(place))))
    replays = 0
    for unwritten in unwritten_before(following, place):
        for guess in guesses(following, unwritten):
            replays += 1
            if replays > MOST_REPLAYS:
                break
            if guess.error.kind in found or not is_number(guess.ball):
                continue
            ball = following.replayed(unwritten, guess.ball, place)
            if is_number(ball) and agrees(reading, ball, rule):
                said = wording.says(guess, unwritten)
                found[guess.error.kind] = Suspicion(guess.error.kind, said)
    return tuple(found.values())[:MOST_SUSPICIONS]


def confirmed(questions: list[QuestionMarks]) -> list[QuestionMarks]:
    """The questions of a sheet, with the suspicions that two wrong numbers agree on as certain."""
    counted = Counter(
        kind
        for question in questions
        for mark in question.marks
        for kind in {suspicion.kind for suspicion in mark.suspicions}
    )

    def sure(mark: Mark) -> Mark:
        shared = [suspicion for suspicion in mark.suspicions if counted[suspicion.kind] > 1]
        return mark._replace(
            suspicions=tuple(
                suspicion._replace(certain=shared == [suspicion]) for suspicion in mark.suspicions
            )
        )

    return [question._replace(marks=tuple(map(sure, question.marks))) for question in questions]


# ------------------------------------------------------------------------------------------ guesses


def guesses(following: Following, place: Place) -> Iterator[Guessed]:
    """What the errors of the catalogue would give at a place, in the student's numbers."""
    if place[0] is None:
        yield from value_guesses(following, place[1])
    else:
        yield from gradient_guesses(following, place)


def value_guesses(following: Following, node: int) -> Iterator[Guessed]:
    graph = following.question.graph
    operation = graph.operations[node]
    arguments = tuple(following.used[(None, i)] for i in graph.inputs[node])
    if not arguments or UNKNOWN in arguments or not all(map(is_number, arguments)):
        return
    for error in VALUES:
        try:
            found = list(error.guess(operation, arguments))
        except (balls.Undecided, ValueError, ZeroDivisionError, OverflowError):
            continue
        for ball in found:
            yield Guessed(error, ball, {"gate": node})


def gradient_guesses(following: Following, place: Place) -> Iterator[Guessed]:
    top, node = place
    assert top is not None
    gates = list(gates_of(following, place))
    parts = [contribution(gate) for gate in gates]
    if not gates or any(part is UNKNOWN for part in parts):
        return
    own = following.used[(None, node)]
    total = sum(parts[1:], parts[0])
    for error in GATES:
        changed = []
        for at, (index, gate) in enumerate(gates):
            ball = guessed(error, gate)
            changed.append(parts[at] if ball is None else ball)
            if ball is None:
                continue
            rest = [part for other, part in enumerate(parts) if other != at]
            yield Guessed(error, sum(rest, arb(0)) + ball, fields_of(index, gate))
        if len(gates) > 1 and any(a is not b for a, b in zip(changed, parts, strict=True)):
            index, gate = gates[0]
            yield Guessed(error, sum(changed, arb(0)), fields_of(index, gate))
    proper = [part for (_, gate), part in zip(gates, parts, strict=True) if gate.slope is not None]
    if 1 < len(proper) <= MOST_PATHS:
        for some in range(1, 2 ** len(proper) - 1):
            chosen = [part for at, part in enumerate(proper) if some >> at & 1]
            yield Guessed(ONE_PATH, sum(chosen, arb(0)), {})
        for error in FORKS:
            yield Guessed(error, error.guess(proper), {})
    if is_number(own):
        yield Guessed(VALUE_COPIED, own, {"own": own})
    start = following.used[(None, top)]
    if is_number(start):
        yield Guessed(SEED, total * start, {"out": start})


def gates_of(following: Following, place: Place) -> Iterator[tuple[int, Gate]]:
    """Every use of a node, as the catalogue sees it."""
    graph = following.question.graph
    for path in following.paths.get(place, ()):
        arguments = tuple(following.used[(None, i)] for i in graph.inputs[path.gate])
        out = following.used[(None, path.gate)]
        known = [path.upstream, out, *arguments]
        if any(ball is UNKNOWN for ball in known) or path.slope is UNKNOWN:
            continue
        yield path.gate, Gate(
            graph.operations[path.gate], path.argument, path.upstream, path.slope,
            arguments[path.argument], out, arguments,
        )  # fmt: skip


def contribution(indexed: tuple[int, Gate]) -> Any:
    gate = indexed[1]
    return arb(0) if gate.slope is None else gate.upstream * gate.slope


def guessed(error: Misconception, gate: Gate) -> Any:
    """What one error gives at one gate; None where it cannot be made or not be computed."""
    try:
        return error.guess(gate)
    except (balls.Undecided, ValueError, ZeroDivisionError, OverflowError, AttributeError):
        return None


def fields_of(index: int, gate: Gate) -> dict[str, Any]:
    slope = arb(0) if gate.slope is None else gate.slope
    return {
        "gate": index, "upstream": gate.upstream, "slope": slope, "own": gate.own, "out": gate.out
    }  # fmt: skip


# --------------------------------------------------------------------------------- slips of the pen


def slips(following: Following, place: Place) -> Iterator[tuple[str, str, str]]:
    """The slips of the pen that a written number is consistent with."""
    reading = following.readings[place]
    found = following.judged[place].follows
    if found is None or reading.numeral is None:
        return
    rule = following.question.rule
    cut_off, ten, swapped = SLIPS
    if is_cut_off(reading.numeral, found):
        yield cut_off
    if any(agrees(reading, found * arb(10) ** power, rule) for power in (-3, -2, -1, 1, 2, 3)):
        yield ten
    for other in digits_swapped(reading.numeral):
        middle = exactly(other.value)
        radius = reading.ball - reading.middle
        if agrees(Reading(other, middle, middle + radius, middle + radius), found, rule):
            yield swapped
            return


def is_cut_off(numeral: Numeral, found: Any) -> bool:
    """Whether a number has the first digits of another one, as many as were written."""
    value = exactly(abs(numeral.value))
    rest = abs(found) - value
    same_side = bool(found > 0) == (numeral.value > 0)
    return bool(same_side and numeral.value and rest > 0 and rest < arb(10) ** numeral.unit)


def digits_swapped(numeral: Numeral) -> Iterator[Numeral]:
    """The numbers with two neighbouring digits swapped."""
    scale = 10**-numeral.unit if numeral.unit <= 0 else 1
    whole = numeral.value * scale
    if whole.denominator != 1 or abs(whole) > 10**15:
        return
    digits = str(abs(int(whole)))
    sign = -1 if whole < 0 else 1
    for at in range(len(digits) - 1):
        if digits[at] != digits[at + 1]:
            swapped = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
            yield numeral._replace(value=sign * int(swapped) * Fraction(1, scale))


# ------------------------------------------------------------------------------ what is not written


def unwritten_before(following: Following, place: Place) -> list[Place]:
    """The places before one that are not on the sheet, the nearest first, up to written ones."""
    graph = following.question.graph
    found: dict[Place, None] = {}
    waiting = [place]
    while waiting and len(found) < MOST_UNWRITTEN:
        top, node = waiting.pop(0)
        if top is None:
            before: list[Place] = [(None, i) for i in graph.inputs[node]]
        else:
            before = []
            for path in following.paths.get((top, node), ()):
                before.append((top, path.gate))
                before += following.seen_by(path.gate)
        for other in before:
            leaf = other[0] is None and not graph.inputs[other[1]]
            start = other[0] == other[1]
            if leaf or start or other in following.readings or other in found or other == place:
                continue
            found[other] = None
            waiting.append(other)
    return list(found)


# -------------------------------------------------------------------------------------------- words


class Wording:
    """Names of places and numbers, for sentences to a student."""

    def __init__(self, following: Following) -> None:
        question = following.question
        self.graph = question.graph
        self.titles = question.names.title
        self.digits = max(4, following.figures)

    def node(self, node: int) -> str:
        """A node's name, or the gate alone: exp(…), w0·x0, 1 + …"""
        return self.titles.get(node) or self.gate(node, named=False)

    def gate(self, node: int, named: bool = True) -> str:
        """A gate with what goes into it, and its name in front if it has one."""
        graph = self.graph
        inner = [
            (self.titles.get(i) or graph.literals.get(i) or "…", ATOM) for i in graph.inputs[node]
        ]
        if not inner:
            return self.titles.get(node) or graph.literals[node]
        written = write(graph.operations[node].name, inner)[0]
        name = self.titles.get(node) if named else None
        return f"{name} = {written}" if name else written

    def place(self, place: Place) -> str:
        """What a place is called: q, or df/dq."""
        top, node = place
        if top is None:
            return self.node(node)
        name = self.titles.get(node)
        return f"d{self.node(top)}/d{name or f'({self.node(node)})'}"

    def says(self, guess: Guessed, place: Place) -> str:
        """The sentence about a guess."""
        fields = {
            key: short(ball.mid(), self.digits) if isinstance(ball, arb) else self.gate(ball)
            for key, ball in guess.fields.items()
        }
        return guess.error.says.format(node=self.place(place), **fields)
