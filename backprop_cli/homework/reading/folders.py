"""The files of a folder or zip archive of hand-ins, opened so that none of them can do harm.

Links are never followed. Pipes and devices are never waited for. What is refused is listed with
its reason, and a path inside an archive is never more than text.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from typing import IO, NamedTuple

from ...errors import BackpropError, reason_of, refuse
from ..limits import LARGEST_FILE

MOST_FILES = 100_000
DEEPEST = 16
LARGEST_ARCHIVE = 1 << 28  # bytes, as it is and unpacked
LARGEST_DIRECTORY = 1 << 24  # bytes of an archive's list of files
NAME_LENGTH = 1_000

LITTER = frozenset({"__macosx", "thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
KINDS = [
    (stat.S_ISLNK, "it is a link, and links are not followed"),
    (stat.S_ISFIFO, "it is a pipe"),
    (stat.S_ISSOCK, "it is a socket"),
    (stat.S_ISBLK, "it is a device"),
    (stat.S_ISCHR, "it is a device"),
]
TOO_LARGE = f"it is larger than {LARGEST_FILE >> 20} MiB"


class Entry(NamedTuple):
    """A file among the hand-ins.

    parts    its path from the root, as the file system or archive has it.
    problem  why it is not opened; "" where it can be.
    data     its bytes where it comes from an archive.
    """

    parts: tuple[str, ...]
    problem: str = ""
    data: bytes | None = None

    @property
    def shown(self) -> str:
        """Its path as text."""
        return "/".join(map(printed, self.parts))


def printed(name: str) -> str:
    """A file's name as text that every encoding can write."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def litter(name: str) -> bool:
    """Whether a file is hidden, or left behind by an operating system or editor."""
    return name.startswith((".", "~$")) or name.lower() in LITTER


def refusal(mode: int, size: int) -> str:
    """Why a file of that kind and size is not opened; "" where it is."""
    for is_kind, reason in KINDS:
        if is_kind(mode):
            return reason
    return TOO_LARGE if size > LARGEST_FILE else ""


# ------------------------------------------------------------------------------------------ folders


def folder_entries(root: str, without: str = "") -> list[Entry]:
    """The files below a folder, sorted by path; but not those in the folder `without`.

    Raises BackpropError if the folder itself cannot be read, or holds too many files.
    """
    left_out = identity(without) if without else None
    found: list[Entry] = []
    waiting: list[tuple[str, ...]] = [()]
    while waiting:
        parts = waiting.pop()
        try:
            with os.scandir(os.path.join(root, *parts)) as listed:
                inside = [entry for entry in listed if not litter(entry.name)]
        except (OSError, ValueError) as error:
            if not parts:
                raise unreadable(root, error) from None
            found.append(Entry(parts, f"the folder cannot be read: {reason_of(error)}"))
            continue
        for entry in inside:
            place = (*parts, entry.name)
            try:
                about = entry.stat(follow_symlinks=False)
            except OSError as error:
                found.append(Entry(place, f"it cannot be read: {reason_of(error)}"))
                continue
            if not stat.S_ISDIR(about.st_mode):
                found.append(Entry(place, refusal(about.st_mode, about.st_size)))
            elif (about.st_dev, about.st_ino) == left_out:
                continue
            elif len(place) > DEEPEST:
                found.append(Entry(place, f"folders are read {DEEPEST} deep, and no deeper"))
            else:
                waiting.append(place)
            if len(found) + len(waiting) > MOST_FILES:
                raise refuse("file", f"'{printed(root)}' has more than {MOST_FILES:,} files")
    return sorted(found)


def identity(path: str) -> tuple[int, int] | None:
    """What makes a folder this one, by whatever path; None where there is none."""
    try:
        about = os.stat(path)
    except (OSError, ValueError):
        return None
    return about.st_dev, about.st_ino


def unreadable(path: str, error: OSError | ValueError) -> BackpropError:
    """The refusal of a path that the user gave."""
    message = f"'{printed(path)}' cannot be read: {reason_of(error)}"
    return refuse("file", message, help="check the path")


def read_beneath(root: str, parts: tuple[str, ...], largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a regular file below a folder. No link is followed on the way, whatever has
    become of the files since they were listed.

    Raises BackpropError with the reason where it cannot be had.
    """
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
    try:
        folder = os.open(root or ".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in parts[:-1]:
                inner = os.open(part, flags | os.O_DIRECTORY, dir_fd=folder)
                os.close(folder)
                folder = inner
            file = os.open(parts[-1], flags, dir_fd=folder)
        finally:
            os.close(folder)
        with os.fdopen(file, "rb") as opened:
            mode = os.fstat(file).st_mode
            if not stat.S_ISREG(mode):
                raise refuse("file", refusal(mode, 0) or "it is no regular file")
            data = opened.read(largest + 1)
    except (OSError, ValueError) as error:
        raise refuse("file", f"it cannot be read: {reason_of(error)}") from None
    if len(data) > largest:
        raise refuse("file", TOO_LARGE)
    return data


# ----------------------------------------------------------------------------------------- archives


def archive_entries(path: str) -> list[Entry]:
    """The files in a zip archive, with their bytes, sorted by path.

    Raises BackpropError for an archive that is none, or holds too much.
    """
    found: list[Entry] = []
    size = 0
    try:
        with open(path, "rb") as file:
            check_directory(file)
            with zipfile.ZipFile(file) as archive:
                for member in archive.infolist():
                    parts = tuple(part for part in member.filename.split("/") if part)
                    hidden = any(part != ".." and litter(part) for part in parts)
                    if member.is_dir() or not parts or hidden:
                        continue
                    entry = unpacked(archive, member, parts)
                    size += len(entry.data or b"")
                    if size > LARGEST_ARCHIVE or len(found) >= MOST_FILES:
                        raise refuse("file", "the archive holds more than can be marked at once")
                    found.append(entry)
    except OSError as error:
        raise unreadable(path, error) from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error):
        raise refuse("file-content", f"'{printed(path)}' is no zip archive, or damaged") from None
    return sorted(found, key=lambda entry: entry.parts)


def check_directory(file: IO[bytes]) -> None:
    """Refuse an archive whose list of files alone would fill the memory; a zip file says at its end
    how long the list is.
    """
    size = file.seek(0, os.SEEK_END)
    if size > LARGEST_ARCHIVE:
        raise refuse("file", f"the archive is larger than {LARGEST_ARCHIVE >> 20} MiB")
    file.seek(max(size - (1 << 16) - 64, 0))
    tail = file.read()
    ends = [at for at in (len(tail) - 22, tail.rfind(b"PK\x05\x06")) if at >= 0]
    for at in ends:
        record = tail[at : at + 22]
        if len(record) < 22 or not record.startswith(b"PK\x05\x06"):
            continue
        listed = struct.unpack("<4s4H2LH", record)[5]
        if listed > LARGEST_DIRECTORY or tail[max(at - 20, 0) : at].startswith(b"PK\x06\x07"):
            raise refuse("file", "the archive lists more files than can be marked at once")
    file.seek(0)


def unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo, parts: tuple[str, ...]) -> Entry:
    """One file of an archive. At most as much is unpacked as a sheet may have."""
    shown = parts if len(member.filename) <= NAME_LENGTH else (parts[-1][:100],)
    mode = member.external_attr >> 16
    problem = refusal(mode, member.file_size)
    if ".." in parts or len(parts) > DEEPEST or shown != parts or "\\" in member.filename:
        problem = "its path in the archive is not one of a hand-in"
    elif member.flag_bits & 1:
        problem = "it is locked with a password"
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        problem = "it is packed in a way that is not read"
    if problem:
        return Entry(shown, problem)
    try:
        with archive.open(member) as file:
            data = file.read(LARGEST_FILE + 1)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError):
        return Entry(parts, "it is damaged in the archive")
    return Entry(parts, TOO_LARGE) if len(data) > LARGEST_FILE else Entry(parts, "", data)
