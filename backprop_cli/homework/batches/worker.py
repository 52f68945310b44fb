"""One process that marks sheets, and what its parent and it say to each other."""

from __future__ import annotations

import gc
import os
import resource
import signal
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import NamedTuple

from ...errors import BackpropError
from ..asking.key import read_key
from ..limits import FILE_MEMORY, FILE_SECONDS
from ..marking.marker import Marker
from ..marks import Remark, SheetMarks
from ..reading.sheets import Sheet
from ..reading.submissions import Submission, load

OUT_OF_MEMORY = 3  # exit status


class Task(NamedTuple):
    """One sheet to mark: whose it is, and the fingerprint of its marks. `submission` says where to
    read it; None for somebody who has handed in nothing.
    """

    id: str
    name: str
    file: str
    fingerprint: str
    submission: Submission | None


class Attempt(NamedTuple):
    """A task, the answers to leave out, and how many workers have died of it."""

    task: Task
    skip: frozenset[str] = frozenset()
    deaths: int = 0


class FileLimits(NamedTuple):
    """What one file may take: seconds of work, bytes of memory beyond what a worker starts with."""

    seconds: float = FILE_SECONDS
    memory: int = FILE_MEMORY


class Failure(NamedTuple):
    """Why there are no marks, through a fault of ours."""

    reason: str


MarkTask = Callable[[Marker, Task, frozenset[str], Callable[[str], None]], SheetMarks]


class Orders(NamedTuple):
    """The first message to a worker."""

    source: str  # of the key
    mark: MarkTask
    limits: FileLimits


def mark_task(
    marker: Marker, task: Task, skip: frozenset[str], on_answer: Callable[[str], None]
) -> SheetMarks:
    """One sheet's marks. A file that cannot be read has marks, too: nothing is answered."""
    if task.submission is None:
        return unmarked(marker, task, "missing")
    try:
        sheet = load(task.submission)
    except BackpropError as error:
        return unmarked(marker, task, "unreadable", error.diagnostic.message)
    return marker.mark(
        sheet,
        id=task.id,
        name=task.name,
        file=task.file,
        fingerprint=task.fingerprint,
        skip=skip,
        on_answer=on_answer,
    )


def unmarked(marker: Marker, task: Task, status: str, reason: str = "") -> SheetMarks:
    """The marks of a sheet on which nothing is answered, with the reason why."""
    blank = marker.mark(Sheet("", "", (), ()), id=task.id, name=task.name, file=task.file)
    remarks = (Remark("problem", 0, reason),) if reason else ()
    return blank._replace(status=status, remarks=remarks, fingerprint=task.fingerprint)


def main() -> None:
    """Work for the parent at the other end of a socket, whose number is the only argument."""
    with Connection(int(sys.argv[1])) as pipe:
        try:
            work(pipe)
        except (EOFError, OSError):
            return  # the parent has left


def work(pipe: Connection) -> None:
    """Receive orders, and then lists of attempts; send "" when ready, the name of each answer that
    may take long before it begins, and marks, or a failure.

    The kernel keeps the limit of seconds: its signal ends this process even inside a call into C,
    and even when nobody is left to watch it. Seconds of work, not of the clock, so that a busy
    machine gives the same marks as an idle one.
    """
    orders: Orders = pipe.recv()
    marker = Marker(read_key(orders.source))
    limit_memory(orders.limits.memory)
    gc.freeze()
    pipe.send("")
    while True:
        for attempt in pipe.recv():
            signal.setitimer(signal.ITIMER_PROF, orders.limits.seconds)
            found = attempted(marker, attempt, orders.mark, pipe.send)
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send(found)


def attempted(
    marker: Marker, attempt: Attempt, mark: MarkTask, on_answer: Callable[[str], None]
) -> SheetMarks | Failure:
    """The marks, or what went wrong on our side."""
    try:
        return mark(marker, attempt.task, attempt.skip, on_answer)
    except MemoryError:
        os._exit(OUT_OF_MEMORY)  # what is left of this process is not to be trusted
    except OSError as error:
        return Failure(f"{type(error).__name__}: {error.strerror}")
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}")


def limit_memory(more: int) -> None:
    """Allow this process so many bytes more than it has."""
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[0])
    limit = pages * resource.getpagesize() + more
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
