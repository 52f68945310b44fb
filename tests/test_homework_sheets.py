"""Sheets as students write them: what is read, what is noted, and that a bad line costs itself
alone.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_cli.errors import BackpropError
from backprop_cli.homework.limits import LARGEST_FILE, LIMITS, MOST_LINES
from backprop_cli.homework.reading.documents import sheet_of, text_of_page
from backprop_cli.homework.reading.lines import LONGEST_LINE
from backprop_cli.homework.reading.sheets import (
    MOST_REMARKS,
    Answer,
    Sheet,
    parsed_answer,
    read_sheet,
    said_id,
)
from backprop_cli.syntax.homework import parse_answer
from backprop_cli.syntax.printer import print_expression


def said(answer: Answer) -> str:
    """An answer as `Q1 df/dx = -4`; `?` where it was skipped."""
    of, by, _, primed = answer.quantity
    name = f"{of}'({by or ''})" if primed else of if by is None else f"d{of or ''}/d{by}"
    value = answer.written.expression
    text = "?" if value is None else print_expression(value)
    return f"{answer.label} {name} = {text}" if answer.label else f"{name} = {text}"


def reading(text: str) -> str:
    """All answers of a sheet, with semicolons between them."""
    return "; ".join(map(said, read_sheet(text).answers))


def codes(sheet: Sheet) -> list[tuple[str, int]]:
    """What kind of remarks a sheet has, and on which lines."""
    return [(remark.code, remark.line) for remark in sheet.remarks]


LINES = [
    # plain
    ("q = 3", "q = 3"),
    ("q=3", "q = 3"),
    ("  q =   3  ", "q = 3"),
    ("f = -12", "f = -12"),
    ("f = −12", "f = -12"),
    ("f = –12", "f = -12"),
    ("f = —12", "f = -12"),
    ("f = - 12", "f = -12"),
    ("q = +3", "q = 3"),
    ("q = .5", "q = .5"),
    ("q = 3.", "q = 3."),
    ("q = 0.730", "q = 0.730"),
    ("q = 2e-3", "q = 2e-3"),
    ("q = 1e−3", "q = 1e-3"),
    ("q = 1/3", "q = 1 / 3"),
    ("q = sqrt(2)/2", "q = sqrt(2) / 2"),
    ("q = 2**3", "q = 2^3"),
    ("dg/dx = 2x cos(x^2)", "dg/dx = 2 * x * cos(x^2)"),
    ("f = |x| + |y|", "f = abs(x) + abs(y)"),
    ("g = if(x == 0, 1, 2)", "g = if(x == 0, 1, 2)"),
    # names
    ("df/dq = -4", "df/dq = -4"),
    ("∂f/∂x = -4", "df/dx = -4"),
    ("df / dx = -4", "df/dx = -4"),
    ("d f / d x = -4", "df/dx = -4"),
    ("d(f)/d(x) = -4", "df/dx = -4"),
    ("d/dx f = -4", "df/dx = -4"),
    ("d/dx (f) = -4", "df/dx = -4"),
    ("∂/∂x f = -4", "df/dx = -4"),
    ("dx = -4", "dx = -4"),
    ("x.grad = -4", "d/dx = -4"),
    ("f'(x) = 3", "f'(x) = 3"),
    ("f’(x) = 3", "f'(x) = 3"),
    ("f´(x) = 3", "f'(x) = 3"),
    ("f' = 3", "f'() = 3"),
    ("f(x,y,z) = -12", "f = -12"),
    ("w₁ = 3", "w1 = 3"),
    ("dL/dw_{1} = 3", "dL/dw_1 = 3"),
    ("𝑑𝑓/𝑑𝑥 = −4", "df/dx = -4"),
    ("q ＝ ３", "q = 3"),
    ("θ = 0.5", "θ = 0.5"),
    # equals signs
    ("q ≈ 3", "q = 3"),
    ("q := 3", "q = 3"),
    ("q ~= 3", "q = 3"),
    ("q == 3", "q = 3"),
    ("q: 3", "q = 3"),
    ("q : 3", "q = 3"),
    ("df/dx: -4", "df/dx = -4"),
    ("loss: 0.5", "loss = 0.5"),
    ("q1: 3", "q1 = 3"),
    ("q1 = 3", "q1 = 3"),
    # chains: the last counts
    ("q = x+y = 3", "q = 3"),
    ("q = x + y = -2 + 5 = 3", "q = 3"),
    ("q = 1/3 ≈ 0.333", "q = 0.333"),
    ("q = 1/3 = 0,333", "q = 0.333"),
    ("df/dx = ∂f/∂q · ∂q/∂x = -4", "df/dx = -4"),
    ("q: x+y = 3", "q = 3"),
    ("q = x + y = ?", "q = ?"),
    ("df/dx = df/dy = -4", "df/dx = -4; df/dy = -4"),
    ("df/dx = ∂f/∂y = y.grad = -4", "df/dx = -4; df/dy = -4; d/dy = -4"),
    ("**df/dx** = **df/dy** = -4", "df/dx = -4; df/dy = -4"),
    ("q = f = x+y = 3", "q = 3; f = 3"),
    ("df/dx = ∂f/∂x = -4", "df/dx = -4"),
    ("df/dx = df/dy = ?", "df/dx = ?"),
    # where an answer holds
    ("df/dx = -4 at x=-2", "df/dx = -4"),
    ("df/dx = -4 at x = -2.", "df/dx = -4"),
    ("df/dx = -4 at x=-2 y=5 # checked", "df/dx = -4"),
    ("df/dx = -4 at (x=-2, y=5)", "df/dx = -4"),
    ("df/dx = -4 at the point (x=-2; y=5)", "df/dx = -4"),
    ("df/dx: -4 @ x=-2", "df/dx = -4"),
    ("df/dx = -4 | x=pi/2", "df/dx = -4"),
    ("df/dx = 2x = -4 at x=-2", "df/dx = -4"),
    ("q = 3 at x=1, f = 4 at x=1", "q = 3; f = 4"),
    ("f = |x| = 3", "f = 3"),
    # Markdown, LaTeX, bullets
    ("- q = 3", "q = 3"),
    ("* q = 3", "q = 3"),
    ("+ q = 3", "q = 3"),
    ("• q = 3", "q = 3"),
    ("1. q = 3", "q = 3"),
    ("2) q = 3", "q = 3"),
    ("a) q = 3", "q = 3"),
    ("(b) q = 3", "q = 3"),
    ("> q = 3", "q = 3"),
    ("- [x] q = 3", "q = 3"),
    ("**q** = 3", "q = 3"),
    ("**q = 3**", "q = 3"),
    ("**q:** 3", "q = 3"),
    ("*q* = *3*", "q = 3"),
    ("__q__ = 3", "q = 3"),
    ("`q` = 3", "q = 3"),
    ("`q = 3`", "q = 3"),
    ("`df/dx` = `-4`", "df/dx = -4"),
    ("$q = 3$", "q = 3"),
    ("$q$ = $3$", "q = 3"),
    ("$$q = 3$$", "q = 3"),
    (r"\(q = 3", "q = 3"),
    (r"$\frac{df}{dx} = -4$", "df/dx = -4"),
    (r"$\frac{\partial f}{\partial x} = -4$", "df/dx = -4"),
    ("q = “3”", "q = 3"),
    # the ends of sentences
    ("q = 3,", "q = 3"),
    ("q = 3;", "q = 3"),
    ("q = 0.73.", "q = 0.73"),
    ("So q = 3", "q = 3"),
    ("Thus df/dx = -4.", "df/dx = -4."),
    ("Answer: q = 3", "q = 3"),
    ("Forward pass: q = 3", "q = 3"),
    ("Step 1: q = x+y = 3", "q = 3"),
    ("Step 1: part a: q = 3", "q = 3"),
    ("q = 3 # checked", "q = 3"),
    ("q = 3 // checked", "q = 3"),
    # skipped
    ("dz = ?", "dz = ?"),
    ("dz =", "dz = ?"),
    ("dz = -", "dz = ?"),
    ("dz = —", "dz = ?"),
    ("dz = ...", "dz = ?"),
    ("dz = …", "dz = ?"),
    ("dz = ____", "dz = ?"),
    ("dz = n/a", "dz = ?"),
    ("dz = N/A", "dz = ?"),
    ("dz = TODO", "dz = ?"),
    ("dz = I don’t know", "dz = ?"),
    ("dz: ?", "dz = ?"),
    # decimal commas
    ("q = 0,73", "q = 0.73"),
    ("q = -0,73", "q = -0.73"),
    ("q = 12,5", "q = 12.5"),
    # vectors and matrices
    ("g = [1, 2]", "g = [1, 2]"),
    ("g = [1 2]", "g = [1, 2]"),
    ("g = [ 1.  -2. ]", "g = [1., -2.]"),
    ("g = (1, 2)", "g = [1, 2]"),
    ("g = [1, 2]^T", "g = [1, 2]"),
    ("g = [1, 2]ᵀ", "g = [1, 2]"),
    ("g = array([1, 2])", "g = [1, 2]"),
    ("g = np.array([[1, 2], [3, 4]])", "g = [[1, 2], [3, 4]]"),
    ("x.grad = tensor(-4.)", "d/dx = -4."),
    ("x.grad = tensor([1., 2.], requires_grad=True)", "d/dx = [1., 2.]"),
    ("H = [1 2; 3 4]", "H = [[1, 2], [3, 4]]"),
    ("H = [[1,2],\n     [3,4]]", "H = [[1, 2], [3, 4]]"),
    ("H = [\n[1,2],\n\n[3,4]\n]", "H = [[1, 2], [3, 4]]"),
    ("H = [[1. 2.]\n     [3. 4.]]", "H = [[1., 2.], [3., 4.]]"),
    ("H = array([[1, 2],\n       [3, 4]], dtype=float32)", "H = [[1, 2], [3, 4]]"),
    # several on a line
    ("q = 3, f = -12", "q = 3; f = -12"),
    ("q = 3; f = -12", "q = 3; f = -12"),
    ("q = 3 and f = -12", "q = 3; f = -12"),
    ("q = 3    f = -12", "q = 3; f = -12"),
    ("q = 0,5, f = 2", "q = 0.5; f = 2"),
    ("dx = -4, dy = -4, dz = ?", "dx = -4; dy = -4; dz = ?"),
    ("f = max(x, y), q = 3", "f = max(x, y); q = 3"),
    # line ends and marks
    ("\ufeffq = 3", "q = 3"),
    ("q = 3\r\nf = 4\rg = 5\n", "q = 3; f = 4; g = 5"),
    ("q\u00a0=\u202f3", "q = 3"),
    ("\u200eq = 3\u200b", "q = 3"),
    ("\u200fq = 3", "q = 3"),
]
HEADINGS = [
    "Q1", "q1", "Q1:", "Q1)", "Q1.", "Q 1", "Q.1", "(Q1)", "[Q1]", "## Q1", "# Q1", "### Q1:",
    "#Q1", "**Q1**", "**Q1:**", "__Q1__", "=== Q1 ===", "--- Q1 ---", "Question 1", "Question 1:",
    "question #1", "## Question 1: backprop by hand", "Problem 1", "Exercise 1.", "Aufgabe 1",
    "Q1 [6 pts]", "Q1 (6 points)", "## Q1: f = (x+y)*z", "# Q1 f = (x+y)*z", "1)", "1.",
    "Q1 [6 pts] f = (x+y)*z", "Q1: Backprop by hand", "> Q1", "- Q1",
]  # fmt: skip
LABELLED = [
    ("Q1 q = 3", "Q1 q = 3"),
    ("Q1: q = 3", "Q1 q = 3"),
    ("Q1) q = 3", "Q1 q = 3"),
    ("Q1. q = 3", "Q1 q = 3"),
    ("Q1 - q = 3", "Q1 q = 3"),
    ("**Q1** q = 3", "Q1 q = 3"),
    ("Question 1: df/dx = -4", "Q1 df/dx = -4"),
    ("Q1a\nq = 3\nQ1b: q = 4", "Q1a q = 3; Q1b q = 4"),
    ("Q1 f = (x+y)*z", "Q1 f = (x + y) * z"),
    ("q = 1\nQ1\nq = 2\nQ2\nq = 3", "q = 1; Q1 q = 2; Q2 q = 3"),
    ("Q1\nq = 3\n# Q2 was hard\nf = 4", "Q1 q = 3; Q1 f = 4"),
    ("Q1\n# a comment\n\n---\n```\nq = 3\n```", "Q1 q = 3"),
]
TABLES = [
    ("| name | value |\n|---|---|\n| q | 3 |\n| df/dx | -4 |", "q = 3; df/dx = -4"),
    ("| Answer | Result |\n|---|---|\n| q | 3 |", "q = 3"),
    ("| | |\n|---|---|\n| q | 3 |", "q = 3"),
    ("| q | 3 |\n| f | -12 |", "q = 3; f = -12"),
    ("| q | 3 |\n| f | ? |\n| g | |", "q = 3; f = ?"),
    (
        "| node | value | gradient |\n|:--|--:|--:|\n| `x` | -2 | **-4** |\n| q | 3 | -4 |",
        "x = -2; d/dx = -4; q = 3; d/dq = -4",
    ),
    (
        "Variable | Forward | Backward\n---|---|---\nx | −2 | −4\nq | 0,5 |",
        "x = -2; d/dx = -4; q = 0.5",
    ),
    ("| node | value | df/d· |\n|-|-|-|\n| x | 2 | 3 |", "x = 2; df/dx = 3"),
    ("| node | ∂L/∂(node) |\n|-|-|\n| x | 2 |", "dL/dx = 2"),
    ("| | x | q |\n|-|-|-|\n| value | -2 | 3 |\n| grad | -4 | |", "x = -2; q = 3; d/dx = -4"),
    ("| Question | name | value |\n|-|-|-|\n| 1 | q | 3 |\n| Q2 | f | 4 |", "Q1 q = 3; Q2 f = 4"),
    ("| q = 3 | f = -12 |", "q = 3; f = -12"),
    (r"| f | \|x\| |", "f = abs(x)"),
    ("node\tvalue\tgrad\nx\t-2\t-4", "x = -2; d/dx = -4"),
    ("q\t3\nf\t-12", "q = 3; f = -12"),
    ("Q1\n| q | 3 |\n\nf = 4", "Q1 q = 3; Q1 f = 4"),
]


@pytest.mark.parametrize(("text", "expected"), [*LINES, *LABELLED, *TABLES])
def test_what_students_write_is_read(text: str, expected: str) -> None:
    """Each spelling of an answer is read, with its question, and nothing is a problem."""
    assert reading(text) == expected
    assert not [code for code, _ in codes(read_sheet(text)) if code == "problem"]


@pytest.mark.parametrize("heading", HEADINGS)
def test_headings(heading: str) -> None:
    """Each spelling of a heading opens its question and answers nothing."""
    assert reading(f"{heading}\nq = 3\n") == "Q1 q = 3"


NOTED = [
    ("q = 0,73", "read as q = 0.73"),
    ("q = x+y = 3", "read as q = 3, the last of the values"),
    ("df/dx = df/dy = -4", "read as df/dx = -4, the last of the values"),
    ("df/dx = -4 at x=-2 y=5", "'at x=-2 y=5', behind an answer, is not read"),
    ("g = [1 2]", "read as g = [1, 2]"),
    ("q = —3", "read as q = -3"),
    ("1)\nq = 3", "'1)' is read as Q1"),
    ("q = 3\nthis was fun", "'this was fun' is not read: it has no equals sign"),
    ("Q2 was hard\nq = 3", "'was hard' is read as the heading of Q2"),
    ("# Q2 was hard\nq = 3", "'# Q2 was hard' is a comment; write Q2 on a line of its own"),
    ("| node | value | local |\n|-|-|-|\n| q | 3 | 1 |", "not read from this table: local"),
]


@pytest.mark.parametrize(("text", "message"), NOTED)
def test_a_doubtful_reading_is_noted(text: str, message: str) -> None:
    """Where something was read in one of several ways, a note says how."""
    assert [(r.code, r.message) for r in read_sheet(text).remarks] == [("note", message)]


PROBLEMS = [
    ("q = 1,234", "'1,234' has two readings; write 1.234 or 1234"),
    ("q 3", "this line has no equals sign; write q = 3"),
    ("df/dx -4", "this line has no equals sign; write df/dx = -4"),
    ("q = 3)", "')' closes nothing; remove ')', or open it before"),
    ("q = (3", "'(' is never closed; add ')'"),
    ("g = [1, 2", "'[' is never closed; add ']'"),
    ("q = 1/2x", "'1/2x' has two readings; write 1/(2*x) or (1/2)*x"),
    ("g = [0,73; 1,2]", "a semicolon inside brackets has two readings; write [1, 2] for a vector,"),
    ("q = 3 f = 4", "a second answer on the line, or a product; write each answer on a line"),
    ("q = 3 so f = 4", "a second answer on the line, or a product; write each answer on a line"),
    ("q = 3 or q = 4", "a second answer on the line, or a product; write each answer on a line"),
    ("df/dx = 2 if x=0", "a second answer on the line, or a product; write each answer on a line"),
    ("df/dx = -4 for x=-2", "a second answer on the line, or a product; write each answer on"),
    ("3 = q", "this line is no answer; write name = value: df/dx = -4"),
    ("df/dx at x=2 is 3", "this line is no answer; write name = value: df/dx = -4"),
    ("x/y = 3", "'x/y' is no gradient; write df/dx for a gradient"),
    ("q = 50%", "'%' is not expected here"),
    ("q = \x1b[31m3", "an invisible character"),
    ("q = 1\x002", "an invisible character"),
    ("q = \u202e3", "an invisible character"),
    ("| a | b | c |\n|-|-|-|\n| 1 | 2 | 3 |", "this table cannot be read: a, b, c; name the col"),
    (f"q = {'1+' * 3000}1", "more than 5,000 tokens (the limit 'tokens')"),
    (f"q = {'(' * 400}1{')' * 400}", "more than 200 nested brackets (the limit 'depth')"),
    (f"q = {'9' * LONGEST_LINE}", "a line has at most 16,384 characters"),
    (f"{'q' * 300} = 3", "more than 250 characters in a name (the limit 'name_length')"),
]


@pytest.mark.parametrize(("text", "message"), PROBLEMS)
def test_a_bad_line_costs_itself(text: str, message: str) -> None:
    """A line that cannot be read is a problem with its number and its fix; the lines before and
    behind it are read.
    """
    sheet = read_sheet(f"f = 1\n{text}\ng = 2\n")
    assert [said(answer) for answer in sheet.answers] == ["f = 1", "g = 2"]
    (remark,) = sheet.remarks
    assert (remark.code, remark.line) == ("problem", 2)
    assert remark.message.startswith(message)
    assert "--max" not in remark.message


def test_lines_and_texts_are_those_of_the_sheet() -> None:
    """An answer knows its line and what was written there."""
    answers = read_sheet("Q1\n\n**q** = x+y = 3\n| f | `-12` |\nH = [[1,\n2]]\ng = ?\n").answers
    assert [(a.line, a.text) for a in answers] == [
        (3, "x+y = 3"), (4, "-12"), (5, "[[1, 2]]"), (7, "?")
    ]  # fmt: skip
    assert answers[0].written.chain and not answers[1].written.chain


@pytest.mark.parametrize(
    "line",
    [
        "q = " + "3 at x=1 " * 1_800,
        "q = 3 at" + " x=1" * 4_000 + " !",
        "q = 3 at (" + "x=1, " * 3_000 + " !",
        "q = 3 " + "@ " * 8_000 + "=",
        "q = 3 at" + " " * 16_000 + "x !",
        "q = 3 at x=1" + " " * 16_000 + "!",
        "q = " + "f = " * 4_000 + "3",
        "q = " + "".join(f"a{i} = " for i in range(1_900)) + "3",
    ],
)
def test_long_lines_are_read_at_once(line: str) -> None:
    """A line made to keep the reader of chains and places busy is read, or refused, like others."""
    start = time.perf_counter()
    read_sheet(f"f = 1\n{line[:LONGEST_LINE]}\n")
    assert time.perf_counter() - start < 2


def test_two_answers_are_both_kept() -> None:
    """A quantity that is answered twice stands there twice, in order."""
    assert reading("q = 3\nq = 4") == "q = 3; q = 4"


WHO = [
    ("id: abc123", "abc123"),
    ("ID = abc123", "abc123"),
    ("Id:abc123", "abc123"),
    ("**Student ID:** abc123", "abc123"),
    ("- Student number: 4711", "4711"),
    ("Matrikelnummer: 4711", "4711"),
    ("NetID: abc", "abc"),
    ("学号: 20231", "20231"),
    ("| id | abc |\n|---|---|", "abc"),
    ("id: abc\nid: other", "abc"),
    ("email: a@b.edu", "a@b.edu"),
    ("id: ?", ""),
    ("id:", ""),
    ("# id: abc", "abc"),
    ("The id: abc is mine", ""),
]


@pytest.mark.parametrize(("head", "id"), WHO)
def test_the_head_says_who(head: str, id: str) -> None:
    """The id is found however its heading is written; the first one counts."""
    assert read_sheet(f"{head}\nq = 3\n").id == id
    if "|" not in head and "email" not in head:
        assert said_id(f"{head}\nq = 3\n") == id


@pytest.mark.parametrize(
    "head",
    ["Date: 3 May", "Course: CS 231n", "Instructor: Dr. Smith", "Homework 3", "Jane Doe",
     "HW3: backprop by hand", "Due date: 2024-05-03", "Class: B", "Total: 3", "CS231n, HW 3"],
)  # fmt: skip
def test_other_lines_of_the_head_are_passed_over(head: str) -> None:
    """Titles and headings such as Date: are no answers and no problems."""
    sheet = read_sheet(f"{head}\nname: Jane Doe\nq = 3\n")
    assert (sheet.name, len(sheet.answers), sheet.remarks) == ("Jane Doe", 1, ())


NO_SHEETS = [
    (b"", "it has no answers"),
    (b"hello\n", "it has no answers"),
    (b"Q1\nQ2\n", "it has no answers"),
    (b"q = )\n", "none of its answers can be read: ')' closes nothing"),
    (b"%PDF-1.7 q = 3", "it is a PDF, not text"),
    (b"PK\x03\x04 q = 3", "it is a Word, Excel or zip file, not text"),
    (b"{\\rtf1 q = 3}", "it is a rich-text file, not text"),
    (b"\x89PNG\r\n", "it is a picture, not text"),
    (b"\0\0\0\x18ftypheic", "it is a picture or film, not text"),
    (b"\0" * 1000, "it has no answers"),
    (b'{"nbformat": 4, "cells": []}', "it is a Jupyter notebook"),
    (b'{"q": 3', "the sheet is not JSON"),
    (b'{"q": ' * 100_000, "the sheet"),
    (b'{"q": 3, "q": 4}', "'q' stands twice in the sheet"),
    (b'{"a": {"q": 3}}', "none of its answers can be read: 'a' is no question"),
    (b"<html><p>hello</p></html>", "it has no answers"),
    (b"x" * (LARGEST_FILE + 1), "it is larger than 1 MiB"),
]


@pytest.mark.parametrize(("data", "message"), NO_SHEETS)
def test_what_is_no_sheet_says_why(data: bytes, message: str) -> None:
    """A file without answers is refused with a reason for a person."""
    with pytest.raises(BackpropError) as caught:
        sheet_of(data)
    assert caught.value.diagnostic.message.startswith(message)
    assert caught.value.diagnostic.code in ("file", "file-content")


ENCODED = [
    "q = −3\n".encode(),
    "q = −3\n".encode("utf-8-sig"),
    "q = −3\n".encode("utf-16"),
    "\ufeffq = −3\n".encode("utf-16-be"),
    "q = −3\n".encode("utf-32"),
    b"name: Jos\xe9\nq = \x963\n",
    b"# \xff\xfe\nq = \xe2\x88\x923\n",
]


@pytest.mark.parametrize("data", ENCODED)
def test_encodings(data: bytes) -> None:
    """UTF-8, UTF-16 and UTF-32 with their marks, and line by line Windows-1252."""
    assert [said(answer) for answer in sheet_of(data).answers] == ["q = -3"]


OBJECTS = [
    ('{"answers": {"Q1": {"q": 3, "df/dx": "-4"}}}', "Q1 q = 3; Q1 df/dx = -4"),
    ('{"answers": {"Q1": {"g": [1, 2]}}}', "Q1 g = [1, 2]"),
    ('{"Q1": {"q": 3.10}, "Q2": {"f": 1e-3}}', "Q1 q = 3.10; Q2 f = 1e-3"),
    ('{"answers": {"q": 3, "f": null}}', "q = 3; f = ?"),
    ('{"q": -0.5, "dx": "1/3"}', "q = -0.5; dx = 1 / 3"),
    ('{"Question 1": {"H": [[1, 2], [3, 4]]}}', "Q1 H = [[1, 2], [3, 4]]"),
    ('{"answers": {"Q1 q": 3, "Q2.f": 4}}', "Q1 q = 3; Q2 f = 4"),
    ('{"q": 3, "f": true, "g": [], "h": {"a": 1}}', "q = 3"),
    ('{"q": NaN, "f": -Infinity}', "q = nan; f = -inf"),
    ('{"q": "3\\nid: other\\nf = 4"}', ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), OBJECTS)
def test_objects(text: str, expected: str) -> None:
    """JSON keeps the digits as they are written; what is no answer is a problem; an entry cannot
    make lines of its own.
    """
    try:
        sheet = sheet_of(f'{{"id": "abc", {text[1:]}'.encode(), "a.json")
    except BackpropError:
        assert not expected
        return
    assert "; ".join(map(said, sheet.answers)) == expected
    assert sheet.id == "abc"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q,3\nf,-12\n", "q = 3; f = -12"),
        ("node,value,gradient\nq,3,-4\n", "q = 3; d/dq = -4"),
        ("id,Q1 q,Q1: df/dx\nabc,3,-4\n", "Q1 q = 3; Q1 df/dx = -4"),
        ("q;f\n0,5;1,234\n", "q = 0.5; f = 1.234"),
    ],
)
def test_one_students_csv(text: str, expected: str) -> None:
    """A CSV of one student is read by rows or by columns."""
    assert "; ".join(map(said, sheet_of(text.encode(), "a.csv").answers)) == expected


PAGES = [
    ("<p>Q1</p><p>q&nbsp;= 3<br>f = &minus;12</p>", "Q1 q = 3; Q1 f = -12"),
    ("<table><tr><td>q</td><td>3</td></tr></table>", "q = 3"),
    ("<style>p {q = 1}</style><script>f = 2</script><!-- g = <b> 4 --><div>q = 3</div>", "q = 3"),
    ("<div dir='ltr'><b>q</b> = <i>3</i></div>", "q = 3"),
]


@pytest.mark.parametrize(("page", "expected"), PAGES)
def test_pages(page: str, expected: str) -> None:
    """The text of an online editor's HTML is read, and nothing that a browser would hide."""
    sheet = sheet_of(page.encode(), "onlinetext.html")
    assert "; ".join(map(said, sheet.answers)) == expected


@pytest.mark.parametrize("piece", ["<!", "<a ", "<", "<!--", "<a b='", "&#", "</", "<script>"])
def test_pages_are_read_in_one_pass(piece: str) -> None:
    """A page made to keep a parser busy is read, or refused, like any other."""
    assert len(text_of_page(piece * (LARGEST_FILE // len(piece)))) <= LARGEST_FILE


def test_limits_keep_what_is_within_them() -> None:
    """Too many lines, and too many bad ones: the good ones are read."""
    sheet = read_sheet("q = 3\n" * (MOST_LINES + 5))
    assert len(sheet.answers) == MOST_LINES
    assert codes(sheet) == [("problem", MOST_LINES + 1)]
    sheet = read_sheet("q = 3\n" + "f = )\n" * 500)
    assert len(sheet.answers) == 1 and len(sheet.remarks) == MOST_REMARKS + 1
    assert sheet.remarks[-1].message == "400 more remarks on this sheet are left out"
    sheet = read_sheet("q = 3\n" + f"f = {'x²' * 2_000}\n" * 40)
    assert 30 < len(sheet.answers) < 40
    assert sheet.remarks[-1].message == "the answers have more than 131,072 characters"


@pytest.mark.parametrize("colons", [": ", "Step: ", "a: b: "])
def test_no_depth_is_too_deep(colons: str) -> None:
    """A line of thousands of colons is one line."""
    text = f"{colons * (8_000 // len(colons))}q = 3"
    assert len(read_sheet(f"f = 1\n{text}\n").answers) >= 1


numerals = st.from_regex(r"[-−–]?(0|[1-9][0-9]{0,17})(\.[0-9]{0,20})?", fullmatch=True)


@settings(deadline=None)
@given(st.sampled_from(["q", "df/dx", "x.grad", "f'(x)", "∂f/∂x", "θ"]), numerals)
def test_decimal_numbers_need_no_parser(name: str, number: str) -> None:
    """The short way for plain numbers says what the grammar says."""
    parsed = parse_answer(f"{name} = {number}", LIMITS)
    assert parsed_answer(name, number)[:3] == parsed[:3]


MARKED = [b"q = 3", b"df/dx = -4", b"| f | 12 |", b"**g** = [1, 2]"]
lines = st.one_of(
    st.binary(max_size=40).filter(lambda line: b"\n" not in line and b"\r" not in line),
    st.text("Qq1=:#|-*`$[]()<>,;. ?dfx/∂≈\t\u202e\u2028", max_size=40).map(str.encode),
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["", "a.json", "a.csv", "a.html"]))
def test_any_bytes_are_a_sheet_or_refused(data: bytes, file: str) -> None:
    """Whatever is handed in gives a sheet or a reason, and never another exception."""
    try:
        sheet_of(data, file)
    except BackpropError as error:
        assert error.diagnostic.message


@settings(max_examples=300, deadline=None)
@given(lines, st.sampled_from(MARKED), lines)
def test_good_lines_survive_their_neighbours(before: bytes, good: bytes, after: bytes) -> None:
    """A line that can be read is read, whatever stands above and below it."""
    data = b"z = 1\n" + before + b"\n\n" + good + b"\n\n" + after + b"\n"
    found = [said(answer._replace(label=None)) for answer in sheet_of(data).answers]
    assert said(sheet_of(good).answers[0]) in found
