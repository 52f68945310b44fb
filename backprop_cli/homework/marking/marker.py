"""A sheet → marks: which answers are right, which follow from an earlier error, and where the first
error is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from fractions import Fraction
from typing import Any

from flint import ctx

from ...bindings import Bound, number
from ...errors import BackpropError
from ...namespaces import balls
from ...numerals import short
from ...run import forward
from ..asking.key import Key, Question
from ..asking.truth import Truth, Unusable, chosen
from ..limits import ANSWER_SECONDS, TimeUp, within
from ..marks import Mark, QuestionMarks, SheetMarks
from ..quantities import Element
from ..reading.sheets import Sheet
from .answer_formulas import answer_graph
from .comparing import Target
from .diagnosis import confirmed, suspicions
from .following import BITS, Following, Place, order
from .slots import Slot, slots_of, sorted_answers
from .written import Figures, Reading, exactly, figures_of, read_number, signed_numeral

TOO_LONG = "it takes too long to work out; a teacher will look at it"
NO_NUMBER = "it cannot be worked out; a teacher will look at it"
A_FORMULA = "a formula, where a number is asked"


class Marker:
    """Marks sheets by one key; what is the same for all of them is worked out once."""

    def __init__(self, key: Key) -> None:
        self.key = key
        self.fixed: dict[str, tuple[dict[str, Bound], Truth]] = {}
        self.targets: dict[tuple[str, Element], Target] = {}

    def mark(
        self,
        sheet: Sheet,
        *,
        id: str,
        name: str = "",
        file: str = "",
        fingerprint: str = "",
        skip: frozenset[str] = frozenset(),
        on_answer: Callable[[str], None] | None = None,
    ) -> SheetMarks:
        """The marks of one sheet.

        skip       answers that have proved to take too long ("Q2 dg/dx"): somebody has to look.
        on_answer  is told the name of each formula answer before it is compared.
        """
        remarks = list(sheet.remarks)
        answers = sorted_answers(self.key, sheet, remarks)
        questions = []
        for question in self.key.questions:
            slots = list(slots_of(question, answers.get(question.label, {})))
            if question.numeric:
                questions.append(self.numeric(question, id, slots))
                continue
            marks = []
            for slot in slots:
                title = f"{question.label} {slot.name}"
                if title in skip:
                    slot = slot._replace(verdict="undecided", reason=TOO_LONG)
                elif on_answer is not None and not slot.verdict:
                    on_answer(title)
                marks.append(formula_mark(self.target(question, slot.element), slot))
            questions.append(gathered(question, (), marks))
        questions = [
            marked._replace(hint=hint_for(question, marked))
            for question, marked in zip(self.key.questions, confirmed(questions), strict=True)
        ]
        unread = any(remark.code == "problem" for remark in remarks)
        human = unread or any(question.human for question in questions)
        status = "human" if human else "graded"
        return SheetMarks(id, name, file, fingerprint, status, tuple(questions), tuple(remarks))

    def numeric(self, question: Question, id: str, slots: list[Slot]) -> QuestionMarks:
        """The marks of a question about numbers; a person's where a student's have no answer."""
        try:
            inputs, truth = self.numbers(question, id)
        except Unusable as error:
            zero, reason = Fraction(0), f"these numbers have no answer: {error}"
            marks = [slot.mark("value", "undecided", zero, "", reason=reason) for slot in slots]
            return gathered(question, (), marks)
        return numeric_question(question, inputs, truth, slots)

    def numbers(self, question: Question, id: str) -> tuple[dict[str, Bound], Truth]:
        """A student's numbers and what is true of them."""
        if question.draws:
            return chosen(self.key, question, id)
        if question.label not in self.fixed:
            self.fixed[question.label] = chosen(self.key, question, "")
        return self.fixed[question.label]

    def target(self, question: Question, element: Element) -> Target:
        """The true formula that answers are compared with, at points that students cannot know."""
        asked = question.label, element
        if asked not in self.targets:
            seed = self.key.seed or self.key.fingerprint
            self.targets[asked] = Target(question, element, seed)
        return self.targets[asked]


def mark_sheet(key: Key, sheet: Sheet, *, id: str, **options: Any) -> SheetMarks:
    """The marks of one sheet alone; see `Marker.mark`."""
    return Marker(key).mark(sheet, id=id, **options)


def gathered(
    question: Question,
    inputs: tuple[tuple[str, str], ...],
    marks: list[Mark],
    first: str | None = None,
) -> QuestionMarks:
    """The marks of a question."""
    if first is None:
        first = next((mark.name for mark in marks if mark.verdict == "wrong"), None)
    return QuestionMarks(
        question.label, question.formula, inputs, tuple(marks), question.points, first
    )


def hint_for(question: Question, marked: QuestionMarks) -> str:
    """The key's hint for the first error: by the kind that it looks like, or by its name."""
    first = next((mark for mark in marked.marks if mark.name == marked.first_error), None)
    if first is None:
        return ""
    kinds = [suspicion.kind for suspicion in first.suspicions]
    for word, text in question.hint.items():
        if word == first.name or any(word in kind for kind in kinds):
            return text
    return ""


# ------------------------------------------------------------------------------------------ numbers


def numeric_question(
    question: Question, inputs: dict[str, Bound], truth: Truth, slots: list[Slot]
) -> QuestionMarks:
    """The marks of a question about numbers."""
    places: list[Place] = [(slot.element.of, slot.element.node) for slot in slots]
    with ctx.workprec(BITS):
        figures = figures_in(slots, truth)
        readings: dict[Place, Reading] = {}
        for at, slot in enumerate(slots):
            if not slot.verdict:
                slots[at], reading = read_slot(slot, figures)
                if reading is not None:
                    readings[places[at]] = reading
                elif slots[at].reason == A_FORMULA:
                    slots[at] = with_its_value(question, inputs, slots[at])
        following = Following(question, truth, readings, figures.number).run()
        elements = order([slot.element for slot in slots])
        first = first_wrong(following, elements)
        if first is not None:
            forgive(following, first)
        marks = [number_mark(slot, following) for slot in slots]
        names = {place: slot.name for place, slot in zip(places, slots, strict=True)}
    given = tuple((name, bound.text) for name, bound in inputs.items())
    return gathered(question, given, marks, first and names[first])


def first_wrong(following: Following, elements: list[Element]) -> Place | None:
    """Where the first error is; None where there is none."""
    for element in elements:
        place = element.of, element.node
        if place in following.judged and following.judged[place].verdict == "wrong":
            return place
    return None


def forgive(following: Following, first: Place) -> None:
    """Later numbers are right that follow from the right number where the first error is: it was
    only written down wrongly.
    """
    readings = {place: ball for place, ball in following.readings.items() if place != first}
    without = Following(following.question, following.truth, readings, following.figures).run()
    for place, verdict in without.judged.items():
        if verdict.verdict == "right" and following.judged[place].verdict == "wrong":
            following.judged[place] = verdict


def figures_in(slots: list[Slot], truth: Truth) -> Figures:
    """With how many figures a student works."""
    pairs = [
        (slot, signed_numeral(slot.expression)) for slot in slots if slot.expression is not None
    ]
    numerals = [(slot, numeral) for slot, numeral in pairs if numeral is not None]
    exact = [
        numeral.value
        for slot, numeral in numerals
        if truth.of(slot.element.of, slot.element.node).overlaps(exactly(numeral.value))
    ]
    return figures_of([numeral for _, numeral in numerals], exact)


def read_slot(slot: Slot, figures: Figures) -> tuple[Slot, Reading | None]:
    """What was written as a number, or the slot with the reason why it is none."""
    assert slot.answer is not None and slot.expression is not None
    try:
        quick = signed_numeral(slot.expression) is not None
        with nullcontext() if quick else within(ANSWER_SECONDS):
            reading = read_number(slot.expression, slot.answer.text, figures)
    except BackpropError as error:
        return slot._replace(verdict="unreadable", reason=error.diagnostic.message), None
    except (TimeUp, MemoryError):
        return slot._replace(verdict="undecided", reason=TOO_LONG), None
    except (ArithmeticError, ValueError):
        return slot._replace(verdict="undecided", reason=NO_NUMBER), None
    if reading is None:
        return slot._replace(verdict="undecided", reason=A_FORMULA), None
    return slot, reading


def with_its_value(question: Question, inputs: dict[str, Bound], slot: Slot) -> Slot:
    """A formula where a number is asked, with what it comes to: for whoever has to decide."""
    assert slot.answer is not None and slot.expression is not None
    try:
        with within(ANSWER_SECONDS):
            graph, output = answer_graph(question, slot.expression, slot.answer.text)
            given = {name: number(inputs[name].value, balls) for name in graph.input_nodes()}
            value = forward(graph, balls, given)[output]
    except BackpropError as error:
        return slot._replace(reason=f"{slot.reason}: {error.diagnostic.message}")
    except (TimeUp, ArithmeticError, ValueError, MemoryError):
        return slot
    return slot._replace(reason=f"{slot.reason}; it comes to {short(value)}")


def number_mark(slot: Slot, following: Following) -> Mark:
    """The mark for one number."""
    element = slot.element
    place: Place = (element.of, element.node)
    kind = "value" if element.of is None else "gradient"
    truth = following.truth.of(*place)
    digits = max(4, following.figures + 1)
    expected = short(truth, digits)
    if slot.verdict:
        return slot.mark(kind, slot.verdict, Fraction(0), expected, reason=slot.reason)
    verdict, found = following.judged[place]
    rule = following.question.rule
    points = {"right": slot.most, "carried": slot.most * rule.carry}.get(verdict, Fraction(0))
    follows = None
    if verdict != "right" and found is not None and not found.overlaps(truth):
        follows = short(found.mid(), digits)
    guesses = suspicions(following, place) if verdict == "wrong" else ()
    return slot.mark(
        kind, verdict, points, expected,
        follows=follows, reason=reason_for(verdict, following, place), suspicions=guesses,
    )  # fmt: skip


def reason_for(verdict: str, following: Following, place: Place) -> str:
    """One sentence on a verdict, where it does not say it all."""
    reading = following.readings[place]
    if not reading.middle.is_finite():
        return "this is no finite number"
    if verdict == "trivial":
        return "the earlier error has made this step trivial; a teacher will look at it"
    if verdict == "coarse":
        return "write more figures: so few do not show whether it is right"
    return ""


# ---------------------------------------------------------------------------------------- formulas

# what comparing says: the verdict
COMPARED = {"equal": "right", "different": "wrong"}


def formula_mark(target: Target, slot: Slot) -> Mark:
    """The mark for one formula."""
    nothing = Fraction(0)
    if slot.verdict or slot.expression is None or slot.answer is None:
        return slot.mark("formula", slot.verdict, nothing, target.expected, reason=slot.reason)
    found = target.compare(slot.expression, slot.answer.text)
    verdict = COMPARED.get(found.verdict, found.verdict)
    reason = "; ".join(filter(None, (found.reason, *found.notes)))
    points = slot.most if verdict == "right" else nothing
    return slot.mark(
        "formula", verdict, points, found.expected, reason=reason, witness=found.witness
    )
