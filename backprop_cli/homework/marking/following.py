"""What follows from a student's own numbers: each one checked against the truth, and against what
the numbers before it give.

One pass forward through the graph and one back, in interval arithmetic. A number that was asked and
written stands for itself from there on; one that was not asked is worked out from those before it,
and rounded as the student rounds.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from flint import arb

from ...graph import Graph
from ...namespaces import balls, intervals
from ..asking.key import Question, Rule
from ..asking.truth import Truth
from ..quantities import Element
from .written import Reading, exactly

BITS = 96

FAR = 0.5  # of the truth
FINER = 20  # times: what a number says beyond those that it comes from

Place = tuple[int | None, int]  # what an element is about: (of, node)


class Judged(NamedTuple):
    """The verdict on one number; `follows` is what the student's own numbers give, None where
    nothing can be said.
    """

    verdict: str
    follows: Any


class Path(NamedTuple):
    """One way back into a node: the gate that used it, as which input, the gradient at the gate's
    output and the local slope; None where the gate lets nothing pass.
    """

    gate: int
    argument: int
    upstream: Any
    slope: Any

    @property
    def contribution(self) -> Any:
        """(gradient at the gate's output) · (local slope)."""
        return arb(0) if self.slope is None else self.upstream * self.slope


class Following:
    """One student's work on one question.

    used    for each place what the student goes on with: a ball, or None where nothing is known.
    paths   for each place of a gradient the ways that lead to it, in the student's numbers.
    judged  for each place that was asked and answered with a number.
    """

    def __init__(
        self,
        question: Question,
        truth: Truth,
        readings: Mapping[Place, Reading],
        figures: int,
    ) -> None:
        self.question = question
        self.truth = truth
        self.readings = readings
        self.figures = figures
        self.exact = all_short(truth, figures)
        self.used: dict[Place, Any] = {}
        self.paths: dict[Place, tuple[Path, ...]] = {}
        self.tainted: set[Place] = set()
        self.judged: dict[Place, Judged] = {}

    def run(self) -> Following:
        """Check everything, in the order of evaluation; in the caller's precision, BITS."""
        for node in range(len(self.question.graph)):
            self.forward(node)
        for top in self.truth.along:
            self.backward(top)
        return self

    # --------------------------------------------------------------------------------- both passes

    def forward(self, node: int) -> None:
        """The value of a node."""
        graph = self.question.graph
        sources: list[Place] = [(None, source) for source in graph.inputs[node]]
        place: Place = (None, node)
        if not sources:
            self.settle(place, self.truth.values[node], False, False)
            return
        arguments = [self.used[source] for source in sources]
        operation = graph.operations[node]
        found = attempted(operation.forward, *arguments)[0]
        tainted = any(source in self.tainted for source in sources)
        self.settle(place, found, tainted, True)

    def backward(self, top: int) -> None:
        """The gradients of one node along all before it."""
        graph = self.question.graph
        ways: dict[int, list[Path]] = {}
        for node in range(top, -1, -1):
            place: Place = (top, node)
            paths = self.paths[place] = tuple(ways.get(node, ()))
            if node == top:
                self.settle(place, arb(1), False, False)
            else:
                gates: list[Place] = [(top, path.gate) for path in paths]
                gates += [(None, i) for path in paths for i in graph.inputs[path.gate]]
                tainted = any(gate in self.tainted for gate in gates)
                parts = [path.contribution for path in paths if path.slope is not None]
                self.settle(place, self.total(parts), tainted, len(parts) > 1)
            if not paths and node != top:
                continue
            ways_in = zip(graph.inputs[node], self.slopes(node), strict=True)
            for at, (source, slope) in enumerate(ways_in):
                path = Path(node, at, self.used[place], slope)
                ways.setdefault(source, []).append(path)

    def total(self, contributions: list[Any]) -> Any:
        """A sum, each part of which the student may have rounded."""
        found: Any = arb(0)
        for part in contributions:
            found = self.rounded(part) + found
        return found

    def slopes(self, node: int, used: Mapping[Place, Any] | None = None) -> tuple[Any, ...]:
        """The local derivatives of a node in the student's numbers, None where none passes.

        By the textbook's form, from the number that the student has for the gate's output and from
        the one that its inputs give, since some people use the one and some the other.
        """
        graph = self.question.graph
        used = self.used if used is None else used
        operation, inputs = graph.operations[node], graph.inputs[node]
        if not inputs:
            return ()
        arguments = [used[(None, i)] for i in inputs]
        outs = [used[(None, node)], *attempted(operation.forward, *arguments)]
        first, second = (attempted(operation.textbook, out, *arguments) for out in outs)
        if len(first) != len(inputs):
            return (UNKNOWN,) * len(inputs)
        if len(second) != len(inputs):
            second = first
        return tuple(
            one
            if any(one is known for known in (*arguments, outs[0]))
            else self.worked_out(one, other)
            for one, other in zip(first, second, strict=True)
        )

    def worked_out(self, first: Any, second: Any) -> Any:
        """One slope from two ways to it: a ball around both, or the first where they contradict.

        It takes a step in between, which is rounded as well, at worst by half a unit of a number
        that starts with 1.
        """
        if is_number(first) and is_number(second) and first.overlaps(second):
            first = first.union(second)
        exact = not is_number(first) or (first.is_exact() and is_short(first, self.figures))
        if not self.exact and not exact:
            first = first * (1 + half_of_ten_to(1 - self.figures))
        return self.rounded(first)

    def replayed(self, changed: Place, ball: Any, target: Place) -> Any:
        """What the student would get at `target` with another number at a place that is not on the
        sheet. Written numbers stay as they are.
        """
        graph = self.question.graph
        used = dict(self.used)
        used[changed] = ball
        dirty = {changed}
        top, last = target
        for node in range(graph_length(graph, target)):
            place: Place = (None, node)
            if not any((None, i) in dirty for i in graph.inputs[node]) or place == changed:
                continue
            if place not in self.readings or place == target:
                arguments = [used[(None, i)] for i in graph.inputs[node]]
                found = attempted(graph.operations[node].forward, *arguments)[0]
                used[place] = self.rounded(found)
                dirty.add(place)
        if top is None:
            return used[target]
        for node in range(top - 1, last - 1, -1):
            place = (top, node)
            paths = self.paths[place]
            gates = [path.gate for path in paths]
            touched = any(
                (top, gate) in dirty or not dirty.isdisjoint(self.seen_by(gate)) for gate in gates
            )
            if not touched or place == changed or (place in self.readings and place != target):
                continue
            slopes = [self.slopes(path.gate, used)[path.argument] for path in paths]
            used[place] = self.total(
                [
                    used[(top, path.gate)] * slope
                    for path, slope in zip(paths, slopes, strict=True)
                    if slope is not None
                ]
            )
            dirty.add(place)
        return used[target]

    def seen_by(self, gate: int) -> list[Place]:
        """The values that a gate's slopes are made of."""
        return [(None, gate), *((None, i) for i in self.question.graph.inputs[gate])]

    # ------------------------------------------------------------------------------------- verdicts

    def settle(self, place: Place, found: Any, tainted: bool, computed: bool) -> None:
        """Judge what was written at a place, and say what the student goes on with."""
        reading = self.readings.get(place)
        if reading is None:
            self.used[place] = self.rounded(found) if computed else found
            if tainted:
                self.tainted.add(place)
            return
        truth = self.truth.of(*place)
        verdict = self.judge(reading, truth, found, tainted)
        if verdict in ("wrong", "coarse"):
            for other in self.other_totals(place):
                second = self.judge(reading, truth, other, tainted)
                if second not in ("wrong", "coarse"):
                    verdict, found = second, other
                    break
        self.judged[place] = Judged(verdict, found if is_number(found) else None)
        self.used[place] = self.carried(reading, truth, found, verdict)
        if verdict in ("carried", "trivial", "wrong", "coarse"):
            self.tainted.add(place)

    def other_totals(self, place: Place) -> Iterator[Any]:
        """Gradients by the other form of one slope: -out/y for -x/y^2. They differ where the
        student's numbers contradict each other, and both follow from them.
        """
        graph = self.question.graph
        paths = self.paths.get(place, ())
        parts = [path.contribution for path in paths]
        for at, path in enumerate(paths):
            arguments = [self.used[(None, i)] for i in graph.inputs[path.gate]]
            slopes = graph.operations[path.gate].slopes
            form = attempted(slopes, self.used[(None, path.gate)], *arguments)
            slope = form[path.argument] if len(form) == len(arguments) else UNKNOWN
            if is_number(slope) and is_number(path.slope) and not slope.overlaps(path.slope):
                yield self.total([*parts[:at], path.upstream * slope, *parts[at + 1 :]])

    def judge(self, reading: Reading, truth: Any, found: Any, tainted: bool) -> str:
        rule = self.question.rule
        if not reading.middle.is_finite():
            return "wrong"
        if is_number(truth) and agrees(reading, truth, rule):
            return "right"
        strict = rule.tolerance is not None or rule.figures is not None
        if is_number(found) and agrees(reading, found, rule) and (tainted or not strict):
            if not tainted:
                return "undecided" if unfounded(reading, truth, found) else "right"
            trivial = any(reading.middle == end and not truth.contains(end) for end in (0, 1))
            return "trivial" if trivial else "carried"
        if not strict:
            loosely = [ball for ball in (truth, found) if is_number(ball)]
            if any(reading.loose.overlaps(ball) for ball in loosely):
                return "coarse"
        return "wrong"

    def carried(self, reading: Reading, truth: Any, found: Any, verdict: str) -> Any:
        """What the student goes on with: the number itself where it was not rounded."""
        if not reading.middle.is_finite():
            return UNKNOWN
        if verdict == "coarse" and is_number(found):
            return reading.middle.union(found)
        if reading.middle.overlaps(truth) and truth.rad() < arb(1e-30):
            return truth
        exact = is_number(found) and found.rad() < arb(1e-20) and reading.middle.overlaps(found)
        if exact or (self.exact and reading.whole):
            return reading.middle
        return reading.ball

    def rounded(self, ball: Any) -> Any:
        """A number that is not on the sheet, as the student may have rounded it."""
        if not is_number(ball) or self.exact:
            return ball
        if ball.rad() < arb(1e-20) and is_short(ball, self.figures):
            return ball
        return ball + half_unit(ball, self.figures)


class Unknown:
    """What cannot be computed from a student's numbers. Every operation on it is unknown, too."""

    def __mul__(self, other: Any) -> Unknown:
        return self

    __rmul__ = __add__ = __radd__ = __mul__


UNKNOWN: Any = Unknown()


def graph_length(graph: Graph, target: Place) -> int:
    """How many values have to be worked out for a target."""
    return target[1] + 1 if target[0] is None else len(graph)


def is_number(found: Any) -> bool:
    """Whether something is a finite ball."""
    return isinstance(found, arb) and bool(found.is_finite())


def attempted(row: Callable[..., Any], *arguments: Any) -> tuple[Any, ...]:
    """What the forward or the slopes of a row give for a student's numbers; unknown where one of
    them is, or where a choice is open in a way that cannot be bounded.
    """
    if any(argument is UNKNOWN for argument in arguments):
        return (UNKNOWN,)
    try:
        found = row(intervals, *arguments)
    except (balls.Undecided, ValueError, ZeroDivisionError, OverflowError):
        return (UNKNOWN,)
    return tuple(map(as_ball, found)) if isinstance(found, tuple) else (as_ball(found),)


def as_ball(found: Any) -> Any:
    """What a row gives, as a ball; unknown where it is not finite. Conditions stay as they are."""
    ball = arb(found) if type(found) is int else found
    return UNKNOWN if isinstance(ball, arb) and not ball.is_finite() else ball


# ---------------------------------------------------------------------------------------- agreement


def agrees(reading: Reading, ball: Any, rule: Rule) -> bool:
    """Whether a written number agrees with another one, under the key's rule."""
    if rule.tolerance is not None:
        share = rule.tolerance
        slack = exactly(share) if rule.absolute else abs(ball.mid()) * exactly(share)
        return bool(reading.middle.overlaps(ball + arb(0, 1) * slack))
    if rule.figures is not None:
        return bool(reading.middle.overlaps(ball + half_unit(ball, rule.figures)))
    return bool(reading.ball.overlaps(ball))


def unfounded(reading: Reading, truth: Any, found: Any) -> bool:
    """Whether a number agrees only because those before it are rough: it is nowhere near the truth
    and says far more than they do. After a difference of nearly equal numbers, nearly everything
    agrees; somebody who worked with them has 0 or 10 there, not 9.8.
    """
    written, true = float(reading.middle.mid()), float(truth.mid())
    far = abs(written - true) > FAR * abs(true)
    return bool(written and far and found.rad() > FINER * reading.loose.rad())


def half_unit(ball: Any, figures: int) -> Any:
    """A ball around 0 as wide as the rounding of a number to some figures."""
    size = abs(float(ball.mid())) + float(ball.rad())
    if not size or math.isinf(size):
        return arb(0)
    return half_of_ten_to(math.floor(math.log10(size)) + 1 - figures)


@lru_cache(maxsize=1_000)
def half_of_ten_to(power: int) -> Any:
    """A ball around 0 whose radius is half that power of ten."""
    return arb(0, arb(10) ** power / 2)


def is_short(ball: Any, figures: int) -> bool:
    """Whether a number is exactly what its first figures say."""
    middle = float(ball.mid())
    return math.isfinite(middle) and bool(arb(f"{middle:.{figures - 1}e}").overlaps(ball))


def all_short(truth: Truth, figures: int) -> bool:
    """Whether nobody who works with so many figures has to round in a question."""
    found = [*truth.values, *(ball for along in truth.along.values() for ball in along)]
    return all(isinstance(ball, bool) or is_short(ball, figures) for ball in found)


def order(elements: list[Element]) -> list[Element]:
    """Elements as they are worked out: values from the inputs on, then gradients back from the
    output.
    """
    return sorted(
        elements,
        key=lambda e: (e.of is not None, e.of or 0, e.node if e.of is None else -e.node),
    )
