"""What the marks of a class say together: how many, how well, where errors start, whom to see.

A pure function of the marks. Points are of those whose sheet was read, or whose points were set by
hand; who handed in nothing has no part in any mean.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from statistics import median, quantiles
from typing import NamedTuple

from .marks import HUMAN, VERDICTS, Mark, QuestionMarks, Remark, SheetMarks
from .misconceptions import TITLES

STATUSES = ("graded", "human", "unreadable", "missing")
FEWEST_ALIKE = 2  # wrong numbers that two sheets must share to be named together
Numerals = tuple[tuple[str, str], ...]  # names with what was written for them


class AnswerStatistics(NamedTuple):
    """One answer over a class: how many sheets have which verdict, in the order of VERDICTS."""

    name: str
    node: str
    counts: Mapping[str, int]

    @property
    def right(self) -> Fraction:
        """The share of right answers, 0 to 1."""
        total = sum(self.counts.values())
        return Fraction(self.counts.get("right", 0), total) if total else Fraction(0)


class FirstErrors(NamedTuple):
    """How many students' first error in a question is this answer, and at which node it is."""

    name: str
    node: str
    students: int


class QuestionStatistics(NamedTuple):
    """One question over a class.

    mean          the mean share of its points, 0 to 1; None where nobody's sheet could be read.
    first_errors  the most frequent first.
    """

    label: str
    formula: str
    most: Fraction
    mean: Fraction | None
    answers: tuple[AnswerStatistics, ...]
    first_errors: tuple[FirstErrors, ...]


class MisconceptionCount(NamedTuple):
    """How many students have an error that is consistent with a misconception, each counted once.

    kind     its name in the catalogue.
    title    what it is.
    certain  those of them in whose sheet two nodes agree on it.
    example  what it looks like in the first of these sheets.
    """

    kind: str
    title: str
    students: int
    certain: int
    example: str


class Look(NamedTuple):
    """A sheet that somebody has to look at: what is in the way, by question and answer, and the
    lines that could not be read.
    """

    id: str
    status: str
    places: tuple[tuple[str, str, str], ...]
    problems: tuple[Remark, ...]


class Alike(NamedTuple):
    """Students who wrote the same wrong numbers: a hint, never a verdict.

    despite  whether they were given different inputs, which makes it the strongest hint. Then one
             of them may have the numbers rightly, and be the one they are copied from.
    """

    label: str
    ids: tuple[str, ...]
    numbers: tuple[tuple[str, str], ...]
    despite: bool = False


class ClassStatistics(NamedTuple):
    """A class. `median`, `mean` and the `quartiles` are of points; None where nobody has any."""

    students: int
    counts: Mapping[str, int]
    most: Fraction
    median: Fraction | None
    mean: Fraction | None
    quartiles: tuple[Fraction, Fraction] | None
    questions: tuple[QuestionStatistics, ...]
    hardest: str | None
    misconceptions: tuple[MisconceptionCount, ...]
    look: tuple[Look, ...]
    alike: tuple[Alike, ...]


class Change(NamedTuple):
    """What a run changed for one student. `before` is None for a new one, `after` for one who is no
    longer there.
    """

    id: str
    before: Fraction | None
    after: Fraction | None
    why: str


def counted(sheet: SheetMarks) -> bool:
    """Whether a sheet's points say anything."""
    return sheet.override is not None or sheet.status in ("graded", "human")


def class_statistics(marks: Iterable[SheetMarks], most: Fraction) -> ClassStatistics:
    """The statistics of a class; `most` is what the key can give."""
    sheets = sorted(marks, key=lambda sheet: sheet.id)
    points = sorted(sheet.points for sheet in sheets if counted(sheet))
    statuses = Counter(sheet.status for sheet in sheets)
    questions = question_statistics(sheets)
    known = [question for question in questions if question.mean is not None]
    hardest = min(known, key=lambda question: question.mean or 0, default=None)
    return ClassStatistics(
        len(sheets),
        {status: statuses[status] for status in STATUSES},
        most,
        median(points) if points else None,
        sum(points, Fraction(0)) / len(points) if points else None,
        quartiles(points),
        questions,
        None if hardest is None or hardest.mean == 1 else hardest.label,
        misconceptions(sheets),
        tuple(found for sheet in sheets if (found := look(sheet))),
        alike(sheets),
    )


def quartiles(points: Sequence[Fraction]) -> tuple[Fraction, Fraction] | None:
    """The first and third quartile, which lie within the points; None without any."""
    if len(points) < 2:
        return (points[0], points[0]) if points else None
    first, _, third = quantiles(points, n=4, method="inclusive")
    return first, third


def question_statistics(sheets: Sequence[SheetMarks]) -> tuple[QuestionStatistics, ...]:
    """The questions in their order on the sheets."""
    found: dict[str, list[QuestionMarks]] = defaultdict(list)
    for sheet in sheets:
        for question in sheet.questions:
            if counted(sheet):
                found[question.label].append(question)
    return tuple(one_question(questions) for questions in found.values())


def one_question(questions: Sequence[QuestionMarks]) -> QuestionStatistics:
    """One question, of all sheets that have it."""
    first = questions[0]
    shares = [question.points / question.most for question in questions if question.most]
    verdicts: dict[tuple[str, str], Counter[str]] = {}
    starts: Counter[tuple[str, str]] = Counter()
    for question in questions:
        for mark in question.marks:
            verdicts.setdefault((mark.name, mark.node), Counter())[mark.verdict] += 1
            if mark.name == question.first_error:
                starts[mark.name, mark.node] += 1
    order = {place: number for number, place in enumerate(verdicts)}
    return QuestionStatistics(
        first.label,
        first.formula,
        first.most,
        sum(shares, Fraction(0)) / len(shares) if shares else None,
        tuple(
            AnswerStatistics(
                *place, {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]}
            )
            for place, counts in verdicts.items()
        ),
        tuple(
            FirstErrors(*place, count)
            for place, count in sorted(
                starts.items(), key=lambda item: (-item[1], order[item[0]])
            )
        ),
    )


def misconceptions(sheets: Iterable[SheetMarks]) -> tuple[MisconceptionCount, ...]:
    """What errors are consistent with, the most frequent first."""
    students: Counter[str] = Counter()
    certain: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for sheet in sheets:
        agreed: dict[str, bool] = {}
        for mark in marks_of(sheet):
            for suspicion in mark.suspicions:
                agreed[suspicion.kind] = agreed.get(suspicion.kind, False) or suspicion.certain
                examples.setdefault(suspicion.kind, suspicion.says)
        students.update(list(agreed))
        certain.update(kind for kind, is_certain in agreed.items() if is_certain)
    return tuple(
        MisconceptionCount(
            kind, TITLES.get(kind, kind), students[kind], certain[kind], examples[kind]
        )
        for kind in sorted(students, key=lambda kind: (-students[kind], -certain[kind], kind))
    )


def marks_of(sheet: SheetMarks) -> list[Mark]:
    """All marks of a sheet."""
    return [mark for question in sheet.questions for mark in question.marks]


def look(sheet: SheetMarks) -> Look | None:
    """What somebody has to look at in a sheet; None where its points are settled."""
    if sheet.override is not None or sheet.status not in ("human", "unreadable"):
        return None
    places = tuple(
        (question.label, mark.name, mark.verdict)
        for question in sheet.questions
        if question.override is None
        for mark in question.marks
        if mark.verdict in HUMAN
    )
    problems = tuple(remark for remark in sheet.remarks if remark.code == "problem")
    return Look(sheet.id, sheet.status, places, problems)


def alike(sheets: Iterable[SheetMarks]) -> tuple[Alike, ...]:
    """Groups with the same wrong numbers in a question: those with different inputs first, then
    those that share most.

    Only numbers with an error of their own count: what follows from an error is the same for
    everybody who makes it, and so is what a common misconception gives. Whoever wrote all the same
    numbers belongs to the group, even if they are right for the inputs that this student had.
    """
    groups: dict[tuple[str, Numerals], set[Numerals]] = defaultdict(set)
    writers: dict[tuple[str, Numerals], dict[str, Numerals]] = defaultdict(dict)
    for sheet in sheets:
        for question in sheet.questions:
            written, wrong = numerals(question.marks), numerals(filter(own_error, question.marks))
            writers[question.label, written][sheet.id] = question.inputs
            if len(wrong) >= FEWEST_ALIKE:
                groups[question.label, wrong].add(written)
    found: dict[tuple[str, tuple[str, ...]], Alike] = {}
    for (label, wrong), sheets_written in groups.items():
        inputs: dict[str, Numerals] = {}
        for written in sheets_written:
            inputs |= writers[label, written]
        ids = tuple(sorted(inputs))
        if len(ids) > 1:
            despite = len({*inputs.values()}) > 1
            group = Alike(label, ids, wrong, despite)
            found[label, ids] = max(group, found.get((label, ids), group), key=shared)
    return tuple(
        sorted(
            found.values(),
            key=lambda group: (not group.despite, -len(group.numbers), group.label, group.ids),
        )
    )


def shared(group: Alike) -> int:
    """How many wrong numbers a group shares."""
    return len(group.numbers)


def own_error(mark: Mark) -> bool:
    """Whether a number has an error of its own that looks like no known misconception."""
    return mark.verdict == "wrong" and not mark.suspicions


def numerals(marks: Iterable[Mark]) -> Numerals:
    """The numbers that were written, by name."""
    return tuple(
        (mark.name, plain_numeral(mark.written))
        for mark in marks
        if mark.written and mark.kind != "formula"
    )


def plain_numeral(text: str) -> str:
    """A written number without what says nothing: blanks, and the kind of its minus sign."""
    return "".join(text.split()).replace("−", "-")
