"""Marking: intervals, errors carried forward, the first error, and what cannot be decided."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from backprop_cli.errors import BackpropError
from backprop_cli.homework.asking.key import read_key
from backprop_cli.homework.asking.truth import check_numbers
from backprop_cli.homework.marking.marker import Marker, mark_sheet
from backprop_cli.homework.marks import Mark, SheetMarks
from backprop_cli.homework.reading.sheets import read_sheet

CIRCUIT = """
Q1 [6 pts] f = (x+y)*z
 let q = x+y
 at x=-2 y=5 z=-4
 ask q f df/dq dx dy dz
"""
NEURON = """
Q1 f = sigmoid(s)
 let s = w0*x0 + w1*x1 + w2
 at w=[2,-3,-3] x=[-1,-2]
 ask s f df/ds df/dw
"""
DERIVATIVE = "Q1 [4 pts] g = sin(x^2)\n ask dg/dx\n accept x in -3..3\n"


def marked(key: str, sheet: str, **options: Any) -> SheetMarks:
    return mark_sheet(read_key(key), read_sheet(sheet), id="me", **options)


def verdicts(found: SheetMarks) -> dict[str, str]:
    return {mark.name: mark.verdict for question in found.questions for mark in question.marks}


def one(key: str, sheet: str, name: str) -> Mark:
    marks = [mark for question in marked(key, sheet).questions for mark in question.marks]
    return next(mark for mark in marks if mark.name == name)


def work(**numbers: str) -> str:
    lines = {"q": "3", "f": "-12", "dq": "-4", "dx": "-4", "dy": "-4", "dz": "3"} | numbers
    return "Q1\n" + "\n".join(f"{name} = {text}" for name, text in lines.items())


def test_a_perfect_sheet() -> None:
    """Everything right, all points, no first error."""
    found = marked(CIRCUIT, work())
    assert set(verdicts(found).values()) == {"right"}
    assert (found.points, found.most, found.status) == (6, 6, "graded")
    assert found.questions[0].first_error is None


@pytest.mark.parametrize(
    ("numbers", "points", "first", "expected"),
    [
        # one wrong number, and consistent work behind it
        ({"q": "7", "f": "-28", "dz": "7"}, 6 - 1, "q", {"q": "wrong", "f": "carried"}),
        ({"dq": "4", "dx": "4", "dy": "4"}, 5, "df/dq", {"df/dx": "carried", "df/dy": "carried"}),
        # one wrong number, and right work behind it: the error was only on the sheet
        ({"q": "7"}, 5, "q", {"q": "wrong", "f": "right", "df/dz": "right"}),
        # two errors
        ({"q": "7", "f": "-20", "dz": "7"}, 4, "q", {"f": "wrong", "df/dz": "carried"}),
        ({"dy": "4"}, 5, "df/dy", {"df/dy": "wrong", "df/dx": "right"}),
        # the earlier error made a step trivial: nobody knows whether it was understood
        ({"q": "0", "f": "0", "dz": "0"}, 3, "q", {"f": "trivial", "df/dz": "trivial"}),
        # left out, and never counted as zero
        ({"q": "?", "dz": ""}, 4, None, {"q": "skipped", "df/dz": "skipped"}),
        ({"f": "-12.4"}, 5, "f", {"f": "wrong"}),
        ({"f": "nan"}, 5, None, {"f": "undecided"}),
        ({"f": "inf"}, 5, "f", {"f": "wrong"}),
        ({"f": "1/0"}, 5, "f", {"f": "wrong"}),
        ({"f": "q*z"}, 5, None, {"f": "undecided"}),
        ({"f": "3*(-4)", "q": "6/2"}, 6, None, {"f": "right", "q": "right"}),
        ({"f": "[1, 2]"}, 5, None, {"f": "shape"}),
    ],
)  # fmt: skip
def test_errors_are_charged_once(
    numbers: dict[str, str], points: int, first: str | None, expected: dict[str, str]
) -> None:
    """An error costs its own points; what follows from it does not."""
    found = marked(CIRCUIT, work(**numbers))
    assert verdicts(found).items() >= expected.items()
    assert found.points == points
    assert found.questions[0].first_error == first


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("q*z", "a formula, where a number is asked; it comes to −12"),
        ("nothing*z", "a formula, where a number is asked: 'nothing' is no name here"),
    ],
)
def test_a_formula_where_a_number_is_asked(written: str, reason: str) -> None:
    """A person decides, and is told what the formula comes to."""
    mark = one(CIRCUIT, work(f=written), "f")
    assert mark.verdict == "undecided" and mark.reason.startswith(reason[:45])


def test_a_share_for_carried_work() -> None:
    """`carry 50%` gives half of the points behind an error."""
    found = marked(f"{CIRCUIT} carry 50%\n", work(q="7", f="-28", dz="7"))
    assert found.points == 3 + Fraction(1, 2) + Fraction(1, 2)


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ("0.73", "right"),  # 0.731058…
        ("0.731", "right"),
        ("0.7311", "right"),
        ("0.73106", "right"),
        ("7.31e-1", "right"),
        ("0,731", "right"),
        (".73", "right"),
        ("1/(1+e^-1)", "right"),
        ("0.7", "right"),
        ("0.78", "wrong"),
        ("0.736", "wrong"),
        ("0.7320", "wrong"),  # four figures promise more
        ("-0.73", "wrong"),
        ("1", "coarse"),  # nobody can tell
        ("0", "wrong"),
        ("73%", "unreadable line"),
    ],
)
def test_a_number_means_what_its_figures_say(written: str, verdict: str) -> None:
    """Right is what agrees with the truth at the precision written."""
    found = marked(NEURON, f"Q1\ns = 1\nf = {written}\n")
    if verdict == "unreadable line":
        assert found.status == "human" and verdicts(found)["f"] == "skipped"
    else:
        assert verdicts(found)["f"] == verdict


def test_rounded_work_that_goes_on_with_rounded_numbers() -> None:
    """A number that the student's own rounded ones give is right."""
    sheet = "Q1\ns = 1\nf = 0.73\ndf/ds = 0.1971\ndf/dw = [-0.1971, -0.3942, 0.1971]\n"
    assert set(verdicts(marked(NEURON, sheet)).values()) == {"right"}  # 0.73*0.27, not 0.1966


def test_zeros_at_the_end_of_whole_numbers() -> None:
    """130 may stand for 126 if the student works with two figures, and not otherwise."""
    key = "Q1 f = a*b\n at a=9.023 b=14.01\n ask f df/da df/db\n"
    two = "Q1\nf = 130\nda = 14\ndb = 9.0\n"
    four = "Q1\nf = 130\nda = 14.01\ndb = 9.02\n"
    assert verdicts(marked(key, two))["f"] == "right"
    assert verdicts(marked(key, four))["f"] == "wrong"


@pytest.mark.parametrize(
    ("rule", "written", "verdict"),
    [
        ("tol 1%", "0.735", "right"),
        ("tol 1%", "0.75", "wrong"),
        ("tol 0.05", "0.77", "right"),
        ("tol 0.05", "0.79", "wrong"),
        ("sf 3", "0.731", "right"),
        ("sf 3", "0.73", "wrong"),
        ("sf 3", "0.73106", "right"),
        ("sf 2", "0.734", "right"),
    ],
)
def test_rules_instead_of_intervals(rule: str, written: str, verdict: str) -> None:
    """`tol` and `sf` compare as they say."""
    assert one(f"{NEURON} {rule}\n", f"Q1\nf = {written}\n", "f").verdict == verdict


def test_vectors_are_marked_element_by_element() -> None:
    """Each number of a vector has its share and its verdict; another length is a shape error."""
    found = marked(NEURON, "Q1\ns = 1\nf = 0.731\ndf/ds = 0.197\ndf/dw = [-0.197, 0.393, 0.197]\n")
    assert verdicts(found)["df/dw[1]"] == "wrong"
    assert found.points == 3 + Fraction(2, 3)
    short = one(NEURON, "Q1\ndf/dw = [1, 2]\n", "df/dw[0]")
    assert (short.verdict, short.reason) == ("shape", "3 numbers are asked, 2 numbers are written")
    number = one(NEURON, "Q1\ndf/dw = 3\n", "df/dw[0]")
    assert number.reason == "3 numbers are asked, one number is written"
    key = "Q1 f = W00*W01*W10*W11\n at W=[[1,2],[3,4]]\n ask df/dW\n"
    assert marked(key, "Q1\ndW = [[24, 12], [8, 6]]\n").points == 1
    assert verdicts(marked(key, "Q1\ndW = [[24, 12], [8]]\n"))["df/dW[0,0]"] == "shape"


@pytest.mark.parametrize(
    ("written", "verdict"),
    [
        ("2x cos(x^2)", "right"),
        ("cos(x²)·2·x", "right"),
        ("2*x*cos(x^2)*1.0001", "wrong"),
        ("cos(x^2)", "wrong"),
        ("2x cos(x^2", "unreadable line"),
        ("2k cos(x^2)", "unreadable"),
        ("?", "skipped"),
    ],
)
def test_formula_answers(written: str, verdict: str) -> None:
    """Equal in any form, different with a witness, or for a human."""
    found = marked(f"{DERIVATIVE}Q2 h = x\n ask h\n", f"Q1\ndg/dx = {written}\nQ2\nh = x\n")
    mark = found.questions[0].marks[0]
    if verdict == "unreadable line":
        assert found.status == "human" and mark.verdict == "skipped"
        return
    assert mark.verdict == verdict
    assert bool(mark.witness) == (verdict == "wrong")
    assert found.questions[0].points == (4 if verdict == "right" else 0)
    assert mark.expected == "2*x*cos(x^2)"


def test_an_answer_that_took_too_long_is_for_a_human() -> None:
    """What the batch found to hang is not tried again, and not counted as wrong."""
    told: list[str] = []
    found = marked(DERIVATIVE, "Q1\ndg/dx = x\n", on_answer=told.append)
    assert verdicts(found) == {"dg/dx": "wrong"} and told == ["Q1 dg/dx"]
    found = marked(DERIVATIVE, "Q1\ndg/dx = x\n", skip=frozenset(told), on_answer=told.append)
    assert verdicts(found) == {"dg/dx": "undecided"} and found.status == "human"
    assert told == ["Q1 dg/dx"]


@pytest.mark.parametrize(
    ("sheet", "remark"),
    [
        ("Q1\nq = 3\nq = 4\n", None),
        ("Q7\nq = 3\n", "there is no question Q7"),
        ("Q1\nqq = 3\n", "'qq' is nothing that was asked"),
        ("Q1\nx = -2\n", "'x' was not asked in Q1"),
        ("Q1\nq = (3\nf = -12\n", "is never closed"),
    ],
)
def test_what_finds_no_place(sheet: str, remark: str | None) -> None:
    """Nothing that a student wrote is lost in silence."""
    found = marked(CIRCUIT, sheet)
    if remark is None:
        assert verdicts(found)["q"] == "undecided"
    else:
        assert any(remark in each.message for each in found.remarks)


CHAINS = [
    # on the way of a chain, and nowhere else: an answer, with a note
    ("dx = dy = -4", {"df/dx": "right", "df/dy": "right"}, "read as df/dy = -4, too"),
    ("dy = ?\ndx = dy = -4", {"df/dx": "right", "df/dy": "right"}, "read as df/dy = -4, too"),
    ("dx = dy = 5", {"df/dx": "wrong", "df/dy": "wrong"}, "read as df/dy = 5, too"),
    ("dx = dy = -4\ndq = dy = 3", {"df/dy": "undecided"}, "read as df/dy = 3, too"),
    # a line of its own counts
    ("dx = dy = 5\ndy = -4", {"df/dx": "wrong", "df/dy": "right"}, "df/dy = 5 is not read: df/dy"),
    ("dx = dy = -4\ndy = -4", {"df/dx": "right", "df/dy": "right"}, None),
    ("dx = df/dx = -4", {"df/dx": "right"}, None),
    # a step of the work
    ("dq = z = -4", {"df/dq": "right"}, None),
    ("dx = dq/dx = -4", {"df/dx": "right"}, None),
]


@pytest.mark.parametrize(("sheet", "expected", "note"), CHAINS)
def test_chains_of_equals_signs(sheet: str, expected: dict[str, str], note: str | None) -> None:
    """What is asked and stands on the way of a chain is answered, too; nothing is lost in silence,
    and what is only a step of the work is no mistake.
    """
    found = marked(CIRCUIT, f"Q1\n{sheet}\n")
    assert expected.items() <= verdicts(found).items()
    said = [remark for remark in found.remarks if not remark.message.endswith("of the values")]
    assert [remark.code for remark in said] == ["note"] * bool(note)
    assert not note or said[0].message.startswith(note)


def test_the_same_thing_written_twice_is_fine() -> None:
    """Two equal answers are one."""
    assert one(CIRCUIT, "Q1\nq = 3\nq =  3\n", "q").verdict == "right"


def test_answers_without_a_heading() -> None:
    """A sheet without headings is read where each answer can belong to one question only."""
    key = f"{CIRCUIT}Q2 g = a*b\n at a=1 b=2\n ask g f\n".replace("ask g f", "ask g da")
    found = marked(key, "q = 3\ng = 2\nda = 2\n")
    assert found.points == 3 and found.status == "graded"
    twice = CIRCUIT + CIRCUIT.replace("Q1", "Q2")
    found = marked(twice, "q = 3\n")
    assert "asked in Q1 and Q2" in found.remarks[0].message and found.status == "human"


def test_own_numbers_for_each_student() -> None:
    """With draws, the same sheet is right for one student and wrong for the other."""
    key = read_key("seed: 9\nQ1 f = x*y\n draw x,y in 2..9\n ask f dx dy\n")
    (question,) = key.questions
    for id in ("ada", "bob"):
        x, y = (int(bound.text) for bound in question.inputs("9", id).values())
        sheet = read_sheet(f"Q1\nf = {x * y}\ndx = {y}\ndy = {x}\n")
        assert mark_sheet(key, sheet, id=id).points == 3


def test_a_gradient_of_a_part() -> None:
    """dq/dx is the gradient of a part, not of the output."""
    key = "Q1 f = q^2*z\n let q = 3*x\n at x=2 z=5\n ask q f dq/dx df/dx\n"
    found = marked(key, "Q1\nq = 6\nf = 180\ndq/dx = 3\ndf/dx = 180\n")
    assert found.points == 4


def test_marks_do_not_depend_on_other_sheets() -> None:
    """What is worked out once for a class gives each sheet the marks that it has alone."""
    key = read_key(f"{CIRCUIT}{DERIVATIVE.replace('Q1', 'Q2')}")
    marker = Marker(key)
    for dq, formula in (("4", "x"), ("-4", "2^10^10^10"), ("-4", "2x cos(x^2)"), ("1", "log(x)")):
        sheet = read_sheet(f"{work(dq=dq)}\nQ2\ndg/dx = {formula}\n")
        assert marker.mark(sheet, id="me") == mark_sheet(key, sheet, id="me")


def test_marks_do_not_depend_on_the_order_of_lines() -> None:
    """The same sheet upside down has the same marks."""
    lines = work(q="7", f="-28", dz="7").split("\n")[1:]
    there = marked(CIRCUIT, "\n".join(["Q1", *lines]))
    back = marked(CIRCUIT, "\n".join(["Q1", *reversed(lines)]))
    assert verdicts(there) == verdicts(back) and there.points == back.points


@pytest.mark.parametrize(
    ("hint", "answer", "shown"),
    [
        ("hint sign: mind the signs", "dq = 4", "mind the signs"),
        ("hint upstream: see slide 14", "dq = 1", "see slide 14"),
        ("hint df/dq: start at the output", "dq = 77", "start at the output"),
        ("hint fork: see slide 14", "dq = 4", ""),
    ],
)
def test_hints_of_the_key(hint: str, answer: str, shown: str) -> None:
    """A hint is shown where the first error looks like its kind, or has its name."""
    found = marked(f"{CIRCUIT} {hint}\n", f"Q1\n{answer}\n")
    assert found.questions[0].hint == shown


@pytest.mark.parametrize(
    "written", ["0.0*1e9", "0.0e9+7", "3+1e300-1e300", "9.0e400-9.0e400", "-4+0.0*1e5", "3!"]
)
def test_no_formula_stands_for_every_number(written: str) -> None:
    """A constant formula is no wider than a number of two figures."""
    assert one(CIRCUIT, work(f=written), "f").verdict in ("wrong", "unreadable")


@pytest.mark.parametrize(
    ("written", "verdict"),
    [("9.8", "undecided"), ("1.1", "right"), ("1.08", "right"), ("0", "right")],
)
def test_rough_numbers_do_not_make_everything_right(written: str, verdict: str) -> None:
    """After a difference of nearly equal numbers, what says more than they do is for a human."""
    key = "Q1 f = x*y - z*w\n at x=12.3 y=8.7 z=9.9 w=10.7\n ask f df/dx df/dz\n"
    assert one(key, f"Q1\nf = {written}\ndf/dx = 8.7\ndf/dz = -11\n", "f").verdict == verdict


@pytest.mark.parametrize("noise", ["0.3333333432674408", "0.33333334", "0.33333333333333337"])
def test_numbers_that_a_program_printed(noise: str) -> None:
    """Single and double precision round in their own way; that is no error."""
    key = "Q1 f = x/y\n at x=1 y=3\n ask f df/dx\n"
    assert marked(key, f"Q1\nf = {noise}\ndf/dx = {noise}\n").points == 2
    assert one(key, "Q1\nf = 0.33334567\n", "f").verdict == "wrong"


def test_fixed_decimals() -> None:
    """Whoever writes two decimals everywhere has few figures in small numbers."""
    lets = "let s = w*x\n let e = exp(-s)"
    key = f"Q1 f = 1/(1+exp(-s))\n {lets}\n at w=1 x=3.14\n ask s e f df/ds\n"
    found = marked(key, "Q1\ns = 3.14\ne = 0.04\nf = 0.96\ndf/ds = 0.04\n")
    assert set(verdicts(found).values()) == {"right"}


@pytest.mark.parametrize(
    "key",
    [
        "Q1 f = 1/(x-x)\n at x=1\n ask f\n",
        "Q1 f = floor(x-x+sin(pi))\n at x=1\n ask f\n",
        "seed: 1\nQ1 f = sqrt(-x)\n draw x in 1..9\n ask f\n",
        "Q1 f = x\n at x=nan\n ask f\n",
    ],
)
def test_a_question_without_an_answer(key: str) -> None:
    """No number agrees with what is not finite, and such a key is refused before marking."""
    assert verdicts(marked(key, "Q1\nf = 3\n")) == {"f": "undecided"}
    with pytest.raises(BackpropError, match="Q1 has no answer") as caught:
        check_numbers(read_key(key))
    assert caught.value.diagnostic.exit_code == 2
