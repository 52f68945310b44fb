"""Which errors the inputs of a question hide: somebody makes one, and every number is right.

With 2 + 2 nobody sees who multiplied. Each error of the catalogue is made at each answer, and the
result compared with the truth; an error that no inputs at all reveal is left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from flint import ctx

from ...bindings import Bound, bind_one, number
from ...namespaces import balls, floats
from ...numerals import short
from ..asking.key import Question
from ..asking.truth import Truth, trouble, true_numbers
from ..marking.diagnosis import guesses
from ..marking.following import BITS, Following, is_number
from ..marking.sampling import points

FIGURES = 3  # with which students write
EXACT = 15  # figures that hide nothing
ELSEWHERE = 6  # other points, to see what an error does
NUMERAL = re.compile(r"-?[0-9]+(?:\.([0-9]+))?")
MOST_POINTS = 240  # that are tried for better inputs
WORK = 1_000_000  # nodes times answers, over all points
KEPT = 4  # of a round
VALUES = 9  # that are tried for one input
LARGEST = 1e12  # of an input around which others are tried
LONGEST = 7  # characters of an answer, unless those there are already longer


class Mistake(NamedTuple):
    """One error of the catalogue at one answer.

    name  of the answer.
    kind  of error, as in the catalogue.
    gate  the node of the graph where it is made, -1 for a whole sum.
    nth   among errors of the same kind there, from 1.
    """

    name: str
    kind: str
    gate: int
    nth: int


class Inputs(NamedTuple):
    """The inputs of a question, as numerals by name, and what they hide.

    hidden     the mistakes that change no number.
    accidents  the answers that are 0, 1 or -1 here, and other numbers elsewhere.
    length     of all answers together, in characters.
    """

    texts: dict[str, str]
    hidden: tuple[Mistake, ...]
    accidents: tuple[str, ...]
    length: int

    @property
    def cost(self) -> int:
        return len(self.hidden) + len(self.accidents)


class HiddenErrors:
    """What the inputs of one question hide.

    mistakes  all that some inputs reveal.
    plain     the answers that are 0, 1 or -1 wherever one looks.
    """

    def __init__(self, question: Question, near: Mapping[str, Bound]) -> None:
        self.question = question
        self.mistakes: set[Mistake] = set()
        self.plain = {name for name, _ in answers(question)}
        for texts in elsewhere(question, near):
            truth = truth_at(question, texts)
            if truth is None:
                continue
            self.mistakes |= {one for one, same in mistakes(question, truth) if not same}
            self.plain -= {name for name in self.plain if name not in trivial(question, truth)}

    def at(self, texts: Mapping[str, str]) -> Inputs | None:
        """What these inputs hide; None where a number is not finite or at a kink."""
        truth = truth_at(self.question, texts)
        if truth is None:
            return None
        every = mistakes(self.question, truth)
        hidden = (one for one, same in every if same and one in self.mistakes)
        found = [truth.of(*place) for _, place in answers(self.question)]
        accidents = (name for name in trivial(self.question, truth) if name not in self.plain)
        length = sum(len(short(value, 4)) for value in found)
        return Inputs(dict(texts), tuple(hidden), tuple(accidents), length)

    def better(self, texts: Mapping[str, str]) -> Inputs | None:
        """Inputs of the same kind that hide less; None if none are found.

        Changes one number after the other: always the same search, with the same result.
        """
        worst = Inputs(dict(texts), tuple(self.mistakes), (), 0)
        here = self.at(texts) or worst
        best, tried = [here], {tuple(here.texts.items())}
        longest = max(here.length, LONGEST * len(answers(self.question)))
        most = affordable(self.question, MOST_POINTS)
        while len(tried) < most:
            found = list(best)
            for other in (changed for point in best for changed in neighbours(point.texts)):
                if tuple(other.items()) in tried or len(tried) >= most:
                    continue
                tried.add(tuple(other.items()))
                point = self.at(other)
                if point is not None and point.length <= longest:
                    found.append(point)
            found.sort(key=lambda point: (point.cost, point.length, changes(here, point)))
            if found[:KEPT] == best:
                break
            best = found[:KEPT]
        return best[0] if best[0].cost < here.cost else None


def affordable(question: Question, most: int) -> int:
    """How many points to look at: fewer for a large question."""
    size = len(question.graph) * sum(len(item.elements) for item in question.items)
    return max(min(most, WORK // size), 1)


def changes(here: Inputs, there: Inputs) -> int:
    """How many numbers differ."""
    return sum(here.texts[name] != text for name, text in there.texts.items())


def answers(question: Question) -> list[tuple[str, tuple[int | None, int]]]:
    """Every single number that is asked, with what it is about."""
    return [
        (item.element_name(at), (element.of, element.node))
        for item in question.items
        for at, element in enumerate(item.elements)
    ]


def truth_at(question: Question, texts: Mapping[str, str]) -> Truth | None:
    """The true numbers; None where one is not finite, or at a kink."""
    return examined(question, texts)[0]


def examined(question: Question, texts: Mapping[str, str]) -> tuple[Truth | None, str]:
    """The true numbers, or why the inputs are no good for the question."""
    inputs = {name: bind_one(name, text) for name, text in texts.items()}
    try:
        truth = true_numbers(question, inputs)
    except balls.Undecided:
        return None, "two numbers are too close to tell which is larger"
    wrong = trouble(question, truth)
    return (None, wrong) if wrong else (truth, "")


def mistakes(question: Question, truth: Truth) -> Iterator[tuple[Mistake, bool]]:
    """Every mistake that can be made, and whether the number stays the same."""
    with ctx.workprec(BITS):
        following = Following(question, truth, {}, EXACT).run()
        for name, place in answers(question):
            right = float(truth.of(*place).mid())
            counted: Counter[tuple[str, int]] = Counter()
            for guess in guesses(following, place):
                if guess.fields.get("upstream") == 0:
                    continue  # nothing comes back there, so there is nothing to get wrong
                where = guess.error.kind, guess.fields.get("gate", -1)
                counted[where] += 1
                same = is_number(guess.ball) and alike(float(guess.ball.mid()), right)
                yield Mistake(name, *where, counted[where]), same


def alike(guess: float, right: float) -> bool:
    """Whether two numbers look the same, written with a few figures."""
    return abs(guess - right) <= 10.0 ** (1 - FIGURES) * max(abs(guess), abs(right)) / 2


def trivial(question: Question, truth: Truth) -> list[str]:
    """The answers that are 0, 1 or -1."""
    found = ((name, float(truth.of(*place).mid())) for name, place in answers(question))
    return [name for name, value in found if value in (0, 1, -1)]


# ------------------------------------------------------------------------------------ other inputs


def elsewhere(question: Question, near: Mapping[str, Bound]) -> Iterator[dict[str, str]]:
    """Points around some inputs, with numbers that are nothing special."""
    ranges = {}
    for name, bound in near.items():
        value = float(number(bound.value, floats))
        size = abs(value) or 1.0
        if not size < LARGEST:
            return
        low, high = Fraction(value - size / 2), Fraction(value + size / 2)
        ranges[name] = low.limit_denominator(10_000), high.limit_denominator(10_000)
    for point in islice(points(ranges, f"lint {question.label}"), ELSEWHERE):
        yield {coordinate.name: coordinate.numeral for coordinate in point}


def neighbours(texts: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The inputs with one number changed into another of the same kind."""
    for name, text in texts.items():
        for other in alternatives(text):
            if other != text:
                yield {**texts, name: other}


def alternatives(text: str) -> Iterator[str]:
    """Numbers with the sign and the decimals of one, about as large; none for a formula."""
    found = NUMERAL.fullmatch(text)
    if found is None:
        return
    decimals = len(found[1] or "")
    unit = Fraction(1, 10**decimals)
    most = max(2 * abs(int(Fraction(text) / unit)), VALUES)
    step = max(most // VALUES, 1)
    sign = "-" if text.startswith("-") else ""
    for units in range(2, most + 1, step):
        yield f"{sign}{float(units * unit):.{decimals}f}"
