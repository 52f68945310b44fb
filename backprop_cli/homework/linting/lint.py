"""What a teacher should know about a key before handing it out: errors that its inputs hide,
answers that give themselves away, questions that cannot be marked as they stand.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from ...bindings import Bound
from ..asking.draws import Draw
from ..asking.key import Key, Question, Rule
from ..asking.truth import Truth, Unusable, chosen
from ..commentary import listed, percent
from ..marking.comparing import DEFAULT_RANGE
from ..marking.following import Following
from ..marking.sampling import points
from ..misconceptions import TITLES
from .hidden_errors import (
    FIGURES,
    HiddenErrors,
    Inputs,
    Mistake,
    affordable,
    answers,
    examined,
    truth_at,
)

STUDENTS = 200  # that are drawn for a question with draws
FEWER = 50  # for each other way to draw
WORTH = 0.7  # of the hidden errors may be left for a suggestion
SOME = 0.05  # of the students: below that a draw is good
SAMPLES = 60  # points of a range
CAUTIOUS = 2.0  # roundings seldom all go the same way
OUTSIDE = 0.4  # of the points of a range may be without a derivative
MOST_KINDS = 4  # of hidden errors with draws


class Complaint(NamedTuple):
    """Something about a key.

    label    of the question; "" for the key as a whole.
    code     "hidden" for one kind of error that no number shows, "share" for how many there are,
             "accident", "not-finite", "independent", "given", "accept", "domain", "rule" or
             "headings".
    help     what to do, in words. answers: those that it is about.
    lines    of a key, which mend it.
    """

    label: str
    code: str
    message: str
    help: str = ""
    answers: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


def lint(key: Key) -> list[Complaint]:
    """All complaints about a key, question by question, those about the whole key last."""
    found: list[Complaint] = []
    for question in key.questions:
        found += structure(question)
        if question.draws:
            found += drawn(key, question)
        elif question.numeric:
            found += fixed(question)
        else:
            found += formulas(question)
    return [*found, *headings(key)]


# ----------------------------------------------------------------------------------- any question


def structure(question: Question) -> Iterator[Complaint]:
    """Answers that no work leads to."""
    for name, (of, node) in answers(question):
        if of is None and question.graph.operations[node].name == "input":
            message = f"{name} is an input, whose value the students are told"
            yield Complaint(question.label, "given", message, f"leave out {name}", (name,))
        elif of is not None and node not in before(question, of):
            title = question.names.title[of]
            message = f"{name} is always 0: {title} does not depend on it"
            yield Complaint(question.label, "independent", message, f"leave out {name}", (name,))


def before(question: Question, top: int) -> set[int]:
    """A node and all that it depends on."""
    found, waiting = {top}, [top]
    while waiting:
        inner = [node for node in question.graph.inputs[waiting.pop()] if node not in found]
        found.update(inner)
        waiting += inner
    return found


def headings(key: Key) -> Iterator[Complaint]:
    """Answers of the same name in several questions."""
    owners: dict[str, list[str]] = {}
    for question in key.questions:
        for item in question.items:
            owners.setdefault(item.name, []).append(question.label)
    shared = {name: tuple(labels) for name, labels in owners.items() if len(labels) > 1}
    if shared:
        labels = sorted({label for labels in shared.values() for label in labels})
        message = f"{subject(list(shared))} asked in more than one of {', '.join(labels)}"
        help = "sheets need the headings then, as those of --sheets have them"
        yield Complaint("", "headings", message, help, tuple(shared))


def subject(names: Sequence[str]) -> str:
    """`q is`, `q and f are`, `q, f, df/dx, dz and 3 more are`."""
    few = names if len(names) <= 5 else [*names[:4], f"{len(names) - 4} more"]
    return f"{listed(few)} {'is' if len(names) == 1 else 'are'}"


# ----------------------------------------------------------------------- the same numbers for all


def fixed(question: Question) -> Iterator[Complaint]:
    """What the inputs of a question hide or give away."""
    label, texts = question.label, texts_of(question.at)
    truth, wrong = examined(question, texts)
    hidden = HiddenErrors(question, question.at)
    here = hidden.at(texts)
    better = hidden.better(texts) if here is None or here.cost else None
    mended = (at_line(better.texts),) if better else ()
    if truth is None or here is None:
        yield Complaint(label, "not-finite", f"at these inputs, {wrong}", lines=mended)
        return
    if here.hidden:
        yield Complaint(label, "share", share(here, hidden, better), lines=mended)
        for kind, names in by_kind(here.hidden, question).items():
            yield Complaint(label, "hidden", TITLES[kind], "", names)
    if here.accidents:
        message = f"{subject(here.accidents)} 0, 1 or −1 here, as many errors would have it"
        lines = () if here.hidden else mended
        yield Complaint(label, "accident", message, "", here.accidents, lines)
    yield from strictness(question, [truth])


def share(here: Inputs, hidden: HiddenErrors, better: Inputs | None) -> str:
    """How many errors some inputs hide, and better ones."""
    count, every = len(here.hidden), len(hidden.mistakes)
    message = f"{count} of {every} errors leave every number right ({percent(count / every)})"
    return message + (f"; better inputs hide {len(better.hidden) or 'none'}" if better else "")


def by_kind(mistakes: Iterable[Mistake], question: Question) -> dict[str, tuple[str, ...]]:
    """The answers that hide an error of each kind, in the order of the question."""
    found: dict[str, set[str]] = {}
    for mistake in mistakes:
        found.setdefault(mistake.kind, set()).add(mistake.name)
    order = [name for name, _ in answers(question)]
    return {kind: tuple(name for name in order if name in of) for kind, of in found.items()}


def at_line(texts: Mapping[str, str]) -> str:
    """A line for the key."""
    return "at " + " ".join(f"{name}={text}" for name, text in texts.items())


# ------------------------------------------------------------------------ numbers of their own


class Drawn(NamedTuple):
    """A class that is drawn: the share of students whose numbers are no good at first, of those for
    whom no other draw helps, and what the numbers of each of the others hide.
    """

    again: float
    hopeless: float
    hidden: list[tuple[Mistake, ...]]
    truths: list[Truth]

    @property
    def mean(self) -> float:
        return sum(map(len, self.hidden)) / (len(self.hidden) or 1)

    @property
    def affected(self) -> float:
        return sum(map(bool, self.hidden)) / (len(self.hidden) or 1)


def draw_class(key: Key, question: Question, errors: HiddenErrors, students: int) -> Drawn:
    """What a class of so many students draws."""
    again = hopeless = 0
    hidden, truths = [], []
    for student in range(students):
        id = f"lint {student}"
        if truth_at(question, texts_of(question.inputs(key.seed, id))) is None:
            again += 1
        try:
            inputs, truth = chosen(key, question, id)
        except Unusable:
            hopeless += 1
            continue
        point = errors.at(texts_of(inputs))
        if point is None:
            hopeless += 1
        else:
            hidden.append(point.hidden)
            truths.append(truth)
    return Drawn(again / students, hopeless / students, hidden, truths)


def texts_of(inputs: Mapping[str, Bound]) -> dict[str, str]:
    return {name: bound.text for name, bound in inputs.items()}


def drawn(key: Key, question: Question) -> Iterator[Complaint]:
    """What the draws of a question do to a class."""
    label = question.label
    hidden = HiddenErrors(question, question.inputs(key.seed, "lint"))
    found = draw_class(key, question, hidden, affordable(question, STUDENTS))
    if found.hopeless:
        message = f"{percent(found.hopeless)} of the students get numbers at a kink or without an"
        help = "draw from another range"
        yield Complaint(label, "not-finite", f"{message} answer, however often they draw", help)
    elif found.again > SOME:
        message = f"{percent(found.again)} of the draws are at a kink or without an answer"
        yield Complaint(label, "not-finite", f"{message}; these students draw again")
    if found.affected > SOME:
        message = (
            f"{percent(found.affected)} of the students have numbers that hide an error,"
            f" {found.mean:.1f} of {len(hidden.mistakes)} on average"
        )
        yield Complaint(label, "share", message, lines=better_draw(key, question, hidden, found))
        mistakes = [mistake for each in found.hidden for mistake in each]
        names = by_kind(mistakes, question)
        for kind, _ in Counter(mistake.kind for mistake in mistakes).most_common(MOST_KINDS):
            yield Complaint(label, "hidden", TITLES[kind], "", names[kind])
    yield from strictness(question, found.truths[:FEWER])


def better_draw(
    key: Key, question: Question, hidden: HiddenErrors, found: Drawn
) -> tuple[str, ...]:
    """Lines for the key that draw numbers which hide less; none if none are found."""
    few = affordable(question, FEWER)
    best, lines = found.mean * WORTH, tuple[str, ...]()
    for change in (narrowed, distinct, wider, lambda draw: distinct(wider(draw))):
        draws = tuple(map(change, question.draws))
        if draws == question.draws or any(draw.choices <= 2 * len(draw.names) for draw in draws):
            continue
        mean = draw_class(key, question._replace(draws=draws), hidden, few).mean
        if mean < best:
            best, lines = mean * WORTH, tuple(map(draw_line, draws))
    return lines


def narrowed(draw: Draw) -> Draw:
    """The same draw without 0, and without 1 where it starts there."""
    if draw.low in (0, 1) and draw.step == 1:
        return draw._replace(low=Fraction(2), choices=draw.choices - 2 + int(draw.low))
    return draw._replace(nonzero=True)


def wider(draw: Draw) -> Draw:
    """A draw from twice as many numbers, or up to 9, without the special ones."""
    few = narrowed(draw)
    if draw.low < 0:
        low = draw.low - draw.step * (draw.choices // 2)
        return few._replace(low=low, choices=2 * draw.choices - draw.choices % 2)
    return few._replace(choices=max(2 * draw.choices, int((9 - few.low) / few.step) + 1))


def distinct(draw: Draw) -> Draw:
    """A draw without equal numbers."""
    return draw._replace(distinct=len(draw.names) > 1)


def draw_line(draw: Draw) -> str:
    """A line for the key."""
    high = draw.low + draw.step * (draw.choices - 1)
    ends = f"{draw.numeral(draw.low)}..{draw.numeral(high)}"
    words = [f"draw {','.join(draw.names)} in {ends}"]
    if draw.step != 1:
        words.append(f"step {draw.numeral(draw.step)}")
    words += ["nonzero"] * draw.nonzero + ["distinct"] * draw.distinct
    return " ".join(words)


# ------------------------------------------------------------------------------------------- rules


def strictness(question: Question, truths: list[Truth]) -> Iterator[Complaint]:
    """A rule that honest work by hand breaks: rounding every step to a few figures may be further
    off than it allows.
    """
    rule = question.rule
    if rule.tolerance is None and rule.figures is None:
        return
    figures = rule.figures or FIGURES
    worst = max((furthest(question, truth, figures) for truth in truths), default=(0.0, ""))
    if worst[0] > CAUTIOUS:
        message = (
            f"{written(rule)} can fail honest work: rounding every step to {figures} figures may"
            f" bring {worst[1]} further off than it allows"
        )
        help = "leave it out: numbers are then compared as precisely as they are written"
        yield Complaint(question.label, "rule", message, help, (worst[1],))


def written(rule: Rule) -> str:
    """The line of the key that says a rule."""
    if rule.tolerance is None:
        return f"sf {rule.figures}"
    return f"tol {float(rule.tolerance)}" if rule.absolute else f"tol {100 * rule.tolerance}%"


def furthest(question: Question, truth: Truth, figures: int) -> tuple[float, str]:
    """How far off rounded work may be at most, in units of what the rule allows, and where."""
    rule = question.rule
    following = Following(question, truth, {}, figures).run()
    found = [(0.0, "")]
    for name, place in answers(question):
        right, radius = float(truth.of(*place).mid()), following.used[place].rad()
        if rule.tolerance is not None:
            allowed = float(rule.tolerance) * (1.0 if rule.absolute else abs(right))
        else:
            allowed = 10.0 ** (math.floor(math.log10(abs(right))) + 1 - figures) / 2 if right else 0
        if allowed:
            found.append((float(radius) / allowed, name))
    return max(found)


# ---------------------------------------------------------------------------------------- formulas


def formulas(question: Question) -> Iterator[Complaint]:
    """Where the answers of a formula question are compared."""
    ranges = {name: question.accept.get(name, DEFAULT_RANGE) for name in question.names.inputs}
    samples = affordable(question, SAMPLES)
    tried = islice(points(ranges, f"lint {question.label}"), samples)
    outside = sum(
        not defined(question, {each.name: each.numeral for each in point}) for point in tried
    )
    missing = [name for name in ranges if name not in question.accept]
    if outside > samples * OUTSIDE:
        message = f"{percent(outside / samples)} of the points at which answers are compared have"
        lines = tuple(f"accept {name} in 0.1..3" for name in ranges)
        yield Complaint(question.label, "domain", f"{message} no derivative", lines=lines)
    elif missing:
        message = f"no accept line: answers are compared for {', '.join(missing)} from −3 to 3"
        lines = tuple(f"accept {name} in -3..3" for name in missing)
        yield Complaint(question.label, "accept", message, lines=lines)


def defined(question: Question, texts: Mapping[str, str]) -> bool:
    """Whether a point has the derivatives that are asked, and what they are derivatives of."""
    truth = truth_at(question, texts)
    return truth is not None and all(truth.values[top].is_finite() for top in truth.along)
