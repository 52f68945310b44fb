"""Pseudonyms for a class: the same ones in every run, and without the secret nobody can tell whose.

The secret and the mapping are in identities.csv in the output folder, for its owner alone.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import io
import re
import secrets
from collections.abc import Mapping

from ...errors import refuse
from ..marks import SheetMarks

NAME = "identities.csv"
HEADER = ["pseudonym", "id", "name"]
SECRET = "secret"  # in place of a pseudonym
WORD = re.compile(r"[\w@+-]+(?:\.[\w@+-]+)*")
UNSAID = "there is a problem with the file; what it is would say whose it is"
SHORTEST = 3  # characters of an id that is looked for in sentences


class Pseudonyms:
    """Who is who. `people` are names by id."""

    def __init__(self, secret: str, people: Mapping[str, str]) -> None:
        self.secret = secret
        self.people = people
        self.pseudonyms = {id: f"student-{self.digest(id)[:12]}" for id in self.people}
        self.words = {id: alias for id, alias in self.pseudonyms.items() if len(id) >= SHORTEST}

    def digest(self, text: str) -> str:
        return hmac.new(self.secret.encode(), text.encode("utf-8"), hashlib.sha256).hexdigest()

    def fingerprint(self, fingerprint: str) -> str:
        """A fingerprint that does not tell who handed in a sheet that somebody else has, too."""
        parts = fingerprint.split(".")
        return ".".join([*(self.digest(part)[:32] for part in parts[:-1]), parts[-1]])

    def anonymous(self, marks: SheetMarks) -> SheetMarks:
        """Marks without a name or a file. Remarks on the file as a whole would name it: only that
        there was a problem is kept of them.
        """
        name = self.people[marks.id]
        remarks = tuple(
            remark._replace(
                message=self.without_names(remark.message, name) if remark.line else UNSAID
            )
            for remark in marks.remarks
            if remark.line or remark.code == "problem"
        )
        return marks._replace(
            id=self.pseudonyms[marks.id], name="", file="", remarks=remarks
        )

    def without_names(self, text: str, name: str) -> str:
        """A sentence with pseudonyms for ids, and without the student's name."""
        if name:
            text = re.sub(re.escape(name), "…", text, flags=re.IGNORECASE)
        return WORD.sub(lambda word: self.words.get(word[0], word[0]), text)

    def table(self) -> str:
        """The content of identities.csv."""
        file = io.StringIO(newline="")
        rows = sorted((alias, id, self.people[id]) for id, alias in self.pseudonyms.items())
        csv.writer(file, lineterminator="\r\n").writerows(
            [HEADER, [SECRET, self.secret, ""], *rows]
        )
        return file.getvalue()


def read_secret(text: str | None) -> str:
    """The secret of an earlier run; a new one where there was none.

    Raises BackpropError for a file without one: another secret would give everybody another name.
    """
    if text is None:
        return secrets.token_hex(32)
    rows = csv.reader(io.StringIO(text, newline=""))
    try:
        found = [row[1] for row in rows if len(row) > 1 and row[0] == SECRET]
    except csv.Error:
        found = []
    if len(found) != 1 or not re.fullmatch(r"[0-9a-f]{64}", found[0]):
        raise refuse(
            "file-content", f"{NAME} has lost its secret",
            help="move it away, and all students get new pseudonyms",
        )  # fmt: skip
    return found[0]
