"""Who is in a class: a CSV of ids, or the export of a learning platform.

With it, numbers of a platform and email addresses become ids, and a slip in an id is noticed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from ...errors import BackpropError, refuse, similar
from ..marks import Remark
from .identity import clean_id, clean_name, role, words
from .responses import people_columns, person
from .sheets import clipped, in_words
from .spreadsheets import Row, spreadsheet
from .submissions import Submission

# Participant 12345, in any language
NUMBERED = re.compile(r"[^\W\d_]+[^\d\n]{0,20}?([0-9]{1,18})")
NO_STUDENT = ("points possible", "student test", "test student")  # rows of Canvas


class Person(NamedTuple):
    """One student. `participant` is Moodle's number, and `canvas` Canvas's; "" where unknown."""

    id: str
    name: str = ""
    email: str = ""
    section: str = ""
    participant: str = ""
    canvas: str = ""


class Roster:
    """A class, in the order of the file, and remarks on rows that could not be used."""

    def __init__(self, people: Iterable[Person], remarks: Iterable[Remark] = ()) -> None:
        self.people = tuple(people)
        self.remarks = tuple(remarks)
        self.ids = {one.id.casefold(): one for one in self.people}
        self.emails = sole((one.email.casefold(), one) for one in self.people)
        self.numbers = sole((one.participant, one) for one in self.people)
        self.users = sole((one.canvas, one) for one in self.people)

    def find(
        self, id: str, email: str = "", participant: str = "", canvas: str = ""
    ) -> Person | None:
        """The student that a hand-in belongs to. A platform's number says so for certain, then the
        id, then the email address. What fits two students tells nothing.
        """
        return (
            self.numbers.get(participant)
            or self.users.get(canvas)
            or self.ids.get(id.casefold())
            or self.emails.get(email.casefold())
            or self.emails.get(id.casefold())
        )


def sole(pairs: Iterable[tuple[str, Person]]) -> dict[str, Person]:
    """The people by a key that is theirs alone."""
    listed = [pair for pair in pairs if pair[0]]
    times = Counter(key for key, _ in listed)
    return {key: one for key, one in listed if times[key] == 1}


def read_roster(text: str) -> Roster:
    """The class that a CSV lists: `id[, name][, email][, section][, participant]`, a single column
    of ids, a Canvas gradebook or a Moodle worksheet.

    Raises BackpropError where there is no column of ids.
    """
    table = spreadsheet(text)
    head, *rows = table.rows
    columns = people_columns(head.cells)
    if not columns.keys() & {"id", "email"}:
        if max(len(row.cells) for row in table.rows) > 1 or role(head.cells[0]):
            help = "name the columns: id, name, email, section"
            raise refuse("file-content", "the roster has no column of ids", help=help)
        columns, rows = {"id": 0}, [head, *rows]
    titles = [words(title) for title in head.cells]
    canvas = titles.index("id") if "sis login id" in titles and "id" in titles else None
    spare = numbers = None
    if canvas is not None:
        rows = [row for row in rows if not is_extra(row)]
        spare = titles.index("sis user id") if "sis user id" in titles else None
    else:
        known = {place for kind, place in columns.items() if kind != "participant"}
        numbers = numbered_column(rows, known)
        numbers = columns.get("participant") if numbers is None else numbers
    people: dict[str, Person] = {}
    remarks = list(table.remarks)
    for row in rows:
        id, name, email = person(row, columns)
        if spare is not None and not row.cell(columns.get("id")):
            id = row.cell(spare) or id
        try:
            one = Person(
                clean_id(id), clean_name(name), email, row.cell(columns.get("section")),
                number_in(row.cell(numbers)), row.cell(canvas),
            )  # fmt: skip
        except BackpropError as error:
            remarks.append(Remark("problem", row.number, in_words(error.diagnostic)))
            continue
        if (same := one.id.casefold()) in people:
            message = f"'{one.id}' is on the roster twice"
            remarks.append(Remark("problem", row.number, message))
        people.setdefault(same, one)
    if not people:
        raise refuse("file-content", "the roster lists nobody")
    return Roster(people.values(), remarks)


def is_extra(row: Row) -> bool:
    """Whether a row of a Canvas gradebook is no student's."""
    first = words(row.cell(0))
    return any(first.startswith(extra) for extra in NO_STUDENT) or "manual posting" in (
        words(cell) for cell in row.cells
    )


def numbered_column(rows: list[Row], known: set[int]) -> int | None:
    """The column whose cells are all a word and a number, as Moodle's identifiers; none of those
    that are known to be something else.
    """
    width = max((len(row.cells) for row in rows), default=0)
    for place in range(min(width, 4)):
        cells = [row.cell(place) for row in rows]
        if place not in known and all(map(NUMBERED.fullmatch, cells)):
            return place
    return None


def number_in(text: str) -> str:
    """Moodle's number of a participant, from its identifier."""
    found = NUMBERED.fullmatch(text)
    return found[1] if found else text if text.isdecimal() else ""


def missing(roster: Roster, ids: Iterable[str]) -> list[Person]:
    """Those on the roster who are not among the ids."""
    present = {id.casefold() for id in ids}
    return [one for one in roster.people if one.id.casefold() not in present]


def unknown(roster: Roster, ids: Iterable[str]) -> list[str]:
    """The ids that are not on the roster, each with those that it may be a slip of."""
    known = [one.id for one in roster.people]
    found = []
    for id in ids:
        if id.casefold() not in roster.ids:
            near = similar(id, known)
            found.append(f"{id} (did you mean {' or '.join(near)}?)" if near else id)
    return found


def enrolled(roster: Roster, submissions: Iterable[Submission]) -> list[Submission]:
    """The submissions with the roster's ids and names. Where the platform's name and the roster's
    have nothing in common, somebody has to look.
    """
    found = []
    for one in submissions:
        known = roster.find(one.id, one.email, one.participant, one.canvas)
        if known is None:
            found.append(one)
            continue
        certain = one.participant and one.participant == known.participant
        certain = certain or (one.canvas and one.canvas == known.canvas)
        if not certain and are_strangers(one.name, known.name):
            names = f"'{clipped(one.name)}', and on the roster '{clipped(known.name)}'"
            one = one.noting("problem", f"'{known.id}' is {names}")
        found.append(one._replace(id=known.id, name=known.name or one.name))
    return found


def are_strangers(name: str, other: str) -> bool:
    """Whether two names, both known, have no word in common; platforms may join the words."""
    mine, theirs = words(name).split(), words(other).split()
    joined, joined_theirs = "".join(mine), "".join(theirs)
    return bool(mine and theirs) and not any(
        word in joined_theirs for word in mine
    ) and not any(word in joined for word in theirs)  # fmt: skip
