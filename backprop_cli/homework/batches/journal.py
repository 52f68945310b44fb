"""What a batch has finished so far: a file of lines, so that an interrupted batch goes on where it
stopped, and a repeated one marks only what has changed.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from ... import __version__
from ...errors import BackpropError, reason_of, refuse
from ..asking.key import Key
from ..marks import SheetMarks
from .output_folder import Folder

NAME = ".journal.jsonl"
BETWEEN_WRITES = 0.1  # seconds; what a kill can cost
BETWEEN_SYNCS = 1.0  # seconds; what a power cut can cost


class Journal:
    """Finished marks, in the order in which they were finished."""

    def __init__(self, folder: Folder) -> None:
        self.lines: list[str] = []
        self.descriptor = folder.append(NAME)
        self.written = self.synced = time.monotonic()
        if torn(self.descriptor):
            self.lines.append("")  # ends the line that a kill has torn

    def add(self, line: str) -> None:
        """Keep one sheet's marks, as a line."""
        self.lines.append(line)
        if time.monotonic() - self.written > BETWEEN_WRITES:
            self.flush()

    def flush(self) -> None:
        """Write what has gathered, in one piece."""
        text = "".join(line + "\n" for line in self.lines)
        self.lines.clear()
        try:
            data = text.encode("utf-8")
            while data:
                data = data[os.write(self.descriptor, data) :]
            self.written = time.monotonic()
            if self.written - self.synced > BETWEEN_SYNCS:
                os.fsync(self.descriptor)
                self.synced = time.monotonic()
        except OSError as error:
            raise refuse(
                "output", f"the journal of this run could not be written: {reason_of(error)}",
                help="what is finished is kept; the same command goes on from there",
            ) from None  # fmt: skip

    def close(self) -> None:
        """Write the rest, and leave the file for the next run."""
        try:
            self.flush()
        finally:
            os.close(self.descriptor)


def torn(descriptor: int) -> bool:
    """Whether the last line of a file has no end."""
    size = os.fstat(descriptor).st_size
    return size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"


class Record(NamedTuple):
    """One sheet's marks, and the line that says them."""

    marks: SheetMarks
    line: str


def recorded(data: bytes | None, read: Callable[[str], SheetMarks]) -> Iterator[Record]:
    """The marks in a file of lines. Lines that cannot be read are passed over: a torn last one, or
    those of another version.
    """
    for content in (data or b"").split(b"\n"):
        if not content:
            continue
        try:
            line = content.decode("utf-8")
            yield Record(read(line), line)
        except (BackpropError, UnicodeDecodeError):
            continue


def fingerprint(key: Key, content: bytes, id: str) -> str:
    """What marks follow from: the key with its options, the sheet, whose it is, and the program.

    Three hashes with points between, so that the next run can say which of them has changed.
    """
    parts = (key.source.encode("utf-8", "replace"), id.encode() + b"\n" + content)
    hashes = [hashlib.sha256(part).hexdigest()[:32] for part in parts]
    return ".".join([*hashes, __version__.replace(".", "-")])


def reusable(marks: SheetMarks) -> bool:
    """Whether marks of an earlier run can stand for those of the same fingerprint: they are as the
    program made them, without the teacher's overrides.
    """
    points = (marks.override, *(question.override for question in marks.questions))
    words = (marks.comment, *(question.comment for question in marks.questions))
    return bool(marks.fingerprint) and not any(words) and points == (None,) * len(points)
