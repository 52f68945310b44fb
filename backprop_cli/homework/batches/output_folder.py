"""The folder that a batch leaves: one run at a time, each file whole or absent, no links followed.

Everything is opened relative to the folder's descriptor, so that nobody can move it, or put a link
in its place, between the check and the writing.
"""

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, suppress

from ...errors import BackpropError, reason_of, refuse

LOCK = ".lock"
PART = ".part-"  # what a file is called until it is whole
FEW = 8  # files; more are handed to the disk by one sync of all, 20 times as fast as one by one


class Folder:
    """A folder that is written to; `path` is for messages."""

    def __init__(self, path: str, descriptor: int) -> None:
        self.path = path
        self.descriptor = descriptor

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is no such file."""
        try:
            return self.content(name)
        except OSError as error:
            path = os.path.join(self.path, name)
            raise refuse("output", f"'{path}' cannot be read: {reason_of(error)}") from None

    def content(self, name: str) -> bytes | None:
        try:
            with os.fdopen(self.open(name, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
                if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                    raise OSError(errno.EINVAL, "it is not a regular file")
                return file.read()
        except FileNotFoundError:
            return None

    def write(self, name: str, data: bytes, mode: int = 0o666) -> None:
        """Write one file; a file that holds this already is left alone."""
        self.write_all([(name, data)], mode)

    def write_all(self, files: Iterable[tuple[str, bytes]], mode: int = 0o666) -> None:
        """Write files: all of them to the disk first, then each into its place at once."""
        parts: list[tuple[str, str]] = []
        name = ""
        try:
            for name, data in files:
                if self.content(name) != data:
                    part = f"{PART}{len(parts)}"
                    parts.append((part, name))
                    self.write_part(part, data, mode)
            if not parts:
                return
            if len(parts) > FEW:
                os.sync()
            else:
                for part, _ in parts:
                    self.sync(part)
            for part, name in parts:
                os.replace(
                    part, name, src_dir_fd=self.descriptor, dst_dir_fd=self.descriptor
                )
            os.fsync(self.descriptor)
        except OSError as error:
            self.clear_parts()
            raise self.failed(name, reason_of(error)) from None

    def write_part(self, part: str, data: bytes, mode: int) -> None:
        self.remove(part)
        descriptor = self.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)

    def sync(self, name: str) -> None:
        descriptor = self.open(name, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def append(self, name: str) -> int:
        """The descriptor of a file that is written on at its end."""
        try:
            return self.open(name, os.O_RDWR | os.O_CREAT | os.O_APPEND)
        except OSError as error:
            raise self.failed(name, reason_of(error)) from None

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        try:
            os.unlink(name, dir_fd=self.descriptor)
        except FileNotFoundError:
            pass
        except OSError as error:
            raise self.failed(name, reason_of(error)) from None

    def clear_parts(self) -> None:
        """Remove what an interrupted run has left half-written."""
        with suppress(OSError):
            for name in os.listdir(self.descriptor):
                if name.startswith(PART):
                    os.unlink(name, dir_fd=self.descriptor)

    @contextmanager
    def inside(self, name: str) -> Iterator[Folder]:
        """A folder in this one, made where there is none."""
        try:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=self.descriptor)
            descriptor = self.open(name, os.O_RDONLY | os.O_DIRECTORY)
        except OSError as error:
            raise self.failed(name, reason_of(error)) from None
        try:
            folder = Folder(os.path.join(self.path, name), descriptor)
            folder.clear_parts()
            yield folder
        finally:
            os.close(descriptor)

    def open(self, name: str, flags: int, mode: int = 0o666) -> int:
        flags |= os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            return os.open(name, flags, mode, dir_fd=self.descriptor)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                raise OSError(error.errno, "it is a link, or no folder") from None
            raise

    def failed(self, name: str, reason: str) -> BackpropError:
        path = os.path.join(self.path, name)
        return refuse("output", f"'{path}' could not be written: {reason}")


@contextmanager
def output_folder(path: str, lock: bool = True) -> Iterator[Folder]:
    """The folder at `path`, made where there is none; with `lock` for this run alone.

    Raises BackpropError where it cannot be written or another run is writing it.
    """
    try:
        os.makedirs(path, exist_ok=True)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise refuse(
            "output", f"'{path}' could not be written: {reason_of(error)}",
            help="-o takes a folder of your own",
        ) from None  # fmt: skip
    folder = Folder(path, descriptor)
    try:
        with taken(folder) if lock else nullcontext():
            yield folder
    finally:
        os.close(descriptor)


@contextmanager
def taken(folder: Folder) -> Iterator[None]:
    """Hold the lock of a folder; the system lets go of it however the process ends."""
    lock = folder.append(LOCK)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise refuse(
            "output", f"another run is writing to '{folder.path}'", help="wait until it is done"
        ) from None
    except OSError:
        pass  # a file system without locks: better unguarded than useless
    try:
        folder.clear_parts()
        yield
    finally:
        os.close(lock)
