"""What `backprop train` keeps while it runs: a log, a file to go on from, and a way to be stopped.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import IO, TYPE_CHECKING, Any

from ..errors import BackpropError, reason_of, refuse

if TYPE_CHECKING:
    from ..training import Descent, Fingerprint, Step

SAVE_SECONDS = 60.0  # between two savings, without --save-every


class Interrupt:
    """A wish to stop: the number of the first signal, or 0. A second Ctrl-C stops at once."""

    def __init__(self) -> None:
        self.signal = 0

    def __call__(self) -> bool:
        return self.signal != 0

    def note(self, number: int, frame: object) -> None:
        if self.signal:
            raise KeyboardInterrupt
        self.signal = number


@contextmanager
def interruptible() -> Iterator[Interrupt]:
    """While it lasts, Ctrl-C and a polite kill are noted, and the step comes to its end."""
    noted = Interrupt()
    earlier: dict[int, Any] = {}
    try:
        for number in (int(signal.SIGINT), int(signal.SIGTERM)):
            try:
                earlier[number] = signal.signal(number, noted.note)
            except ValueError:
                break  # in a thread other than the first, which gets no signals
        yield noted
    finally:
        for number, handler in earlier.items():
            signal.signal(number, handler)


class Log:
    """A file with a line for each step, handed to the system as soon as it is written."""

    def __init__(self, stream: IO[bytes], path: str, line: Callable[[Step], str]) -> None:
        self.stream = stream
        self.path = path
        self.line = line

    def __call__(self, step: Step) -> None:
        try:
            self.stream.write(self.line(step).encode("utf-8") + b"\n")
        except OSError as error:
            raise unwritable(self.path, error) from None


@contextmanager
def open_log(path: str, line: Callable[[Step], str], first: int) -> Iterator[Log]:
    """The log at `path`: a new one, or for a run that goes on at step `first` the earlier lines.

    It may be a pipe, which takes what comes.
    """
    first = first if os.path.isfile(path) else 0
    try:
        # Unbuffered: a line is with the system once it is written.
        mode = "r+b" if first else "wb"
        stream = open(path, mode, buffering=0)  # noqa: SIM115 (closed below)
    except OSError as error:
        raise unwritable(path, error) from None
    with stream:
        if first:
            stream.truncate(end_of_earlier(path, first))
            stream.seek(0, os.SEEK_END)
        yield Log(stream, path, line)


def end_of_earlier(path: str, first: int) -> int:
    """How many bytes of a log are whole lines of steps before `first`."""
    end = 0
    with open(path, "rb") as stream:
        for line in stream:
            try:
                step = json.loads(line)["step"]
            except (ValueError, KeyError, TypeError, RecursionError):
                break
            if not line.endswith(b"\n") or not isinstance(step, int) or step >= first:
                break
            end += len(line)
    return end


def unwritable(path: str, error: OSError) -> Exception:
    return refuse("output", f"'{path}' could not be written: {reason_of(error)}")


class Saver:
    """Saves a run in a file, every so many steps or once a minute."""

    def __init__(self, path: str, fingerprint: Fingerprint, every: int | None) -> None:
        self.path = path
        self.fingerprint = fingerprint
        self.every = every
        self.last = -1
        self.failed: BackpropError | None = None
        self.due = monotonic() + SAVE_SECONDS

    def __call__(self, run: Descent) -> None:
        """Save the state between two steps, if it is time."""
        if self.every is not None:
            if run.step == 0 or run.step % self.every or run.step == self.last:
                return
        elif monotonic() < self.due:
            return
        told = self.failed is not None
        self.write(run, run.vector.copies(run.best if run.validations else None))
        if self.failed is not None and not told:
            from ..render.plain import safe

            said = f"warning: {self.failed.diagnostic.message}; the run goes on"
            print(safe(said), file=sys.stderr)

    def write(self, run: Descent | None, parameters: Mapping[str, Any]) -> None:
        """Save a run and its result; without a run the result alone.

        Where that fails, `failed` is the error, and nothing of the run is lost: the next saving is
        another attempt.
        """
        from ..training import write_checkpoint

        state = None if run is None else run.saved()
        try:
            write_checkpoint(self.path, parameters, state, self.fingerprint)
            self.failed = None
        except BackpropError as error:
            self.failed = error
        self.last = -1 if run is None else run.step
        self.due = monotonic() + SAVE_SECONDS
