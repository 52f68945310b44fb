"""What a class has handed in: one submission for each student, found quickly and read later.

A learning platform's word on who somebody is counts for more than the sheet's own, which anybody
could have written.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from ...errors import BackpropError, refuse
from ..limits import LARGEST_FILE
from ..marks import Remark
from .documents import OBJECTS, PAGES, TABLES, is_one_sheet, responses_of, sheet_of, sheet_text
from .folders import TOO_LARGE, Entry, archive_entries, folder_entries, printed, read_beneath
from .identity import clean_id
from .layouts import (
    GRADESCOPE,
    LARGEST_METADATA,
    METADATA,
    METADATA_LIST,
    MOODLE,
    Owner,
    base_name,
    graded_people,
    listed_people,
    owners_of,
)
from .lines import Record
from .sheets import Sheet, clipped, in_words, read_record, said_id

LARGEST_CLASS = 1 << 26  # bytes of a file with the answers of a whole class
RANKS = dict.fromkeys((".txt", ".text", ".md", ".markdown"), 0)
RANKS |= dict.fromkeys(OBJECTS, 1) | dict.fromkeys(TABLES, 2) | dict.fromkeys(PAGES, 3)
RESULTS = frozenset({"results.jsonl", "gradebook.html"})  # what a run leaves in its folder
SHEETLIKE = re.compile(r"^[^\n=]{1,60}[=≈]|^[^\n|]{0,60}\|[^\n|]*\||^[ \t]*[\"{]", re.M)


class Submission(NamedTuple):
    """One student's hand-in.

    id           clean (see `identity.clean_id`).
    name         from the platform or table, "" where unknown.
    file         where it was found, from the root, as text; with the row for one of a table.
    participant  Moodle's number, and `canvas` Canvas's, where there is one.
    root, parts  the path to open, or `data`, its bytes, or `record`, its row.
    problem      why it cannot be read, where that is known already.
    remarks      on the hand-in; `load` puts them before those on the sheet.
    """

    id: str
    name: str = ""
    file: str = ""
    participant: str = ""
    canvas: str = ""
    email: str = ""
    root: str = ""
    parts: tuple[str, ...] = ()
    data: bytes | None = None
    record: Record | None = None
    problem: str = ""
    remarks: tuple[Remark, ...] = ()

    def noting(self, code: str, message: str) -> Submission:
        """The same with one remark more."""
        return self._replace(remarks=(*self.remarks, Remark(code, 0, message)))


class Refused(NamedTuple):
    """A file that is nobody's hand-in, and why."""

    file: str
    reason: str


class Found(NamedTuple):
    """All submissions, in the order of their files, what was refused, and remarks on the whole."""

    submissions: tuple[Submission, ...]
    refused: tuple[Refused, ...] = ()
    remarks: tuple[Remark, ...] = ()


# ------------------------------------------------------------------------------------------ reading


def load(submission: Submission) -> Sheet:
    """The sheet of a submission; raises BackpropError with the reason if it cannot be read."""
    if submission.problem:
        raise refuse("file-content", submission.problem)
    if submission.record is not None:
        sheet = read_record(submission.record)
    else:
        sheet = sheet_of(bytes_of(submission), submission.file)
    if sheet.id.casefold() not in ("", submission.id.casefold(), submission.email.casefold()):
        message = f"the sheet says that it is from '{clipped(sheet.id)}'"
        submission = submission.noting("note", f"{message}; it counts for '{submission.id}'")
    return sheet._replace(remarks=(*submission.remarks, *sheet.remarks))


def bytes_of(submission: Submission) -> bytes:
    """What was handed in; raises BackpropError where it cannot be had."""
    if submission.problem:  # the parts of a path from an archive are never opened
        raise refuse("file", submission.problem)
    if submission.record is not None:
        return json.dumps(submission.record, ensure_ascii=True).encode()
    if submission.data is not None:
        return submission.data
    return read_beneath(submission.root, submission.parts)


def content(submission: Submission) -> bytes:
    """All that the marks of a submission depend on. Never raises: a file that cannot be read has
    the reason for its content.
    """
    remarks = json.dumps([submission.problem, submission.remarks], ensure_ascii=True).encode()
    if submission.problem:
        return remarks
    try:
        return remarks + bytes_of(submission)
    except BackpropError as error:
        return remarks + in_words(error.diagnostic).encode("utf-8", "replace")


def by_student(submissions: Iterable[Submission]) -> list[Submission]:
    """One submission for each id, whatever its capitals: the last that can be read. A remark lists
    the others, as a problem unless all are the same.
    """
    students: dict[str, list[Submission]] = defaultdict(list)
    for one in submissions:
        students[one.id.casefold()].append(one)
    return [one_of(those) if len(those) > 1 else those[0] for those in students.values()]


def one_of(those: list[Submission]) -> Submission:
    """One of several submissions of the same student."""
    last = [one for one in those if not one.problem] or those
    chosen = last[-1]
    files = ", ".join(clipped(one.file) for one in those[:8])
    try:
        same = len({bytes_of(one) for one in those}) == 1
    except BackpropError:
        same = False
    if same:
        return chosen.noting("note", f"handed in {len(those)} times, always the same: {files}")
    message = f"there are {len(those)} sheets of this student: {files}; marked is {chosen.file}"
    return chosen.noting("problem", message)


# ------------------------------------------------------------------------------------------ finding


def find_submissions(path: str, without: str = "") -> Found:
    """What is handed in at a path: a folder or zip archive of hand-ins, one sheet, or a CSV or JSON
    file with the sheets of a class. The folder `without` is left out.

    Raises BackpropError where the path itself cannot be read.
    """
    if "\0" in path:
        raise refuse("file", "a path that no file can have")
    if os.path.isdir(path):
        entries, remarks = without_results(folder_entries(path, without))
        grouping = _Grouping(path, entries, autograder_people(path))
        return grouping.found()._replace(remarks=remarks)
    if path.lower().endswith(".zip"):
        return _Grouping("", archive_entries(path), ()).found()
    root, name = os.path.split(os.path.realpath(path))
    whole_class = path.lower().endswith((*TABLES, *OBJECTS))
    try:
        data = read_beneath(root, (name,), LARGEST_CLASS if whole_class else LARGEST_FILE)
        if whole_class and not is_one_sheet(data, name):
            return class_file(data, printed(name))
    except BackpropError as error:
        found = error.diagnostic
        message = f"'{printed(path)}' cannot be used: {found.message}"
        raise refuse(found.code, message, help=found.help) from None
    return _Grouping(root, [Entry((name,))], autograder_people(root)).found()


def without_results(entries: list[Entry]) -> tuple[list[Entry], tuple[Remark, ...]]:
    """The files but those in folders that an earlier run has written, with a remark on each such
    folder. One that a platform has made for a student is never taken for such.
    """
    places: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for entry in entries:
        places[entry.parts[:-1]].add(entry.parts[-1])
    results = {
        place
        for place, names in places.items()
        if place and names >= RESULTS
        and not any(MOODLE.fullmatch(part) or GRADESCOPE.fullmatch(part) for part in place)
    }  # fmt: skip
    kept = [
        entry
        for entry in entries
        if not any(entry.parts[:depth] in results for depth in range(1, len(entry.parts)))
    ]
    message = "left out, as it holds the results of an earlier run"
    remarks = (
        Remark("note", 0, f"'{clipped(Entry(place).shown)}' is {message}")
        for place in sorted(results)
    )
    return kept, tuple(remarks)


def class_file(data: bytes, file: str) -> Found:
    """The submissions of a file with the answers of a whole class."""
    found = responses_of(data, file, LARGEST_CLASS)
    submissions: list[Submission] = []
    refused: list[Refused] = []
    alone = len(found.records) == 1
    for record in found.records:
        where = f"{file} row {record.line}" if record.line else file
        said = record.id or record.email or (os.path.splitext(file)[0] if alone else "")
        try:
            one = Submission(clean_id(said), record.name, where, email=record.email, record=record)
        except BackpropError as error:
            refused.append(Refused(where, in_words(error.diagnostic)))
            continue
        submissions.append(one)
    return Found(tuple(submissions), tuple(refused), found.remarks)


def autograder_people(root: str) -> tuple[Owner, ...]:
    """Whom Gradescope's autograder grades. Its metadata lies beside the folder of the submission,
    or one above; inside of it, where a student may have put it, it is not believed.
    """
    beside = os.path.dirname(os.path.realpath(root))
    for place in (beside, os.path.dirname(beside)):
        try:
            data = read_beneath(place, (METADATA,), LARGEST_METADATA)
        except BackpropError:
            continue
        if people := graded_people(data.decode("utf-8", "replace")):
            return people
    return ()


class _Glance(NamedTuple):
    """A first look at a file: whether it may be a sheet, and the id that it says it has."""

    sheetlike: bool
    id: str


def glance(root: str, entry: Entry) -> _Glance:
    """A first look at a file, without reading its answers."""
    ending = os.path.splitext(entry.parts[-1])[1].lower()
    if entry.problem:
        return _Glance(False, "")
    try:
        data = entry.data if entry.data is not None else read_beneath(root, entry.parts)
        if ending in TABLES or ending in OBJECTS or data.lstrip()[:1] == b"{":
            records = responses_of(data, entry.parts[-1]).records
            alone = len(records) == 1
            return _Glance(alone, records[0].id or records[0].email if alone else "")
        text, _ = sheet_text(data, entry.parts[-1])
    except BackpropError:
        return _Glance(ending in TABLES, "")
    return _Glance(bool(SHEETLIKE.search(text)), said_id(text))


class _Grouping:
    """The files of a class, on their way to one submission for each hand-in.

    graded   whom an autograder grades: then all files are theirs.
    wrapped  how many folders lie around all the others, as archives have them.
    people   whose each folder is, by what a platform says of it.
    """

    def __init__(self, root: str, entries: list[Entry], graded: tuple[Owner, ...]) -> None:
        self.root = root
        self.entries = entries
        self.graded = graded
        self.refused: list[Refused] = []
        self.looks: dict[Entry, _Glance] = {}
        self.people: dict[tuple[str, ...], tuple[Owner, ...]] = {}
        self.wrapped = 0
        while len(entries) > 1 and self.is_wrapped():
            self.wrapped += 1
        folders = any(
            len(inside) > 1 and GRADESCOPE.fullmatch(inside[0])
            for entry in entries
            if (inside := entry.parts[self.wrapped :])
        )
        listed = [entry for entry in entries if entry.parts[self.wrapped :] == (METADATA_LIST,)]
        for entry in listed if folders else ():  # among loose files it is a student's
            self.entries = [other for other in entries if other is not entry]
            self.read_people(entry)
        stems = Counter(map(stem, self.entries))
        self.shared = {name for name, times in stems.items() if times > 1}

    def is_wrapped(self) -> bool:
        """Whether all files lie in one folder that is nobody's."""
        depth = self.wrapped
        if not all(len(entry.parts) > depth + 1 for entry in self.entries):
            return False
        names = {entry.parts[depth] for entry in self.entries}
        name = names.pop()
        return not names and not MOODLE.fullmatch(name) and not GRADESCOPE.fullmatch(name)

    def read_people(self, entry: Entry) -> None:
        """Gradescope's list of people."""
        try:
            data = entry.data
            if data is None:
                data = read_beneath(self.root, entry.parts, LARGEST_METADATA)
            self.people = listed_people(data.decode("utf-8", "replace"))
            if not self.people:
                self.refused.append(Refused(entry.shown, "it names nobody"))
        except BackpropError as error:
            self.refused.append(Refused(entry.shown, error.diagnostic.message))

    def look(self, entry: Entry) -> _Glance:
        """A first look at a file, taken once."""
        if entry not in self.looks:
            self.looks[entry] = glance(self.root, entry)
        return self.looks[entry]

    def found(self) -> Found:
        """All submissions."""
        theirs: dict[tuple[str, ...], tuple[tuple[Owner, ...], list[Entry]]] = {}
        for entry in self.entries:
            inside = entry.parts[self.wrapped :]
            owners = self.graded or owners_of(inside, self.people)
            if not owners and entry.problem not in ("", TOO_LARGE):
                self.refused.append(Refused(entry.shown, entry.problem))
                continue
            if not owners:
                owners = (Owner(("folder" if len(inside) > 1 else "file", inside[0])),)
            theirs.setdefault(owners[0].key, (owners, []))[1].append(entry)
        made: list[tuple[Owner, Submission]] = []
        for owners, entries in theirs.values():
            kind = owners[0].key[0]
            if kind == "file" or (kind == "folder" and self.is_section(entries)):
                made += [(owners[0], one) for entry in entries if (one := self.plain(entry))]
            else:
                made += self.chosen(owners, entries)
        return Found(tuple(undisputed(made)), tuple(self.refused))

    def is_section(self, entries: list[Entry]) -> bool:
        """Whether a folder holds the sheets of several students rather than one's files."""
        sheets = [entry for entry in entries if self.look(entry).sheetlike]
        ids = {self.look(entry).id.casefold() for entry in sheets} - {""}
        named = not ids and not any(stem(entry) in self.shared for entry in sheets)
        return len(sheets) > 1 and (len(ids) > 1 or named)

    def plain(self, entry: Entry) -> Submission | None:
        """The submission of a file that is called after its student, or says its id."""
        made = self.identified(self.submission(entry, Owner(())), self.look(entry).id, stem(entry))
        if made is None:
            help = "write id: abc123 on the sheet, or call the file abc123.txt"
            self.refused.append(Refused(entry.shown, f"it has no id; {help}"))
        return made

    def identified(self, one: Submission, *ids: str) -> Submission | None:
        """The submission with the first id that can be one; None if none can."""
        for said in filter(None, ids):
            try:
                return one._replace(id=clean_id(said))
            except BackpropError as error:
                message = f"'{clipped(said)}' is no id: {error.diagnostic.message}"
                one = one.noting("note", message)
        return None

    def submission(self, entry: Entry, owner: Owner) -> Submission:
        """A file as its owner's submission, still without an id."""
        return Submission(
            "", owner.name, entry.shown, owner.participant, owner.canvas, owner.email,
            self.root, entry.parts, entry.data, None, entry.problem,
        )  # fmt: skip

    def chosen(
        self, owners: tuple[Owner, ...], entries: list[Entry]
    ) -> list[tuple[Owner, Submission]]:
        """The submissions of those who handed in a few files together: the one that is a sheet."""
        best, *others = sorted(entries, key=lambda entry: self.rank(owners[0], entry))
        base = base_name(owners[0], best.parts[-1])
        files = [one for one in others if base_name(owners[0], one.parts[-1]) != base]
        made: list[tuple[Owner, Submission]] = []
        for owner in owners:
            one = self.submission(best, owner)
            if len(files) < len(others):
                versions = len(others) - len(files) + 1
                one = one.noting("note", f"the newest of {versions} versions is read")
            if files:
                names = ", ".join(clipped(printed(file.parts[-1])) for file in files[:8])
                one = one.noting("note", f"files that are not read: {names}")
            if len(owners) > 1:
                one = one.noting("note", f"handed in by a group of {len(owners)}")
            ids = [owner.id, self.look(best).id, owner.number]
            if owner.key[0] == "folder":  # Gradescope's folders are numbered by hand-in
                folder = best.parts[self.wrapped]
                ids.insert(1 + bool(GRADESCOPE.fullmatch(folder)), printed(folder))
            if found := self.identified(one, *ids):
                made.append((owner, found))
            else:
                self.refused.append(Refused(best.shown, "whose it is cannot be told: it has no id"))
        return made

    def rank(self, owner: Owner, entry: Entry) -> tuple[bool, int, int, tuple[str, ...]]:
        """The order in which one of several files is taken for the sheet."""
        ending = os.path.splitext(entry.parts[-1])[1].lower()
        canvas = owners_of(entry.parts[-1:], {}) if owner.canvas else ()
        version = canvas[0].version if canvas else 0
        return not self.look(entry).sheetlike, RANKS.get(ending, 4), -version, entry.parts


def stem(entry: Entry) -> str:
    """A file's name without its ending, as text."""
    return os.path.splitext(printed(entry.parts[-1]))[0]


def undisputed(made: list[tuple[Owner, Submission]]) -> list[Submission]:
    """The submissions. Where the sheets of two students say the same id, and the platform has
    nothing but numbers of them, both go by their numbers, and somebody has to look.
    """
    claims: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for owner, one in made:
        if owner.number:
            claims[one.id.casefold()].add(owner.key)
    found = []
    for owner, one in made:
        if owner.number and len(claims[one.id.casefold()]) > 1 and one.id != owner.number:
            message = f"another student's sheet says, too, that it is from '{one.id}'"
            one = one.noting("problem", message)._replace(id=owner.number)
        found.append(one)
    return found
