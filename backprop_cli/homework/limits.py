"""How much a key or a hand-in may ask for."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ..limits import Limits

# A key, or one answer. An answer is a line, and a line has at most 16 KiB.
LIMITS = Limits(characters=1 << 20, tokens=5_000, depth=200, nodes=5_000, number_length=200)

LARGEST_FILE = 1 << 20  # bytes
MOST_LINES = 2_000  # of a sheet
ANSWER_SECONDS = 1.0
FILE_SECONDS = 5.0
FILE_MEMORY = 512 << 20  # bytes


class TimeUp(Exception):
    """An answer took too long."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Raises TimeUp in the block once it has computed for that many seconds.

    A call into C ends first; who marks many sheets watches that from another process (`batch`).
    The clock is the process's own, so that a busy machine changes no verdict. Inside another such
    block the earlier alarm rings. Outside of the main thread there is no alarm,
    and no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeUp

    before = signal.signal(signal.SIGVTALRM, ring)
    left, _ = signal.getitimer(signal.ITIMER_VIRTUAL)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, min(seconds, left or seconds))
    try:
        yield
    finally:
        rest = max(left - (time.process_time() - start), 1e-6) if left else 0
        signal.signal(signal.SIGVTALRM, before)
        signal.setitimer(signal.ITIMER_VIRTUAL, rest)
