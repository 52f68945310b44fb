"""How long `backprop check` takes for a class, and how that grows: sheets of ten answers each.

    python benchmarks/homework.py [SHEETS]

Every student has numbers of their own, and one in ten makes an error. Whole processes, with
reading, marking, feedback and the page; ends with 1 if 10,000 sheets take longer than the goal.
"""

from __future__ import annotations

import math
import os
import random
import sys
import tempfile
from pathlib import Path

from measure import process_seconds, table

from backprop_cli.bindings import number
from backprop_cli.homework.asking.key import Key, read_key
from backprop_cli.namespaces import floats
from backprop_cli.run import run

GOAL = 60.0  # seconds for 10,000 sheets on two cores
SIZES = (1_000, 3_000, 10_000)
KEY = """seed: 1
Q1 [10 pts] p = 1/(1+exp(-(w0*x0 + w1*x1 + w2)))
  let s = w0*x0 + w1*x1 + w2
  let e = exp(-s)
  let d = 1 + e
  draw w0,w1,w2,x0,x1 in -2..2 step 0.1 nonzero
  ask s e d p dp/dd dp/ds dp/dw0 dp/dw1 dp/dx0 dp/dx1
"""


def sheet(key: Key, id: str, chance: random.Random) -> str:
    """One student's answers to three figures; one of them is wrong in one sheet of ten."""
    question = key.questions[0]
    inputs = {n: number(bound.value, floats) for n, bound in question.inputs(key.seed, id).items()}
    found = run(question.graph, floats, inputs, question.output)
    slip = chance.randrange(10 * len(question.items))
    lines = [f"id: {id}", "Q1"]
    for place, item in enumerate(question.items):
        element = item.elements[0]
        value = (found.values if element.of is None else found.adjoints)[element.node]
        lines.append(f"{item.name} = {-value if place == slip else value:.3g}")
    return "\n".join(lines) + "\n"


def hand_in(folder: Path, count: int) -> None:
    """A class's sheets, a file each."""
    key, chance = read_key(KEY), random.Random(0)
    folder.mkdir()
    for place in range(count):
        id = f"s{place:06}"
        (folder / f"{id}.txt").write_text(sheet(key, id, chance), encoding="utf-8")


def seconds(count: int) -> tuple[float, float]:
    """One class marked, and marked again with nothing changed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hw.key").write_text(KEY, encoding="utf-8")
        hand_in(folder / "submissions", count)
        command = [
            sys.executable, "-m", "backprop_cli", "check", str(folder / "hw.key"),
            str(folder / "submissions"), "-o", str(folder / "marks"),
        ]  # fmt: skip
        return process_seconds(command), process_seconds(command)


def main() -> int:
    """Measure and print; the exit status says whether the goal is met."""
    sizes = [int(word) for word in sys.argv[1:]] or list(SIZES)
    rows, before = [], (0, 0.0)
    missed = False
    for size in sizes:
        first, again = seconds(size)
        growth = ""
        if before[0]:
            growth = f"{math.log(first / before[1]) / math.log(size / before[0]):.2f}"
        rows.append(
            [f"{size:,}", f"{first:.1f}", f"{1e3 * first / size:.2f}", growth, f"{again:.1f}"]
        )
        missed = missed or (size >= max(SIZES) and first > GOAL)
        before = size, first
    print(f"{len(os.sched_getaffinity(0))} processors\n")
    print(table(["sheets", "seconds", "ms each", "exponent", "again, unchanged"], rows))
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
