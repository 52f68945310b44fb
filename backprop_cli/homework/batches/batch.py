"""Many sheets, marked by several processes at once, so that no sheet can stop the others.

Each file has a limit of time and of memory. A worker that goes beyond one, or that crashes, is
replaced; the file is marked again without the answer it was at, and put aside for a person if that
does not help. Nothing else is lost.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from multiprocessing import connection
from multiprocessing.connection import Connection
from typing import Any

from ..asking.key import Key
from ..marking.marker import Marker
from ..marks import SheetMarks
from .worker import (
    OUT_OF_MEMORY,
    Attempt,
    Failure,
    FileLimits,
    MarkTask,
    Orders,
    Task,
    mark_task,
    unmarked,
)

MOST_JOBS = 8
CHUNK = 16  # files that a worker is given at once, so that it seldom waits for us
PATIENCE = 4  # times the limit, by the clock on the wall: for a worker that waits for something
MOST_DEATHS = 2  # of workers at the same file
LONGEST_REASON = 200  # characters
USUAL = FileLimits()
PROGRAM = f"from {__package__}.worker import main; main()"


def usable_processors() -> int:
    """How many processes are worth while here."""
    return max(1, min(len(os.sched_getaffinity(0)), MOST_JOBS))


def mark_batch(
    key: Key,
    tasks: Sequence[Task],
    *,
    jobs: int,
    limits: FileLimits = USUAL,
    mark: MarkTask = mark_task,
) -> Generator[SheetMarks, None, None]:
    """The marks of all tasks, in the order in which they are finished.

    Whoever closes the iterator, or is interrupted, leaves no process behind. `mark` is a function
    that a worker can import.
    """
    batch = _Batch(key, tasks, Orders(key.source, mark, limits), min(jobs, len(tasks)))
    try:
        yield from batch.run()
    finally:
        for worker in batch.workers:
            worker.end()


class _Worker:
    """A worker process as its parent sees it.

    attempts  what it has been given and has not finished; it works on the first.
    answer    the answer it is at, "" if that is not known.
    since     when it was last heard of.
    """

    def __init__(self, orders: Orders) -> None:
        ours, theirs = socket.socketpair()
        self.pipe = Connection(ours.detach())
        with theirs:
            # -P: the folder we are in may be one of hand-ins, and no place to import from. A group
            # of its own: Ctrl-C is the parent's business.
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-c", PROGRAM, str(theirs.fileno())],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # libraries in C have last words
                process_group=0,
            )
        self.ready = False
        self.attempts: deque[Attempt] = deque()
        self.answer = ""
        self.send(orders)

    def send(self, message: Any) -> None:
        self.since = time.monotonic()
        with suppress(OSError):  # it has died meanwhile: the next look at the pipe will show that
            self.pipe.send(message)

    def give(self, attempts: Sequence[Attempt]) -> None:
        """More to do. Only for a worker that waits, or both might wait for the other to read."""
        self.attempts.extend(attempts)
        self.send(attempts)

    def heard(self) -> Any:
        """The next message; None where the worker has died."""
        try:
            message = self.pipe.recv()
        except (EOFError, OSError):
            return None
        self.since = time.monotonic()
        return message

    def end(self) -> int:
        """End the process, if it has not ended; returns how it did."""
        self.pipe.close()
        self.process.kill()
        return self.process.wait()


class _Batch:
    """The state of one call of `mark_batch`."""

    def __init__(self, key: Key, tasks: Sequence[Task], orders: Orders, jobs: int) -> None:
        self.marker, self.orders, self.jobs = Marker(key), orders, jobs
        self.patience = orders.limits.seconds * PATIENCE
        self.waiting = deque(map(Attempt, tasks))
        self.chunk = max(1, min(CHUNK, len(tasks) // (4 * jobs or 1)))
        self.workers: list[_Worker] = []

    def run(self) -> Iterator[SheetMarks]:
        """All marks, as they are finished."""
        while self.waiting or any(worker.attempts for worker in self.workers):
            while self.waiting and len(self.workers) < self.jobs:
                self.workers.append(_Worker(self.orders))
            for worker in self.workers:
                if worker.ready and not worker.attempts and self.waiting:
                    count = min(self.chunk, len(self.waiting))
                    worker.give([self.waiting.popleft() for _ in range(count)])
            pipes: dict[Any, _Worker] = {worker.pipe: worker for worker in self.workers}
            for pipe in connection.wait(pipes, timeout=self.patience / 4):
                yield from self.listen(pipes[pipe])
            late = time.monotonic() - self.patience
            for worker in [*self.workers]:
                if worker.attempts and worker.since < late and not worker.pipe.poll():
                    yield from self.bury(worker, "it took too long")

    def listen(self, worker: _Worker) -> Iterator[SheetMarks]:
        """What one message of a worker means."""
        message = worker.heard()
        if message is None:
            yield from self.bury(worker)
        elif message == "":
            worker.ready = True
        elif isinstance(message, str):
            worker.answer = message
        else:
            attempt = worker.attempts.popleft()
            worker.answer = ""
            failed = isinstance(message, Failure)
            yield self.given_up(attempt.task, message.reason) if failed else message

    def bury(self, worker: _Worker, reason: str = "") -> Iterator[SheetMarks]:
        """A worker has died, or is to: go on without it, and without what it died of."""
        self.workers.remove(worker)
        status = worker.end()
        if not worker.ready:
            raise RuntimeError(f"a worker could not start (status {status})")
        if not worker.attempts:
            return
        attempt = worker.attempts.popleft()
        deaths = attempt.deaths + 1
        self.waiting.extendleft(reversed(worker.attempts))
        if deaths < MOST_DEATHS:
            skip = attempt.skip | ({worker.answer} if worker.answer else set())
            self.waiting.appendleft(Attempt(attempt.task, skip, deaths))
        else:
            yield self.given_up(attempt.task, reason or cause_of(status))

    def given_up(self, task: Task, reason: str) -> SheetMarks:
        """Marks for a person to make. Without a fingerprint, so that the next run tries again."""
        line = (reason.splitlines() or [""])[0][:LONGEST_REASON]
        task = task._replace(fingerprint="")
        return unmarked(self.marker, task, "human", f"could not be marked: {line}")


def cause_of(status: int) -> str:
    """Why a worker has died."""
    if status == -signal.SIGPROF:
        return "it took too long"
    if status == OUT_OF_MEMORY:
        return "it needs too much memory"
    return "it stopped the program"
