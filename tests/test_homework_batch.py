"""Many sheets at once: limits, crashes, the journal, the files left behind, the teacher's hand."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from misbehaving import misbehave

from backprop_cli.errors import BackpropError
from backprop_cli.homework.asking.key import read_key
from backprop_cli.homework.batches.batch import mark_batch, usable_processors
from backprop_cli.homework.batches.changes import changes
from backprop_cli.homework.batches.journal import NAME, Journal, fingerprint, recorded, reusable
from backprop_cli.homework.batches.output_folder import PART, output_folder
from backprop_cli.homework.batches.overrides import overridden, read_overrides, strangers
from backprop_cli.homework.batches.pseudonyms import Pseudonyms, read_secret
from backprop_cli.homework.batches.worker import FileLimits, Task
from backprop_cli.homework.marks import Mark, QuestionMarks, Remark, SheetMarks
from backprop_cli.render.marks_json import marks_json, read_marks

KEY = read_key("title: HW\nQ1 [6 pts] f = x*y\n at x=2 y=3\n ask f dx dy\nQ2 g = sin(x)\n ask dg\n")


def sheet(id: str, verdict: str = "right", status: str = "graded", **more: object) -> SheetMarks:
    """Marks of one answer, worth two points if it is right."""
    points = Fraction(2 if verdict == "right" else 0)
    mark = Mark("f", "value", "n2", "6", verdict, points, Fraction(2), "6")
    questions = tuple(QuestionMarks(q, "f", (), (mark,), Fraction(2)) for q in ("Q1", "Q2"))
    values: dict[str, Any] = {"name": "", "file": "", "fingerprint": f"k.{id}.v", **more}
    return SheetMarks(id=id, status=status, questions=questions, **values)


# -------------------------------------------------------------------------------------- the workers


def batch(names: list[str], jobs: int) -> dict[str, SheetMarks]:
    """The marks of tasks of these names, by name; their ids are their numbers."""
    tasks = [Task(str(number), name, "", f"f{number}", None) for number, name in enumerate(names)]
    found = mark_batch(KEY, tasks, jobs=jobs, limits=FileLimits(0.3, 256 << 20), mark=misbehave)
    return {names[int(marks.id)]: marks for marks in found}


HARM = [
    ("spin", "it took too long"), ("crash", "it stopped the program"),
    ("leave", "it stopped the program"), ("hoard", "it needs too much memory"),
    ("sleep", "it took too long"), ("raise", "ValueError: invalid literal"),
]  # fmt: skip


def test_a_bad_sheet_costs_itself_only() -> None:
    """Hanging, crashing, hoarding memory and our own bugs: that file goes to a person with the
    reason, without a fingerprint so that it is tried again, and all others are marked.
    """
    good = [f"good {number}" for number in range(60)]
    names = [*good[:20], "spin", "crash", *good[20:40], "leave", "hoard", "sleep", "raise", "print"]
    found = batch([*names, *good[40:]], jobs=2)
    assert {*found} == {*names, *good}
    for name in [*good, "print"]:
        assert found[name].status == "graded" and not found[name].remarks
    for name, reason in HARM:
        assert found[name].status == "human" and found[name].fingerprint == ""
        (remark,) = found[name].remarks
        assert remark.message.startswith("could not be marked: ") and reason in remark.message
        assert "\n" not in remark.message and "Traceback" not in remark.message


def test_the_answer_it_died_of_is_left_out() -> None:
    """A sheet with one answer that hangs or crashes is marked without that answer."""
    names = ["spin once", "crash once", "hoard once", "good"]
    found = batch(names, jobs=1)
    assert [remark.message for remark in found["good"].remarks] == []
    for name in names[:3]:
        assert found[name].fingerprint and found[name].status == "graded"
        assert [remark.message for remark in found[name].remarks] == ["Q2 dg/dx"]


def children() -> set[str]:
    """The processes that this one has started and not yet buried."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {pid for path in tasks for pid in path.read_text().split()}


def test_no_process_is_left() -> None:
    """Whoever stops listening leaves no worker behind, not even one that hangs."""
    before = children()
    tasks = [
        Task(str(number), name, "", "f", None) for number, name in enumerate(["good", "sleep"])
    ]
    results = mark_batch(KEY, tasks, jobs=2, limits=FileLimits(60), mark=misbehave)
    next(results)
    assert len(children() - before) == 2
    results.close()  # type: ignore[attr-defined]
    assert children() == before
    assert list(mark_batch(KEY, [], jobs=2)) == []


def test_a_planted_module_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker imports nothing from the folder it is started in, which may be one of hand-ins."""
    for name in ("flint", "signal", "resource", "socket", "lark"):
        (tmp_path / f"{name}.py").write_text("import os\nos._exit(9)\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    assert batch(["good"], jobs=1)["good"].status == "graded"


def test_processors() -> None:
    """At least one process, at most eight."""
    assert 1 <= usable_processors() <= 8


# -------------------------------------------------------------------------------------- the journal


@given(st.integers(min_value=0, max_value=2000))
def test_a_torn_journal_gives_what_is_whole(cut: int) -> None:
    """Cut anywhere, a journal gives back exactly its whole lines."""
    lines = [marks_json(sheet(id)).encode() + b"\n" for id in ("a", "b", "c")]
    data = b"".join(lines)[:cut]
    ends = [len(b"".join(lines[: count + 1])) - 1 for count in range(3)]
    whole = [id for id, end in zip("abc", ends, strict=True) if cut >= end]
    assert [record.marks.id for record in recorded(data, read_marks)] == whole


def test_the_journal_goes_on_behind_a_torn_line(tmp_path: Path) -> None:
    """What is added after a kill is not glued to the line that the kill has torn."""
    with output_folder(str(tmp_path)) as folder:
        for id in ("a", "b"):
            journal = Journal(folder)
            journal.add(marks_json(sheet(id)))
            journal.close()
            data = (tmp_path / NAME).read_bytes()
            (tmp_path / NAME).write_bytes(data + b'{"schema":"backprop.ch')
        assert [one.marks.id for one in recorded(folder.read(NAME), read_marks)] == ["a", "b"]
        assert list(recorded(None, read_marks)) == []


def test_fingerprints() -> None:
    """They change with the key, the sheet and the id, each in its own part; overridden marks are
    not used again.
    """
    other = read_key("Q1 f = x*y\n at x=2 y=4\n ask f\n")
    first = fingerprint(KEY, b"q = 3", "ann")
    assert first == fingerprint(KEY, b"q = 3", "ann")
    for changed, part in (
        (fingerprint(other, b"q = 3", "ann"), 0),
        (fingerprint(KEY, b"q = 4", "ann"), 1),
        (fingerprint(KEY, b"q = 3", "bob"), 1),
    ):
        pairs = zip(first.split("."), changed.split("."), strict=True)
        assert [a != b for a, b in pairs].index(True) == part
    assert reusable(sheet("a")) and not reusable(sheet("a", fingerprint=""))
    assert not reusable(sheet("a", override=Fraction(1)))


# ---------------------------------------------------------------------------------------- the files


def test_files_are_written_whole(tmp_path: Path) -> None:
    """Into place at once, with nothing beside them; the same content is left alone."""
    with output_folder(str(tmp_path / "a" / "b")) as folder:
        folder.write("grades.csv", b"one")
        path = tmp_path / "a" / "b" / "grades.csv"
        before = path.stat()
        folder.write("grades.csv", b"one")
        assert path.stat().st_ino == before.st_ino
        folder.write("grades.csv", b"two")
        assert path.read_bytes() == b"two" and path.stat().st_ino != before.st_ino
        folder.write("secret.csv", b"s", mode=0o600)
        assert stat.S_IMODE((path.parent / "secret.csv").stat().st_mode) == 0o600
        with folder.inside("feedback") as inside:
            inside.write_all((f"{n}.md", b"x" * n) for n in range(40))
            inside.remove("7.md")
            inside.remove("none.md")
        assert len(list((path.parent / "feedback").iterdir())) == 39
        assert folder.read("none") is None
    assert {*os.listdir(path.parent)} == {".lock", "grades.csv", "secret.csv", "feedback"}


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No space: the error says so, the old content stays, and no half of the new one."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with output_folder(str(tmp_path)) as folder:
        folder.write_all([("a", b"old"), ("b", b"old")])
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(BackpropError, match="could not be written: no space left on device"):
            folder.write_all([("a", b"new"), ("b", b"new")])
        monkeypatch.undo()
        journal = Journal(folder)
        monkeypatch.setattr(os, "write", full)
        journal.add(marks_json(sheet("a")))
        with pytest.raises(BackpropError, match="the journal of this run"):
            journal.close()
    monkeypatch.undo()
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == b"old"
    assert not [name for name in os.listdir(tmp_path) if name.startswith(PART)]


def test_links_are_not_followed(tmp_path: Path) -> None:
    """Neither a file nor a folder in the output folder may be a link to somewhere else."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_text("mine")
    out = tmp_path / "out"
    out.mkdir()
    (out / "grades.csv").symlink_to(outside / "file")
    (out / "feedback").symlink_to(outside)
    (out / "pipe").mkdir()
    with output_folder(str(out)) as folder:
        with pytest.raises(BackpropError, match="it is a link"):
            folder.write("grades.csv", b"x")
        with pytest.raises(BackpropError, match="it is a link"), folder.inside("feedback"):
            pass
        with pytest.raises(BackpropError):
            folder.write("pipe", b"x")
    assert (outside / "file").read_text() == "mine" and os.listdir(outside) == ["file"]


def test_one_run_at_a_time(tmp_path: Path) -> None:
    """A second run is refused while the first one writes, and welcome when it is done."""
    with output_folder(str(tmp_path)):
        second = output_folder(str(tmp_path))
        with pytest.raises(BackpropError, match="another run is writing"):
            second.__enter__()
    with output_folder(str(tmp_path)) as folder:
        folder.write("a", b"x")
    with pytest.raises(BackpropError, match="could not be written"), output_folder("/dev/null/x"):
        pass


def test_a_kill_between_files_leaves_them_whole(tmp_path: Path) -> None:
    """A process killed while it writes leaves each file old or new, and the next run clears up."""
    program = (
        "import sys\nfrom backprop_cli.homework.batches.output_folder import output_folder\n"
        "with output_folder(sys.argv[1]) as folder:\n"
        "    for n in range(10**9):\n"
        "        folder.write_all((str(i), b'%d ' % n * 20000) for i in range(4))\n"
    )
    root = str(Path(__file__).parent.parent)
    for wait in (0.25, 0.3, 0.35, 0.4, 0.45):
        run = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], cwd=root)
        time.sleep(wait)
        run.kill()
        run.wait()
        for path in tmp_path.glob("[0-3]"):
            words = path.read_bytes().split(b" ")
            assert len(words) == 20001 and len({*words[:-1]}) == 1
    with output_folder(str(tmp_path)):
        assert not [*tmp_path.glob(PART + "*")]


# ------------------------------------------------------------------------------------ the overrides

GOOD_ROWS = [
    ("ann,Q1,4.5,well", "Q1", "9/2", "well"), ("ann,,3,", "", "3", ""),
    ("ann,q1,0,", "Q1", "0", ""), ("ann,Q2,1/3,", "Q2", "1/3", ""), ("'ann,,1,", "", "1", ""),
    ('ann,Q1,,"only, words"', "Q1", None, "only, words"), (" ann , Q1 , 2 , x ", "Q1", "2", "x"),
]  # fmt: skip
BAD_ROWS = [
    ("ann,Q9,1,", "no question Q9"), ("ann,Q1,lots,", "no number"), ("ann,Q1,-1,", "no number"),
    ("ann,Q1,1/0,", "no number"), ("ann,Q1,1e9,", "no number"), ("ann,Q1,,", "neither"),
    (",Q1,1,", "without an id"), ("ann,Q1,99999,", "points go from 0"),
    ("ann,Q1,NaN,", "no number"), (f"ann,Q1,1,{'x' * 3000}", "a comment has"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "question", "points", "comment"), GOOD_ROWS)
def test_overrides(row: str, question: str, points: str | None, comment: str) -> None:
    """Points for a question or the whole sheet, as decimals or fractions, with words or without."""
    found = read_overrides(f"id,question,points,comment\n{row}\n", KEY)
    assert not found.problems
    (only,) = found.rows["ann"]
    assert (only.question, only.comment, only.line) == (question, comment, 2)
    assert only.points == (None if points is None else Fraction(points))


@pytest.mark.parametrize(("row", "reason"), BAD_ROWS)
def test_a_bad_override_costs_its_row(row: str, reason: str) -> None:
    """It is listed with its line, and the others count."""
    found = read_overrides(
        f"\ufeffid;question;points;comment\n{row.replace(',', ';')}\nbob;;2,5;", KEY
    )
    (problem,) = found.problems
    assert problem.line == 2 and reason in problem.message
    assert found.rows["bob"][0].points == Fraction(5, 2)


def test_overrides_that_are_no_table() -> None:
    """A header that is missing, a row that stands twice, nobody of that id, an empty file."""
    assert "names the columns" in read_overrides("ann,3\n", KEY).problems[0].message
    twice = read_overrides("id,points\nann,1\nann,2\n", KEY)
    assert "twice" in twice.problems[0].message and twice.rows["ann"][0].points == 2
    assert [remark.message for remark in strangers(twice, ["bob"])] == ["nobody has the id ann"]
    assert read_overrides("", KEY) == ({}, ())
    torn = read_overrides('id,points\nbob,2\nann,"1', KEY)
    assert torn.rows["bob"][0].points == 2


@given(st.text(max_size=200))
def test_no_text_breaks_the_overrides(text: str) -> None:
    """Whatever stands there, it is rows and problems."""
    read_overrides(text, KEY)
    read_overrides(f"id,question,points,comment\n{text}", KEY)


def test_overrides_win() -> None:
    """Points set by hand replace those of the program, and settle what waited for a person."""
    rows = read_overrides(
        "id,question,points,comment\nann,Q1,1.5,look\nbob,,3,all\ncy,Q1,1,", KEY
    ).rows
    ann = overridden(sheet("ann", "undecided", "human"), rows["ann"])
    assert ann.points == Fraction(3, 2) and ann.questions[0].comment == "look"
    assert ann.status == "human"  # Q2 is still open
    bob = overridden(sheet("bob", "skipped", "unreadable"), rows["bob"])
    assert (bob.points, bob.status, bob.comment) == (3, "graded", "all")
    cy = overridden(sheet("cy", "right", "human"), rows["cy"])
    assert cy.points == 3 and cy.status == "graded"


# -------------------------------------------------------------------------------------- the changes

CHANGES = [
    (None, sheet("a"), "new"),
    (sheet("a"), None, "no longer in the class"),
    (sheet("a", "wrong"), sheet("a", fingerprint="k.other.v"), "the sheet changed"),
    (sheet("a", "wrong"), sheet("a", fingerprint="K.a.v"), "the key changed"),
    (sheet("a", "wrong"), sheet("a", fingerprint="K.a.w"), "the key changed; backprop changed"),
    (sheet("a"), sheet("a", override=Fraction(1)), "points set by hand"),
    (sheet("a", override=Fraction(1)), sheet("a"), "no longer set by hand"),
    (sheet("a"), sheet("a", status="human", fingerprint="k.b.v"),
     "the sheet changed; graded, now human"),
    (sheet("a", "skipped", "missing", fingerprint=""), sheet("a"), "handed in"),
    (sheet("a"), sheet("a", "skipped", "missing", fingerprint=""), "no longer handed in"),
    (sheet("a", "wrong", "human", fingerprint=""), sheet("a"), "marked again"),
]


@pytest.mark.parametrize(("was", "now", "why"), CHANGES, ids=[case[2] for case in CHANGES])
def test_changes_have_a_reason(was: SheetMarks | None, now: SheetMarks | None, why: str) -> None:
    """Who has other points than in the run before, from what to what, and why."""
    (found,) = changes([was] if was else [], [now] if now else [])
    assert found.why == why
    assert found.before == (was and was.points) and found.after == (now and now.points)
    same = [each for each in (was, now) if each]
    assert changes(same[:1], same[:1]) == []


# ----------------------------------------------------------------------------------- the pseudonyms


def test_pseudonyms() -> None:
    """The same in every run with the secret, others without it; names, files and ids are gone."""
    secret = read_secret(None)
    people = {"ann.lee": "Ann Lee", "bob": ""}
    first, again = Pseudonyms(secret, people), Pseudonyms(secret, {"ann.lee": ""})
    assert first.pseudonyms["ann.lee"] == again.pseudonyms["ann.lee"] != first.pseudonyms["bob"]
    assert Pseudonyms(read_secret(None), people).pseudonyms != first.pseudonyms
    assert read_secret(first.table()) == secret
    remarks = (
        Remark("note", 0, "ann.lee.txt"),
        Remark("problem", 0, "bob.txt"),
        Remark("problem", 3, "ANN LEE has ann.lee, not bob"),
    )
    marks = first.anonymous(
        sheet("ann.lee", name="Ann Lee", file="ann.lee.txt", fingerprint="", remarks=remarks)
    )
    assert "ann" not in marks_json(marks).lower() and "bob" not in marks_json(marks)
    assert [remark.line for remark in marks.remarks] == [0, 3]
    assert first.fingerprint("a.b.v").endswith(".v") and "a.b" not in first.fingerprint("a.b.v")
    for text in (
        "",
        "pseudonym,id,name\n",
        "secret,short,\n",
        f"secret,{secret},\nsecret,{secret},",
    ):
        with pytest.raises(BackpropError, match="lost its secret"):
            read_secret(text)
