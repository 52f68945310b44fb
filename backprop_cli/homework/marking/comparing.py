"""Is a student's formula the true one? Decided by ball arithmetic, without simplifying either.

Both formulas are computed at random points as intervals that hold the exact result: the student's
as it was written, the truth by running the question's graph and back-propagating. Two intervals
without a common number prove the formulas different, and the point is the witness. Intervals that
agree in 100 bits at every point (and in 960 at one) are taken as equal: two different analytic
formulas would have to meet at points that were drawn without knowing them. Whatever is neither is
left to a human.
"""

from __future__ import annotations

from collections import Counter
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb, ctx, fmpq

from ...errors import BackpropError
from ...graph import Graph
from ...namespaces import balls
from ...namespaces.graphs import differentiate
from ...numerals import pretty, short
from ...run import backward, forward
from ...simplify import copied, simplify, sizes
from ...simplify.printing import formula_text
from ...syntax.tree import Expression
from ..asking.key import Question
from ..limits import ANSWER_SECONDS, TimeUp, within
from ..quantities import Element
from .answer_formulas import answer_graph, words
from .sampling import Point, neighbour, points

ENOUGH = 12  # points that agree
ENOUGH_OF_PIECES = 40  # the same where a formula has kinks or cases
# Analytic only on one side of a point: sqrt(x^2) is x on one side and -x on the other.
BRANCHING = frozenset({"sqrt", "rsqrt", "power", "hypot", "norm", "atan2"})
LEAST = 6  # fewer decide nothing
MOST_TRIED = 200
DEFAULT_RANGE = Fraction(-3), Fraction(3)
MOST_BITS = 1024
LARGEST_ZERO = arb(2) ** -900  # of a ball around 0 that is taken as 0
LARGEST = arb(2) ** 100_000  # of the numbers on the way; beyond, the point is left out
LONGEST_FORMULA = 300  # numbers, names and signs of a true formula that is shown
MOST_SHOWN = 6  # inputs of a point in a sentence
MOST_DIGITS = 32  # of two numbers that differ


class Precision(NamedTuple):
    """How many bits are computed with, and how many of a number have to agree."""

    bits: int
    agreeing: int


USUAL = (Precision(128, 100), Precision(MOST_BITS, 100))
# So no factor is too close to 1, and no difference quotient with a tiny step passes for a
# derivative: what its subtraction leaves is too few digits, or too far from the truth. Once is
# enough for a formula in one piece.
STRICT = (Precision(MOST_BITS, MOST_BITS - 64),)


class Comparison(NamedTuple):
    """The verdict on one formula.

    verdict   "equal", "different", "undecided" or "unreadable".
    reason    why, as a sentence to the student; "" where it is equal.
    witness   the point where they differ, name and exact numeral.
    notes     where only one of the two is defined.
    expected  the true formula; "" where it is too long to read.
    """

    verdict: str
    reason: str = ""
    witness: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    expected: str = ""


def compare(
    question: Question, element: Element, answer: Expression, source: str, seed: str
) -> Comparison:
    """Compare a formula with the true one; `source` is the text that its spans count in.

    Whoever has many answers to compare makes one `Target` and asks that.
    """
    return Target(question, element, seed).compare(answer, source)


class Target:
    """The true formula of one element of a question, and the points where others meet it."""

    def __init__(self, question: Question, element: Element, seed: str) -> None:
        self.question = question
        self.element = element
        self.expected = true_formula(question, element)
        self.formula = true_values(question, element)
        self.seed = f"{seed}\n{question.label}\n{element.name}"
        self.draw()

    def draw(self) -> None:
        """Begin with the first point: the same ones come again."""
        accept = self.question.accept
        ranges = {name: accept.get(name, DEFAULT_RANGE) for name in self.question.names.inputs}
        self.drawn = points(ranges, self.seed)
        self.points: list[Point] = []

    def compare(self, answer: Expression, source: str) -> Comparison:
        """The verdict on one answer."""
        try:
            with within(ANSWER_SECONDS):
                found = self.verdict(answer, source)
        except TimeUp:
            self.draw()  # an alarm in the middle of a draw has ended the iterator
            found = Comparison("undecided", "the formula takes too long to compute")
        return found._replace(expected=self.expected)

    def verdict(self, answer: Expression, source: str) -> Comparison:
        """The same without a limit on time."""
        if any(word.name in self.itself for word in words(answer)):
            return Comparison("undecided", f"it names {self.title} itself, which is asked")
        try:
            graph, output = answer_graph(self.question, answer, source)
        except BackpropError as error:
            return Comparison("unreadable", said(error))
        return self.met(Formula(graph, output))

    def met(self, answer: Formula) -> Comparison:
        """Go from point to point until the formulas differ or have agreed often enough."""
        in_pieces = answer.in_pieces or self.formula.in_pieces
        enough = ENOUGH_OF_PIECES if in_pieces else ENOUGH
        precisions: tuple[Precision, ...] = STRICT
        counts: Counter[Outcome] = Counter()
        first: dict[Outcome, Point] = {}
        for number in range(MOST_TRIED):
            point = self.point(number)
            meeting = self.meeting(answer, point, precisions)
            outcome = meeting.outcome
            if outcome in ISOLATED and outcome not in first:
                if self.meeting(answer, neighbour(point), precisions).outcome is not outcome:
                    outcome = Outcome.OPEN
                elif outcome is Outcome.DIFFERENT:
                    return self.different(point, meeting)
            counts[outcome] += 1
            first.setdefault(outcome, point)
            if counts[Outcome.SAME] == enough:
                break
            if outcome is Outcome.SAME and not in_pieces and not meeting.truth.contains(0):
                precisions = USUAL
        if counts[Outcome.SAME] < LEAST:
            return Comparison("undecided", self.too_few(counts))
        if Outcome.YOURS_UNDEFINED in first and self.formula.branches:
            return Comparison("undecided", "; ".join(self.notes(first)))
        return Comparison("equal", notes=tuple(self.notes(first)))

    def point(self, number: int) -> Point:
        """The points in their order; each is drawn once, for all answers."""
        while len(self.points) <= number:
            self.points.append(next(self.drawn))
        return self.points[number]

    def meeting(
        self, answer: Formula, point: Point, precisions: tuple[Precision, ...]
    ) -> Meeting:
        """The two formulas at one point, with as many bits as are needed."""
        meeting = Meeting(Outcome.OPEN)
        for bits, agreeing in precisions:
            with ctx.workprec(bits):
                meeting = met_at(answer.at(point, bits), self.formula.at(point, bits), agreeing)
            if meeting.outcome in (Outcome.SAME, Outcome.DIFFERENT):
                break
        return meeting

    # ------------------------------------------------------------------------------------ sentences

    @property
    def itself(self) -> frozenset[str]:
        """The names of the node whose value is asked; none for a gradient or an input."""
        names, node = self.question.names, self.element.node
        if self.element.of is not None or not self.question.graph.inputs[node]:
            return frozenset()
        return frozenset(name for name, known in names.nodes.items() if known == node)

    @property
    def title(self) -> str:
        """What is differentiated, or asked itself."""
        of = self.element.node if self.element.of is None else self.element.of
        return self.question.names.title[of]

    def different(self, point: Point, meeting: Meeting) -> Comparison:
        """The verdict of a witness, with as many digits as tell the two numbers apart."""
        what = self.title if self.element.of is None else "the derivative"
        with ctx.workprec(MOST_BITS):
            for digits in (4, 8, 16, MOST_DIGITS):
                yours, true = short(meeting.answer, digits), short(meeting.truth, digits)
                if yours != true:
                    numbers = f"yours is {yours}, {what} is {true}"
                    break
            else:
                gap = short(abs(meeting.answer - meeting.truth))
                numbers = f"yours and {what} are {short(meeting.truth)}, but differ by {gap}"
        return Comparison(
            "different",
            f"at {shown(point)} {numbers}",
            tuple((coordinate.name, coordinate.numeral) for coordinate in point),
        )

    def notes(self, first: dict[Outcome, Point]) -> list[str]:
        """Where only one of two equal formulas is defined."""
        notes = []
        if Outcome.YOURS_UNDEFINED in first:
            where = shown(first[Outcome.YOURS_UNDEFINED])
            notes.append(
                f"yours is undefined in a part of the range, such as at {where}; it is equal"
                " wherever both are defined"
            )
        if Outcome.ONLY_YOURS in first:
            where = shown(first[Outcome.ONLY_YOURS])
            notes.append(f"yours is also defined where {self.title} is not, such as at {where}")
        return notes

    def too_few(self, counts: Counter[Outcome]) -> str:
        """Why the points decide nothing."""
        what = "value" if self.element.of is None else "derivative"
        causes = [
            (f"{self.title} has no {what}", counts[Outcome.ONLY_YOURS] + counts[Outcome.NEITHER]),
            ("yours is undefined", counts[Outcome.YOURS_UNDEFINED]),
            ("a number is too large or a case undecided", counts[Outcome.OPEN]),
        ]
        listed = ", ".join(f"{cause} at {number}" for cause, number in causes if number)
        compared = f"only {counts[Outcome.SAME]}" if counts[Outcome.SAME] else "none"
        return f"{compared} of {counts.total()} points could be compared: {listed}"


def said(error: BackpropError) -> str:
    """A refusal as one sentence. What raises a limit is no help to a student."""
    found = error.diagnostic
    return "; ".join(filter(None, (found.message, found.help * (found.code != "limit"))))


def shown(point: Point) -> str:
    """A point in a sentence: x = 1.37, y = −0.2."""
    parts = [f"{coordinate.name} = {pretty(coordinate.numeral)}" for coordinate in point]
    return ", ".join([*parts[:MOST_SHOWN], *["…"] * (len(parts) > MOST_SHOWN)])


# --------------------------------------------------------------------------------------- one point


class Outcome(Enum):
    """What two formulas are at a point.

    OPEN is neither proved the same nor different: a tie, a number too large, too few digits.
    """

    SAME = 1
    DIFFERENT = 2
    OPEN = 3
    YOURS_UNDEFINED = 4
    ONLY_YOURS = 5
    NEITHER = 6


# What may hold at a single point alone (a kink, 0/0), and says nothing unless it holds next to it.
ISOLATED = frozenset({Outcome.DIFFERENT, Outcome.YOURS_UNDEFINED, Outcome.ONLY_YOURS})


class Meeting(NamedTuple):
    """The outcome at a point, with both balls where both are finite."""

    outcome: Outcome
    answer: Any = None
    truth: Any = None


def met_at(answer: Any, truth: Any, agreeing: int) -> Meeting:
    """The outcome of two balls that have to agree in so many bits. None is a value left open."""
    if answer is None or truth is None:
        return Meeting(Outcome.OPEN)
    if not truth.is_finite():
        return Meeting(Outcome.ONLY_YOURS if answer.is_finite() else Outcome.NEITHER)
    if not answer.is_finite():
        return Meeting(Outcome.YOURS_UNDEFINED)
    if not answer.overlaps(truth):
        return Meeting(Outcome.DIFFERENT, answer, truth)
    narrow = (answer - truth).abs_upper() * 2**agreeing <= truth.abs_lower()
    zero = truth.contains(0) and max(answer.abs_upper(), truth.abs_upper()) <= LARGEST_ZERO
    return Meeting(Outcome.SAME if narrow or zero else Outcome.OPEN, answer, truth)


class TooLarge(ArithmeticError):
    """A number beyond LARGEST."""


class Bounded(list[Any]):
    """The values of a run; raises TooLarge for one that would make what follows it slow."""

    def append(self, value: Any) -> None:
        """Take the next node's value."""
        if not isinstance(value, bool) and value.is_finite() and value.abs_upper() > LARGEST:
            raise TooLarge
        super().append(value)


class Formula:
    """A node's value, or its gradient along an earlier one, at any point.

    along  that earlier node; None for the value.
    """

    def __init__(self, graph: Graph, node: int, along: int | None = None) -> None:
        self.graph = graph
        self.node = node
        self.along = along
        self.known: dict[tuple[Point, int], Any] = {}

    @property
    def in_pieces(self) -> bool:
        """Whether it may be one formula here and another one there."""
        return any(op.kink is not None or op.name == "where" for op in self.graph.operations)

    @property
    def branches(self) -> bool:
        """Whether equality in one part of its domain says nothing about another part."""
        return self.in_pieces or any(op.name in BRANCHING for op in self.graph.operations)

    def at(self, point: Point, bits: int) -> Any:
        """Its ball, not finite where it is undefined; None where that stays open."""
        key = point, bits
        if key not in self.known:
            try:
                self.known[key] = self.value(point)
            except ArithmeticError:  # balls.Undecided, TooLarge
                self.known[key] = None
        return self.known[key]

    def value(self, point: Point) -> Any:
        """The same, not remembered; raises ArithmeticError where it stays open."""
        given = {
            coordinate.name: arb(fmpq(coordinate.steps, 10**coordinate.decimals))
            for coordinate in point
        }
        values = forward(self.graph, balls, given, Bounded())
        value = arb(values[self.node])
        if self.along is None or not value.is_finite():
            return value  # where there is no value, there is no gradient
        adjoints, _ = backward(self.graph, values, balls, self.node)
        found = adjoints[self.along]
        return arb(0) if found is None else arb(found)


# --------------------------------------------------------------------------------------- the truth


def true_values(question: Question, element: Element) -> Formula:
    """The truth as a formula to run, without the nodes that it does not need."""
    of = element.node if element.of is None else element.of
    part = copied(question.graph, [of, element.node], {})
    node, along = part.outputs
    return Formula(part.graph, node, None if element.of is None else along)


def true_formula(question: Question, element: Element) -> str:
    """The truth as a person reads it: a value's own formula, or the simplified derivative.

    "" where that is too long.
    """
    if element.of is None:
        shown = copied(question.graph, [element.node], {})
    else:
        by = question.names.title[element.node]
        part = copied(question.graph, [element.of], {element.node: by})
        part.graph.input(by)
        derived, gradient = differentiate(part.graph, part.outputs[0])
        shown = simplify(derived, [gradient[by]], len(part.graph))
    if sizes(shown.graph)[shown.outputs[0]] > LONGEST_FORMULA:
        return ""
    return formula_text(shown.graph, shown.outputs[0])
