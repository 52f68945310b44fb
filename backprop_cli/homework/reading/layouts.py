"""Whose a file is, by where a learning platform has put it: the folders that Moodle, Canvas and
Gradescope export.

Only the platform's own names and files are believed, never those that a student could have sent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from .identity import clean_name, role

MOODLE = re.compile(r"(.+?)_([0-9]{1,18})_assignsubmission_(file|onlinetext)_?(.*)", re.S)
CANVAS = re.compile(
    r"([^_]+)_(?:LATE_)?([0-9]{2,18})_(?:([0-9]{2,18})_(.+)|text\.html)", re.S | re.I
)
RESUBMITTED = re.compile(r"(.+?)-([0-9]{1,3})(\.[^.]*)?", re.S)
GRADESCOPE = re.compile(r"submission_([0-9]{1,18})")
METADATA_LIST = "submission_metadata.yml"
METADATA = "submission_metadata.json"
LARGEST_METADATA = 1 << 24  # bytes

# The few lines of Gradescope's YAML that say who handed in.
YAML_SUBMISSION = re.compile(r"(submission_[0-9]{1,18}):\s*")
YAML_SECTION = re.compile(r"  :(\w+):.*")
YAML_FIELD = re.compile(r"  ([- ]) +:(name|sid|email):[ \t]*(.*)|  - :(name|sid|email):[ \t]*(.*)")


class Owner(NamedTuple):
    """Whom a platform names as the author of a file.

    key          the same for all files of one hand-in.
    id           what the platform says the student is called, "" where it only has numbers.
    participant  Moodle's number of the participant, and `canvas` Canvas's of the user.
    version      of the file, where the platform numbers files of one name.
    """

    key: tuple[str, ...]
    id: str = ""
    name: str = ""
    email: str = ""
    participant: str = ""
    canvas: str = ""
    version: int = 0

    @property
    def number(self) -> str:
        """The platform's number of the student."""
        return self.participant or self.canvas


People = Mapping[tuple[str, ...], tuple[Owner, ...]]  # by the folder that is theirs


def owners_of(parts: tuple[str, ...], people: People) -> tuple[Owner, ...]:
    """Who handed in the file at a path: nobody if no platform says so, several for a group."""
    for depth, part in enumerate(parts):
        if owners := people.get(parts[: depth + 1]):
            return owners
        if moodle := MOODLE.fullmatch(part):
            name, number, _, rest = moodle.groups()
            if rest and depth < len(parts) - 1:
                continue
            name = "" if role(name) == "participant" else clean_name(name)
            return (Owner(("moodle", number), "", name, "", number),)
    canvas = CANVAS.fullmatch(parts[0]) if len(parts) == 1 else None
    if canvas is None:
        return ()
    name, number, _, file = canvas.groups()
    again = RESUBMITTED.fullmatch(file or "")
    version = int(again[2]) if again else 0
    return (Owner(("canvas", number), "", clean_name(name), canvas=number, version=version),)


def base_name(owner: Owner, file: str) -> str:
    """A file's name without what Canvas adds to it, so that resubmissions have the same one."""
    canvas = CANVAS.fullmatch(file) if owner.canvas else None
    again = RESUBMITTED.fullmatch((canvas and canvas[4]) or "")
    return f"{again[1]}{again[3] or ''}" if again else ((canvas and canvas[4]) or file)


# --------------------------------------------------------------------------------------- Gradescope


def listed_people(text: str) -> dict[tuple[str, ...], tuple[Owner, ...]]:
    """Who handed in each `submission_…` folder of a Gradescope export, from its metadata."""
    found: dict[tuple[str, ...], list[dict[str, str]]] = {}
    place: list[dict[str, str]] | None = None
    section = ""
    for line in text.splitlines():
        if submission := YAML_SUBMISSION.fullmatch(line):
            place, section = found.setdefault((submission[1],), []), ""
        elif (field := YAML_FIELD.fullmatch(line)) and section == "submitters":
            new = line.lstrip().startswith("-")
            if place is not None and (new or place):
                if new:
                    place.append({})
                kind, value = (field[2], field[3]) if field[2] else (field[4], field[5])
                place[-1].setdefault(kind, scalar(value))
        elif (part := YAML_SECTION.fullmatch(line)) is not None:
            section = part[1]
    return {
        place: owners
        for place, people in found.items()
        if (owners := tuple(owner(("gradescope", *place), one) for one in people))
    }


def scalar(text: str) -> str:
    """A plain or quoted string of YAML on one line; "" for whatever is more than that."""
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] == "'":
        return text[1:-1].replace("''", "'")
    if len(text) > 1 and text[0] == text[-1] == '"':
        return "" if "\\" in text else text[1:-1]
    return "" if text[:1] in "!&*|>{[%@`'\"" or text in ("null", "~") else text


def owner(key: tuple[str, ...], person: Mapping[str, Any]) -> Owner:
    """A person of Gradescope's metadata as an owner; the email stands in for an id."""
    said = {
        kind: value if isinstance(value, str) else str(value) if type(value) is int else ""
        for kind in ("sid", "email", "name")
        if (value := person.get(kind, "")) is not None
    }
    email = said.get("email", "")
    return Owner(key, said.get("sid") or email, clean_name(said.get("name", "")), email)


def graded_people(text: str) -> tuple[Owner, ...]:
    """Who handed in what Gradescope's autograder is to grade, from its metadata in JSON."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return ()
    users = content.get("users") if isinstance(content, dict) else None
    if not isinstance(users, list):
        return ()
    key = ("gradescope", "autograder")
    people = (owner(key, user) for user in users if isinstance(user, dict))
    return tuple(one for one in people if one.id)
