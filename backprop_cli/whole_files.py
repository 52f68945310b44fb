"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from .errors import reason_of, refuse


@contextmanager
def whole_file(path: str) -> Iterator[IO[bytes]]:
    """A stream whose content takes the place of the file at `path` at once, when all is on disk."""
    target = os.path.realpath(path)
    temporary = None
    try:
        check_place(path)
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".backprop-")
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode_for(target))
        os.replace(temporary, target)
        temporary = None
        folder = os.open(os.path.dirname(target), os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        raise refuse("output", f"'{path}' could not be written: {reason_of(error)}") from None
    finally:
        if temporary is not None:
            os.unlink(temporary)


def check_place(path: str) -> None:
    """Refuse a path that no file can be written to, before the work begins."""
    target = os.path.realpath(path)
    if os.path.exists(target) and not os.path.isfile(target):
        raise refuse("output", f"'{path}' is no file", help="give the name of a file to write")
    folder = os.path.dirname(target)
    if not os.path.isdir(folder):
        raise refuse(
            "output", f"'{path}' could not be written: there is no folder '{folder}'",
            help="check the path",
        )  # fmt: skip


def check_folder(path: str) -> None:
    """Refuse a path in whose folder no file can be made: better now than at the end of a run."""
    try:
        with tempfile.TemporaryFile(dir=os.path.dirname(os.path.realpath(path))):
            pass
    except OSError as error:
        raise refuse(
            "output", f"'{path}' could not be written: {reason_of(error)}",
            help="choose a folder that you may write to",
        ) from None  # fmt: skip


def write_whole(path: str, content: str | bytes) -> None:
    """Write a text (in UTF-8) or bytes to a file."""
    with whole_file(path) as stream:
        stream.write(content.encode("utf-8") if isinstance(content, str) else content)


def mode_for(target: str) -> int:
    """The permissions of a file that is there already, or those that a new one gets."""
    try:
        return os.stat(target).st_mode & 0o777
    except FileNotFoundError:
        mask = os.umask(0)
        os.umask(mask)
        return 0o666 & ~mask
