"""Folders of hand-ins as they come from students and learning platforms: whose each sheet is, and
that nothing in them can do harm.
"""

from __future__ import annotations

import io
import os
import pickle
import random
import socket
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backprop_cli.errors import BackpropError
from backprop_cli.homework.limits import LARGEST_FILE
from backprop_cli.homework.reading import folders
from backprop_cli.homework.reading.identity import HEADINGS, clean_id, clean_name, file_name, role
from backprop_cli.homework.reading.roster import Roster, enrolled, missing, read_roster, unknown
from backprop_cli.homework.reading.submissions import (
    Found,
    Submission,
    by_student,
    content,
    find_submissions,
    load,
)

Q = "Q1\nq = 3\n"
MOODLE = "assignsubmission_file_"
PEOPLE = """---
submission_99:
  :submitters:
  - :name: Jane Doe
    :sid: '123'
    :email: jane@x.edu
  :created_at: 2024-01-01
  :history:
  - :name: Mallory
    :sid: mallory
submission_100:
  :submitters:
  - :name: "O'Brien, A"
    :sid: a1
  - :name: B
    :sid:
    :email: b@x.edu
submission_101:
  :submitters:
  - :sid: !!python/object/apply:os.system ["true"]
    :email: "c\\x40d"
"""


def tree(root: Path, files: dict[str, str | bytes]) -> str:
    """The files, written below a folder."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(root)


def texts(submission: Submission) -> list[str]:
    """What was answered, as written; what a worker process reads, too."""
    sent: Submission = pickle.loads(pickle.dumps(submission))
    return [answer.text for answer in load(sent).answers]


def ids(found: Found) -> dict[str, str]:
    """The file of each student, by id."""
    return {one.id: one.file for one in by_student(found.submissions)}


def messages(submission: Submission) -> list[str]:
    """All remarks on a submission."""
    return [remark.message for remark in load(submission).remarks]


LAYOUTS: list[tuple[str, dict[str, str | bytes], dict[str, str]]] = [
    (
        "files called after students, and files that say whose they are",
        {"abc.txt": Q, "x.md": f"id: def\n{Q}", "Ünal.txt": Q, "g.json": '{"id": "ghi", "q": 1}'},
        {"abc": "abc.txt", "def": "x.md", "Ünal": "Ünal.txt", "ghi": "g.json"},
    ),
    (
        "litter of systems and editors",
        {"abc.txt": Q, ".DS_Store": "x", "__MACOSX/._abc.txt": Q, "Thumbs.db": "x", "~$x.doc": "x"},
        {"abc": "abc.txt"},
    ),
    (
        "a folder for each student: its name counts, the best file is read",
        {"abc/hw.txt": f"id: zzz\n{Q}", "abc/hw.pdf": b"%PDF", "def/hw.txt": Q, "def/old.txt": Q},
        {"abc": "abc/hw.txt", "def": "def/hw.txt"},
    ),
    (
        "a folder for each section",
        {"s1/abc.txt": Q, "s1/def.txt": Q, "s2/x.txt": f"id: g\n{Q}", "s2/y.txt": f"id: h\n{Q}"},
        {"abc": "s1/abc.txt", "def": "s1/def.txt", "g": "s2/x.txt", "h": "s2/y.txt"},
    ),
    (
        "folders around folders",
        {"a/HW3/abc.txt": Q, "a/HW3/def.txt": Q},
        {"abc": "a/HW3/abc.txt", "def": "a/HW3/def.txt"},
    ),
    (
        "Moodle: the sheet's id, and otherwise the participant's number",
        {
            f"Jane Doe_12345_{MOODLE}/hw3.txt": f"id: abc\n{Q}",
            f"Jane Doe_12345_{MOODLE}/scan.pdf": b"%PDF",
            "Bob_7_assignsubmission_onlinetext_/onlinetext.html": "<p>id: bob</p><p>q = 3</p>",
            f"Teilnehmer_9_{MOODLE}/a.txt": Q,
        },
        {
            "abc": f"Jane Doe_12345_{MOODLE}/hw3.txt",
            "bob": "Bob_7_assignsubmission_onlinetext_/onlinetext.html",
            "9": f"Teilnehmer_9_{MOODLE}/a.txt",
        },
    ),
    (
        "Moodle without folders",
        {f"Jane Doe_12345_{MOODLE}hw3.txt": Q, f"Bob_7_{MOODLE}hw.txt": Q},
        {"12345": f"Jane Doe_12345_{MOODLE}hw3.txt", "7": f"Bob_7_{MOODLE}hw.txt"},
    ),
    (
        "Canvas: the newest version",
        {
            "doejane_12345_67880_hw3.txt": "q = 1",
            "doejane_LATE_12345_67890_hw3-2.txt": Q,
            "doejane_12345_67885_hw3-1.txt": "q = 2",
            "roebob_22_33_hw.txt": f"id: bob\n{Q}",
            "xu_44_text.html": "<p>q = 3</p>",
        },
        {
            "12345": "doejane_LATE_12345_67890_hw3-2.txt",
            "bob": "roebob_22_33_hw.txt",
            "44": "xu_44_text.html",
        },
    ),
    (
        "Gradescope: whom its metadata names, groups too; planted metadata is not read",
        {
            "assignment_1_export/submission_metadata.yml": PEOPLE,
            "assignment_1_export/submission_99/hw.txt": f"id: other\n{Q}",
            "assignment_1_export/submission_100/hw.txt": Q,
            "assignment_1_export/submission_101/hw.txt": f"id: c\n{Q}",
            "assignment_1_export/submission_102/hw.txt": Q,
            "assignment_1_export/submission_102/submission_metadata.yml": PEOPLE,
        },
        {
            "123": "assignment_1_export/submission_99/hw.txt",
            "a1": "assignment_1_export/submission_100/hw.txt",
            "b@x.edu": "assignment_1_export/submission_100/hw.txt",
            "c": "assignment_1_export/submission_101/hw.txt",
            "submission_102": "assignment_1_export/submission_102/hw.txt",
        },
    ),
]


@pytest.mark.parametrize(
    ("files", "expected"), [case[1:] for case in LAYOUTS], ids=[case[0] for case in LAYOUTS]
)
def test_layouts(tmp_path: Path, files: dict[str, str | bytes], expected: dict[str, str]) -> None:
    """Each platform's folders are recognised, unpacked or as a zip, in any order of writing."""
    found = find_submissions(tree(tmp_path / "in", files))
    assert ids(found) == expected
    assert all(texts(one) == ["3"] or one.id == "ghi" for one in by_student(found.submissions))
    archive = tmp_path / "in.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in random.Random(1).sample(sorted(files), len(files)):
            text = files[name]
            zipped.writestr(name, text, zipfile.ZIP_DEFLATED)
    again = find_submissions(str(archive))
    assert ids(again) == expected
    assert [texts(one) for one in again.submissions] == [texts(one) for one in found.submissions]


def test_numbers_of_platforms_are_kept(tmp_path: Path) -> None:
    """Moodle's and Canvas's numbers and names stay with the submission, whatever its id."""
    root = tree(tmp_path, {f"Jane Doe_12345_{MOODLE}/hw.txt": f"id: abc\n{Q}"})
    (one,) = find_submissions(root).submissions
    assert (one.id, one.name, one.participant, one.canvas) == ("abc", "Jane Doe", "12345", "")
    root = tree(tmp_path / "canvas", {"doejane_22_33_hw.txt": Q})
    (one,) = find_submissions(root).submissions
    assert (one.id, one.name, one.participant, one.canvas) == ("22", "doejane", "", "22")


def test_an_id_that_two_claim_is_nobodys(tmp_path: Path) -> None:
    """Two students of a platform whose sheets say the same id go by their numbers, and a problem
    says so.
    """
    files: dict[str, str | bytes] = {
        f"{name}_{number}_{MOODLE}/hw.txt": f"id: abc\n{Q}"
        for name, number in (("Jane Doe", 1), ("Mallory M", 2))
    }
    found = find_submissions(tree(tmp_path, files))
    assert sorted(ids(found)) == ["1", "2"]
    for one in found.submissions:
        assert [remark.code for remark in one.remarks] == ["problem"]


def test_the_autograder_knows_whose_it_is(tmp_path: Path) -> None:
    """Gradescope's metadata counts beside the folder and one above, and never inside it."""
    users = '{"id": 1, "users": [{"email": "j@x", "id": 5, "name": "Jane", "sid": "abc"}]}'
    planted = '{"users": [{"sid": "mallory"}]}'
    files = {"submission/hw.txt": f"id: x\n{Q}", "submission/submission_metadata.json": planted}
    root = tree(tmp_path, {**files, "submission_metadata.json": users})
    for path in (f"{root}/submission", f"{root}/submission/hw.txt"):
        (one,) = find_submissions(path).submissions
        assert (one.id, one.name, one.email) == ("abc", "Jane", "j@x")
        assert "the sheet says that it is from 'x'; it counts for 'abc'" in messages(one)
    os.remove(f"{root}/submission_metadata.json")
    assert "mallory" not in ids(find_submissions(f"{root}/submission"))


def test_what_cannot_be_opened_is_listed(tmp_path: Path) -> None:
    """Links, pipes and sockets are refused with a reason, and nothing else is lost or waits."""
    root = tree(tmp_path / "in", {"abc.txt": Q, "big.txt": b"q = 3\n" * LARGEST_FILE})
    os.symlink("/etc/passwd", f"{root}/link.txt")
    os.symlink(root, f"{root}/loop")
    os.mkfifo(f"{root}/pipe.txt")
    here = os.getcwd()
    os.chdir(root)  # the path of a socket is short
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.txt")
    finally:
        os.chdir(here)
    found = find_submissions(root)
    assert [(one.file, one.reason.split()[3]) for one in found.refused] == [
        ("link.txt", "link,"), ("loop", "link,"), ("pipe.txt", "pipe"), ("socket.txt", "socket")
    ]  # fmt: skip
    assert ids(found) == {"abc": "abc.txt", "big": "big.txt"}
    with pytest.raises(BackpropError, match="larger than 1 MiB"):
        load(found.submissions[1])


@pytest.mark.parametrize("kind", ["link", "pipe", "folder link", "gone"])
def test_files_may_change_between_looking_and_reading(tmp_path: Path, kind: str) -> None:
    """A file that has become a link or pipe since it was listed is refused, and not waited for."""
    root = tree(tmp_path / "in", {"s/abc.txt": Q, "s/def.txt": Q})
    one = find_submissions(root).submissions[0]
    path = Path(root, *one.parts)
    secret = tree(tmp_path / "secret", {"abc.txt": "q = 99"})
    path.unlink()
    if kind == "link":
        path.symlink_to(f"{secret}/abc.txt")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder link":
        (path.parent / "def.txt").unlink()
        path.parent.rmdir()
        path.parent.symlink_to(secret)
    with pytest.raises(BackpropError):
        load(one)
    assert b"99" not in content(one)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/null", "nowhere", "a\0b", "x" * 5000])
def test_paths_that_are_nothing(path: str) -> None:
    """A path that the user got wrong, or a device, is an error at once."""
    with pytest.raises(BackpropError) as caught:
        find_submissions(path)
    assert caught.value.diagnostic.code == "file"


def test_the_folder_of_results_is_left_out(tmp_path: Path) -> None:
    """What an earlier run has written below the hand-ins is none of them."""
    root = tree(tmp_path, {"abc.txt": Q, "marks/feedback/abc.md": Q, "marks/grades.csv": "id\n"})
    assert ids(find_submissions(root, f"{root}/./marks")) == {"abc": "abc.txt"}


def test_results_of_another_run_are_left_out(tmp_path: Path) -> None:
    """A folder with the files of a run is none of a student's, and a note says so; with one of them
    only it is, and so is one that Moodle made.
    """
    files: dict[str, str | bytes] = {
        "abc.txt": Q, "sub/marks/feedback/abc.md": Q, "sub/marks/results.jsonl": "{}\n",
        "sub/marks/gradebook.html": "<p>", "def/gradebook.html": "<p>", "def/hw.txt": Q,
        f"Eve_7_{MOODLE}/gradebook.html": "<p>", f"Eve_7_{MOODLE}/results.jsonl": "{}\n",
        f"Eve_7_{MOODLE}/eve.txt": Q,
    }  # fmt: skip
    found = find_submissions(tree(tmp_path, files))
    assert ids(found) == {
        "abc": "abc.txt", "def": "def/hw.txt", "7": f"Eve_7_{MOODLE}/eve.txt"
    }  # fmt: skip
    assert [remark.message for remark in found.remarks] == [
        "'sub/marks' is left out, as it holds the results of an earlier run"
    ]


def test_a_list_of_people_among_loose_files_is_a_sheet(tmp_path: Path) -> None:
    """Where there are no folders of Gradescope, its metadata is a file like any other."""
    root = tree(tmp_path, {"abc.txt": Q, "submission_metadata.yml": f"id: eve\n{Q}"})
    assert ids(find_submissions(root)) == {"abc": "abc.txt", "eve": "submission_metadata.yml"}
    Path(root, "submission_metadata.yml").write_text(PEOPLE)
    assert len(ids(find_submissions(root))) == 2


# ----------------------------------------------------------------------------------------- archives


def member(name: str, mode: int = stat.S_IFREG, **more: object) -> zipfile.ZipInfo:
    """A file of an archive."""
    info = zipfile.ZipInfo(name)
    info.external_attr = (mode | 0o644) << 16
    for field, value in more.items():
        setattr(info, field, value)
    return info


def test_archives_are_never_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths that lead out, links, bombs and odd packings are refused; the rest is read. No path of
    an archive is opened, even if such a file exists.
    """
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as zipped:
        zipped.writestr(member("hw/abc.txt"), Q)
        zipped.writestr(member("hw/../../out.txt"), Q)
        zipped.writestr(member("hw/c:\\out.txt"), Q)
        zipped.writestr(member("hw/link.txt", stat.S_IFLNK), "/etc/passwd")
        zipped.writestr(member("hw/bomb.txt"), bytes(64 << 20), zipfile.ZIP_DEFLATED)
        zipped.writestr(member("hw/packed.txt"), Q, zipfile.ZIP_LZMA)
        zipped.writestr(member("hw/.hidden"), Q)
        zipped.writestr(member("/".join("d" * 30) + "/deep.txt"), Q)
    tree(tmp_path, {"hw/bomb.txt": Q, "hw/link.txt": Q})
    monkeypatch.chdir(tmp_path)
    found = find_submissions(str(path))
    readable = [one for one in found.submissions if not one.problem]
    assert [one.file for one in readable] == ["hw/abc.txt"]
    for one in found.submissions:
        if one.problem:
            with pytest.raises(BackpropError):
                load(one)
            assert b"q = 3" not in content(one)
    refused = {one.file: one.reason for one in found.refused}
    assert "hw/../../out.txt" in refused and "hw/link.txt" in refused and "hw/packed.txt" in refused


def test_damaged_archives(tmp_path: Path) -> None:
    """Bytes that are wrong anywhere cost the file they are in, or the archive, and nothing more."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for id in ("abc", "def", "ghi"):
            zipped.writestr(f"{id}.txt", f"{Q}# {id * 50}")
    whole = buffer.getvalue()
    path = tmp_path / "class.zip"
    for at in range(0, len(whole), 3):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x55]) + whole[at + 1 :])
        try:
            find_submissions(str(path))
        except BackpropError as error:
            assert error.diagnostic.code in ("file", "file-content")
    for end in range(0, len(whole), 7):
        path.write_bytes(whole[:end])
        with pytest.raises(BackpropError):
            find_submissions(str(path))


def test_archives_have_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An archive that would unpack to more than there is room for is refused as a whole."""
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for number in range(20):
            zipped.writestr(f"s{number}.txt", bytes(1000))
    monkeypatch.setattr(folders, "LARGEST_ARCHIVE", 15_000)
    with pytest.raises(BackpropError, match="more than can be marked"):
        find_submissions(str(path))
    monkeypatch.setattr(folders, "LARGEST_DIRECTORY", 100)
    with pytest.raises(BackpropError, match="lists more files"):
        find_submissions(str(path))


# -------------------------------------------------------------------------------- a class in a file


CLASSES = [
    (
        "r.csv",
        "Timestamp,Email Address,Student ID,Full Name,Q1 q,Q1: df/dx,Q2 [dg/dx],Q1_f,dx,Comments\n"
        "5/3,a@x,abc,Jane,3,-4,2x,'-12,,fun\n5/3,b@x,,Bob,?,,,,\"0,5\",\n,,,,,,,,,\n",
        {"abc": ["3", "-4", "2x", "-12"], "b@x": ["?", "0,5"]},
    ),
    ("r.csv", "\ufeffid;q;f\r\nabc;0,73;1,234\r\n", {"abc": ["0.73", "1.234"]}),
    ("r.tsv", "id\tQ1.q\tdf/dx\nabc\t3\t-4\n", {"abc": ["3", "-4"]}),
    ("r.csv", "sep=;\nid;q\nabc;3\n", {"abc": ["3"]}),
    (
        "r.csv",
        "ID,Start time,Completion time,Email,Name,Question 1: q\n1,9:00,9:05,a@x,Jane,3\n",
        {"a@x": ["3"]},
    ),
    ("r.csv", 'ID,SIS Login ID,q\n17,abc,"[1,\n2]"\n', {"abc": ["[1, 2]"]}),
    ("r.csv", "first name,last name,netid,q\nJane,Doe,abc,3\n", {"abc": ["3"]}),
    ("r.json", '[{"id": "abc", "q": 3}, {"id": "def", "q": 4}]', {"abc": ["3"], "def": ["4"]}),
    ("r.jsonl", '{"id": "abc", "q": 3}\n\n{"id": "def", "q": 4}\n', {"abc": ["3"], "def": ["4"]}),
    ("r.jsonl", '{"id": "abc", "q": 3}\n{"id": "def", "q"\n{"id": "g", "q": 5}\n',
     {"abc": ["3"], "g": ["5"]}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "expected"), CLASSES)
def test_a_class_in_one_file(
    tmp_path: Path, name: str, text: str, expected: dict[str, list[str]]
) -> None:
    """What online forms export, and JSON, gives a submission for each row or object."""
    root = tree(tmp_path, {name: text})
    found = find_submissions(f"{root}/{name}")
    assert {one.id: texts(one) for one in found.submissions} == expected


def test_rows_that_cannot_be_used(tmp_path: Path) -> None:
    """A row without a usable id is listed, an id with two rows is a problem, and a broken row ends
    the reading with a remark; the others count.
    """
    text = "id,q,Comments\nabc,3,a\n../x,3,b\n,3,c\nABC,4,d\n=cmd,3,e\nlast,5,f\n"
    root = tree(tmp_path, {"r.csv": text})
    found = find_submissions(f"{root}/r.csv")
    assert [one.file for one in found.refused] == ["r.csv row 3", "r.csv row 4", "r.csv row 6"]
    abc, last = by_student(found.submissions)
    assert (abc.file, texts(abc), texts(last)) == ("r.csv row 5", ["4"], ["5"])
    assert abc.remarks[0].code == "problem" and "2 sheets" in abc.remarks[0].message
    assert found.remarks[0].message == "columns that are not read: Comments"
    root = tree(tmp_path, {"r.csv": f'id,q\nabc,3\n"{"x" * 200_000}\n'})
    found = find_submissions(f"{root}/r.csv")
    assert list(ids(found)) == ["abc"] and found.remarks[-1].code == "problem"


def test_a_class_in_one_students_file(tmp_path: Path) -> None:
    """Among the hand-ins, a file with several sheets is nobody's: it could say anything of
    anybody.
    """
    files: dict[str, str | bytes] = {
        "mallory.csv": "id,q\nabc,0\ndef,0\n",
        "trudy.json": '[{"id": "abc", "q": 0}, {"id": "def", "q": 0}]',
        "abc.txt": Q,
    }
    found = find_submissions(tree(tmp_path, files))
    assert sorted(ids(found)) == ["abc", "mallory", "trudy"]
    for one in found.submissions:
        if one.id != "abc":
            with pytest.raises(BackpropError, match="it holds 2 sheets instead of one"):
                load(one)


def test_two_sheets_of_one_student(tmp_path: Path) -> None:
    """The same bytes twice are one sheet with a note; different ones are a problem that lists them,
    and the last that can be read is taken.
    """
    files: dict[str, str | bytes] = {
        "abc.txt": Q, "x.txt": f"id: ABC\n{Q}", "def.txt": Q, "def.md": Q,
    }  # fmt: skip
    first, second = by_student(find_submissions(tree(tmp_path, files)).submissions)
    assert (first.file, first.remarks[-1].code) == ("x.txt", "problem")
    assert "2 sheets of this student: abc.txt, x.txt" in first.remarks[-1].message
    assert (second.file, second.remarks[-1].code) == ("def.txt", "note")


def test_content_is_what_marks_depend_on(tmp_path: Path) -> None:
    """It changes with the file and its remarks, is the same in every process, and never raises."""
    root = tree(tmp_path, {"abc.txt": Q, "def.txt": Q})
    one, other = find_submissions(root).submissions
    assert content(one) == content(other) == content(pickle.loads(pickle.dumps(one)))
    assert content(one) != content(one.noting("note", "something"))
    Path(root, "abc.txt").write_text("q = 4")
    assert content(one) != content(other)
    Path(root, "abc.txt").unlink()
    assert b"no such file" in content(one)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_files_does_not_matter(tmp_path: Path, seed: int) -> None:
    """The submissions come in the order of their paths, however the folder was filled."""
    names = [f"{kind}{number}.txt" for kind in "aBé" for number in range(20)]
    random.Random(seed).shuffle(names)
    root = tree(tmp_path, dict.fromkeys(names, Q))
    assert [one.file for one in find_submissions(root).submissions] == sorted(names)


NAMES = [
    b"a\xff.txt", b"new\nline.txt", b"esc\x1b[31m.txt", b"=cmd.txt", "‮txt.cba".encode(),
    b"-rf.txt", b"<b>.txt", b"$(id).txt", b"'.txt", b" .txt",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_are_hostile(tmp_path: Path, name: bytes) -> None:
    """A name that cannot be an id is refused as text that can be written; with an id on the sheet
    it is read.
    """
    path = os.path.join(os.fsencode(tmp_path), name)
    Path(os.fsdecode(path)).write_text(Q)
    (refused,) = find_submissions(str(tmp_path)).refused
    assert refused.file.encode()
    Path(os.fsdecode(path)).write_text(f"id: abc\n{Q}")
    (one,) = find_submissions(str(tmp_path)).submissions
    assert one.id == "abc" and one.file.encode() and texts(one) == ["3"]


# ---------------------------------------------------------------------------------------------- ids


@pytest.mark.parametrize(
    "id", ["abc123", "a.b-c_d+e@f", "4711", "Ünal", "李 明", "Анна", "e\u0301", "_x", "@x", "a b"]
)
def test_ids(id: str) -> None:
    """Letters of any script, digits and a few signs make an id, in one spelling."""
    assert clean_id(f" {id} ") == unicodedata.normalize("NFC", id)


@pytest.mark.parametrize(
    "id",
    ["", " ", ".", "..", "../x", "a/b", "a\\b", "-rf", ".x", "a  b", "a\nb", "a\tb", "a\0b", "a:b",
     "\x1b[31m", "<b>", "=cmd", "a,b", "a|b", "a\u202eb", "a\u200bb", "x" * 65, "x" * 10**6,
     "\ud800", "a%b", "a*b", "\u0301a", "a'b"],
)  # fmt: skip
def test_what_is_no_id(id: str) -> None:
    """Paths, commands, markup and invisible characters are no ids."""
    with pytest.raises(BackpropError) as caught:
        clean_id(id)
    assert caught.value.diagnostic.message.isprintable()


@pytest.mark.parametrize(
    "id", ["CON", "nul", "com1", "aux.txt", "LPT9.x", "Abc", "a b", "Ünal", "x.", "a--b", "@x"]
)
def test_names_that_are_no_files_get_a_hash(id: str) -> None:
    """Devices of Windows, capitals, blanks and other scripts get a stem that is safe everywhere."""
    stem = file_name(id)
    assert "--" in stem and stem.isascii() and stem == stem.lower() and stem != id


spellings = st.text(st.sampled_from("aAbB1.-_ü@ "), min_size=1, max_size=6)


@settings(deadline=None)
@given(st.lists(spellings, min_size=2, max_size=30))
def test_stems_of_files_never_collide(ids: list[str]) -> None:
    """Different ids have different stems, even where capitals do not count."""
    clean = set()
    for id in ids:
        try:
            clean.add(clean_id(id))
        except BackpropError:
            continue
    assert len({file_name(id).casefold() for id in clean}) == len(clean)


@settings(deadline=None)
@given(st.text())
def test_any_text_is_an_id_or_refused(text: str) -> None:
    """An id is clean already, is never a path, and names a file; a name is one line."""
    assert clean_name(text).isprintable()
    try:
        id = clean_id(text)
    except BackpropError:
        return
    assert clean_id(id) == id
    assert not {"/", "\\", "\n", "\0"} & set(id) and id not in (".", "..")
    assert len(file_name(id)) <= 64


@pytest.mark.parametrize("kind", HEADINGS)
def test_headings_of_columns(kind: str) -> None:
    """Each heading of the table is recognised, whatever its capitals and signs."""
    for heading in HEADINGS[kind]:
        assert role(heading) == role(f" {heading.upper()}: ") == role(heading.replace(" ", "_"))
        assert role(heading) == kind


# ----------------------------------------------------------------------------------------- rosters


ROSTERS = [
    ("id,name,email,section\nabc,Jane Doe,j@x,A\n", ("abc", "Jane Doe", "j@x", "A", "", "")),
    ("abc\ndef\n", ("abc", "", "", "", "", "")),
    ("Student ID;First Name;Last Name\nabc;Jane;Doe\n", ("abc", "Jane Doe", "", "", "", "")),
    (
        "Identifier,Full name,ID number,Email address,Status,Grade\n"
        "Participant 12345,Jane Doe,abc,j@x,,\n",
        ("abc", "Jane Doe", "j@x", "", "12345", ""),
    ),
    (
        "\ufeffKennung;Vollständiger Name;Matrikelnummer\nTeilnehmer/in 77;Jane Doe;abc\n",
        ("abc", "Jane Doe", "", "", "77", ""),
    ),
    (
        "Student,ID,SIS User ID,SIS Login ID,Section,HW3 (1)\n"
        '    Points Possible,,,,,10\n"Doe, Jane",17,u9,abc,A,\n"Student, Test",18,,,A,\n',
        ("abc", "Doe, Jane", "", "A", "", "17"),
    ),
    ("Identifier,Full name,ID number\n参加者12,李明,abc\n", ("abc", "李明", "", "", "12", "")),
    ("id,name\ns17,Student 17\n", ("s17", "Student 17", "", "", "", "")),
    ("email,name\nj@x.edu,Jane Doe\n", ("j@x.edu", "Jane Doe", "j@x.edu", "", "", "")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), ROSTERS)
def test_rosters(text: str, expected: tuple[str, ...]) -> None:
    """A list of ids, a table, and what Moodle and Canvas export, are rosters."""
    assert read_roster(text).people[0] == expected


def test_rows_of_rosters_that_cannot_be_used() -> None:
    """Bad ids and doubles are problems with their rows; without a column of ids there is none."""
    roster = read_roster("id,name\nabc,J\n../x,K\nABC,L\n,M\ndef,N\n")
    assert [one.id for one in roster.people] == ["abc", "def"]
    assert [(remark.code, remark.line) for remark in roster.remarks] == [
        ("problem", 3), ("problem", 4), ("problem", 5)
    ]  # fmt: skip
    for text in ("", "a,b\nc,d\n", "id,name\n", "\n\n"):
        with pytest.raises(BackpropError):
            read_roster(text)


@pytest.fixture
def roster() -> Iterator[Roster]:
    """A small class as Moodle exports it."""
    yield read_roster(
        "Identifier,Full name,ID number,Email address\n"
        "Participant 1,Jane Doe,jane1,j@x\nParticipant 2,Bob Smith,bob22,b@x\n"
        "Participant 3,Eve,eve333,e@x\n"
    )


def test_who_is_missing_and_who_is_unknown(roster: Roster) -> None:
    """Capitals do not count, and a slip gets a suggestion."""
    assert [one.id for one in missing(roster, ["JANE1", "other"])] == ["bob22", "eve333"]
    assert unknown(roster, ["Jane1", "bob2", "zzzzz"]) == ["bob2 (did you mean bob22?)", "zzzzz"]


CASES = [
    (Submission("zzz", participant="1"), ("jane1", "Jane Doe", [])),
    (Submission("bob22", "Jane Doe", participant="1"), ("jane1", "Jane Doe", [])),
    (Submission("JANE1"), ("jane1", "Jane Doe", [])),
    (Submission("j@x"), ("jane1", "Jane Doe", [])),
    (Submission("7", email="B@X"), ("bob22", "Bob Smith", [])),
    (Submission("bob22", "Smith Bob"), ("bob22", "Bob Smith", [])),
    (Submission("bob22", "smithbob", canvas="9"), ("bob22", "Bob Smith", [])),
    (Submission("bob22", "Jane Doe", participant="9"), ("bob22", "Bob Smith", ["problem"])),
    (Submission("stranger", "X"), ("stranger", "X", [])),
]


@pytest.mark.parametrize(("submission", "expected"), CASES)
def test_the_roster_says_who_somebody_is(
    roster: Roster, submission: Submission, expected: tuple[str, str, list[str]]
) -> None:
    """A platform's number counts for more than an id on a sheet; another name is a problem."""
    (one,) = enrolled(roster, [submission])
    assert (one.id, one.name, [remark.code for remark in one.remarks]) == expected
