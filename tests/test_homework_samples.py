"""The sample homework is marked as its README says, and the sample autograder works.

`python tests/test_homework_samples.py` writes the README's screens anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from commandline import ROOT, backprop
from test_readme import BLOCK, commands, screen

from backprop_cli.homework.asking.key import read_key
from backprop_cli.render.marks_json import read_marks

HOMEWORK = ROOT / "samples" / "homework"
GRADESCOPE = ROOT / "samples" / "gradescope"
README = HOMEWORK / "README.md"
CONSOLE = [
    text for name, text in BLOCK.findall(README.read_text(encoding="utf-8")) if name == "console"
]

# id: (status, {question: the answer where the first error starts})
CLASS: dict[str, tuple[str, dict[str, str]]] = {
    "b1001": ("graded", {}),
    "b1002": ("graded", {}),
    "b1003": ("graded", {}),
    "b1004": ("graded", {}),
    "b1005": ("graded", {"Q1": "df/dz", "Q3": "dh/da"}),  # own value at the multiply gate
    "b1006": ("graded", {"Q4": "dm/dy", "Q6": "dg/dx"}),  # the same; half of the product rule
    "b1007": ("graded", {"Q3": "dh/db"}),  # one path of the fork
    "b1008": ("graded", {"Q3": "dh/db"}),  # the other one
    "b1009": ("graded", {"Q3": "dh/db"}),  # their product
    "b1010": ("graded", {"Q3": "dh/db", "Q6": "dg/dx"}),
    "b1011": ("graded", {}),  # decimal commas
    "b1012": ("graded", {"Q1": "df/dx"}),  # local slope only
    "b1013": ("graded", {"Q2": "dp/ds"}),  # the same
    "b1014": ("graded", {"Q2": "dp/dd"}),  # quotient without sign
    "b1015": ("human", {"Q2": "dp/dd"}),  # quotient without square; a remark that is no answer
    "b1016": ("graded", {"Q2": "e"}),  # the exponent's sign
    "b1017": ("graded", {"Q4": "dm/dw"}),  # the loser gets the gradient, too
    "b1018": ("human", {"Q4": "k"}),  # took the smaller; a later step has become trivial
    "b1019": ("human", {"Q4": "m"}),  # added; "m1 is 2.5"
    "b1020": ("unreadable", {}),  # a PDF
    "b1021": ("graded", {"Q3": "dh/db"}),  # half of the gradient to each
    "b1022": ("graded", {"Q1": "df/dz"}),  # starts with f instead of 1
    "b1023": ("human", {"Q5": "dL/ds3"}),  # the inactive hinge lets the gradient through
    "b1024": ("graded", {"Q5": "dL/ds2"}),  # the sign at minus
    "b1025": ("graded", {}),
    "b1026": ("graded", {"Q3": "dh/db", "Q6": "dg/dx"}),  # the value copied; power rule on exp
    "b1027": ("graded", {"Q1": "f"}),  # -21 for -12
    "b1028": ("graded", {"Q2": "s"}),  # a term left out; UTF-16
    "b1029": ("graded", {"Q2": "dp/ds", "Q6": "dg/dx"}),
    "b1030": ("human", {}),  # two questions not answered, with an apology
    "b1031": ("graded", {"Q2": "p", "Q6": "dg/dx"}),  # the decimal point
    "b1032": ("graded", {}),  # a vector of two instead of three
    "b1033": ("human", {}),  # a bracket that is not closed
    "b1034": ("missing", {}),
}


@pytest.mark.parametrize("block", CONSOLE, ids=lambda block: commands(block)[0][-40:])
def test_the_screens_are_real(block: str, tmp_path: Path) -> None:
    """Each `$ …` of the README prints exactly what stands below it."""
    assert screen(block, tmp_path) == block


def test_the_class_is_marked(tmp_path: Path) -> None:
    """Every sheet of the class has its status and its first errors, each earned by hand."""
    words = ("check", str(HOMEWORK / "hw.key"), str(HOMEWORK / "submissions"), "--roster")
    result = backprop(*words, str(HOMEWORK / "roster.csv"), "-o", str(tmp_path / "marks"))
    assert result.code == 1, result.err
    lines = (tmp_path / "marks" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    found = {}
    for marks in map(read_marks, lines):
        errors = {q.label: q.first_error for q in marks.questions if q.first_error is not None}
        found[marks.id] = (marks.status, errors)
    assert found == CLASS


def test_every_blank_sheet_reads_as_not_answered(tmp_path: Path) -> None:
    """The roster's blank sheets are written, and earn nothing when they come back."""
    key, blank = str(HOMEWORK / "hw.key"), str(tmp_path / "blank")
    written = backprop("check", key, "--sheets", str(HOMEWORK / "roster.csv"), "-o", blank)
    assert written.code == 0, written.err
    assert len([name for name in os.listdir(blank) if name.endswith(".txt")]) == len(CLASS)
    assert backprop("check", key, blank, "-o", str(tmp_path / "marks")).code == 0
    lines = (tmp_path / "marks" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    for marks in map(read_marks, lines):
        assert marks.points == 0 and marks.status == "graded"
        assert {mark.verdict for q in marks.questions for mark in q.marks} == {"skipped"}


def autograded(folder: Path, sheet: bytes) -> dict[str, object]:
    """What the sample autograder leaves for Gradescope."""
    for name in ("source", "submission", "venv/bin"):
        (folder / name).mkdir(parents=True)
    (folder / "source" / "hw.key").write_bytes((GRADESCOPE / "hw.key").read_bytes())
    (folder / "submission" / "hw3.txt").write_bytes(sheet)
    metadata = {"id": 1, "users": [{"sid": "b1001", "email": "a@b.c", "name": "Ada Brandt"}]}
    (folder / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    program = folder / "venv" / "bin" / "backprop"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m backprop_cli "$@"\n')
    program.chmod(0o755)
    env = {**os.environ, "AUTOGRADER": str(folder), "PYTHONPATH": str(ROOT)}
    subprocess.run([GRADESCOPE / "run_autograder"], check=True, env=env, capture_output=True)
    found: dict[str, object] = json.loads((folder / "results" / "results.json").read_bytes())
    return found


def test_the_autograder(tmp_path: Path) -> None:
    """A sheet gets its score and a test for each answer; what is no sheet gets a word."""
    numbers = b"q = 3\nf = -12\ndf/dq = -4\ndx = -4\ndy = 4\ndz = 3\n"
    sheet = b"Q1\n" + numbers + b"Q3\ndg/dx = x*(2-x)*exp(-x)\n"
    found = autograded(tmp_path / "good", sheet)
    assert found["score"] == 9
    tests = found["tests"]
    assert isinstance(tests, list)
    statuses = {test["name"]: test["status"] for test in tests}
    assert statuses["Q1 q"] == statuses["Q3 dg/dx"] == "passed" and statuses["Q1 df/dy"] == "failed"
    asked = read_key((GRADESCOPE / "hw.key").read_text(encoding="utf-8"))
    assert len(tests) >= sum(len(question.items) for question in asked.questions)
    assert autograded(tmp_path / "bad", b"%PDF-1.4\n\x00\xff")["score"] == 0


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as name:
        for old in CONSOLE:
            new = screen(old, Path(name))
            text = text.replace(f"```console\n{old}```", f"```console\n{new}```")
    README.write_text(text, encoding="utf-8")
