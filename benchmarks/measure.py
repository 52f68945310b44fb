"""Interleaved timing of whole processes and of functions: medians, and ratios pair by pair.

Machines are shared and noisy; a ratio of neighbours in one run holds where absolute times drift.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple


def process_seconds(command: Sequence[str]) -> float:
    """The wall time of one process, its output thrown away; raises if it fails."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def interleaved(
    commands: dict[str, Sequence[str]], rounds: int, warm_up: int = 2
) -> dict[str, list[float]]:
    """The seconds of each command over `rounds` rounds, one of each in turn."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(warm_up + rounds):
        for name, command in commands.items():
            seconds = process_seconds(command)
            if number >= warm_up:
                times[name].append(seconds)
    return times


def interleaved_calls(
    calls: Mapping[str, Callable[[], object]], rounds: int, warm_up: int = 2
) -> dict[str, list[float]]:
    """The seconds of each function over `rounds` rounds, one call of each in turn."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(warm_up + rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            if number >= warm_up:
                times[name].append(time.perf_counter() - start)
    return times


def ratio(times: Sequence[float], base: Sequence[float]) -> float:
    """The median of the ratios of neighbours in one run."""
    return statistics.median(a / b for a, b in zip(times, base, strict=True))


class Goal(NamedTuple):
    """Our time is to be at most so many times that of the fastest of some peers."""

    peers: tuple[str, ...]
    most: float
    stretch: bool = False

    def judged(self, ours: str, times: Mapping[str, Sequence[float]]) -> bool:
        """Print how it stands; False if the goal is missed. Without any of its peers, nothing."""
        there = [name for name in self.peers if name in times]
        if not there:
            return True
        fastest = min(there, key=lambda name: statistics.median(times[name]))
        found = ratio(times[ours], times[fastest])
        kind = "stretch" if self.stretch else "goal"
        verdict = "met" if found <= self.most else "missed"
        among = f", the fastest of {', '.join(there)}" if len(there) > 1 else ""
        print(f"{kind} {self.most} × {fastest}{among}: {found:.2f}, {verdict}")
        return found <= self.most or self.stretch


def best_of(function: Callable[[], object], rounds: int = 3) -> float:
    """The least seconds of a few calls."""
    seconds = []
    for _ in range(rounds):
        start = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(header)} |", f"|{'|'.join(' --- ' for _ in header)}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)
