"""Who a sheet belongs to: ids as they may be, the headings that announce one, and the names of
files made from them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from ...errors import refuse

LONGEST_ID = 64
LONGEST_NAME = 200  # of a person
LONGEST_HEADING = 60
SIGNS = frozenset("._@+-")
# Names that Windows gives to devices, whatever follows behind a point.
RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?")
PLAIN_STEM = re.compile(r"[a-z0-9][a-z0-9._@+-]*(?<!\.)")

# What the column of an export or the head of a sheet is about; see `role`. Small letters, words
# with one blank between them.
HEADINGS: dict[str, tuple[str, ...]] = {
    "id": (
        "student id", "studentid", "student number", "student no", "student nr", "sid", "user id",
        "userid", "username", "user name", "user", "login", "login id", "sis login id",
        "sis user id", "sis id", "netid", "net id", "uni id", "university id", "id number",
        "idnumber", "matriculation", "matriculation number", "matriculation no", "matrikelnummer",
        "matrikel nr", "matrikelnr", "matr nr", "matnr", "kennung", "matrícula", "matricula",
        "numéro étudiant", "numero etudiant", "roll no", "roll number", "registration number",
        "reg no", "index number", "candidate number", "matricola", "学号", "学籍番号", "id",
    ),
    "name": (
        "name", "student", "full name", "fullname", "student name", "your name", "nombre", "nom",
        "nome", "vollständiger name", "nom complet", "nombre completo", "姓名", "имя",
    ),
    "first": ("first name", "firstname", "given name", "vorname", "prénom", "first"),
    "last": ("last name", "lastname", "surname", "family name", "nachname", "last"),
    "email": (
        "email", "e mail", "mail", "email address", "e mail address", "e mail adresse",
        "adresse de courriel", "courriel", "correo", "dirección de correo", "username email",
    ),
    "section": ("section", "group", "class", "tutorial", "gruppe", "groupe", "sections"),
    "participant": ("identifier", "participant", "participant number", "teilnehmer"),
    "other": (
        "date", "course", "semester", "term", "instructor", "teacher", "professor", "prof", "ta",
        "tutor", "homework", "hw", "assignment", "due", "due date", "title", "subject", "time",
        "note", "notes", "comment", "comments", "partner", "partners", "collaborators", "page",
        "author", "university", "school", "grade", "points", "score", "total", "total score",
        "timestamp", "status", "start time", "completion time", "last modified time", "week",
        "sheet", "kurs", "datum", "lecture", "exam", "quiz", "lab", "cs", "maximum grade", "seed",
        "language", "feedback", "duration", "attempt", "submitted", "submitted at",
    ),
}  # fmt: skip
ROLES = {heading: role for role, headings in HEADINGS.items() for heading in headings}


def words(text: str) -> str:
    """A heading in small letters, its words with one blank between them and no signs."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_HEADING]).casefold()
    return " ".join(re.findall(r"[^\W_]+", plain))


@lru_cache(maxsize=1024)
def role(heading: str) -> str:
    """What a heading announces: one of `HEADINGS`, or "" for something else."""
    return ROLES.get(words(heading), "") if len(heading) <= LONGEST_HEADING else ""


def preference(heading: str) -> int:
    """The lower, the more surely a heading of ids announces those of students."""
    return HEADINGS["id"].index(words(heading))


def clean_id(text: str) -> str:
    """An id in its one spelling: letters of any script, digits, `._@+-` and single blanks inside,
    at most 64 characters, composed (NFC).

    Raises BackpropError for anything else, so that an id is never a path, a command or markup.
    """
    if len(text) > 4 * LONGEST_ID:
        raise refuse("file-content", f"an id has at most {LONGEST_ID} characters")
    id = unicodedata.normalize("NFC", text.strip(" \t\u00a0"))
    if not id:
        raise refuse("file-content", "the id is empty", help="write id: abc123")
    if len(id) > LONGEST_ID:
        raise refuse("file-content", f"an id has at most {LONGEST_ID} characters")
    for place, character in enumerate(id):
        blank = character == " " and id[place - 1] != " "
        mark = unicodedata.category(character) in ("Mn", "Mc") and place > 0
        if not (character.isalnum() or character in SIGNS or blank or mark):
            shown = f"'{character}'" if character.isprintable() else f"U+{ord(character):04X}"
            help = "an id has letters, digits and ._@+-"
            raise refuse("file-content", f"an id cannot have {shown}", help=help)
    if id[0] in ".-":
        raise refuse("file-content", f"an id cannot start with '{id[0]}'")
    return id


def clean_name(text: str) -> str:
    """A person's name on one line: without control characters, at most 200 characters."""
    plain = "".join(c if c.isprintable() else " " for c in text[: 4 * LONGEST_NAME])
    return " ".join(plain.split())[:LONGEST_NAME]


def file_name(id: str) -> str:
    """The stem of a file for an id: safe on every system, and another one for every other id, even
    where capitals do not count.
    """
    safe = PLAIN_STEM.fullmatch(id) and not RESERVED.fullmatch(id)
    # Two hyphens mark a stem with a hash, so no id is the stem of another.
    if safe and "--" not in id:
        return id
    digest = hashlib.sha256(id.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    stem = re.sub(r"[^a-z0-9]+", "-", unicodedata.normalize("NFKD", id).casefold()).strip("-")
    return f"{stem[:40] or 'id'}--{digest}"
