"""`backprop check` as a teacher and a pipeline meet it: its files and exit codes, interruptions,
hostile hand-ins.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pytest
from commandline import ROOT, Result, backprop, process

from backprop_cli.commands import check_class
from backprop_cli.homework.asking.key import Key
from backprop_cli.homework.batches.output_folder import output_folder
from backprop_cli.homework.batches.worker import Task, mark_task
from backprop_cli.homework.marking.marker import Marker
from backprop_cli.homework.marks import SheetMarks

KEY = """title: HW3
Q1 [6 pts] f = (x+y)*z
  let q = x+y
  at x=-2 y=5 z=-4
  ask q f df/dq df/dx df/dy df/dz
Q2 [4 pts] g = sin(x^2)
  ask dg/dx
  accept x in -3..3
"""
RIGHT = "q = 3\nf = -12\ndf/dq = -4\ndx = -4\ndy = -4\ndz = 3\nQ2\ndg/dx = 2x cos(x^2)\n"
WRONG = RIGHT.replace("f = -12", "f = 12").replace("dx = -4", "dx = 4")
HALF = "q = 3\nf = -12\nQ2\ndg/dx = ?\n"
KILLS = 50  # at random moments; `test_a_kill_at_any_step` has one before every change of the disk


class Homework:
    """A folder with a key and hand-ins."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = str(folder / "hw.key")
        self.submissions = folder / "submissions"
        self.out = folder / "marks"
        self.submissions.mkdir(parents=True)
        Path(self.key).write_text(KEY)

    def hand_in(self, id: str, text: str = RIGHT) -> Path:
        """A sheet in a file of the student's own."""
        path = self.submissions / f"{id}.txt"
        path.write_text(f"id: {id}\nQ1\n{text}")
        return path

    def class_of(self, count: int) -> None:
        """So many students, some of whom are wrong."""
        for number in range(count):
            self.hand_in(f"s{number:04}", (RIGHT, WRONG, HALF)[number % 7 % 3])

    def words(self, *options: str) -> list[str]:
        return ["check", self.key, str(self.submissions), "-o", str(self.out), *options]

    def check(self, *options: str) -> Result:
        """Mark the class in this process."""
        return backprop(*self.words(*options))

    def grades(self) -> dict[str, dict[str, str]]:
        """grades.csv by id."""
        text = (self.out / "grades.csv").read_text(encoding="utf-8")
        return {row["id"]: row for row in csv.DictReader(io.StringIO(text), strict=True)}

    def override(self, *rows: str) -> None:
        """Write overrides.csv."""
        self.out.mkdir(exist_ok=True)
        (self.out / "overrides.csv").write_text("\n".join(["id,question,points,comment", *rows]))


@pytest.fixture
def homework(tmp_path: Path) -> Homework:
    return Homework(tmp_path)


def content(folder: Path) -> dict[str, str]:
    """What a folder holds, by path: hashes, without the lock."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != ".lock"
    }


def mark_here(key: Key, tasks: Sequence[Task], *, jobs: int) -> Iterator[SheetMarks]:
    """Marking without workers, which take a second to start."""
    marker = Marker(key)
    for task in tasks:
        yield mark_task(marker, task, frozenset(), lambda name: None)


@pytest.fixture(autouse=True)
def without_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """`check` in this process starts no others. They have tests of their own, and
    `test_the_same_bytes` shows that they leave the same.
    """
    monkeypatch.setattr(check_class, "mark_batch", mark_here)


def marked(homework: Homework, monkeypatch: pytest.MonkeyPatch, *options: str) -> list[str]:
    """The ids that a run marks anew."""
    seen: list[str] = []
    real = check_class.mark_batch

    def spy(key: object, tasks: Sequence[Task], **more: object) -> object:
        seen.extend(task.id for task in tasks)
        return real(key, tasks, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(check_class, "mark_batch", spy)
        homework.check(*options)
    return seen


# ----------------------------------------------------------------------------------- what it leaves


def test_the_files_of_a_class(homework: Homework) -> None:
    """Grades, results, a page, and feedback for each student; and the summary on the screen."""
    homework.hand_in("ann")
    homework.hand_in("bob", WRONG)
    result = homework.check()
    assert result.code == 0 and "HW3" in result.out, result.err
    assert {*content(homework.out)} == {
        "grades.csv", "results.jsonl", "gradebook.html", "feedback/ann.md", "feedback/bob.md"
    }  # fmt: skip
    grades = homework.grades()
    assert grades["ann"]["points"] == "10" and grades["ann"]["percent"] == "100"
    assert float(grades["bob"]["points"]) < 10 and grades["bob"]["first error"] == "Q1 f"
    schema = json.loads(backprop("schema", "check").out)
    for line in (homework.out / "results.jsonl").read_text(encoding="utf-8").splitlines():
        jsonschema.validate(json.loads(line), schema)


def test_without_o_nothing_is_written(homework: Homework) -> None:
    """Without -o the summary is all."""
    homework.hand_in("ann")
    before = content(homework.folder)
    result = backprop("check", homework.key, str(homework.submissions))
    assert result.code == 0 and "1 student" in result.out
    assert content(homework.folder) == before


def test_json_summary(homework: Homework) -> None:
    """--json prints one object of its schema, and the same exit code."""
    homework.hand_in("ann")
    homework.hand_in("bob", "q = 3 3 3\n" + HALF)
    homework.override("zoe,,3,")
    result = homework.check("--json")
    found = json.loads(result.out)
    jsonschema.validate(found, json.loads(backprop("schema", "summary").out))
    assert found["students"] == 2 and found["most"] == 10 and result.out.count("\n") == 1
    assert found["problems"] == ["overrides.csv, line 2: nobody has the id zoe"]
    assert result.code == 1


EXITS = [
    ({"ann": RIGHT}, [], 0), ({"ann": WRONG}, [], 0), ({"ann": HALF}, [], 0),
    ({"ann": WRONG}, ["--fail-under", "100"], 1), ({"ann": RIGHT}, ["--fail-under", "100"], 0),
    ({"ann": WRONG}, ["--fail-under", "10"], 0), ({"ann": "q = 3 $ 4\n"}, [], 1),
    ({"ann": "\0\0\0"}, [], 1),
]  # fmt: skip


@pytest.mark.parametrize(("sheets", "options", "code"), EXITS)
def test_exit_codes(
    homework: Homework, sheets: dict[str, str], options: list[str], code: int
) -> None:
    """0 where all are graded, however badly; 1 where somebody has to look, or --fail-under."""
    for id, text in sheets.items():
        homework.hand_in(id, text)
    assert homework.check(*options).code == code


USAGE = [
    ["check"], ["check", "KEY"], ["check", "nokey", "SUBS"], ["check", "KEY", "nosubs"],
    ["check", "KEY", "SUBS", "--moodle", "x"], ["check", "KEY", "SUBS", "--anonymous"],
    ["check", "KEY", "SUBS", "--gradescope"], ["check", "KEY", "SUBS", "--grade-column", "x"],
    ["check", "KEY", "SUBS", "--lint"], ["check", "KEY", "--lint", "--sheets", "r"],
    ["check", "KEY", "SUBS", "-o", "o", "--anonymous", "--moodle", "m"],
    ["check", "KEY", "SUBS", "-o", "o", "--anonymous", "--explain", "ann"],
    ["check", "KEY", "SUBS", "--jobs", "0"], ["check", "KEY", "SUBS", "--fail-under", "101"],
    ["check", "KEY", "SUBS", "--explain", "nobody"], ["check", "BAD", "SUBS"],
    ["check", "KEY", "SUBS", "--fail-under", "nan"], ["check", "KEY", "EMPTY"],
    ["check", "KEY", "EMPTY", "-o", "o"], ["check", "KEY", "EMPTY", "--explain", "ann"],
]  # fmt: skip


@pytest.mark.parametrize("words", USAGE, ids=" ".join)
def test_bad_usage(homework: Homework, words: list[str]) -> None:
    """A bad key or contradictory options end with 2 (a missing folder with 5); nothing is left."""
    homework.hand_in("ann")
    bad = homework.folder / "bad.key"
    bad.write_text("Q1 f = (x\n")
    empty = homework.folder / "empty"
    empty.mkdir()
    places = {
        "KEY": homework.key, "SUBS": str(homework.submissions), "BAD": str(bad),
        "EMPTY": str(empty),
    }  # fmt: skip
    before = content(homework.folder)
    result = backprop(*[places.get(word, word) for word in words])
    assert result.code == (5 if "nosubs" in words else 2) and result.err.startswith("error[")
    assert content(homework.folder) == before and not Path("o").exists()


def test_help_opens_with_an_example() -> None:
    """The help shows how it is used."""
    text = backprop("check", "--help").out
    assert "backprop check hw.key submissions/ -o marks/" in text and "--anonymous" in text
    assert "check" in backprop("--help").out


def test_one_student_explained(homework: Homework) -> None:
    """--explain prints one sheet's marks and writes nothing; a near miss is suggested."""
    homework.hand_in("annabel", WRONG)
    result = backprop("check", homework.key, str(homework.submissions), "--explain", "annabel")
    assert result.code == 0 and "annabel" in result.out and "first error is at f" in result.out
    near = backprop("check", homework.key, str(homework.submissions), "--explain", "anabel")
    assert near.code == 2 and "did you mean annabel" in near.err
    words = ("check", homework.key, str(homework.submissions), "--explain", "annabel", "--json")
    assert json.loads(backprop(*words).out)["id"] == "annabel"


def test_missing_students(homework: Homework) -> None:
    """Who is on the roster and not there is missing: in the files, without points."""
    homework.hand_in("ann")
    roster = homework.folder / "roster.csv"
    roster.write_text("id,name\nann,Ann Lee\nbob,Bob Ray\n")
    assert homework.check("--roster", str(roster)).code == 0
    grades = homework.grades()
    assert (grades["bob"]["status"], grades["bob"]["points"]) == ("missing", "")
    assert grades["ann"]["name"] == "Ann Lee"
    assert (homework.out / "feedback" / "bob.md").exists()


# ---------------------------------------------------------------------------------- the second time


def test_only_what_changed_is_marked(homework: Homework, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unchanged class is not marked again; one other sheet is one; another key is all."""
    for id in ("ann", "bob", "cy"):
        homework.hand_in(id)
    assert marked(homework, monkeypatch) == ["ann", "bob", "cy"]
    first = content(homework.out)
    assert marked(homework, monkeypatch) == [] and content(homework.out) == first
    homework.hand_in("bob", WRONG)
    assert marked(homework, monkeypatch) == ["bob"]
    assert content(homework.out)["feedback/ann.md"] == first["feedback/ann.md"]
    homework.hand_in("bob")
    assert marked(homework, monkeypatch) == ["bob"] and content(homework.out) == first
    Path(homework.key).write_text(KEY.replace("[4 pts]", "[5 pts]"))
    assert marked(homework, monkeypatch) == ["ann", "bob", "cy"]


def test_what_changed_is_said(homework: Homework) -> None:
    """The second run lists who has other points, and why; files of who is gone are removed, and
    others in the folder stay.
    """
    homework.hand_in("ann")
    gone = homework.hand_in("bob")
    assert json.loads(homework.check("--json").out)["changes"] == []
    gone.unlink()
    homework.hand_in("ann", HALF)
    homework.hand_in("cy")
    (homework.out / "feedback" / "mine.md").write_text("notes of my own")
    found = json.loads(homework.check("--json").out)["changes"]
    assert [(one["id"], one["why"]) for one in found] == [
        ("ann", "the sheet changed"), ("bob", "no longer in the class"), ("cy", "new")
    ]  # fmt: skip
    names = {*os.listdir(homework.out / "feedback")}
    assert names == {"ann.md", "cy.md", "mine.md"}


def test_overrides_win_and_mark_nothing_again(
    homework: Homework, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Points set by hand are in every output; without them all is as before."""
    homework.hand_in("ann", WRONG)
    homework.hand_in("bob", "q = 3 $ 4\n")
    assert homework.check().code == 1
    before = content(homework.out)
    homework.override("ann,Q1,5.5,almost", "bob,,7,read by hand")
    assert marked(homework, monkeypatch) == []
    result = homework.check("--json")
    assert result.code == 0 and json.loads(result.out)["human"] == 0
    grades = homework.grades()
    assert (grades["ann"]["Q1"], grades["ann"]["points"]) == ("5.5", "9.5")
    assert (grades["bob"]["points"], grades["bob"]["status"]) == ("7", "graded")
    assert "almost" in (homework.out / "feedback" / "ann.md").read_text(encoding="utf-8")
    (homework.out / "overrides.csv").unlink()
    assert homework.check().code == 1
    assert content(homework.out) == before


def test_capitals_of_ids_do_not_count(homework: Homework) -> None:
    """Neither in overrides.csv nor for --explain."""
    homework.hand_in("Ann", WRONG)
    homework.override("aNN,q1,5.5,almost")
    result = homework.check()
    assert result.code == 0 and homework.grades()["Ann"]["Q1"] == "5.5", result.err
    result = homework.check("--explain", "ANN")
    assert result.code == 0 and "almost" in result.out


def test_points_beyond_the_most_are_noted(homework: Homework) -> None:
    """They count, as a bonus does, and a line says so: it may be a slip."""
    homework.hand_in("ann")
    homework.override("ann,Q1,100,", "ann,Q2,4,")
    result = homework.check()
    assert result.code == 0 and homework.grades()["ann"]["points"] == "104"
    assert "overrides.csv, line 2: Q1 gets 100 points of 6" in result.err
    assert result.err.count("overrides.csv") == 1


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_overrides_that_cannot_be_read(homework: Homework, kind: str) -> None:
    """A pipe or link in their place is an error that says so."""
    homework.hand_in("ann")
    homework.out.mkdir()
    path = homework.out / "overrides.csv"
    os.mkfifo(path) if kind == "pipe" else path.symlink_to(homework.key)
    result = homework.check()
    assert result.code == 5 and "overrides.csv' cannot be read" in result.err


def test_a_sheet_of_strays_has_few_remarks(homework: Homework) -> None:
    """Whatever many answers find no place, some are named and the others counted."""
    homework.hand_in("ann", RIGHT + ",".join(["a=1"] * 3000))
    assert homework.check().code == 1
    (line,) = (homework.out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(line) < 20_000 and "2,950 more answers that find no place" in line


# -------------------------------------------------------------------------------------- determinism


def test_the_same_bytes(tmp_path: Path) -> None:
    """For one job and for two and without workers, for any hash seed, and in whatever order the
    files were made.
    """
    seen = []
    for number, (jobs, seed) in enumerate([("1", "0"), ("2", "77"), ("", "")]):
        homework = Homework(tmp_path / str(number))
        texts = {f"s{n:02}": (RIGHT, WRONG, HALF)[n % 3] for n in range(30)}
        order = list(texts)
        random.Random(number).shuffle(order)
        for id in order:
            homework.hand_in(id, texts[id])
        homework.override("s03,Q1,1/3,", "nobody,,1,")
        if jobs:
            run = process(*homework.words("--jobs", jobs), env={"PYTHONHASHSEED": seed})
            assert run.returncode == 1, run.stderr
        else:
            assert homework.check().code == 1
        seen.append(content(homework.out))
    assert len(seen[0]) == 34 and seen[0] == seen[1] == seen[2]


# ------------------------------------------------------------------------------------ interruptions


def start(homework: Homework, *options: str) -> subprocess.Popen[bytes]:
    """The real process, in a group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "backprop_cli", *homework.words(*options)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip


def check_until(homework: Homework, step: int) -> bool:
    """Check in a process that is killed just before it changes the disk for the `step`th time;
    whether it came so far.
    """
    child = os.fork()
    if not child:
        steps, real_open = count(), os.open

        def counted(change: Callable[..., object]) -> Callable[..., object]:
            def call(*words: object, **more: object) -> object:
                changes = change is not real_open or words[1] & os.O_CREAT  # type: ignore[operator]
                if changes and next(steps) == step:
                    os.kill(os.getpid(), signal.SIGKILL)
                return change(*words, **more)

            return call

        for name in ("open", "write", "replace", "unlink", "mkdir", "fsync", "sync"):
            setattr(os, name, counted(getattr(os, name)))
        os._exit(homework.check().code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return status != 0


def test_a_kill_at_any_step(tmp_path: Path) -> None:
    """A batch killed between any two changes of the disk, whether of the journal or of what it
    leaves: grades.csv is absent or whole, and the next run leaves the same bytes as one that was
    never disturbed.
    """
    plain, killed = Homework(tmp_path / "plain"), Homework(tmp_path / "killed")
    for homework in (plain, killed):
        homework.class_of(3)
    assert plain.check().code == 0
    grades = killed.out / "grades.csv"
    step = 0
    while check_until(killed, step):
        step += 1
        assert not grades.exists() or grades.read_bytes().count(b"\r\n") == 4
        assert killed.check().code == 0
        assert content(killed.out) == content(plain.out)
        shutil.rmtree(killed.out)
    assert step > 25


def test_kills_and_a_resume(tmp_path: Path) -> None:
    """A whole process, with its workers, killed at random moments: each run goes on where the one
    before was stopped, and the last one leaves the same bytes as one that was never disturbed.
    """
    plain, killed = Homework(tmp_path / "plain"), Homework(tmp_path / "killed")
    for homework in (plain, killed):
        homework.class_of(80)
    started = time.monotonic()
    assert start(plain).wait() == 0
    whole = time.monotonic() - started
    chance = random.Random(7)
    kills = 0
    while kills < KILLS:
        run = start(killed)
        time.sleep(chance.uniform(0.3, 1.0) * whole)
        if run.poll() is None:
            run.kill()
            kills += 1
        run.communicate()
        grades = killed.out / "grades.csv"
        assert not grades.exists() or grades.read_bytes().count(b"\r\n") == 81
        if run.returncode == 0:
            assert content(killed.out) == content(plain.out)
            shutil.rmtree(killed.out)
    run = start(killed)
    assert run.wait() == 0, run.communicate()
    assert content(killed.out) == content(plain.out)


def test_ctrl_c(homework: Homework) -> None:
    """An interrupt ends with 130 and one line, leaves no process, and keeps what is finished."""
    homework.class_of(600)
    run = start(homework)
    journal = homework.out / ".journal.jsonl"
    for _ in range(600):
        if journal.exists() and journal.stat().st_size:
            break
        time.sleep(0.02)
    workers = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    os.killpg(run.pid, signal.SIGINT)
    _, err = run.communicate(timeout=30)
    assert run.returncode == 130 and b"Traceback" not in err
    assert b"goes on from here" in err
    assert workers and not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert journal.stat().st_size and not (homework.out / "grades.csv").exists()
    assert homework.check().code == 0 and len(homework.grades()) == 600
    assert not journal.exists()


def test_two_runs_at_once(homework: Homework) -> None:
    """The second one is refused, with the reason."""
    homework.hand_in("ann")
    with output_folder(str(homework.out)):
        result = process(*homework.words())
    assert result.returncode == 5 and b"another run is writing" in result.stderr
    assert homework.check().code == 0


# ---------------------------------------------------------------------------------------- hostility


def test_planted_files_are_submissions(homework: Homework) -> None:
    """A key, overrides or results among the hand-ins are somebody's sheet, or nothing."""
    homework.hand_in("ann", WRONG)
    (homework.submissions / "hw.key").write_text("Q1 f = x\n at x=1\n ask f\n")
    (homework.submissions / "overrides.csv").write_text("id,question,points,comment\nann,,10,\n")
    (homework.submissions / "results.jsonl").write_text('{"schema":"backprop.check/1"}\n')
    (homework.submissions / "flint.py").write_text("import os\nos._exit(9)\n")
    homework.check()
    assert float(homework.grades()["ann"]["points"]) < 10


def test_links_and_pipes_are_refused(homework: Homework) -> None:
    """What is no regular file is listed with the reason, opens nothing, and stops nobody."""
    secret = homework.folder / "secret.txt"
    secret.write_text("id: eve\nQ1\n" + RIGHT)
    homework.hand_in("ann")
    (homework.submissions / "link.txt").symlink_to(secret)
    os.mkfifo(homework.submissions / "pipe.txt")
    result = homework.check()
    said = result.out + result.err
    assert result.code == 1 and "link" in said and "pipe" in said
    assert homework.grades()["ann"]["points"] == "10" and "eve" not in said
    assert "eve" not in homework.grades()


HOSTILE_IDS = [
    "=cmd|' /C calc'!A0",
    "../../etc/passwd",
    "a\x1b[31mb",
    "<script>alert(1)</script>",
    "@x",
]


@pytest.mark.parametrize("id", HOSTILE_IDS)
def test_hostile_ids(homework: Homework, id: str) -> None:
    """An id names no path, is no formula and no markup, and never reaches the screen raw."""
    homework.hand_in("ann")
    (homework.submissions / "x.txt").write_text(f"id: {id}\nname: {id}\nQ1\n{RIGHT}")
    result = homework.check()
    assert result.code in (0, 1) and "\x1b" not in result.out + result.err
    for row in homework.grades().values():
        assert not row["id"].startswith(("=", "+", "-", "@"))
        assert not row["name"].startswith(("=", "+", "-", "@"))
    for path in homework.out.rglob("*"):
        assert path.resolve().is_relative_to(homework.out.resolve())
    assert "<script>alert" not in (homework.out / "gradebook.html").read_text(encoding="utf-8")


def test_output_folders_that_cannot_be(homework: Homework) -> None:
    """A file, a read-only place, a link inside, the hand-ins themselves: an error."""
    homework.hand_in("ann")
    words = ["check", homework.key, str(homework.submissions), "-o"]
    for place in (homework.key, "/proc/marks", str(homework.submissions)):
        result = backprop(*words, place)
        assert result.code in (2, 5) and result.err.startswith("error["), place
    homework.out.mkdir()
    (homework.out / "feedback").symlink_to(homework.submissions)
    result = homework.check()
    assert result.code == 5 and "it is a link" in result.err
    assert [path.name for path in homework.submissions.iterdir()] == ["ann.txt"]


def test_marks_inside_the_hand_ins(homework: Homework) -> None:
    """An output folder among the hand-ins is no hand-in."""
    homework.hand_in("ann")
    homework.out = homework.submissions / "marks"
    assert homework.check().code == 0
    assert homework.check().code == 0
    assert {*homework.grades()} == {"ann"}


# ------------------------------------------------------------------------------------ other systems


def test_anonymous(homework: Homework) -> None:
    """No id, name or file in any output but identities.csv, which is for its owner alone; the same
    pseudonyms in the next run.
    """
    for id in ("annabel", "bertram"):
        homework.hand_in(id, WRONG)
    roster = homework.folder / "roster.csv"
    roster.write_text("id,name\nannabel,Anna Lee\nbertram,Bert Ray\ncyrill,Cyril Po\n")
    homework.override("annabel,Q1,2,", "zoe,,1,")
    words = ("--roster", str(roster), "--anonymous", "--gradescope", "--junit")
    report = homework.out / "junit.xml"
    result = homework.check(*words, str(report))
    identities = homework.out / "identities.csv"
    assert stat.S_IMODE(identities.stat().st_mode) == 0o600
    hidden = ("annabel", "bertram", "cyrill", "Anna", "Bert", "Cyril")
    for path in homework.out.rglob("*"):
        if path.is_file() and path.name not in ("identities.csv", "overrides.csv"):
            text = path.name + path.read_text(encoding="utf-8")
            assert not [word for word in hidden if word.lower() in text.lower()], path
    assert not [word for word in hidden if word in result.out + result.err]
    rows = list(csv.DictReader(io.StringIO(identities.read_text(encoding="utf-8"))))
    aliases = {row["id"]: row["pseudonym"] for row in rows}
    assert homework.grades()[aliases["annabel"]]["Q1"] == "2"
    before = content(homework.out)
    homework.check(*words, str(report))
    assert content(homework.out) == before


def test_gradescope(homework: Homework) -> None:
    """One sheet gives results.json, as Gradescope's container wants it; more give a folder."""
    homework.hand_in("ann", WRONG)
    assert homework.check("--gradescope").code == 0
    found = json.loads((homework.out / "results.json").read_text())
    assert len(found["tests"]) == 7 and 0 < found["score"] < 10
    homework.hand_in("bob")
    homework.check("--gradescope")
    assert {*os.listdir(homework.out / "gradescope")} == {"ann.json", "bob.json"}


def test_junit_anywhere(homework: Homework) -> None:
    """The report goes where it is wanted, with or without -o; no folder is made for it."""
    homework.hand_in("ann", WRONG)
    path = homework.folder / "reports" / "hw.xml"
    words = ("check", homework.key, str(homework.submissions), "--junit", str(path))
    result = backprop(*words)
    assert result.code == 5 and "there is no folder" in result.err and not path.parent.exists()
    path.parent.mkdir()
    assert backprop(*words).code == 0
    assert len(ElementTree.parse(path).findall(".//testcase")) == 7


def test_moodle_and_canvas(homework: Homework) -> None:
    """The teacher's exports are filled in under their own names; the originals stay."""
    homework.hand_in("ann@x.org")
    moodle = homework.folder / "Grades HW3.csv"
    moodle.write_text(
        "Identifier,Email address,Grade,Maximum Grade\nParticipant 7,ann@x.org,,10.00\n"
    )
    canvas = homework.folder / "gradebook.csv"
    canvas.write_text(
        "Student,ID,SIS User ID,SIS Login ID,Section,HW3 (1)\n    Points Possible,,,,,10\n"
        "Ann,5,,ann@x.org,A,\n"
    )
    before = moodle.read_bytes(), canvas.read_bytes()
    result = homework.check("--moodle", str(moodle), "--canvas", str(canvas))
    assert result.code == 0 and "1 grades filled in" in result.err
    assert (moodle.read_bytes(), canvas.read_bytes()) == before
    assert "ann@x.org,10,10.00" in (homework.out / moodle.name).read_text()
    assert "ann@x.org,A,10" in (homework.out / canvas.name).read_text()
    inside = homework.out / "Grades HW3.csv"
    result = homework.check("--moodle", str(inside))
    assert result.code == 2 and "lies in the output folder" in result.err
    moodle.write_text(
        "Identifier,Email address,Grade,Maximum Grade\nParticipant 7,bob@x.org,,10.00\n"
    )
    result = homework.check("--moodle", str(moodle))
    assert result.code == 1 and "nobody in Grades HW3.csv was found" in result.err
    moodle.write_text("a,b\n1,2\n")
    assert homework.check("--moodle", str(moodle)).code == 5


# ---------------------------------------------------------------------------------- other tasks


def test_blank_sheets(homework: Homework) -> None:
    """--sheets writes one for everybody on the roster; handed in as it is, nothing is answered."""
    roster = homework.folder / "roster.csv"
    roster.write_text("id,name\nann,Ann\nbob,Bob\n")
    blank = homework.folder / "blank"
    result = backprop("check", homework.key, "--sheets", str(roster), "-o", str(blank))
    assert result.code == 0 and {"ann.txt", "bob.txt"} <= {*os.listdir(blank)}
    (homework.submissions / "ann.txt").write_bytes((blank / "ann.txt").read_bytes())
    assert homework.check().code == 0
    assert homework.grades()["ann"]["points"] == "0"


def test_lint(homework: Homework) -> None:
    """--lint says what the key's numbers cannot reveal."""
    result = backprop("check", homework.key, "--lint")
    assert result.code == 0 and result.out
