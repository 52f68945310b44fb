"""Each file in samples/ holds a formula, the command that runs it, and what must come out (worked
out elsewhere).
"""

from __future__ import annotations

import json
import math
import os
import re
import shlex

import pytest
from commandline import ROOT, backprop

SAMPLES = sorted((ROOT / "samples").glob("*.txt"))
NUMBER = re.compile(r"(\w+) = (-?[0-9.e-]+)")


def runs() -> list[tuple[str, str, dict[str, float]]]:
    """(file, command, expected numbers) of every run that a sample's comments state."""
    found = []
    for path in SAMPLES:
        blocks = path.read_text(encoding="utf-8").split("# $ backprop ")[1:]
        for block in blocks:
            command, _, rest = block.partition("\n")
            stated = "".join(line for line in rest.split("\n") if line.startswith("#   "))
            expected = {name: float(value) for name, value in NUMBER.findall(stated)}
            found.append((path.name, command, expected))
    return found


RUNS = runs()


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands name the samples from the top of the repository."""
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize(
    ("name", "command", "expected"), RUNS, ids=[f"{run[0]}-{i}" for i, run in enumerate(RUNS)]
)
def test_gives_what_it_states(name: str, command: str, expected: dict[str, float]) -> None:
    """The output and the gradient of every input are those in the comment; none is left out."""
    words = shlex.split(command)
    assert f"samples/{name}" in words
    found = json.loads(backprop(*words, "--json").out)
    numbers = {**found["gradient"], found["name"]: found["value"]}
    assert set(numbers) == set(expected)
    for variable, value in expected.items():
        assert math.isclose(numbers[variable], value, rel_tol=1e-13), variable
    assert backprop(*words).code == 0


def test_every_sample_states_a_run() -> None:
    """No sample stands there without a command and its result."""
    assert {run[0] for run in RUNS} == {path.name for path in SAMPLES}
    assert len(SAMPLES) >= 8 and os.path.isdir(ROOT / "samples")
