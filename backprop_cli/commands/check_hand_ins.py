"""What a class has handed in, as tasks to mark, and who is missing."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ..bindings import decoded, read_bytes
from ..errors import refuse
from ..homework.asking.key import Key
from ..homework.batches.journal import fingerprint
from ..homework.batches.worker import Task
from ..homework.reading.roster import Person, Roster, enrolled, missing, read_roster, unknown
from ..homework.reading.submissions import Submission, by_student, content, find_submissions
from .check_outputs import LARGEST_TABLE


class HandIns(NamedTuple):
    """A class's hand-ins.

    submissions  one for each student.
    people       those on the roster, by id.
    missing      those of them who have handed in nothing.
    problems     what could not be used: files, rows of the roster.
    notes        what else there is to say.
    """

    submissions: Sequence[Submission]
    people: Mapping[str, Person]
    missing: Sequence[Person]
    problems: Sequence[str]
    notes: Sequence[str]

    @property
    def participants(self) -> dict[str, str]:
        """Moodle's number of each student, where hand-ins or roster say it."""
        known = {id: person.participant for id, person in self.people.items()}
        return known | {one.id: one.participant for one in self.submissions if one.participant}

    @property
    def users(self) -> dict[str, str]:
        """Canvas's number of each student, likewise."""
        known = {id: person.canvas for id, person in self.people.items()}
        return known | {one.id: one.canvas for one in self.submissions if one.canvas}

    def names(self) -> dict[str, str]:
        """Everybody's name, by id."""
        absent = {person.id: person.name for person in self.missing}
        return absent | {one.id: one.name for one in self.submissions}

    def tasks(self, key: Key) -> list[Task]:
        """What there is to mark."""
        return [
            Task(one.id, one.name, one.file, fingerprint(key, content(one), one.id), one)
            for one in self.submissions
        ]


def hand_ins(paths: Sequence[str], roster: str | None, out: str | None) -> HandIns:
    """All that is handed in at some paths, without what an earlier run has left at `out`.

    Raises BackpropError for a path that cannot be read, and where nothing is handed in at all.
    """
    people = None if roster is None else roster_in(roster)
    handed_in: list[Submission] = []
    problems: list[str] = []
    notes: list[str] = []
    for path in paths:
        if out is not None and os.path.realpath(path) == os.path.realpath(out):
            raise refuse(
                "usage", f"'{path}' is the folder of hand-ins, and cannot be that of results",
                help="-o takes another folder",
            )  # fmt: skip
        found = find_submissions(path, out or "")
        handed_in += found.submissions
        problems += [f"{refused.file}: {refused.reason}" for refused in found.refused]
        notes += [f"{path}: {remark.message}" for remark in found.remarks]
    if not handed_in and not problems:
        listed = " or ".join(f"'{path}'" for path in paths)
        raise refuse("usage", f"no hand-in was found in {listed}", help="check the path")
    if people is None:
        return HandIns(by_student(handed_in), {}, (), problems, notes)
    submissions = by_student(enrolled(people, handed_in))
    ids = [one.id for one in submissions]
    problems += roster_problems(people)
    notes += [f"not on the roster: {text}" for text in unknown(people, ids)]
    known = {person.id: person for person in people.people}
    return HandIns(submissions, known, missing(people, ids), problems, notes)


def roster_in(path: str) -> Roster:
    """The roster in a file."""
    data = read_bytes(path, "the roster", LARGEST_TABLE)
    return read_roster(decoded(data, f"the roster, '{path}',"))


def roster_problems(roster: Roster) -> list[str]:
    """The rows of a roster that could not be used."""
    return [f"the roster, line {remark.line}: {remark.message}" for remark in roster.remarks]
