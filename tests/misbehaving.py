"""Stands for marking, in the workers of `test_homework_batch`. It imports little, for every worker
that dies is followed by one that imports it again.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

from backprop_cli.homework.batches.worker import Task
from backprop_cli.homework.marking.marker import Marker
from backprop_cli.homework.marks import Remark, SheetMarks


def misbehave(
    marker: Marker, task: Task, skip: frozenset[str], on_answer: Callable[[str], None]
) -> SheetMarks:
    """Does what the task's name says, at its second answer."""
    on_answer("Q1 f")
    on_answer("Q2 dg/dx")
    deeds: dict[str, Callable[[], object]] = {
        "spin": lambda: 7 ** (10**9),  # a call into C that no exception ends
        "crash": lambda: os.kill(os.getpid(), signal.SIGSEGV),
        "leave": lambda: os._exit(0),
        "hoard": lambda: bytearray(1 << 40),
        "sleep": lambda: time.sleep(60),
        "raise": lambda: int("no\nnumber"),
        "print": lambda: os.write(2, b"noise"),
    }
    word, _, when = task.name.partition(" ")
    if word in deeds and not (when == "once" and "Q2 dg/dx" in skip):
        deeds[word]()
    remarks = tuple(Remark("note", 0, answer) for answer in sorted(skip))
    return SheetMarks(task.id, "", "", task.fingerprint, "graded", (), remarks)
