"""The lint of keys finds what inputs hide, and proposes better ones; blank sheets read back."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from backprop_cli.homework.asking.blanks import blank_sheet
from backprop_cli.homework.asking.key import read_key
from backprop_cli.homework.asking.truth import chosen_inputs
from backprop_cli.homework.linting.hidden_errors import HiddenErrors, alternatives
from backprop_cli.homework.linting.lint import Complaint, lint
from backprop_cli.homework.marking.marker import mark_sheet
from backprop_cli.homework.reading.sheets import read_sheet
from backprop_cli.render.lint import print_lint

WORKED = "Q1 f = (x+y)*z\n let q = x+y\n at {}\n ask q f df/dq dx dy dz"
FORK = "Q1 f = (a+b)*(b+1)\n {}\n ask f da db"
SEEDED = "seed: 1\n"


def complaints(text: str) -> list[Complaint]:
    return lint(read_key(text))


QUIET = [
    WORKED.format("x=-2 y=5 z=-4"),
    "Q1 g = sin(x^2)\n ask dg/dx\n accept x in -3..3",
    SEEDED + "Q1 f = x*y + y^2\n draw x,y in 2..9 step 0.25 distinct\n ask f dx dy",
]
LOUD = [  # a key, and the codes of what is wrong with it
    ("x=2, y=2 and a sum", "Q1 f = (x+y)*z\n let q = x+y\n at x=2 y=2 z=3\n ask q f", {"hidden"}),
    ("all ones", WORKED.format("x=1 y=1 z=1"), {"hidden", "share", "accident"}),
    ("an answer of 0", WORKED.format("x=3 y=-3 z=5"), {"accident"}),
    ("a tie", "Q1 f = max(x,y)*z\n at x=2 y=2 z=3\n ask f dx dy dz", {"not-finite"}),
    ("nearly a tie", "Q1 f = max(0.1*x,y)*z\n at x=3 y=0.3 z=2\n ask f dz", {"not-finite"}),
    ("a pole", "Q1 f = y/x\n at x=0 y=2\n ask f dx dy", {"not-finite"}),
    ("an input", "Q1 f = x*y\n at x=3 y=5\n ask x f dx dy", {"given"}),
    (
        "no path",
        "Q1 f = (x+y)*z\n let q = x+y\n at x=-2 y=5 z=-4\n ask q f dq/dx dq/dz",
        {"independent"},
    ),
    ("no range", "Q1 g = sin(x^2)\n ask dg/dx", {"accept"}),
    ("half a range", "Q1 g = log(x)\n ask dg/dx\n accept x in -3..3", {"domain"}),
    ("narrow draws", SEEDED + FORK.format("draw a,b in 0..2"), {"share", "hidden"}),
    ("poles", SEEDED + "Q1 f = y/x\n draw x in -1..1\n draw y in 2..9\n ask f dx", {"not-finite"}),
    (
        "figures",
        "sf 3\nQ1 f = exp(sin(x)*y)*x\n let u = sin(x)*y\n at x=0.7 y=2.3\n ask u f df/du dx dy",
        {"rule"},
    ),
    (
        "a tolerance",
        "tol 0.1%\nQ1 f = exp(sin(x)*y)*x\n let u = sin(x)*y\n at x=0.7 y=2.3\n ask u f dx dy",
        {"rule"},
    ),
    (
        "names",
        WORKED.format("x=-2 y=5 z=-4") + "\nQ2 f = x*y\n at x=3 y=5\n ask f dx dy",
        {"headings"},
    ),
]


@pytest.mark.parametrize("text", QUIET)
def test_a_good_key_gives_no_complaint(text: str) -> None:
    """Inputs that show every error are left alone."""
    assert complaints(text) == []


@pytest.mark.parametrize(
    ("text", "expected"), [case[1:] for case in LOUD], ids=[case[0] for case in LOUD]
)
def test_a_bad_key_gives_complaints(text: str, expected: set[str]) -> None:
    """Each fault has its complaint, with an answer or a help, and the question it is about."""
    found = complaints(text)
    assert expected <= {complaint.code for complaint in found}
    for complaint in found:
        assert complaint.message
        assert complaint.label == ("" if complaint.code == "headings" else "Q1")


def test_a_hidden_error_is_one_that_changes_nothing() -> None:
    """At 2 + 2 multiplying shows in no number, and a product with 1 hides who forgot it."""
    found = complaints("Q1 f = (x+y)*z\n let q = x+y\n at x=2 y=2 z=3\n ask q f df/dq")
    hidden = {complaint.message: complaint.answers for complaint in found}
    assert hidden["multiplied instead of added"] == ("q",)
    found = complaints("Q1 f = x*y\n at x=5 y=1\n ask f dx dy")
    hidden = {complaint.message: complaint.answers for complaint in found}
    assert hidden["the gradient from above, without the local slope"] == ("df/dx",)


def test_what_no_inputs_reveal_is_not_held_against_them() -> None:
    """df/dq = z·1: nobody can see whether it was multiplied by the first 1."""
    titles = [c.message for c in complaints(WORKED.format("x=2 y=2 z=3")) if "df/dq" in c.answers]
    assert "the local slope alone, without the gradient from above" not in titles


@pytest.mark.parametrize(
    "text", [case[1] for case in LOUD if " at " in case[1] and case[2] & {"hidden", "not-finite"}]
)
def test_better_inputs_are_better(text: str) -> None:
    """The proposed line can be pasted, hides less, and keeps signs and decimals; the search always
    ends with the same one.
    """
    found = [complaint.lines for complaint in complaints(text) if complaint.lines]
    assert found and found == [c.lines for c in complaints(text) if c.lines]
    (line,) = found[0]
    head, _, rest = text.partition(" at ")
    mended = f"{head} {line}\n{rest.partition(chr(10))[2]}"
    before, after = (read_key(each).questions[0] for each in (text, mended))
    texts = {name: bound.text for name, bound in after.at.items()}
    errors = HiddenErrors(after, after.at)
    there = errors.at(texts)
    here = errors.at({name: bound.text for name, bound in before.at.items()})
    assert there is not None and (here is None or there.cost < here.cost)
    for name, bound in before.at.items():
        assert bound.text.startswith("-") == texts[name].startswith("-")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("3", ["2", "3", "4", "5", "6", "7", "8", "9"]),
        ("-1", ["-2", "-3", "-4", "-5", "-6", "-7", "-8", "-9"]),
        ("0.5", ["0.2", "0.3", "0.4", "0.5", "0.6", "0.7", "0.8", "0.9", "1.0"]),
        ("pi/2", []),
    ],
)
def test_other_numbers_are_of_the_same_kind(text: str, expected: list[str]) -> None:
    """Other inputs have the same sign and decimals, and a formula stays."""
    assert list(alternatives(text)) == expected


def test_draws_are_counted_over_a_class() -> None:
    """A narrow draw hides errors from many students, a wide one from few; ties draw again."""
    narrow = {c.code: c for c in complaints(SEEDED + FORK.format("draw a,b in 0..2"))}
    assert "of the students have numbers that hide an error" in narrow["share"].message
    ties = SEEDED + "Q1 f = max(x,y)*z\n draw x,y in 2..4\n draw z in 5..9\n ask f dx dy dz"
    again = {c.code: c for c in complaints(ties)}["not-finite"]
    assert "draw again" in again.message
    (line,) = narrow["share"].lines
    better = {c.code: c for c in complaints(SEEDED + FORK.format(line))}
    shares = [int(each["share"].message.split(" %")[0]) for each in (narrow, better)]
    assert line.startswith("draw a,b in ") and shares[0] > shares[1]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
@pytest.mark.parametrize("text", [case[1] for case in LOUD] + QUIET)
def test_the_screen(text: str, encoding: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every complaint stands on the screen, in 80 columns, in signs that the output has."""
    key = read_key(text)
    found = lint(key)
    console = Console(
        file=io.TextIOWrapper(io.BytesIO(), encoding=encoding), width=80, highlight=False
    )
    print_lint(key, found, console)
    out = capsys.readouterr().out
    assert all(len(line) <= 80 and line == line.rstrip() for line in out.split("\n"))
    flat = "".join(out.split())
    assert out.isascii() or encoding == "utf-8"
    for complaint in found:
        for line in complaint.lines:
            assert "".join(line.split()) in flat
    assert ("nothing to complain about" in out) == (
        any(question.label not in {c.label for c in found} for question in key.questions)
    )


# ------------------------------------------------------------------------------------ blank sheets

SEVERAL = """title: Q2 is easy
seed: 42
Q1 [6 pts] f = (x+y)*z
  let q = x+y
  draw x,y,z in -9..9 nonzero
  ask q f df/dq dx dy dz
Q2 g = sin(x^2)
  ask dg/dx
  accept x in -3..3
Q3 s = 1/(1+exp(-(w0*x0+w1*x1+w2)))
  at w=[2,-3,-3] x=[-1,-2]
  ask s ds/dw v = [ds/dx0, ds/dx1]
Q4 h = max(a,b)
  draw a,b in 1..3
  ask h da db
"""
NAMES = ["", "Jane Doe", "Q1\nq = 3", "id: other\r\nq = 3", "\x1b[31mred", "a\u2028q = 1", "# x"]


@pytest.mark.parametrize("name", NAMES)
def test_a_blank_sheet_reads_as_skipped(name: str) -> None:
    """Handed in as it is, it answers nothing, and says whose it is."""
    key = read_key(SEVERAL)
    sheet = read_sheet(blank_sheet(key, "abc123", name))
    assert sheet.id == "abc123"
    assert all(answer.written.expression is None for answer in sheet.answers)
    marks = mark_sheet(key, sheet, id="abc123")
    verdicts = {mark.verdict for question in marks.questions for mark in question.marks}
    assert verdicts == {"skipped"} and marks.points == 0
    assert not [remark for remark in sheet.remarks if remark.code == "problem"]


def test_a_blank_sheet_has_everything_that_is_asked() -> None:
    """Each question with its formula, its parts, the student's own numbers and a line an answer."""
    key = read_key(SEVERAL)
    text = blank_sheet(key, "abc123")
    for question in key.questions:
        assert f"\n{question.label}\n#   {question.formula}\n" in text
        for item in question.items:
            assert f"\n{item.name} = ?" in text
        own = chosen_inputs(key, question, "abc123") if question.numeric else {}
        for name, bound in own.items():
            assert f"{name} = {bound.text}" in text
    assert "q = x + y" in text
    assert blank_sheet(key, "abc123") == text


def test_no_student_draws_a_tie() -> None:
    """The numbers are those that marking uses: draws at a kink are made again."""
    key = read_key(SEVERAL)
    for place in range(40):
        values = chosen_inputs(key, key.questions[3], f"s{place}")
        assert values["a"].text != values["b"].text
        given = f"a = {values['a'].text}, b = {values['b'].text}"
        assert given in blank_sheet(key, f"s{place}")


def test_a_filled_in_sheet_is_marked() -> None:
    """Right answers in the places of the question marks earn all points."""
    key = read_key(WORKED.format("x=-2 y=5 z=-4"))
    text = blank_sheet(key, "abc")
    for answer in ("3", "-12", "-4", "-4", "-4", "3"):
        text = text.replace("= ?", f"= {answer}", 1)
    assert mark_sheet(key, read_sheet(text), id="abc").points == key.points
