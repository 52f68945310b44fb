"""Marking can be trusted: measured on a class of simulated students (see `classroom`), of whom the
marks know nothing but the sheets.

    python tests/test_homework_class.py [STUDENTS]

prints the table for a larger class.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Iterator
from random import Random
from typing import NamedTuple

import pytest
from classroom import (
    CIRCUITS,
    COPIED,
    RANDOM,
    SEED,
    Slip,
    Student,
    circuit,
    good_student,
    slipping_student,
    slips_of,
    work,
)
from paper import CALCULATOR, Hand

from backprop_cli import evaluate
from backprop_cli.homework.asking.key import Key, read_key
from backprop_cli.homework.asking.truth import chosen_inputs
from backprop_cli.homework.marking.marker import mark_sheet
from backprop_cli.homework.marks import QuestionMarks
from backprop_cli.homework.reading.sheets import read_sheet

STUDENTS = 2_000
HONEST = 0.4  # of the class
WITHOUT_NAME = ("digit-changed", "off-by-one", COPIED)  # no catalogue can know these

# What is asked of marking, and of whom.
MOST_REJECTED = 0.001  # of honest sheets
LEAST_CAUGHT = 0.95  # of slips that change a number by more than it is rounded
LEAST_BLAMED = 0.98  # of those, the first wrong number found
LEAST_NAMED = 0.95  # of those that the catalogue knows, the kind of error listed
MOST_CHARGED_AGAIN = 0.05  # of those, later work that is consistent called wrong


class Result(NamedTuple):
    """One student's sheet, marked."""

    circuit: str
    student: Student
    marks: QuestionMarks

    @property
    def slip(self) -> Slip:
        assert self.student.slip is not None
        return self.student.slip

    @property
    def accepted(self) -> bool:
        """Whether nothing is held against the sheet."""
        return all(mark.verdict == "right" for mark in self.marks.marks)

    @property
    def blamed(self) -> bool:
        """Whether the first error is found where it is."""
        return self.marks.first_error in self.student.guilty

    @property
    def named(self) -> bool:
        """Whether the true kind of error is among those that the first wrong number looks like."""
        wrong = [mark for mark in self.marks.marks if mark.name == self.marks.first_error]
        return any(guess.kind == self.slip.kind for mark in wrong for guess in mark.suspicions)

    @property
    def charged_again(self) -> bool:
        """Whether later work that is consistent with the slip is called wrong, too."""
        return any(
            mark.verdict == "wrong" and mark.name not in self.student.guilty
            for mark in self.marks.marks
        )


def students(name: str, key: Key, count: int, random: Random) -> Iterator[Student]:
    """A class on one circuit: honest ones, and as many slips of each kind as of any other."""
    question = key.questions[0]
    kinds: dict[tuple[str, bool], list[Slip]] = {}
    for slip in slips_of(question):
        kinds.setdefault((slip.kind, slip.top is None), []).append(slip)
    every = list(kinds.values())
    for place in range(round(count * HONEST)):
        id = f"{name} {place}"
        yield good_student(question, chosen_inputs(key, question, id), id, random)
    found = 0
    while found < round(count * (1 - HONEST)):
        id = f"{name} slip {found} {random.random()}"
        slip = random.choice(every[found % len(every)])
        student = slipping_student(question, chosen_inputs(key, question, id), id, slip, random)
        if student is not None:
            found += 1
            yield student
        elif random.random() < 0.2:
            found += 1  # this kind is hardly possible here


def marked(count: int) -> list[Result]:
    """The class, marked."""
    random = Random(20240607)
    results = []
    for name in CIRCUITS:
        key = circuit(name)
        for student in students(name, key, count // len(CIRCUITS), random):
            marks = mark_sheet(key, read_sheet(student.sheet("Q1")), id=student.id)
            results.append(Result(name, student, marks.questions[0]))
    return results


class Group(NamedTuple):
    """A row of the table: some students with a slip that shows."""

    title: str
    results: list[Result]

    def share(self, holds: Callable[[Result], bool], of: Iterable[Result]) -> float:
        found = [holds(result) for result in of]
        return sum(found) / len(found) if found else math.nan

    @property
    def wrong(self) -> list[Result]:
        return [result for result in self.results if not result.accepted]

    @property
    def caught(self) -> float:
        return self.share(lambda result: not result.accepted, self.results)

    @property
    def blamed(self) -> float:
        return self.share(lambda result: result.blamed, self.wrong)

    @property
    def named(self) -> float:
        known = [result for result in self.wrong if result.slip.kind not in WITHOUT_NAME]
        return self.share(lambda result: result.named, known)

    @property
    def charged_again(self) -> float:
        return self.share(lambda result: result.charged_again, self.wrong)

    def line(self) -> str:
        shares = (self.caught, self.blamed, self.named, self.charged_again)
        cells = ("−" if math.isnan(share) else f"{100 * share:.1f} %" for share in shares)
        return f"{self.title:47}{len(self.results):6}{''.join(f'{cell:>9}' for cell in cells)}"


def good(results: list[Result]) -> list[Result]:
    return [result for result in results if result.student.slip is None]


def slipping(results: list[Result], title: str = "all") -> Group:
    """Those with a slip that shows."""
    return Group(title, [result for result in results if result.student.visible])


def table(results: list[Result]) -> str:
    """Everything that is measured, kind by kind."""
    honest, every = good(results), slipping(results)
    rejected = sum(not result.accepted for result in honest)
    groups: dict[str, list[Result]] = {}
    for result in every.results:
        kind = result.slip.kind + (" (value)" if result.slip.top is None else "")
        groups.setdefault(kind + ("" if result.student.asked else ", not asked"), []).append(result)
    heading = f"{'slip':47}sheets   caught    first     kind    again"
    return "\n".join(
        [
            f"{len(honest)} honest sheets, {rejected} rejected",
            heading,
            every.line(),
            *(Group(title, groups[title]).line() for title in sorted(groups)),
        ]
    )


@pytest.fixture(scope="module")
def results() -> list[Result]:
    """A class of 2,000 sheets; its table is shown where a test fails, and by pytest -s."""
    found = marked(STUDENTS)
    print(table(found))
    return found


def test_honest_sheets_are_accepted(results: list[Result]) -> None:
    """Whoever works honestly is right, however few figures, in whatever form of a slope."""
    honest = good(results)
    rejected = [result for result in honest if not result.accepted]
    assert len(honest) >= 700
    assert len(rejected) <= MOST_REJECTED * len(honest), rejected


def test_slips_are_caught(results: list[Result]) -> None:
    """A slip that changes a number by more than it is rounded is called wrong."""
    assert len(slipping(results).results) >= 900
    assert slipping(results).caught >= LEAST_CAUGHT


def test_the_first_error_is_found(results: list[Result]) -> None:
    """Of all wrong numbers on a sheet, the one where the slip happened is blamed."""
    assert slipping(results).blamed >= LEAST_BLAMED


def test_the_kind_of_error_is_named(results: list[Result]) -> None:
    """The true kind is among those that the first wrong number is said to look like."""
    assert slipping(results).named >= LEAST_NAMED


def test_an_error_is_charged_once(results: list[Result]) -> None:
    """Work that is consistent with an earlier slip is not called wrong."""
    assert slipping(results).charged_again <= MOST_CHARGED_AGAIN


# ---------------------------------------------------------------------------- the class, by itself

EXACT = Hand(CALCULATOR, 6, "steps")
WORKED = read_key("Q1 f = (x+y)*z\n let q = x+y\n at x=-2 y=5 z=-4\n ask q f df/dq dx dy dz")
Q, F = 2, 4  # the nodes
SLIPS = [  # what comes out on paper, worked out by hand: q f df/dq dx dy dz
    (None, "3 -12 -4 -4 -4 3"),
    (Slip("multiplied-instead-of-added", Q), "-10 40 -4 -4 -4 -10"),
    (Slip("operand-sign", Q, chance=1), "7 -28 -4 -4 -4 7"),
    (Slip("left-out", Q, chance=1), "5 -20 -4 -4 -4 5"),
    (Slip("added-instead-of-multiplied", F), "3 -1 -4 -4 -4 3"),
    (Slip("sign", F), "3 12 -4 -4 -4 3"),
    (Slip("added-instead-of-multiplied", F, F, 0), "3 -12 -3 -3 -3 3"),
    (Slip("upstream-passed-through", F, F, 1), "3 -12 -4 -4 -4 1"),
    (Slip("local-slope-only", Q, F, 0), "3 -12 -4 1 -4 3"),
    (Slip("sign", Q, F, 1), "3 -12 -4 -4 4 3"),
    (Slip("swapped-multiply", F, F), "3 -12 3 3 3 -4"),
    (Slip("split-at-add", Q, F), "3 -12 -4 -2 -2 3"),
    (Slip("value-copied", Q, F), "3 -12 3 3 3 3"),
    (Slip(SEED, F, F), "3 -12 48 48 48 -36"),
    (Slip("factor-ten", F, chance=1), "3 -120 -4 -4 -4 3"),
    (Slip("digits-swapped", F), "3 -21 -4 -4 -4 3"),
]


@pytest.mark.parametrize(("slip", "expected"), SLIPS, ids=[str(case[0]) for case in SLIPS])
def test_a_slip_goes_its_way(slip: Slip | None, expected: str) -> None:
    """One number is wrong, and what follows is consistent with it."""
    question = WORKED.questions[0]
    done = work(question, question.at, EXACT, slip)
    found = [done.of(item.elements[0].of, item.elements[0].node) for item in question.items]
    assert found == [float(number) for number in expected.split()]


@pytest.mark.parametrize("name", CIRCUITS)
def test_the_class_can_calculate(name: str) -> None:
    """Somebody who rounds only at the end has the numbers of `backprop eval`."""
    key = circuit(name)
    question = key.questions[0]
    inputs = chosen_inputs(key, question, "somebody")
    for slopes in ("calculator", "steps", "output"):
        done = work(question, inputs, EXACT._replace(slopes=slopes), None)
        run = evaluate(question.program, inputs).run
        for node, name in run.graph.names.items():
            where = question.names.nodes[name]
            assert done.of(None, where) == pytest.approx(run.values[node], rel=1e-9)
            if run.adjoints[node] is not None:
                right = pytest.approx(run.adjoints[node], rel=1e-8, abs=1e-12)
                assert done.of(question.output, where) == right


def test_every_kind_of_slip_occurs(results: list[Result]) -> None:
    """No kind of the tables is missing in the class."""
    from classroom import BACKWARD, FORWARD, SUMS, THOUGHTS

    kinds = {result.slip.kind for result in slipping(results).results}
    assert kinds == {*FORWARD, *BACKWARD, *THOUGHTS, *SUMS, *RANDOM, SEED, COPIED}


if __name__ == "__main__":
    print(table(marked(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)))
